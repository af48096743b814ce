package checks

import (
	"errors"
	"fmt"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/release-dossier/dossier/evidence"
)

// sarif reads a SARIF log (OASIS SARIF 2.1.0). One result is held at a time.
// Severities of results depend on rules that may come after them, so findings
// are counted by rule and level and resolved at the end of their run.
type sarif struct {
	*builder
	j    *jsonReader
	runs int
}

func readSARIF(b *builder, in *input) error {
	s := &sarif{builder: b, j: newJSONReader(in)}
	version := ""
	err := s.j.object(func(name string) error {
		switch name {
		case "version":
			return s.j.decode(&version)
		case "runs":
			return s.j.array(s.run)
		case "inlineExternalProperties":
			b.fail("findings may be in inlineExternalProperties, which are not read: have the tool write them into runs")
		}
		return s.j.skip()
	})
	if err == nil {
		err = s.j.end()
	}
	if err == nil && version != "2.1.0" && !strings.HasPrefix(version, "2.2") {
		err = fmt.Errorf("version is %q, want 2.1.0", clean(version))
	}
	if err == nil && s.runs == 0 {
		b.nothing = "there is no run: the tool analysed nothing"
	}
	return err
}

// sarifRun is what one run says that later parts of it refer to.
type sarifRun struct {
	rules   map[sarifRuleKey]sarifRule
	open    map[sarifRuleKey]*sarifOpen
	driver  evidence.CheckTool
	refused bool // the list of results is null: nothing was analysed
	results bool // there is a list of results, if only an empty one
	// succeeded says that the tool states that it ran successfully.
	succeeded bool
}

// sarifRuleKey refers to a rule by its place, or by id if index is -1.
type sarifRuleKey struct {
	component, index int // component -1 is the driver
	id               string
}

// sarifOpen counts open findings of one rule by level; "" is the rule's own.
type sarifOpen struct {
	id     string
	levels map[string]int64
}

// run reads one run and settles its findings. What was kept for it is dropped,
// so a log of many runs needs no more memory than its largest.
func (s *sarif) run() error {
	s.runs++
	r := &sarifRun{rules: map[sarifRuleKey]sarifRule{}, open: map[sarifRuleKey]*sarifOpen{}}
	err := s.j.object(func(name string) error {
		switch name {
		case "tool":
			return s.toolOf(r)
		case "invocations":
			return s.j.array(func() error { return s.invocation(r) })
		case "results":
			r.results = s.j.dec.PeekKind() != 'n'
			r.refused = !r.results
			return s.j.array(func() error { return s.result(r) })
		case "externalPropertyFileReferences":
			s.fail("parts of the log are in other files, which are not read: have the tool write one file")
		}
		return s.j.skip()
	})
	if err != nil {
		return err
	}
	switch {
	case !r.results && r.succeeded && !r.refused:
		s.problem("a run has no list of results and says that it was successful: staticcheck means none")
	case !r.results:
		s.nothing = "a run has no list of results: the tool found out nothing (SARIF 2.1.0, section 3.14.23)"
	case r.driver.Name == "":
		s.nothing = "a run does not name its tool: it does not say who found nothing (SARIF 2.1.0, section 3.19.8)"
	}
	before := s.Findings.Open
	err = s.resolve(r)
	r.driver.Open = s.Findings.Open - before
	s.tool(r.driver)
	return err
}

// toolOf reads the driver and its extensions.
func (s *sarif) toolOf(r *sarifRun) error {
	return s.j.object(func(name string) error {
		switch name {
		case "driver":
			return s.component(r, -1)
		case "extensions":
			i := -1
			return s.j.array(func() error { i++; return s.component(r, i) })
		}
		return s.j.skip()
	})
}

// component reads the driver or an extension, which is where CodeQL has rules.
func (s *sarif) component(r *sarifRun, number int) error {
	var t evidence.CheckTool
	var semantic string
	err := s.j.object(func(member string) error {
		switch member {
		case "name":
			return s.j.decode(&t.Name)
		case "version":
			return s.j.decode(&t.Version)
		case "semanticVersion":
			return s.j.decode(&semantic)
		case "rules":
			i := -1
			return s.j.array(func() error { i++; return s.rule(r, number, i) })
		}
		return s.j.skip()
	})
	if t.Version == "" {
		t.Version = semantic
	}
	if number < 0 {
		r.driver = t
	}
	return err
}

// sarifRule is what a rule says about the severity of its results.
type sarifRule struct {
	level    string
	security Severity // from security-severity, a CVSS score by convention
}

// rule keeps a rule under its place and under its id. Results refer to either.
func (s *sarif) rule(r *sarifRun, component, index int) error {
	var in struct {
		ID      string `json:"id"`
		Default struct {
			Level string `json:"level"`
		} `json:"defaultConfiguration"`
		Properties struct {
			Security jsontext.Value `json:"security-severity"`
		} `json:"properties"`
	}
	if err := s.j.decode(&in); err != nil {
		return err
	}
	if len(r.rules) >= 2*maxRules {
		return s.j.fail(fmt.Errorf("more than %d rules, the most that are read", maxRules))
	}
	out := sarifRule{level: knownLevel(in.Default.Level), security: Unknown}
	if score := strings.Trim(string(in.Properties.Security), `"`); score != "" && score != "null" {
		out.security = parseSeverity(score)
	}
	r.rules[sarifRuleKey{component, index, ""}] = out
	if byID := (sarifRuleKey{0, -1, in.ID}); len(in.ID) <= maxText {
		// Components may use the same id: what cannot be told apart is the worse.
		if have, ok := r.rules[byID]; !ok || out.severity("").rank() > have.severity("").rank() {
			r.rules[byID] = out
		}
	}
	return nil
}

// knownLevel drops levels that SARIF does not have.
func knownLevel(level string) string {
	switch level {
	case "error", "warning", "note", "none":
		return level
	}
	return ""
}

// invocation takes times and whether the tool itself thinks it worked.
func (s *sarif) invocation(r *sarifRun) error {
	var in struct {
		Start      string `json:"startTimeUtc"`
		End        string `json:"endTimeUtc"`
		Successful *bool  `json:"executionSuccessful"`
	}
	if err := s.j.decode(&in); err != nil {
		return err
	}
	s.started(in.Start)
	s.finished(in.End)
	r.succeeded = r.succeeded || in.Successful != nil && *in.Successful
	if in.Successful != nil && !*in.Successful {
		s.fail("the tool says that it did not run successfully (executionSuccessful is false)")
	}
	return nil
}

// errRules stops a run that refers to more rules than any tool has.
var errRules = errors.New("the results refer to too many different rules")
