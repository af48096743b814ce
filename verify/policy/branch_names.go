package policy

import (
	"regexp"
	"strings"
)

// The types of branches (controls catalogue, 3.15).
const (
	branchMain     = "main"
	branchFeature  = "feature"
	branchChore    = "chore"
	branchRelease  = "release"
	branchHotfix   = "hotfix"
	branchBackport = "backport"
	branchBot      = "bot"
)

// branchForms are the names of branches by type. The first group of an
// expression is the ticket, where the name holds one.
type branchForms struct {
	byType map[string]*regexp.Regexp
	err    error
}

// branchForms returns the approved names. A revert is a feature branch.
func (f *Facts) branchForms() branchForms {
	return f.forms.get(func() branchForms {
		ticket := `((?:` + f.Params.BranchTicketPattern + `))`
		hotfix := ticket
		if !f.Params.HotfixTicketStrict {
			hotfix = `((?:` + f.Params.BranchTicketPattern + `)|[A-Z]+[0-9]+)`
		}
		forms := branchForms{byType: map[string]*regexp.Regexp{}}
		for name, text := range map[string]string{
			branchFeature:  `feature/` + ticket + `-[a-z0-9-]+`,
			branchChore:    `chore/` + ticket + `-[a-z0-9-]+`,
			branchRelease:  `release/[0-9]+\.[0-9]+`,
			branchHotfix:   `hotfix/[0-9]+\.[0-9]+\.[0-9]+-` + hotfix,
			branchBackport: `backport/` + ticket + `-to-[0-9]+\.[0-9]+`,
		} {
			if forms.byType[name], forms.err = regexp.Compile(`^` + text + `$`); forms.err != nil {
				return forms
			}
		}
		return forms
	})
}

// branchType returns the type of a branch by its name; "" for a name that is not
// approved.
func (f *Facts) branchType(name string) string {
	switch {
	case f.mainLine(name):
		return branchMain
	case globbed(f.Params.BotBranches, name):
		return branchBot
	}
	typ := branchPrefix(name)
	if form := f.branchForms().byType[typ]; form != nil && form.MatchString(name) {
		return typ
	}
	return ""
}

// branchTicket returns the ticket in an approved name; "" for none.
func (f *Facts) branchTicket(name string) string {
	form := f.branchForms().byType[branchPrefix(name)]
	if form == nil {
		return ""
	}
	if m := form.FindStringSubmatch(name); len(m) > 1 {
		return m[1]
	}
	return ""
}

// branchPrefix is what a name begins with, up to the first slash: the type that
// it claims to be of.
func branchPrefix(name string) string {
	prefix, _, _ := strings.Cut(name, "/")
	return prefix
}

// claims tells pull requests from a branch that claims to be of a type.
func claims(typ string) func(*pull) bool {
	return func(p *pull) bool { return strings.HasPrefix(p.HeadBranch, typ+"/") }
}

// sameTicket compares two tickets; a dash is not told in INC12345 (A3).
func sameTicket(a, b string) bool {
	return strings.ReplaceAll(a, "-", "") == strings.ReplaceAll(b, "-", "")
}
