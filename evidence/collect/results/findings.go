package results

import (
	"cmp"
	"fmt"
	"slices"
)

// Findings counts what an analyser or a vulnerability scanner reported.
type Findings struct {
	// Open are the findings that still stand: neither suppressed nor absent.
	Open int64 `json:"open"`
	// Suppressed were set aside with a reason: SARIF suppressions; resolved,
	// false positive or not affected vulnerabilities.
	Suppressed int64 `json:"suppressed"`
	// New, Unchanged, Updated and Absent follow SARIF's baselineState. Absent
	// ones were found before and are gone; the others are part of Open or
	// Suppressed.
	New       int64 `json:"new,omitzero"`
	Unchanged int64 `json:"unchanged,omitzero"`
	Updated   int64 `json:"updated,omitzero"`
	Absent    int64 `json:"absent,omitzero"`
	// Severities splits Open; every class is present, even if it is zero.
	Severities Severities `json:"severities"`
	// Levels splits Open by SARIF's level; nil for other formats.
	Levels *Levels `json:"levels,omitempty"`
	// Rules lists the rules or vulnerabilities with most open findings first,
	// at most Limits.Names of them; RuleTotal is their number.
	Rules     []RuleCount `json:"rules,omitempty"`
	RuleTotal int         `json:"ruleTotal,omitzero"`
}

// Levels counts findings by SARIF's level (SARIF 2.1.0, section 3.27.10).
type Levels struct {
	Error   int64 `json:"error"`
	Warning int64 `json:"warning"`
	Note    int64 `json:"note"`
	None    int64 `json:"none"`
}

// RuleCount is the number of open findings of one rule or vulnerability.
type RuleCount struct {
	ID   string `json:"id"`
	Open int64  `json:"open"`
}

// add counts n findings of a level; a missing level means warning.
func (l *Levels) add(level string, n int64) {
	switch level {
	case "error":
		l.Error += n
	case "note":
		l.Note += n
	case "none":
		l.None += n
	default:
		l.Warning += n
	}
}

// maxRules is the most rules or vulnerabilities of one file.
const maxRules = 100_000

// open counts n open findings of one rule.
func (b *builder) open(rule string, s Severity, n int64) error {
	if len(b.rules) >= maxRules {
		return fmt.Errorf("more than %d rules or vulnerabilities, the most that are read", maxRules)
	}
	b.Findings.Open += n
	b.Findings.Severities.add(s, n)
	b.rules[clean(rule)] += n
	return nil
}

// topRules fills Rules from the counts of all rules.
func (b *builder) topRules() {
	list := make([]RuleCount, 0, len(b.rules))
	for id, n := range b.rules {
		list = append(list, RuleCount{id, n})
	}
	slices.SortFunc(list, func(x, y RuleCount) int {
		return cmp.Or(cmp.Compare(y.Open, x.Open), cmp.Compare(x.ID, y.ID))
	})
	b.Findings.RuleTotal = len(list)
	if keep := min(len(list), b.opts.Limits.Names); keep > 0 {
		b.Findings.Rules = slices.Clone(list[:keep])
	}
}
