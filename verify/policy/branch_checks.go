package policy

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify"
)

// noForms is the result where the policy's own expression for tickets is none.
func (f *Facts) noForms(want string) (Result, bool) {
	if err := f.branchForms().err; err != nil {
		return unknown("branch-ticket-pattern", "the parameter branch-ticket-pattern is no regular expression: %v", err).wants(want).at(inRecord(f, "/changes")), false
	}
	return Result{}, true
}

// noHead is the result for a pull request whose branch nobody recorded.
func (p *pull) noHead(f *Facts) Result {
	return missing("", p.String()+" names no head branch").at(p.place(f, "/headBranch"))
}

func branchNameApproved(f *Facts) Result {
	const want = "an approved name of the branch of every pull request"
	if why, ok := f.noForms(want); !ok {
		return why
	}
	return f.eachPull(want, func(p *pull) (Result, bool) {
		switch {
		case p.HeadBranch == "":
			return p.noHead(f), false
		case f.branchType(p.HeadBranch) != "":
			return Result{}, true
		}
		r := fail("branch-name", want, "%s came from %s", p, p.HeadBranch).at(p.place(f, "/headBranch"))
		if prefix := branchPrefix(p.HeadBranch); f.branchForms().byType[prefix] != nil {
			r = r.follows("branch/name-" + prefix)
		}
		return r, false
	})
}

// namedAs judges the names of head branches that claim to be of a type.
func namedAs(f *Facts, typ, form string) Result {
	want := "names of the form " + form
	if why, ok := f.noForms(want); !ok {
		return why
	}
	return f.eachPullThat(claims(typ), "no "+typ+" branch", want, func(p *pull) (Result, bool) {
		r := fail("branch-name", want, "%s came from %s", p, p.HeadBranch).at(p.place(f, "/headBranch"))
		return r, f.branchType(p.HeadBranch) == typ
	})
}

func branchNameFeature(f *Facts) Result { return namedAs(f, branchFeature, "feature/TICKET-slug") }
func branchNameChore(f *Facts) Result   { return namedAs(f, branchChore, "chore/TICKET-slug") }

// branchNamed is a branch by the place that names it.
type branchNamed struct {
	name  string
	place verify.Place
}

// branchesNamed returns the branches that begin with a prefix, of those that the
// release and its pull requests name.
func (f *Facts) branchesNamed(prefix string, heads bool) []branchNamed {
	list := []branchNamed{{f.sourceBranch(), inRecord(f, "/branches/source")}}
	for _, p := range f.pulls() {
		list = append(list, branchNamed{p.BaseBranch, p.place(f, "/baseBranch")})
		if heads {
			list = append(list, branchNamed{p.HeadBranch, p.place(f, "/headBranch")})
		}
	}
	return slices.DeleteFunc(list, func(b branchNamed) bool { return !strings.HasPrefix(b.name, prefix) })
}

func branchNameRelease(f *Facts) Result {
	const want = "release branches named release/MAJOR.MINOR"
	return judgeNames(f, want, branchRelease, f.branchesNamed("release/", false))
}

func branchNameHotfix(f *Facts) Result {
	const want = "a hotfix branch named hotfix/MAJOR.MINOR.PATCH-TICKET"
	list := f.branchesNamed("hotfix/", true)
	for fact, h := range verify.Standing[*evidence.Hotfix](f.Facts) {
		if h.Branch != "" {
			list = append(list, branchNamed{h.Branch, fact.Place("/branch")})
		}
	}
	return judgeNames(f, want, branchHotfix, list)
}

func judgeNames(f *Facts, want, typ string, list []branchNamed) Result {
	if why, ok := f.noForms(want); !ok {
		return why
	}
	var names []string
	var where []verify.Place
	for _, b := range list {
		if f.branchType(b.name) != typ {
			return fail("branch-name", want, "%s", b.name).at(b.place).onBranch(f.releaseMoment(), b.name)
		}
		if where = append(where, b.place); !slices.Contains(names, b.name) {
			names = append(names, b.name)
		}
	}
	if len(names) == 0 {
		return missing(want, "none is recorded").at(inRecord(f, "/branches"))
	}
	return pass(f.Stated(), "%s", several(names)).wants(want).at(where...)
}

// backport reports whether a pull request is a backport, by its branch, a label
// or its description.
func (p *pull) backport() bool {
	return strings.HasPrefix(p.HeadBranch, branchBackport+"/") ||
		slices.ContainsFunc(p.Labels, func(l string) bool { return l == branchBackport || strings.HasPrefix(l, branchBackport+":") }) ||
		p.Details != nil && p.Details.Related != nil && p.Details.Related.Kind == branchBackport
}

