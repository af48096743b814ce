package policy

import (
	"slices"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/codeowners"
	"github.com/release-dossier/dossier/evidence/gitobj"
	"github.com/release-dossier/dossier/verify"
)

// ownership is what a pull request touches and who owns that, by the CODEOWNERS
// file at its base (rules of format, R13).
type ownership struct {
	// paths are the paths that it touches; known says that they are all there.
	paths []string
	known bool
	// file is the CODEOWNERS file in force; "" for none. rules are those that
	// hold for the paths; ruled says that they are known. unowned are the paths
	// without an owner, if the paths are known.
	file    string
	rules   []ownerRule
	ruled   bool
	unowned []string
	proof   verify.Proof
}

// ownerRule is one rule that holds: approvals of its owners are needed.
type ownerRule struct {
	pattern   string
	optional  bool
	approvals int
	owners    []string
}

// dialect is whose rules the CODEOWNERS files follow: those of the forge that
// was asked.
func (f *Facts) dialect() codeowners.Dialect {
	for _, c := range f.Record.Collected {
		if d := codeowners.Dialect(c.Source); codeowners.Locations(d) != nil {
			return d
		}
	}
	return codeowners.GitHub
}

// ownersOf returns what a pull request touches and who owns it. The embedded
// trees tell it, else the record.
func (f *Facts) ownersOf(p *pull) ownership {
	return p.owned.get(func() ownership {
		before := f.merging(p).before
		if f.Objects != nil && before != "" && p.MergedAs != "" {
			if o, err := codeowners.AtBase(f.Objects, f.dialect(), before, gitobj.ID(p.MergedAs)); err == nil {
				return computedOwnership(f, o)
			}
			if paths, err := f.Objects.ChangedPaths(before, gitobj.ID(p.MergedAs)); err == nil {
				o := statedOwnership(f, p)
				o.paths, o.known = paths, true
				return o
			}
		}
		return statedOwnership(f, p)
	})
}

func computedOwnership(f *Facts, o codeowners.Ownership) ownership {
	out := ownership{
		paths: o.Paths, known: true, file: o.Path, unowned: o.Unowned, ruled: true,
		proof: verify.Proof{Grade: verify.Proven, By: "git " + f.Record.ObjectFormat},
	}
	for _, q := range o.Required {
		out.rules = append(out.rules, ownerRule{pattern: q.Pattern, optional: q.Optional, approvals: max(1, q.Approvals), owners: q.Owners})
	}
	return out
}

// statedOwnership is what the record says. It leaves paths out where the trees
// should show them.
func statedOwnership(f *Facts, p *pull) ownership {
	out := ownership{proof: f.Stated()}
	if p.CodeOwners == nil {
		return out
	}
	out.file, out.unowned, out.ruled = p.CodeOwners.File.Name, p.CodeOwners.Unowned, true
	out.paths = slices.Clone(p.CodeOwners.Unowned)
	pathless := false
	for _, r := range p.CodeOwners.Rules {
		pathless = pathless || len(r.Paths) == 0
		rule := ownerRule{pattern: r.Pattern, optional: r.Optional, approvals: max(1, int(r.Approvals))}
		for _, o := range r.Owners {
			rule.owners = append(rule.owners, o.Name)
		}
		out.rules, out.paths = append(out.rules, rule), append(out.paths, r.Paths...)
	}
	slices.Sort(out.paths)
	out.paths = slices.Compact(out.paths)
	out.known = !pathless && len(out.paths) > 0
	return out
}

// owner reports whether somebody is one of the owners of a rule: by the account
// that the record gives for a name, as a member of a team, or by address. late
// is the team's snapshot if that is too old to tell who was in it at the merge.
func (f *Facts) owner(p *pull, rule ownerRule, who evidence.Actor) (is bool, late *evidence.Team) {
	for _, name := range rule.owners {
		if len(name) > 0 && name[0] != '@' && f.samePerson(who, evidence.Actor{ID: evidence.Identity("mailto:" + name)}) {
			return true, nil
		}
		for _, o := range namedOwners(p, name) {
			if o.Account != nil && f.partyOf(*o.Account) == f.partyOf(who) {
				return true, nil
			}
		}
		for i, t := range f.Record.Teams {
			if !ownerTeam(p, name, t.Name) || !slices.ContainsFunc(t.Members, func(m evidence.Actor) bool { return f.partyOf(m) == f.partyOf(who) }) {
				continue
			}
			if f.near(t.TakenAt, p.merged) {
				return true, nil
			}
			is, late = true, &f.Record.Teams[i]
		}
	}
	return is, late
}

// namedOwners are the owners of that name in the record of a pull request.
func namedOwners(p *pull, name string) []evidence.CodeOwner {
	var list []evidence.CodeOwner
	if p.CodeOwners != nil {
		for _, r := range p.CodeOwners.Rules {
			for _, o := range r.Owners {
				if o.Name == name {
					list = append(list, o)
				}
			}
		}
	}
	return list
}

// ownerTeam reports whether an owner's name is that of a team, by the file's own
// spelling or by the record's word for it.
func ownerTeam(p *pull, name, team string) bool {
	return name == "@"+team || slices.ContainsFunc(namedOwners(p, name), func(o evidence.CodeOwner) bool { return o.Team == team })
}

// near reports whether a snapshot was taken near a moment, by the parameter
// snapshot-age.
func (f *Facts) near(taken evidence.Time, moment span) bool {
	age := f.Params.SnapshotAge.Duration()
	return moment.known() && !taken.Before(moment.from.Add(-age)) && !taken.After(moment.to.Add(age))
}
