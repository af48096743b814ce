package report

import (
	"errors"
	"fmt"
	"io"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify"
)

// Options say how a report is printed; the zero value is a plain page of 90
// columns.
type Options struct {
	// Width is the number of columns; 0 is 90. Values below 80 and above 240
	// are taken as these.
	Width int
	// Color colours the verdict and the words FAILED, UNKNOWN and WARNING.
	Color bool
	// All lists everything: every check with its outcome, every signer and
	// exhibit, and all that a shorter page leaves out.
	All bool
	// Saved says that the report was read back from a file and nothing was
	// verified now; the page then says so, too.
	Saved bool
}

// errNoReport is a mistake of the caller.
var errNoReport = errors.New("report: there is no report to print")

// Text prints the page for people. An accepted release takes at most 45 lines,
// and each cause of a failure at most 12, unless [Options].All asks for
// everything. Its error is that of w.
func Text(w io.Writer, r *verify.Report, o Options) error {
	if r == nil {
		return errNoReport
	}
	v := newView(r, o)
	sections := v.page()
	var lines []line
	switch {
	case v.all:
		lines = layout(append(sections, v.everything()...), -1, 0)
	case r.Verdict == verify.Accepted:
		lines = fit(sections)
	default:
		lines = layout(sections, mostFolded, mostFolded)
	}
	return write(w, lines, o.Color)
}

// view is a report with what several sections of its page need.
type view struct {
	r       *verify.Report
	width   int
	all     bool
	saved   bool
	causes  []cause
	number  map[string]int // the number of the FAILED block that tells of a check's ID
	exhibit map[evidence.Digest]int

	// controls and file tally the policy's controls and layers 1 to 4.
	controls, file tally
}

func newView(r *verify.Report, o Options) *view {
	v := &view{r: r, width: 90, all: o.All, saved: o.Saved, causes: causes(r.Checks)}
	if o.Width != 0 {
		v.width = min(max(o.Width, 80), 240)
	}
	v.number = map[string]int{}
	v.causes = v.order(v.causes)
	for i, c := range v.causes {
		for _, also := range append(c.also[:len(c.also):len(c.also)], c.check) {
			v.number[also.ID] = i + 1
		}
	}
	v.exhibit = map[evidence.Digest]int{}
	for _, e := range r.Exhibits {
		if _, again := v.exhibit[e.Digest]; !again {
			v.exhibit[e.Digest] = e.Number
		}
	}
	v.controls = count(r.Checks, func(c verify.Check) bool { return isControl(&c) })
	v.file = count(r.Checks, ofFile)
	return v
}

// order keeps the causes to be told: the file's own first, then the policy's.
// That no signer is trusted is the verdict itself and no finding.
func (v *view) order(all []cause) []cause {
	var file, policy []cause
	for _, c := range all {
		switch {
		case c.check.Code == codeNoTrust && v.r.Trust == nil && len(c.also) == 0:
		case ofFile(*c.check):
			file = append(file, c)
		default:
			policy = append(policy, c)
		}
	}
	return append(file, policy...)
}

// fileHolds reports that layers 1 to 4 held but for recommendations, so that one
// line is enough to say so.
func (v *view) fileHolds() bool { return v.file.held == v.file.asked-v.file.warned }

// page chooses the sections that go with the verdict.
func (v *view) page() []section {
	switch {
	case v.r.Verdict == verify.Accepted:
		return v.accepted()
	case v.r.Verdict == verify.NotGenuine:
		return v.notGenuine()
	case !v.r.Relied:
		return v.look()
	}
	return v.notAccepted()
}

// accepted is the page of a release that may be relied on: what it is first,
// what to think of before relying on it after.
func (v *view) accepted() []section {
	s := []section{v.header(), v.release("The release"), v.people()}
	if !v.fileHolds() || v.all {
		s = append(s, v.layers())
	}
	return append(s, v.questions(), v.notes(), v.footer())
}

// notAccepted is the page of a genuine release that falls short: the failures
// take the place of what was held.
func (v *view) notAccepted() []section {
	s := []section{v.header(), v.release("The release")}
	if v.all {
		s = append(s, v.people(), v.layers(), v.questions(), v.notes())
	}
	s = append(s, v.failures(func(verify.Check) bool { return true })...)
	if !v.all {
		s = append(s, v.excused())
	}
	return append(s, v.adding(), v.closing())
}

// notGenuine is the page of a file that contradicts itself. What breaks it comes
// first; the rest is kept apart, since it rests on a broken file.
func (v *view) notGenuine() []section {
	s := []section{v.header(), v.layers()}
	s = append(s, v.failures(ofFile)...)
	s = append(s, v.release("Not relied upon: the release, as the file says"))
	if v.controls.asked > 0 {
		s = append(s, section{head: plain(fmt.Sprintf(
			"Not relied upon: the policy's controls, %s", v.controls.blocked()))})
		s = append(s, v.failures(inLayer(verify.Controls))...)
	}
	if v.all {
		s = append(s, v.people(), v.questions(), v.notes())
	} else {
		s = append(s, v.excused())
	}
	return append(s, v.closing())
}

// look is the page of a file whose release statement nobody trusted signed: what
// it claims, who signed it, and what to add to rely on it.
func (v *view) look() []section {
	s := []section{v.header(), v.layers(), v.claim(), v.signers()}
	s = append(s, v.failures(func(verify.Check) bool { return true })...)
	if v.all {
		s = append(s, v.people(), v.questions(), v.notes())
	}
	return append(s, v.adding(), v.closing())
}
