package checks

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
)

// verdict is how one execution of a test ended.
type verdict uint8

const (
	running verdict = iota
	passed
	skipped
	failure
	broken // an error: the test itself could not be carried out
)

// caseKey stands for the name of a case, so that memory does not depend on
// the length of names.
type caseKey [16]byte

// keyOf hashes parts with their lengths, so that no two lists of parts have the
// same key, whatever the names hold.
func keyOf(parts ...string) caseKey {
	var buf [256]byte
	b := buf[:0]
	for _, p := range parts {
		b = append(binary.AppendUvarint(b, uint64(len(p))), p...)
	}
	sum := sha256.Sum256(b)
	return caseKey(sum[:16])
}

// caseState is what is remembered of one case.
type caseState struct {
	last  verdict
	bad   bool   // some execution failed
	flaky bool   // it is listed as flaky
	round uint16 // the run of its package in which it last ended
	runs  uint16
}

// tally counts cases and notices those that are seen again.
type tally struct {
	*builder
	seen map[caseKey]caseState
}

func newTally(b *builder) *tally { return &tally{b, map[caseKey]caseState{}} }

// state returns what is known of a case.
func (t *tally) state(k caseKey) (caseState, error) {
	s, ok := t.seen[k]
	if !ok && len(t.seen) >= t.opts.Limits.Cases {
		return s, fmt.Errorf("more than %d test cases, the most that are read", t.opts.Limits.Cases)
	}
	return s, nil
}

// noteFailed lists a failed case by name.
func (t *tally) noteFailed(name string) {
	if len(t.Tests.Failed) < t.opts.Limits.Names {
		t.Tests.Failed = append(t.Tests.Failed, clean(name))
	}
}

// noteFlaky lists a case that failed and then passed.
func (t *tally) noteFlaky(name string) {
	t.Attempts.FlakyTotal++
	if len(t.Attempts.Flaky) < t.opts.Limits.Names {
		t.Attempts.Flaky = append(t.Attempts.Flaky, clean(name))
	}
}

// noteRuns counts the executions of one case beyond the first.
func (t *tally) noteRuns(runs, more int64) {
	t.Attempts.Reruns += more
	if runs > 1 && runs > t.Attempts.Most {
		t.Attempts.Most = runs
	}
}

// count adds n, which may be negative, to the class of a verdict.
func (t *Tests) count(v verdict, n int64) {
	switch v {
	case failure:
		t.Failures += n
	case broken:
		t.Errors += n
	case skipped:
		t.Skipped += n
	}
}
