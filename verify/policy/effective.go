package policy

import (
	"cmp"
	"slices"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify"
)

// Effective is what a policy comes to, with where each value comes from: what
// dossier policy show prints.
type Effective struct {
	ID        string          `json:"id"`
	Version   int             `json:"version"`
	Profile   string          `json:"profile"`
	In        string          `json:"inForce"`
	Digest    evidence.Digest `json:"digest"`
	Rules     evidence.Digest `json:"effective"`
	Catalogue int             `json:"catalogue"`
	// Controls are those that are asked, NotAsked those of the catalogue that
	// are not.
	Controls []EffectiveControl `json:"controls"`
	NotAsked []string           `json:"notAsked"`
	// Parameters are all parameters.
	Parameters []EffectiveParameter `json:"parameters"`
	// Loosened is what is asked less than what it extends, by exceptions.
	Loosened []Loosening `json:"loosened,omitempty"`
}

// EffectiveControl is one control as a policy asks it.
type EffectiveControl struct {
	ID    string      `json:"id"`
	Level string      `json:"level"`
	Gate  verify.Gate `json:"gate"`
	// Profile is the lowest profile that asks it.
	Profile string `json:"profile"`
	Waive   string `json:"waive"`
	// Holds is the expression of a rule that the policy writes itself.
	Holds string `json:"holds,omitempty"`
	// EnforcedFrom is when it begins to block; absent is always.
	EnforcedFrom *evidence.Time `json:"enforcedFrom,omitempty"`
	// AtLeast is the lowest grade that passes; "" is any.
	AtLeast verify.Grade `json:"atLeast,omitempty"`
	// Asked, Enforced and Graded are the places in documents that say so; the
	// zero Origin is the profile.
	Asked    Origin `json:"askedAt,omitzero"`
	Enforced Origin `json:"enforcedAt,omitzero"`
	Graded   Origin `json:"gradedAt,omitzero"`
}

// EffectiveParameter is the value of a parameter.
type EffectiveParameter struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	// Default is the value where no document gives one.
	Default string `json:"default"`
	// Source is the ambiguity of the catalogue or the section it resolves.
	Source string `json:"source"`
	Doc    string `json:"doc"`
	// At is the place that gives it; zero for the default.
	At Origin `json:"at,omitzero"`
}

// Show returns what the policy comes to.
func (p *Policy) Show() Effective {
	e := Effective{
		ID: p.ID, Version: p.Version, Profile: p.Profile, In: p.Effective.String(), Digest: p.Digest, Rules: p.Rules,
		Catalogue: Catalogue, Controls: []EffectiveControl{}, NotAsked: []string{}, Loosened: p.Loosened,
	}
	asked := map[string]bool{}
	for _, r := range p.rules {
		asked[r.ID] = true
		c := EffectiveControl{
			ID: r.ID, Level: r.Level, Gate: r.Gate, Profile: r.profile(), Waive: r.Waive, AtLeast: r.atLeast,
			Asked: p.origins[r.ID], Enforced: p.origins["enforce "+r.ID], Graded: p.origins["grade "+r.ID],
		}
		if r.own() {
			c.Holds = r.Logic
		}
		if !r.enforced.IsZero() {
			from := evidence.At(r.enforced)
			c.EnforcedFrom = &from
		}
		e.Controls = append(e.Controls, c)
	}
	for _, c := range Controls() {
		if !asked[c.ID] {
			e.NotAsked = append(e.NotAsked, c.ID)
		}
	}
	for _, x := range Parameters() {
		e.Parameters = append(e.Parameters, EffectiveParameter{
			Name: x.Name, Value: written(x.get(&p.Params)), Default: x.Default, Source: x.Source, Doc: x.Doc, At: p.origins["parameter "+x.Name],
		})
	}
	return e
}

// Difference is one thing that two policies judge differently.
type Difference struct {
	// What is a control's id, or "parameter NAME".
	What string `json:"what"`
	// Before and After say how each asks it.
	Before string `json:"before"`
	After  string `json:"after"`
	// At is the place in the second policy that says so; zero for a profile or
	// default.
	At Origin `json:"at,omitzero"`
	// Controls are the controls that take the parameter, if it is one.
	Controls []string `json:"controls,omitempty"`
}

// Diff returns what b judges differently from a, sorted by what it is. It is
// empty if and only if both judge alike.
func Diff(a, b *Policy) []Difference {
	before, after := a.asks(), b.asks()
	var list []Difference
	for what := range union(before, after) {
		x, y := before[what], after[what]
		if x.text == y.text {
			continue
		}
		d := Difference{What: what, Before: either(x.text, "not asked"), After: either(y.text, "not asked"), At: y.at}
		if y.parameter != "" {
			d.Controls = ControlsOf(y.parameter)
		}
		list = append(list, d)
	}
	slices.SortFunc(list, func(a, b Difference) int { return cmp.Compare(a.What, b.What) })
	return list
}

// asks is how one policy asks one thing.
type asks struct {
	text      string
	at        Origin
	parameter string
}

func union(a, b map[string]asks) map[string]bool {
	all := map[string]bool{}
	for k := range a {
		all[k] = true
	}
	for k := range b {
		all[k] = true
	}
	return all
}

func (p *Policy) asks() map[string]asks {
	m := map[string]asks{}
	e := p.Show()
	for _, c := range e.Controls {
		text := c.Level + ", from the gate " + string(c.Gate)
		if c.AtLeast != "" {
			text += ", at least " + string(c.AtLeast)
		}
		if c.EnforcedFrom != nil {
			text += ", blocks from " + c.EnforcedFrom.Format(dayForm)
		}
		if c.Holds != "" {
			text += ", holds " + c.Holds
		}
		at := c.Enforced
		for _, o := range []Origin{c.Graded, c.Asked} {
			if at == (Origin{}) {
				at = o
			}
		}
		m[c.ID] = asks{text: text, at: at}
	}
	for _, x := range e.Parameters {
		m["parameter "+x.Name] = asks{x.Value, x.At, x.Name}
	}
	return m
}