func branchNameBackport(f *Facts) Result {
	const want = "backports on backport/TICKET-to-MAJOR.MINOR, into release/MAJOR.MINOR of that line"
	if why, ok := f.noForms(want); !ok {
		return why
	}
	return f.eachPullThat((*pull).backport, "no backport", want, func(p *pull) (Result, bool) {
		if f.branchType(p.HeadBranch) != branchBackport {
			return fail("branch-name", want, "%s came from %s", p, either(p.HeadBranch, "an unknown branch")).at(p.place(f, "/headBranch")), false
		}
		line := p.HeadBranch[strings.LastIndex(p.HeadBranch, "-to-")+len("-to-"):]
		return fail("target-line", want, "%s came from %s and went into %s", p, p.HeadBranch, either(p.BaseBranch, "an unknown branch")).
			at(p.place(f, "/headBranch"), p.place(f, "/baseBranch")), p.BaseBranch == "release/"+line
	})
}

func branchTicketAgrees(f *Facts) Result {
	const want = "the ticket in the branch's name among those that the pull request names"
	if why, ok := f.noForms(want); !ok {
		return why
	}
	named := func(p *pull) bool {
		typ := branchPrefix(p.HeadBranch)
		return typ == branchFeature || typ == branchChore || typ == branchHotfix || typ == branchBackport
	}
	return f.eachPullThat(named, "no branch that is named by a ticket", want, func(p *pull) (Result, bool) {
		ticket := f.branchTicket(p.HeadBranch)
		if ticket == "" {
			return missing(want, fmt.Sprintf("no ticket can be told in %s", p.HeadBranch)).at(p.place(f, "/headBranch")).follows("branch/name-approved"), false
		}
		var others []string
		for _, t := range p.Tickets {
			outside := slices.ContainsFunc(t.In, func(in string) bool { return in != "branch" })
			if outside && sameTicket(t.ID, ticket) {
				return Result{}, true
			}
			if outside {
				others = append(others, t.ID)
			}
		}
		if len(others) == 0 {
			return missing(want, fmt.Sprintf("%s names no ticket beside that in its branch", p)).at(p.place(f, "/tickets")).follows("trace/ticket-per-pr"), false
		}
		return fail("ticket-differs", want, "the branch %s of %s, which names %s", p.HeadBranch, p, several(others)).
			at(p.place(f, "/headBranch"), p.place(f, "/tickets")), false
	})
}

// withoutNumber are texts that are no ticket in any scheme that tells tickets
// apart.
var withoutNumber = []string{"", "-", "a", "A", "feature", "TICKET", "PAY-", "pay-abc", "#"}

func branchTicketScheme(f *Facts) Result {
	const want = "a decision of the topic ticket-scheme, and a format that tells tickets apart"
	usual := DefaultParams()
	if f.Params.BranchTicketPattern == usual.BranchTicketPattern && f.Params.TicketPattern == usual.TicketPattern {
		return notApplicable("tickets have the default format")
	}
	for _, text := range []string{f.Params.BranchTicketPattern, f.Params.TicketPattern} {
		form, err := regexp.Compile(`^(?:` + text + `)$`)
		if err != nil {
			return unknown("ticket-pattern", "%s is no regular expression: %v", text, err).wants(want).at(inRecord(f, "/changes"))
		}
		if i := slices.IndexFunc(withoutNumber, form.MatchString); i >= 0 {
			return fail("ticket-not-unique", want, "%s takes %q for a ticket", text, withoutNumber[i]).at(inRecord(f, "/changes"))
		}
	}
	fact, d := f.decision("ticket-scheme")
	if d == nil {
		return missing(want, "no such decision held when the release was made").at(inRecord(f, "/changes"))
	}
	return pass(fact.Proof, "%s: %s", d.ID, d.Decision).wants(want).at(fact.Place(""))
}

// decision returns the last decision of a topic that held when the release was
// made; nil if there is none.
func (f *Facts) decision(topic string) (fact *verify.RecordFact, d *evidence.DecisionRecord) {
	made := at(f.Record.CreatedAt.Time)
	for x, e := range verify.Standing[*evidence.DecisionRecord](f.Facts) {
		if e.Topic == topic && f.notAfter(at(e.EffectiveFrom.Time), made) == yes && (d == nil || !e.EffectiveFrom.Before(d.EffectiveFrom.Time)) {
			fact, d = x, e
		}
	}
	return fact, d
}
