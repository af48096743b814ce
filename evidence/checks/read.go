package checks

import (
	"bufio"
	"errors"
	"fmt"
	"io"

	"github.com/release-dossier/dossier/evidence"
)

// Options say how a file is read and judged.
type Options struct {
	// Check is the name or category of the check that the file backs, such as
	// "unit-test": a check of tests refuses a file of findings.
	Check string
	// Format is the format of the file; empty to have it recognised.
	Format Format
	// Limits bound what the file may cost.
	Limits Limits
	// FailAt is the least severity of an open finding that fails the check;
	// empty means High, which SARIF calls error.
	FailAt Severity
	// MinCoverage is the least share in percent that passes, 1 to 100; 0 gives
	// a coverage file the outcome NA.
	MinCoverage int64
}

// detectAhead is how much of a file Read looks at to recognise its format.
const detectAhead = 64 << 10

// Read reads a file to its end and says how the check ended. An error means
// that the file cannot be used at all; a file that shows a failure is no error.
//
// What cannot back the check is refused before it is read: findings for a check
// of tests.
func Read(r io.Reader, o Options) (Result, error) {
	if o.Format == "" {
		br := bufio.NewReaderSize(r, detectAhead)
		head, err := br.Peek(detectAhead)
		if err != nil && err != io.EOF {
			return Result{}, err
		}
		if o.Format, err = detect(head); err != nil {
			return Result{}, err
		}
		r = br
	}
	t, ok := traits(o.Format)
	if !ok {
		return Result{}, fmt.Errorf("format %q is not known: leave it out to have it recognised", clean(string(o.Format)))
	}
	if t.kind == showsFindings && wantsTests(o.Check) {
		return Result{}, fmt.Errorf("%s holds findings and cannot show that tests ran: give JUnit XML or go test -json", o.Format)
	}
	res, err := readAs(r, t, o)
	if err != nil {
		return Result{}, fmt.Errorf("%s: %w", o.Format, err)
	}
	return res, nil
}

// readAs reads a file of a known format.
func readAs(r io.Reader, t trait, o Options) (Result, error) {
	o.Limits = o.Limits.withDefaults()
	if o.FailAt == "" {
		o.FailAt = High
	}
	if o.FailAt.rank() == 0 {
		return Result{}, errors.New("FailAt is not a severity: give critical, high, medium, low or info")
	}
	if o.MinCoverage < 0 || o.MinCoverage > 100 {
		return Result{}, fmt.Errorf("MinCoverage is %d: give a share from 1 to 100 percent", o.MinCoverage)
	}
	in, err := newInput(r, o.Limits)
	if err != nil {
		return Result{}, err
	}
	b := newBuilder(o.Format, t.kind, o)
	if err := t.read(b, in); err != nil {
		return Result{}, in.cause(err)
	}
	return b.result(in), nil
}

// result closes the builder after the whole input was read.
func (b *builder) result(in *input) Result {
	if b.Findings != nil {
		b.Findings.Rules, b.Findings.RuleTotal = topRules(b.rules, b.opts.Limits.Names), len(b.rules)
	}
	if b.dropped > 0 {
		b.Problems = append(b.Problems, fmt.Sprintf("%d more problems", b.dropped))
	}
	if b.FinishedAt.Before(b.StartedAt.Time) && !b.FinishedAt.IsZero() {
		b.Problems = append(b.Problems, "the end is before the start: neither time is used")
		b.StartedAt, b.FinishedAt = evidence.Time{}, evidence.Time{}
	}
	b.judge()
	b.FailAt, b.MinCoverage = b.opts.FailAt, b.opts.MinCoverage
	b.Digest, b.Size = in.digest(), in.size
	return b.Result
}

// wantsTests reports whether a check of that name is one of tests (controls
// catalogue, section 3.14).
func wantsTests(check string) bool {
	switch check {
	case "unit-test", "integration-test", "smoke-tests":
		return true
	}
	return false
}
