package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/release-dossier/dossier/verify"
)

// The elements of a JUnit file, as far as CI systems agree on them: those of
// the schema of Apache Ant's junitreport with "skipped", which Jenkins, GitLab,
// GitHub actions and Azure read.
type (
	junitFile struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Name     string       `xml:"name,attr"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Errors   int          `xml:"errors,attr"`
		Skipped  int          `xml:"skipped,attr"`
		Time     string       `xml:"time,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name       string          `xml:"name,attr"`
		Tests      int             `xml:"tests,attr"`
		Failures   int             `xml:"failures,attr"`
		Errors     int             `xml:"errors,attr"`
		Skipped    int             `xml:"skipped,attr"`
		Time       string          `xml:"time,attr"`
		Properties []junitProperty `xml:"properties>property"`
		Cases      []junitCase     `xml:"testcase"`
	}
	junitProperty struct {
		Name  string `xml:"name,attr"`
		Value string `xml:"value,attr"`
	}
	junitCase struct {
		Class   string        `xml:"classname,attr"`
		Name    string        `xml:"name,attr"`
		Time    string        `xml:"time,attr"`
		Failure *junitProblem `xml:"failure"`
		Error   *junitProblem `xml:"error"`
		Skipped *junitProblem `xml:"skipped"`
		Out     string        `xml:"system-out,omitempty"`
	}
	junitProblem struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr,omitempty"`
		Text    string `xml:",chardata"`
	}
)

// JUnit writes a test suite a release and a test case a check, the verdict
// first. A failure is a failed case, and what cannot be judged an error. What
// does not apply, is waived, pending or not enforced yet is skipped and says
// which; a recommendation that is not followed passes with a note. Times are 0: nothing
// was run.
func JUnit(w io.Writer, results []Result, o Options) error {
	f := junitFile{Name: "dossier", Time: "0"}
	for _, r := range results {
		s := r.suite(o)
		for _, c := range s.Cases {
			s.Tests++
			switch {
			case c.Failure != nil:
				s.Failures++
			case c.Error != nil:
				s.Errors++
			case c.Skipped != nil:
				s.Skipped++
			}
		}
		f.Tests += s.Tests
		f.Failures += s.Failures
		f.Errors += s.Errors
		f.Skipped += s.Skipped
		f.Suites = append(f.Suites, s)
	}
	text, err := xml.MarshalIndent(f, "", "  ")
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	_, err = io.WriteString(w, xml.Header+string(text)+"\n")
	return err
}

// suiteProperties are the columns of a CSV line that a suite has as properties.
var suiteProperties = []string{
	"target", "verdict", "repository", "version", "as_of", "gate", "policy", "policy_version", "policy_digest", "trust_digest", "state", "source",
}

func (r Result) suite(o Options) junitSuite {
	if r.Report == nil {
		return junitSuite{Name: cell(r.Target), Time: "0", Cases: []junitCase{{
			Class: "dossier", Name: "verdict", Time: "0",
			Error: &junitProblem{Message: verdictUnread, Type: "cannot-read", Text: cell(r.reason())},
		}}}
	}
	v := newView(r.Report, o)
	s := junitSuite{Name: cell(v.name()), Time: "0"}
	cells := reportCells(v)
	for _, name := range suiteProperties {
		if cells[name] != "" {
			s.Properties = append(s.Properties, junitProperty{name, cell(cells[name])})
		}
	}
	s.Cases = append(s.Cases, v.verdictCase())
	times := map[string]int{}
	for i := range r.Report.Checks {
		c := v.junitCase(&r.Report.Checks[i])
		if times[c.Name]++; times[c.Name] > 1 {
			c.Name = fmt.Sprintf("%s (%d)", c.Name, times[c.Name])
		}
		s.Cases = append(s.Cases, c)
	}
	return s
}

// verdictCase is the verdict as a test: a release can be refused although every
// check passes, if nobody said which release was meant.
func (v *view) verdictCase() junitCase {
	c := junitCase{Class: "dossier", Name: "verdict", Time: "0"}
	if v.saved {
		c.Out = savedNote
	}
	if v.r.Verdict == verify.Accepted {
		return c
	}
	var lines []string
	for _, r := range v.r.Reasons {
		lines = append(lines, cell(r.Text))
	}
	c.Failure = &junitProblem{Message: verdictWord(v.r) + ": " + cell(v.headline()), Type: verdictCode(v.r.Verdict), Text: strings.Join(lines, "\n")}
	return c
}

// verdictCode is a verdict as a reason code: "not-accepted".
func verdictCode(v verify.Verdict) string {
	return strings.ReplaceAll(strings.ToLower(cell(string(v))), " ", "-")
}

func (v *view) junitCase(k *verify.Check) junitCase {
	theme, _, _ := strings.Cut(k.ID, "/")
	c := junitCase{Class: cell("dossier." + string(k.Layer) + "." + theme), Name: cell(k.ID), Time: "0"}
	problem := &junitProblem{Message: cell(k.Title), Type: cell(k.Code), Text: strings.Join(v.explained(k), "\n")}
	switch {
	case k.Blocks() && k.Outcome == verify.Unknown:
		c.Error = problem
	case k.Blocks():
		c.Failure = problem
	case k.Outcome == verify.Pass:
	case markOf(*k) == "WARNING":
		c.Out = "warning: " + cell(v.noteText(*k))
	default:
		c.Skipped = &junitProblem{Message: cell(strings.TrimSuffix(skipWord(*k)+": "+skipText(v, *k), ": "))}
	}
	return c
}

// skipWord says why a case is skipped.
func skipWord(c verify.Check) string {
	if mark := markOf(c); mark != "" {
		return strings.ToLower(mark)
	}
	return string(c.Outcome)
}

// skipText completes it.
func skipText(v *view, c verify.Check) string {
	if markOf(c) == "" {
		return why(c)
	}
	return v.noteText(c)
}

// explained is what there is to say of a finding, a line each.
func (v *view) explained(c *verify.Check) []string {
	var lines []string
	for _, l := range []labelled{
		{"expected", c.Expected}, {"found", v.found(c)}, {"known", known(proof(c.Proof), "", maxCell)},
		{"before the act", c.Fix.Before}, {"now", c.Fix.Now}, {"policy", c.Sections}, {"asked at", asked(c)},
	} {
		if l.Text != "" {
			lines = append(lines, l.Label+": "+cell(l.Text))
		}
	}
	return lines
}

// asked is the line of the policy document that asks for a control.
func asked(c *verify.Check) string {
	if c.Asked == nil {
		return ""
	}
	return fileLine(*c.Asked)
}
