package policy

import (
	"regexp"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify"
)

// protection is an active rule of the forge that covers a branch or tag.
type protection struct {
	*evidence.Protection
	place verify.Place
}

// name is how people call the rule.
func (p protection) name() string { return "rule " + either(p.Name, p.ID) }

// protections returns the active rules that cover a branch.
func (f *Facts) protections(branch string) []protection {
	return f.rulesOver("branch", "refs/heads/"+branch)
}

// rulesOver returns the active rules for branches or tags that cover a full
// reference name: refs/heads/main, refs/tags/v1.2.3.
func (f *Facts) rulesOver(target, ref string) []protection {
	var list []protection
	for i := range f.Record.Protections {
		p := &f.Record.Protections[i]
		if p.Active && p.Target == target && f.covers(p, ref) {
			list = append(list, protection{p, inRecord(f, "/protections/%d", i)})
		}
	}
	return list
}

// covers reports whether the patterns of a rule hold for a reference. One that
// might not match does not count as one that includes it, and one that might
// match counts as one that excludes it.
func (f *Facts) covers(p *evidence.Protection, ref string) bool {
	wide := strings.HasPrefix(p.Source, "protected-") // GitLab's * matches / as well
	includes := func(pattern string) bool { return f.matchesRef(pattern, ref, wide) }
	excludes := func(pattern string) bool { return f.matchesRef(pattern, ref, true) }
	return slices.ContainsFunc(p.Include, includes) && !slices.ContainsFunc(p.Exclude, excludes)
}

// matchesRef matches a pattern as forges write them; a name alone is that of a
// branch.
func (f *Facts) matchesRef(pattern, ref string, wide bool) bool {
	switch pattern {
	case "~ALL":
		return true
	case "~DEFAULT_BRANCH":
		b := f.Record.Branches
		return b != nil && b.Default != "" && ref == "refs/heads/"+b.Default
	}
	if !strings.HasPrefix(pattern, "refs/") {
		pattern = "refs/heads/" + pattern
	}
	if !strings.ContainsAny(pattern, "*?") {
		return pattern == ref
	}
	return refPattern(pattern, wide).MatchString(ref)
}

// refPattern compiles a forge's pattern: * is any characters, without / unless
// wide, ** any at all, and ? is one.
func refPattern(pattern string, wide bool) *regexp.Regexp {
	star := `[^/]*`
	if wide {
		star = `.*`
	}
	text := strings.NewReplacer(`\*\*`, `.*`, `\*`, star, `\?`, `[^/]`).Replace(regexp.QuoteMeta(pattern))
	return regexp.MustCompile(`^` + text + `$`)
}

// protected reports whether the policy wants nothing to reach a branch but by a
// pull request (A21), mainLine whether it is the main branch.
func (f *Facts) protected(branch string) bool { return globbed(f.Params.ProtectedBranches, branch) }
func (f *Facts) mainLine(branch string) bool  { return globbed(f.Params.MainBranches, branch) }
