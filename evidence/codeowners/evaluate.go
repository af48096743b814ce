package codeowners

import (
	"errors"
	"slices"
	"strings"
)

// Requirement is one rule that holds for a change: the approvals of its owners
// are needed.
type Requirement struct {
	// Section and Optional are those of the rule's section, Approvals is how many
	// of the owners must approve.
	Section   string
	Optional  bool
	Approvals int
	// Owners, Pattern and Line are those of the rule.
	Owners  []string
	Pattern string
	Line    int
	// Paths are the changed paths that the rule owns, in their order.
	Paths []string
}

// Result is what a file asks of a change.
type Result struct {
	// Required are the rules that hold, in the order of the file.
	Required []Requirement
	// Unowned are the paths that nobody owns, in their order.
	Unowned []string
}

// maxSteps bounds the comparisons of one evaluation: some seconds.
const maxSteps = 200_000_000

// errTooMuch says that an evaluation was given up.
var errTooMuch = errors.New("the change has too many paths for so many rules: its owners are not computed")

// Evaluate says which rules hold for the changed paths, which are relative to
// the top of the repository. A renamed file is both of its paths.
func (f *File) Evaluate(paths []string) (Result, error) { return f.evaluate(paths, maxSteps) }

func (f *File) evaluate(paths []string, left budget) (Result, error) {
	var r Result
	held := map[[2]int]*Requirement{} // by section and rule
	for _, path := range paths {
		parts := strings.Split(path, "/")
		owned := false
		for i := range f.Sections {
			s := &f.Sections[i]
			k := s.last(parts, &left)
			if !left.spend() {
				return Result{}, errTooMuch
			}
			if k < 0 || len(s.Rules[k].Owners) == 0 {
				continue
			}
			owned = true
			q := held[[2]int{i, k}]
			if q == nil {
				q = s.requirement(k)
				held[[2]int{i, k}] = q
			}
			q.Paths = append(q.Paths, path)
		}
		if !owned {
			r.Unowned = append(r.Unowned, path)
		}
	}
	for _, q := range held {
		r.Required = append(r.Required, *q)
	}
	slices.SortFunc(r.Required, func(a, b Requirement) int { return a.Line - b.Line })
	return r, nil
}

func (s *Section) requirement(rule int) *Requirement {
	r := s.Rules[rule]
	return &Requirement{
		Section: s.Name, Optional: s.Optional, Approvals: s.Approvals,
		Owners: r.Owners, Pattern: r.Pattern, Line: r.Line,
	}
}

// last returns the section's last rule that matches the path, -1 for none.
func (s *Section) last(path []string, left *budget) int {
	for _, p := range s.excluded {
		if p.match(path, left) {
			return -1
		}
	}
	for i, r := range slices.Backward(s.Rules) {
		if r.pattern.match(path, left) {
			return i
		}
	}
	return -1
}
