package policy_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify"
	"github.com/release-dossier/dossier/verify/policy"
)

// holds is a compiler of rules that hold.
type holds struct{}

func (holds) Compile(string) (policy.Expression, error) { return holds{}, nil }
func (holds) Holds(map[string]any) (bool, error)        { return true, nil }

func withRule(t *testing.T, expression string) *policy.Policy {
	t.Helper()
	p, err := policy.Reader{Rules: holds{}}.Parse("p.yaml", []byte("id: p\nversion: 1\neffective: { from: 2026-01-01 }\nextends: solo\nrules:\n  x: { title: it is so, holds: '"+expression+"', fix: mend it }\n"))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestOwnRulesAreCovered: two policies whose own rules differ are two policies.
func TestOwnRulesAreCovered(t *testing.T) {
	a, b := withRule(t, "size(input.records) > 99"), withRule(t, "true")
	if a.Digest == b.Digest || a.Rules == b.Rules {
		t.Error("another rule has the same digest")
	}
	if d := policy.Diff(a, b); len(d) != 1 || d[0].What != "own/x" {
		t.Errorf("the difference: %+v", d)
	}
	if _, err := policy.NewSet(a, b); err == nil {
		t.Error("two documents of one version that differ are a set")
	}
}

// judged returns the outcomes of the base release after a change of its facts.
func judged(t *testing.T, p verify.Policy, change func(*verify.Facts)) map[string]verify.Check {
	t.Helper()
	f := factsOfBase(t)
	change(f)
	checks, _ := p.Judge(f)
	by := map[string]verify.Check{}
	for _, c := range checks {
		by[c.ID] = c
	}
	return by
}

func factsOfBase(t testing.TB) *verify.Facts {
	t.Helper()
	s, _ := loadSuite(t)
	d, expect, o, err := s.Base.Build()
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	keep := &factsOf{Policy: o.Policy}
	o.Policy = keep
	if _, err := verify.Bundle(t.Context(), d, expect, o); err != nil {
		t.Fatal(err)
	}
	record := *keep.facts.Record
	keep.facts.Record = &record
	return keep.facts
}

func profile(t *testing.T, name string) *policy.Policy {
	t.Helper()
	p, err := policy.Profile(name)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestDeployedLibrary: a service that calls itself a library, of which neither
// windows nor environments are asked, is not judged at all.
func TestDeployedLibrary(t *testing.T) {
	for _, name := range policy.Profiles() {
		got := judged(t, profile(t, name), func(f *verify.Facts) { f.Record.Kind = evidence.KindLibrary })
		if c := got["policy/repository-type"]; len(got) != 1 || !c.Blocks() || c.Found == "" {
			t.Errorf("%s: %d checks, %+v", name, len(got), c)
		}
	}
}

// TestOwnRulesSeeAll: a rule of the policy's own sees the outcome of every
// control, those that judge outcomes among them.
func TestOwnRulesSeeAll(t *testing.T) {
	var seen map[string]any
	p, err := policy.Reader{Rules: keeps{&seen}}.Parse("p.yaml", []byte("id: p\nversion: 1\neffective: { from: 2026-01-01 }\nextends: sox\nrules:\n  a: { title: it is so, holds: x, fix: mend it }\n"))
	if err != nil {
		t.Fatal(err)
	}
	got := judged(t, p, func(*verify.Facts) {})
	controls, _ := seen["controls"].(map[string]any)
	for id, c := range got {
		if id != "own/a" && controls[id] != string(c.Outcome) {
			t.Errorf("%s: %v, want %s", id, controls[id], c.Outcome)
		}
	}
	if len(controls) != len(got)-1 {
		t.Errorf("%d controls of %d", len(controls), len(got)-1)
	}
}

// keeps keeps the input of a rule.
type keeps struct{ input *map[string]any }

func (k keeps) Compile(string) (policy.Expression, error) { return k, nil }
func (k keeps) Holds(in map[string]any) (bool, error) {
	*k.input = in
	return true, nil
}

// TestLoosenedIsTold: a report tells what a policy asks less of, and counts it.
func TestLoosenedIsTold(t *testing.T) {
	p, err := policy.Parse("p.yaml", []byte("id: p\nversion: 1\neffective: { from: 2026-01-01 }\nextends: sox\nwithout: [sod/*]\nloosen:\n  - { what: [sod/*], exception: EXC-7 }\n"))
	if err != nil {
		t.Fatal(err)
	}
	_, view := p.Judge(factsOfBase(t))
	if len(view.Loosened) != 1 || view.Loosened[0].Exception != "EXC-7" || len(view.Loosened[0].What) != 10 {
		t.Errorf("%+v", view.Loosened)
	}
	if !slices.Contains(view.NotAskedWhy, "10 are left out by exceptions") || slices.ContainsFunc(view.NotAskedWhy, func(s string) bool { return strings.Contains(s, "higher profile") }) {
		t.Errorf("%q", view.NotAskedWhy)
	}
	if view.Asked+view.NotAsked != policy.CatalogueSize {
		t.Errorf("asked %d, not asked %d", view.Asked, view.NotAsked)
	}
}

// TestSpentEmergency: at the gate, an emergency that production was changed
// under already stands in for nothing again.
func TestSpentEmergency(t *testing.T) {
	s, _ := loadSuite(t)
	for _, c := range s.Cases {
		if c.Name != "window/production-inside/waived" {
			continue
		}
		d, expect, o, err := c.Build()
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		o.Gate = verify.GateProduction
		r, err := verify.Bundle(t.Context(), d, expect, o)
		if err != nil {
			t.Fatal(err)
		}
		for _, check := range r.Checks {
			if check.ID == "window/production-inside" && !check.Blocks() {
				t.Errorf("%s by %s", check.Outcome, check.Exception)
			}
		}
		return
	}
	t.Fatal("there is no such case")
}
