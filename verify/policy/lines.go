package policy

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// Line is what one line of a policy changes.
type Line struct {
	At Origin `json:"at"`
	// Says is what it sets: "blocks from 2026-10-01".
	Says string `json:"says"`
	// Controls are the controls of the profile that it changes, sorted.
	Controls []string `json:"controls"`
	// Warning is why the line may not mean what its author thinks; "" if nothing
	// is to be said.
	Warning string `json:"warning,omitempty"`
}

// Lines returns what each line of the policy's documents changes, in their
// order, as of a moment.
func (p *Policy) Lines(asOf time.Time) []Line {
	e := p.Show()
	var list []Line
	index := map[string]int{}
	add := func(at Origin, says, warning string, controls ...string) {
		if at == (Origin{}) {
			return
		}
		key := at.String() + says
		i, ok := index[key]
		if !ok {
			i = len(list)
			index[key] = i
			list = append(list, Line{At: at, Says: says, Warning: warning})
		}
		list[i].Controls = append(list[i].Controls, controls...)
	}
	for _, c := range e.Controls {
		add(c.Asked, "asks besides the profile "+e.Profile, "", c.ID)
		add(c.Graded, "passes with proof of the grade "+string(c.AtLeast)+" or better", "", c.ID)
		if c.EnforcedFrom == nil {
			continue
		}
		warning := ""
		if c.EnforcedFrom.After(asOf) {
			warning = "blocks nobody yet"
		}
		add(c.Enforced, "blocks from "+c.EnforcedFrom.Format(dayForm), warning, c.ID)
	}
	for _, x := range e.Parameters {
		warning := ""
		if x.Value == x.Default {
			warning = "this is the default"
		}
		add(x.At, fmt.Sprintf("%s is %s (default %s)", x.Name, x.Value, x.Default), warning, ControlsOf(x.Name)...)
	}
	for _, l := range e.Loosened {
		add(l.At, fmt.Sprintf("%s, by exception %s", l.Less, l.Exception), "asks less than what it extends", l.What)
	}
	slices.SortStableFunc(list, func(a, b Line) int {
		return cmp.Or(cmp.Compare(a.At.File, b.At.File), cmp.Compare(a.At.Line, b.At.Line))
	})
	return list
}

// Warnings says what is odd about the policy as a whole, as of a moment.
func (p *Policy) Warnings(asOf time.Time) []string {
	var list []string
	binding := slices.ContainsFunc(p.rules, func(r rule) bool { return !r.enforced.After(asOf) })
	switch {
	case !binding:
		list = append(list, "no control blocks yet, so that no release is accepted by it: leave some controls out of enforce, or set an earlier date")
	case !p.Effective.Contains(asOf):
		list = append(list, "it is not in force "+stamp(asOf)+": "+p.Effective.String())
	}
	return list
}
