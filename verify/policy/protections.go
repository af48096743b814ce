package policy

import (
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify"
)

// protection is an active rule of the forge that covers a branch.
type protection struct {
	*evidence.Protection
	place verify.Place
}

// protections returns the active rules that cover a branch.
func (f *Facts) protections(branch string) []protection {
	var list []protection
	for i := range f.Record.Protections {
		p := &f.Record.Protections[i]
		if p.Active && p.Target == "branch" && f.covers(p.Include, branch) && !f.covers(p.Exclude, branch) {
			list = append(list, protection{p, inRecord(f, "/protections/%d", i)})
		}
	}
	return list
}

// covers reports whether patterns of reference names, as forges write them,
// hold for a branch.
func (f *Facts) covers(patterns []string, branch string) bool {
	for _, p := range patterns {
		switch p {
		case "~ALL":
			return true
		case "~DEFAULT_BRANCH":
			if b := f.Record.Branches; b != nil && b.Default == branch {
				return true
			}
		default:
			if globbed([]string{strings.TrimPrefix(p, "refs/heads/")}, branch) {
				return true
			}
		}
	}
	return false
}

// protected reports whether the policy wants nothing to reach a branch but by a
// pull request (A21), mainLine whether it is the main branch.
func (f *Facts) protected(branch string) bool { return globbed(f.Params.ProtectedBranches, branch) }
func (f *Facts) mainLine(branch string) bool  { return globbed(f.Params.MainBranches, branch) }
