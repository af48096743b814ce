package checks

import (
	"strings"
)

// sarifResult holds the properties of a result that are judged (SARIF 2.1.0,
// section 3.27).
type sarifResult struct {
	RuleID    string `json:"ruleId"`
	RuleIndex *int   `json:"ruleIndex"`
	Rule      struct {
		ID        string `json:"id"`
		Index     *int   `json:"index"`
		Component struct {
			Index *int   `json:"index"`
			GUID  string `json:"guid"`
			Name  string `json:"name"`
		} `json:"toolComponent"`
	} `json:"rule"`
	Kind          string `json:"kind"`
	Level         string `json:"level"`
	BaselineState string `json:"baselineState"`
	Suppressions  items[struct {
		Status string `json:"status"`
	}] `json:"suppressions"`
}

// result counts one result.
func (s *sarif) result(r *sarifRun) error {
	var in sarifResult
	if err := s.j.decode(&in); err != nil {
		return err
	}
	switch in.Kind {
	case "pass", "notApplicable", "informational":
		return nil // the rule was looked at and nothing is wrong
	}
	f := s.Findings
	switch in.BaselineState {
	case "absent":
		f.Absent++
		return nil
	case "new":
		f.New++
	case "unchanged":
		f.Unchanged++
	case "updated":
		f.Updated++
	}
	if in.suppressed() {
		f.Suppressed++
		return nil
	}
	return s.keep(r, &in)
}

// suppressed follows section 3.27.23: every suppression must be accepted.
func (in *sarifResult) suppressed() bool {
	for _, s := range in.Suppressions {
		if s.Status != "" && s.Status != "accepted" {
			return false
		}
	}
	return len(in.Suppressions) > 0
}

// keep counts an open finding until the rules of the run are known.
func (s *sarif) keep(r *sarifRun, in *sarifResult) error {
	k := in.key()
	o := r.open[k]
	if o == nil {
		if len(r.open) >= maxRules {
			return s.j.fail(errRules)
		}
		o = &sarifOpen{id: clean(in.id()), levels: map[string]int64{}}
		r.open[k] = o
	}
	o.levels[in.level()]++
	return nil
}

// reviewLevel marks results that the tool leaves to people to decide.
const reviewLevel = "review"

// level is the level that the result itself states, or reviewLevel: for the kinds
// "open" and "review", and for kinds and levels that SARIF does not have.
func (in *sarifResult) level() string {
	level := knownLevel(in.Level)
	if in.Kind != "" && in.Kind != "fail" || level != in.Level {
		return reviewLevel
	}
	return level
}

// id is the rule's id, which may stand in either of two places.
func (in *sarifResult) id() string {
	if in.RuleID == "" {
		return in.Rule.ID
	}
	return in.RuleID
}

// key prefers the place of the rule to its id, which need not be unique.
func (in *sarifResult) key() sarifRuleKey {
	k := sarifRuleKey{component: -1, index: -1}
	if in.Rule.Component.Index != nil {
		k.component = *in.Rule.Component.Index
	}
	switch {
	case in.elsewhere() && in.id() != "":
		k = sarifRuleKey{0, -1, in.shortID()}
	case in.Rule.Index != nil && *in.Rule.Index >= 0:
		k.index = *in.Rule.Index
	case in.RuleIndex != nil && *in.RuleIndex >= 0:
		k.index = *in.RuleIndex
	default:
		k = sarifRuleKey{0, -1, in.shortID()}
	}
	return k
}

// elsewhere reports whether the rule is in a component that is named in a way
// which is not followed, so that its place in that component says nothing.
func (in *sarifResult) elsewhere() bool {
	c := in.Rule.Component
	return c.Index == nil && (c.GUID != "" || c.Name != "")
}

// shortID is the id as far as rules are kept by it.
func (in *sarifResult) shortID() string {
	id := in.id()
	return id[:min(len(id), maxText)]
}

// resolve gives the findings of a run their severities.
func (s *sarif) resolve(r *sarifRun) error {
	for k, o := range r.open {
		rule := r.find(k, o.id)
		for level, n := range o.levels {
			if err := s.settle(o.id, rule, level, n); err != nil {
				return err
			}
		}
	}
	return nil
}

// find returns the rule of a finding. An id may name a part of a rule:
// "CA1000/1" is of rule CA1000 (section 3.5.4).
func (r *sarifRun) find(k sarifRuleKey, id string) sarifRule {
	if rule, ok := r.rules[k]; ok {
		return rule
	}
	for id != "" {
		if rule, ok := r.rules[sarifRuleKey{0, -1, id}]; ok {
			return rule
		}
		id = id[:max(0, strings.LastIndexByte(id, '/'))]
	}
	return sarifRule{security: Unknown}
}

// settle counts n findings of one rule and level. A security score of the rule
// says more than a level, whose meaning differs from tool to tool.
func (s *sarif) settle(id string, rule sarifRule, level string, n int64) error {
	if id == "" {
		id = "(no rule)"
	}
	if level == reviewLevel {
		return s.open(id, Unknown, n)
	}
	return s.open(id, rule.severity(level), n)
}

// severity is that of a result with a level of its own, or "".
func (r sarifRule) severity(level string) Severity {
	if r.security != Unknown {
		return r.security
	}
	if level == "" {
		level = r.level
	}
	return levelSeverity(level)
}

// levelSeverity maps SARIF's levels; no level means warning.
func levelSeverity(level string) Severity {
	switch level {
	case "error":
		return High
	case "note":
		return Low
	case "none":
		return Info
	}
	return Medium
}
