package report

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify"
)

// The objects of a SARIF log (OASIS SARIF 2.1.0, section 3), as far as they are
// used here.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool        sarifTool         `json:"tool"`
		Invocations []sarifInvocation `json:"invocations"`
		Results     []sarifResult     `json:"results"`
		Properties  map[string]string `json:"properties,omitempty"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name           string      `json:"name"`
		InformationURI string      `json:"informationUri"`
		Rules          []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID            string          `json:"id"`
		Short         sarifText       `json:"shortDescription"`
		Help          sarifText       `json:"help"`
		Configuration sarifConfig     `json:"defaultConfiguration"`
		Properties    sarifRuleDetail `json:"properties"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
	sarifConfig struct {
		Level string `json:"level"`
	}
	sarifRuleDetail struct {
		Tags     []string `json:"tags"`
		Level    string   `json:"level,omitempty"`
		Question int      `json:"question,omitempty"`
		Sections string   `json:"sections,omitempty"`
	}
	sarifInvocation struct {
		Successful    bool                `json:"executionSuccessful"`
		Notifications []sarifNotification `json:"toolExecutionNotifications,omitempty"`
	}
	sarifNotification struct {
		Level   string    `json:"level"`
		Message sarifText `json:"message"`
	}
	sarifResult struct {
		RuleID       string             `json:"ruleId"`
		RuleIndex    int                `json:"ruleIndex"`
		Level        string             `json:"level"`
		Message      sarifText          `json:"message"`
		Locations    []sarifLocation    `json:"locations"`
		Fingerprints map[string]string  `json:"partialFingerprints"`
		Suppressions []sarifSuppression `json:"suppressions,omitempty"`
	}
	sarifLocation struct {
		Physical sarifPhysical  `json:"physicalLocation"`
		Logical  []sarifLogical `json:"logicalLocations,omitempty"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   sarifRegion   `json:"region"`
	}
	sarifArtifact struct {
		URI string `json:"uri"`
	}
	sarifRegion struct {
		StartLine int `json:"startLine"`
	}
	sarifLogical struct {
		Name string `json:"fullyQualifiedName"`
		Kind string `json:"kind"`
	}
	sarifSuppression struct {
		Kind          string `json:"kind"`
		Status        string `json:"status"`
		Justification string `json:"justification"`
	}
)

const (
	sarifSchema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
	homepage    = "https://github.com/release-dossier/dossier"
	// verdictRule is the rule of a verdict that no check explains.
	verdictRule = "verdict"
)

// SARIF writes a run a release: a rule for each check that was made and a
// result for each that failed, could not be judged, or is a recommendation that
// is not followed. A waived failure is a suppressed result. A result is located
// at the line of the policy or the record file that it is about if that is
// known, and otherwise in the dossier, with the statement's digest and the JSON
// pointer as its logical location.
func SARIF(w io.Writer, results []Result, o Options) error {
	log := sarifLog{Schema: sarifSchema, Version: "2.1.0"}
	for _, r := range results {
		log.Runs = append(log.Runs, r.run(o))
	}
	return indented(w, log)
}

func (r Result) run(o Options) sarifRun {
	run := sarifRun{
		Tool:    sarifTool{sarifDriver{Name: "dossier", InformationURI: homepage, Rules: []sarifRule{}}},
		Results: []sarifResult{},
	}
	if r.Report == nil {
		run.Invocations = []sarifInvocation{{Notifications: []sarifNotification{{
			"error", sarifText{cell(fmt.Sprintf("%s: %s: %s", verdictUnread, r.Target, r.reason()))},
		}}}}
		return run
	}
	v := newView(r.Report, o)
	run.Invocations = []sarifInvocation{{Successful: true}}
	run.Properties = map[string]string{}
	cells := reportCells(v)
	for _, name := range suiteProperties {
		if cells[name] != "" {
			run.Properties[name] = cell(cells[name])
		}
	}
	index := map[string]int{}
	for i := range v.r.Checks {
		c := &v.r.Checks[i]
		n, ok := index[c.ID]
		if !ok {
			n = len(run.Tool.Driver.Rules)
			index[c.ID] = n
			run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, ruleOf(c))
		}
		if level := sarifLevel(c); level != "" {
			run.Results = append(run.Results, v.sarifResult(c, n, level))
		}
	}
	if v.r.Verdict != verify.Accepted && len(v.causes) == 0 {
		rules := &run.Tool.Driver.Rules
		run.Results = append(run.Results, v.verdictResult(len(*rules)))
		*rules = append(*rules, sarifRule{
			ID: verdictRule, Short: sarifText{"The release is accepted"}, Help: sarifText{"Say which release is meant, whom you trust and by which policy."},
			Configuration: sarifConfig{"error"}, Properties: sarifRuleDetail{Tags: []string{"verdict"}},
		})
	}
	return run
}

// sarifLevel is the level of a check's result; "" if it has none.
func sarifLevel(c *verify.Check) string {
	switch mark := markOf(*c); {
	case c.Blocks():
		return "error"
	case mark == "WARNING", mark == "LATER":
		return "warning"
	case mark == "WAIVED":
		return "note"
	}
	return ""
}

// ruleOf describes what a check asks.
func ruleOf(c *verify.Check) sarifRule {
	wants := c.Wants
	if wants == "" {
		wants = c.Title
	}
	var help []string
	for _, l := range []labelled{
		{"", wants + "."}, {"Follows from the release policy, ", c.Sections}, {"Expected: ", c.Expected},
		{"Before the act: ", c.Fix.Before}, {"Now: ", c.Fix.Now},
	} {
		if l.Text != "" {
			help = append(help, cell(l.Label+l.Text))
		}
	}
	if isControl(c) {
		help = append(help, "More: dossier explain "+quote(cut(c.ID, 100)))
	}
	rule := sarifRule{
		ID: cell(c.ID), Short: sarifText{cell(wants)}, Help: sarifText{strings.Join(help, "\n")},
		Configuration: sarifConfig{"error"},
		Properties:    sarifRuleDetail{Tags: []string{cell(string(c.Layer))}, Level: cell(c.Level), Question: c.Question, Sections: cell(c.Sections)},
	}
	if c.Level == "SHOULD" {
		rule.Configuration.Level = "warning"
	}
	return rule
}

func (v *view) sarifResult(c *verify.Check, rule int, level string) sarifResult {
	text := strings.Join(append([]string{cell(c.Title)}, v.explained(c)...), "\n")
	r := sarifResult{
		RuleID: cell(c.ID), RuleIndex: rule, Level: level, Message: sarifText{text}, Locations: v.sarifLocations(c),
	}
	r.Fingerprints = v.fingerprint(append([]string{c.ID, c.Code}, places(c)...))
	if c.Outcome == verify.Waived {
		r.Suppressions = []sarifSuppression{{"external", "accepted", cell(waiver(*c))}}
	}
	return r
}

func (v *view) verdictResult(rule int) sarifResult {
	var lines []string
	for _, r := range v.r.Reasons {
		lines = append(lines, cell(r.Text))
	}
	return sarifResult{
		RuleID: verdictRule, RuleIndex: rule, Level: "error",
		Message:   sarifText{verdictWord(v.r) + ": " + strings.Join(append([]string{cell(v.headline())}, lines...), "\n")},
		Locations: []sarifLocation{inFile(v.r.Target, 0)}, Fingerprints: v.fingerprint([]string{verdictRule}),
	}
}

// fingerprint tells one finding from another over several runs: it is about the
// release and the place, and not about the moment of judgement.
func (v *view) fingerprint(parts []string) map[string]string {
	if r := v.r.Release; r != nil {
		parts = append(parts, r.Repository, r.Component, r.Version)
	}
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return map[string]string{"dossier/v1": hex.EncodeToString(sum[:16])}
}

// places are the logical names of what a check looked at, each once.
func places(c *verify.Check) []string {
	var names []string
	for _, p := range c.Inputs[:min(len(c.Inputs), 10)] {
		for _, d := range []*evidence.Digest{p.Statement, p.Material} {
			if d == nil {
				continue
			}
			if name := d.String() + "#" + cell(p.Pointer); !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// sarifLocations are where a finding is: one location, since code scanning
// shows the first only.
func (v *view) sarifLocations(c *verify.Check) []sarifLocation {
	at := inFile(v.r.Target, 0)
	i := slices.IndexFunc(c.Inputs, func(p verify.Place) bool { return p.File != "" && p.Line > 0 })
	switch {
	case i >= 0:
		at = inFile(c.Inputs[i].File, c.Inputs[i].Line)
	case c.Asked != nil && c.Asked.File != "":
		at = inFile(c.Asked.File, c.Asked.Line)
	}
	for _, name := range places(c) {
		at.Logical = append(at.Logical, sarifLogical{name, "object"})
	}
	return []sarifLocation{at}
}

// inFile is a line of a file. What reads SARIF wants a line even of a file that
// has none.
func inFile(path string, line int) sarifLocation {
	return sarifLocation{Physical: sarifPhysical{sarifArtifact{fileURI(path)}, sarifRegion{max(1, line)}}}
}

// fileURI writes a path as a URI reference (RFC 3986, section 4.1).
func fileURI(path string) string {
	u := url.URL{Path: filepath.ToSlash(cell(path))}
	if filepath.IsAbs(path) {
		u.Scheme = "file"
		if !strings.HasPrefix(u.Path, "/") {
			u.Path = "/" + u.Path // a drive letter
		}
	}
	return u.String()
}
