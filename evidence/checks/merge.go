package checks

import (
	"errors"
	"fmt"
	"slices"

	"github.com/release-dossier/dossier/evidence"
)

// maxParts is the most files of one check that are put together.
const maxParts = 2000

// Merge puts the files of one check together, such as the shards of a suite or
// the one file a class that Surefire writes. Counts add up, the worst outcome
// counts, and problems are kept. A part whose tests were all skipped does not
// spoil the others; a scan that did not take place does. Digest and Size are
// those of the first file: the others are evidence of the same check. Subjects
// are left out: compare them file by file. Coverage does not add up, because two
// files may measure the same line; such files are to be joined by the tool that
// made them.
func Merge(parts []Result) (Result, error) {
	switch {
	case len(parts) == 0:
		return Result{}, errors.New("there is no file to put together")
	case len(parts) > maxParts:
		return Result{}, fmt.Errorf("%d files for one check, at most %d are put together: have the tool write fewer", len(parts), maxParts)
	}
	out := parts[0].copied()
	for _, p := range parts[1:] {
		if out.Coverage != nil || p.Coverage != nil {
			return Result{}, errors.New("coverage of several files does not add up: join them with the tool that made them")
		}
		if (out.Tests == nil) != (p.Tests == nil) {
			return Result{}, errors.New("one file holds tests and another findings: make two checks of them")
		}
		out.add(p)
	}
	return out, nil
}

// copied keeps the counts of a part from being changed.
func (r Result) copied() Result {
	if r.Tests != nil {
		r.Tests = new(*r.Tests)
		r.Tests.Failed = slices.Clone(r.Tests.Failed)
	}
	if r.Findings != nil {
		r.Findings = new(*r.Findings)
	}
	r.Tools, r.Problems, r.Subjects = slices.Clone(r.Tools), slices.Clone(r.Problems), nil
	r.Attempts.Flaky = slices.Clone(r.Attempts.Flaky)
	return r
}

// add puts one more part to r.
func (r *Result) add(p Result) {
	tests := r.Tests != nil
	if p.Outcome.rank(tests) > r.Outcome.rank(tests) {
		r.Outcome, r.Reason = p.Outcome, p.Reason
	}
	if tests {
		r.Tests.add(*p.Tests)
	} else {
		r.Findings.add(*p.Findings)
	}
	r.Attempts.add(p.Attempts)
	for _, t := range p.Tools {
		r.Tools = addTool(r.Tools, t, maxNamesKept)
	}
	r.Problems = atMost(append(r.Problems, p.Problems...))
	r.span(p.StartedAt, p.FinishedAt)
}

// maxNamesKept is the most names of what was put together.
const maxNamesKept = 100

func atMost(names []string) []string { return names[:min(len(names), maxNamesKept)] }

// span widens the time from start to end. A part without times leaves no time
// at all, for it may have run at any.
func (r *Result) span(start, end evidence.Time) {
	if start.IsZero() || r.StartedAt.IsZero() {
		r.StartedAt = evidence.Time{}
	} else if start.Before(r.StartedAt.Time) {
		r.StartedAt = start
	}
	if end.IsZero() || r.FinishedAt.IsZero() {
		r.FinishedAt = evidence.Time{}
	} else if end.After(r.FinishedAt.Time) {
		r.FinishedAt = end
	}
}

func (t *Tests) add(p Tests) {
	t.Total += p.Total
	t.Failures += p.Failures
	t.Errors += p.Errors
	t.Skipped += p.Skipped
	t.Failed = atMost(append(t.Failed, p.Failed...))
}

func (a *Attempts) add(p Attempts) {
	a.Reruns += p.Reruns
	a.Most = max(a.Most, p.Most)
	a.FlakyTotal += p.FlakyTotal
	a.Flaky = atMost(append(a.Flaky, p.Flaky...))
}

// add puts the findings of another file to f. Rules that both list count
// together; how many rules there are in all is no longer known exactly.
func (f *Findings) add(p Findings) {
	f.Open += p.Open
	f.Suppressed += p.Suppressed
	f.New += p.New
	f.Unchanged += p.Unchanged
	f.Updated += p.Updated
	f.Absent += p.Absent
	f.Severities.sum(p.Severities)
	open := map[string]int64{}
	for _, r := range slices.Concat(f.Rules, p.Rules) {
		open[r.ID] += r.Open
	}
	f.Rules = topRules(open, maxNamesKept)
	f.RuleTotal = max(f.RuleTotal, p.RuleTotal, len(open))
}

func (c *Severities) sum(p Severities) {
	c.Critical += p.Critical
	c.High += p.High
	c.Medium += p.Medium
	c.Low += p.Low
	c.Info += p.Info
	c.Unknown += p.Unknown
}

// rank orders the outcomes of parts, what counts for the whole last.
func (o Outcome) rank(tests bool) int {
	switch {
	case o == Fail:
		return 3
	case o == Pass:
		return 1
	case tests:
		return 0
	}
	return 2
}
