package checks

import "fmt"

// judge derives the outcome from what was counted. A failure that the counts
// show is never hidden by what else is wrong with the file.
func (b *builder) judge() {
	switch {
	case b.Tests != nil:
		b.judgeTests(*b.Tests)
	case b.Findings != nil:
		b.judgeFindings(*b.Findings)
	default:
		b.judgeCoverage(*b.Coverage)
	}
	switch {
	case b.Outcome == Fail:
	case b.failed != "":
		b.set(Fail, "%s", b.failed)
	case b.nothing != "":
		b.set(Skipped, "%s", b.nothing)
	}
}

// set takes an outcome with the reason for it.
func (b *builder) set(o Outcome, format string, args ...any) {
	b.Outcome, b.Reason = o, fmt.Sprintf(format, args...)
}

// judgeTests passes what ran at least one test and failed none.
func (b *builder) judgeTests(t Tests) {
	switch bad := t.Failures + t.Errors; {
	case bad > 0:
		b.set(Fail, "%d failures and %d errors in %d tests", t.Failures, t.Errors, t.Total)
	case t.Total == 0:
		b.set(Skipped, "no test ran: a suite without tests shows nothing (have a linter write SARIF)")
	case t.Skipped == t.Total:
		b.set(Skipped, "all %d tests were skipped", t.Total)
	default:
		b.set(Pass, "")
	}
}

// judgeFindings passes what has no open finding at the threshold. No findings
// at all is a pass here: that a scan took place is shown by its empty list.
func (b *builder) judgeFindings(f Findings) {
	if n := f.Severities.AtLeast(b.opts.FailAt); n > 0 {
		b.set(Fail, "%d open findings are of severity %s or worse, or of unknown severity", n, b.opts.FailAt)
		return
	}
	b.set(Pass, "")
}

// judgeCoverage compares with the minimum that was agreed, if there is one.
func (b *builder) judgeCoverage(c Coverage) {
	switch want := b.opts.MinCoverage; {
	case c.Total == 0:
		b.set(Skipped, "no %s were measured", c.Unit)
	case want == 0:
		b.set(NA, "%.1f %% of %s are covered, and no minimum is given to judge that by", c.Percent(), c.Unit)
	case c.Percent() < float64(want):
		b.set(Fail, "%.2f %% of %s are covered, %d %% are wanted", c.Percent(), c.Unit, want)
	default:
		b.set(Pass, "")
	}
}
