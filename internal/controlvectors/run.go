package controlvectors

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/verify"
)

// Result is what verification found of a case.
type Result struct {
	// Controls are the checks of the policy by the control's id.
	Controls map[string]verify.Check
	// Layers are the checks of layers 1 to 4 that fail or are unknown, by id;
	// of several with one id, a failure.
	Layers map[string]verify.Check
}

// Run builds the case and verifies it; a release that others change only once.
func (c *Case) Run(ctx context.Context) (*Result, error) {
	if c.result != nil {
		return c.result()
	}
	return c.Verify(ctx)
}

// Verify builds the case and verifies it.
func (c *Case) Verify(ctx context.Context) (*Result, error) {
	d, e, o, err := c.Build()
	if err != nil {
		return nil, err
	}
	report, err := verify.Bundle(ctx, d, e, o)
	if err != nil {
		return nil, err
	}
	r := &Result{map[string]verify.Check{}, map[string]verify.Check{}}
	for _, check := range report.Checks {
		bad := check.Outcome == verify.Fail || check.Outcome == verify.Unknown
		switch {
		case check.Layer == verify.Controls:
			r.Controls[check.ID] = check
		case bad && r.Layers[check.ID].Outcome != verify.Fail:
			r.Layers[check.ID] = check
		}
	}
	return r, nil
}

// Differences returns, as one line each, in what a result is not what the case
// says, compared with the result of the base.
func (c *Case) Differences(base, got *Result) []string {
	var list []string
	add := func(format string, args ...any) { list = append(list, fmt.Sprintf(format, args...)) }
	switch check, asked := got.Controls[c.Control]; {
	case !asked:
		add("%s is not asked", c.Control)
	case check.Outcome != c.Outcome || check.Code != c.Code:
		add("want %s, got %s", describe(c.Outcome, c.Code), explain(check))
	}
	for _, id := range slices.Sorted(maps.Keys(got.Controls)) {
		was, asked := base.Controls[id]
		check := got.Controls[id]
		want, listed := c.Also[id]
		switch {
		case !asked || !c.compares(id):
		case listed && check.Outcome != want:
			add("also: %s: want %s, got %s", id, want, explain(check))
		case listed && check.Outcome == was.Outcome:
			add("also: %s: %s in the base as well: leave it out", id, want)
		case !listed && check.Outcome != was.Outcome:
			add("%s changes from %s to %s: list it under also, or change less", id, was.Outcome, explain(check))
		}
	}
	for _, id := range slices.Sorted(maps.Keys(c.Also)) {
		if _, asked := got.Controls[id]; !asked || !c.compares(id) {
			add("also: %s is the control itself, is not asked, or is not compared", id)
		}
	}
	return append(list, c.layerDifferences(got)...)
}

// compares reports whether the outcome of another control is compared with that
// of the base. Controls of exceptions judge what other controls say, and change
// with every exception: they are compared in their own cases.
func (c *Case) compares(id string) bool {
	const exceptions = "exception/"
	return id != c.Control && (!strings.HasPrefix(id, exceptions) || strings.HasPrefix(c.Control, exceptions))
}

// layerDifferences compares what is wrong with the dossier itself.
func (c *Case) layerDifferences(got *Result) []string {
	var list []string
	for _, id := range slices.Sorted(maps.Keys(got.Layers)) {
		if check := got.Layers[id]; check.Outcome != c.Layers[id] {
			list = append(list, fmt.Sprintf("the dossier itself is wrong: %s: %s: mend the patch, or list it under layers", id, explain(check)))
		}
	}
	for _, id := range slices.Sorted(maps.Keys(c.Layers)) {
		if _, found := got.Layers[id]; !found {
			list = append(list, fmt.Sprintf("layers: nothing is wrong with %s: leave it out", id))
		}
	}
	return list
}

func describe(o verify.Outcome, code string) string {
	if code == "" {
		return string(o)
	}
	return fmt.Sprintf("%s (%s)", o, code)
}

// explain tells a check in one line.
func explain(c verify.Check) string {
	s := describe(c.Outcome, c.Code)
	if c.Expected != "" {
		s += "; expected: " + c.Expected
	}
	if c.Found != "" {
		s += "; found: " + c.Found
	}
	if c.FollowsFrom != "" {
		s += "; follows from " + c.FollowsFrom
	}
	return s
}
