package checks

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/release-dossier/dossier/evidence"
)

// Findings counts what an analyser or a vulnerability scanner reported.
type Findings struct {
	// Open are the findings that still stand: neither suppressed nor absent.
	Open int64
	// Suppressed were set aside with a reason: SARIF suppressions; resolved,
	// false positive or not affected vulnerabilities.
	Suppressed int64
	// New, Unchanged, Updated and Absent follow SARIF's baselineState. Absent
	// ones were found before and are gone; the others are part of Open or
	// Suppressed.
	New       int64
	Unchanged int64
	Updated   int64
	Absent    int64
	// Severities splits Open; every class is present, even if it is zero.
	Severities Severities
	// Rules lists the rules or vulnerabilities with most open findings first,
	// at most Limits.Names of them; RuleTotal is their number.
	Rules     []evidence.CheckRule
	RuleTotal int
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

// topRules returns the rules with most open findings first, at most most.
func topRules(open map[string]int64, most int) []evidence.CheckRule {
	list := make([]evidence.CheckRule, 0, len(open))
	for id, n := range open {
		list = append(list, evidence.CheckRule{ID: id, Open: n})
	}
	slices.SortFunc(list, func(x, y evidence.CheckRule) int {
		return cmp.Or(cmp.Compare(y.Open, x.Open), cmp.Compare(x.ID, y.ID))
	})
	if len(list) == 0 {
		return nil
	}
	return slices.Clone(list[:min(len(list), most)])
}
