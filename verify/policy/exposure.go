package policy

import (
	"slices"
	"strings"
)

// The values of the parameter exposure (A63): how much of the release policy a
// repository is under.
const (
	// exposureFull is a repository whose releases reach production.
	exposureFull = "full"
	// exposureTooling is tooling that can affect production: it should comply.
	exposureTooling = "tooling"
	// exposureOutOfScope is tooling that cannot: review and signing remain, as
	// recommendations.
	exposureOutOfScope = "out-of-scope"
)

// remains tells the controls of review and signing.
func remains(id string) bool {
	return strings.HasPrefix(id, "pr/") || strings.HasPrefix(id, "sign/") || id == "sod/reviewer-not-author"
}

// expose makes recommendations of the catalogue's controls for what is not
// fully in scope. Rules of the policy's own bind as they are written.
func (p *Policy) expose() {
	if p.Params.UnderPolicy == exposureFull {
		return
	}
	p.rules = slices.DeleteFunc(p.rules, func(r rule) bool {
		return p.Params.UnderPolicy == exposureOutOfScope && !r.own() && !remains(r.ID)
	})
	for i := range p.rules {
		if r := &p.rules[i]; !r.own() {
			r.Level = Should
		}
	}
}
