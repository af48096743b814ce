package policy

import (
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify"
)

// whole keeps the rules that the forge showed in whole.
func whole(rules []protection) []protection {
	return slices.DeleteFunc(rules, func(p protection) bool { return !p.Whole })
}

// onlyMachines says who else than machines may do what the rule forbids; "" for
// nobody. known is false if the forge did not tell who may.
func (f *Facts) onlyMachines(p protection) (who string, known bool) {
	for _, a := range slices.Concat(p.Bypass, p.PushAllowed) {
		machine := a.Kind == "app" || a.Kind == "account" && f.Trust.IsBot(evidence.Identity(a.ID))
		if !machine {
			return strings.TrimSpace(a.Kind + " " + either(a.Display, a.ID)), true
		}
	}
	return "", p.BypassKnown
}

func tagHumanTagsBlocked(f *Facts) Result {
	want := "a rule for " + f.Record.Tag.Name + " that lets nobody but the release job create, move or delete it"
	rules := whole(f.rulesOver("tag", "refs/tags/"+f.Record.Tag.Name))
	if len(rules) == 0 {
		return missing(want, "no active rule for tags covers it").at(inRecord(f, "/protections"))
	}
	var where []verify.Place
	for _, act := range []struct {
		name   string
		blocks func(protection) bool
	}{
		{"create", func(p protection) bool { return p.BlocksCreation }},
		{"move", func(p protection) bool { return p.BlocksUpdate }},
		{"delete", func(p protection) bool { return p.BlocksDeletion }},
	} {
		bad := fail("tag-not-protected", want, "people may %s it", act.name).at(rules[0].place)
		ok := false
		for _, p := range rules {
			if !act.blocks(p) {
				continue
			}
			who, known := f.onlyMachines(p)
			switch {
			case who == "" && known:
				where, ok = append(where, p.place), true
			case who == "":
				bad = unknown("bypass-hidden", "the forge does not tell who may pass by %s", p.name()).wants(want).at(p.place)
			default:
				bad = fail("people-may-tag", want, "the %s may %s it by %s", who, act.name, p.name()).at(p.place)
			}
			if ok {
				break
			}
		}
		if !ok {
			return bad
		}
	}
	return pass(f.Stated(), "%s", plural(len(rules), "rule", "rules")).wants(want).at(where...)
}

func tagBranchProtected(f *Facts) Result {
	branch := f.sourceBranch()
	want := "rules of the branch " + either(branch, "that was tagged") + ", read within " + f.Params.ProtectionAge.String() + " of the tag"
	if branch == "" {
		return missing(want, "the branch is not recorded").at(inRecord(f, "/branches")).follows("tag/commit-on-approved-branch")
	}
	rules := whole(f.protections(branch))
	if len(rules) == 0 {
		return missing(want, "no active rule covers it").at(inRecord(f, "/protections"))
	}
	tagged, age := f.Tag.Object.Tagger.When, f.Params.ProtectionAge.Duration()
	if tagged.IsZero() {
		return unknown("time", "the tag does not say when it was made").wants(want).at(inRecord(f, "/tag/object")).follows("tag/annotated")
	}
	stale := Result{}
	for _, p := range rules {
		taken := p.TakenAt.Time
		if d := taken.Sub(tagged).Abs(); d <= age {
			r := pass(f.Stated(), "%s, read %s", p.name(), stamp(taken)).wants(want).at(p.place)
			r.Clock = "times stated by tag and recorder"
			return r
		}
		stale = fail("protection-stale", want, "%s was read %s, and the tag was made %s", p.name(), stamp(taken), stamp(tagged)).at(p.place)
	}
	return stale
}
