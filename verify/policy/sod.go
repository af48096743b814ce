package policy

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify"
)

// sodControls are the controls of the separation of duties (controls
// catalogue, G6). An approver counts only if trust lists them as a person. An
// author whom trust does not list is one more author.
var sodControls = []Control{{
	ID: "sod/approver-not-author", Level: Must, Sections: "2.11.2, 1.13.3.3, 1.31.3.3", Theme: themePeople,
	Title: "The approver wrote none of the release", Failing: "Nobody who wrote none of the release approved it",
	Logic:   "As many people as the parameter approvers says approved, and are neither author, committer nor co-author of a commit, nor opener of a change.",
	Applies: "prod", Waive: "exc",
	Question: 5, Gate: verify.GateProduction, Profile: Minimal,
	Evidence: []string{"commits: author, committer, Co-authored-by", "record.changes[].opener", "approval.approver", "trust: people"},
	Fix: verify.Fix{
		Before: "have somebody approve who wrote none of the commits",
		Now:    "have somebody who wrote none of it review the release and approve it",
	},
	Check: sodApprover,
}, {
	ID: "sod/reviewer-not-author", Level: Must, Sections: "d: 1.21.3.2, 1.3.2", Theme: themePeople,
	Title: "Every commit was looked at by somebody else", Failing: "A commit was looked at by nobody but its authors",
	Logic:   "For every commit of the release somebody approved the release, the released commit or that commit, and is none of its authors. Reviews that a forge recorded are not read by this version.",
	Applies: "*", Waive: "exc",
	Question: 3, Gate: verify.GateProduction, Profile: Minimal,
	Evidence: []string{"commits: author, committer, Co-authored-by", "approval.approver", "approval.scope.commits", "trust: people"},
	Fix: verify.Fix{
		Before: "have each commit approved by somebody who did not write it",
		Now:    "have the commit reviewed and approved now",
	},
	Check: sodReviewer,
}, {
	ID: "sod/bots-do-not-count", Level: Must, Sections: "d: 1.21.3.2", Theme: themePeople,
	Title: "Bots do not count as independent approvers", Failing: "Only bots approved",
	Logic:   "At least one approval in force is neither by, nor signed by, what trust lists as a bot.",
	Applies: "*", Waive: "no",
	Question: 5, Gate: verify.GateProduction, Profile: Minimal, Evidence: []string{"approval.approver", "trust: bots"},
	Fix: verify.Fix{
		Before: "have a person approve with their own key",
		Now:    "have a person look at the release and record what they decide",
	},
	Check: sodBots,
}, {
	ID: "sod/alias-folding", Level: Must, Sections: "d: 1.2, 1.21.3.2", Theme: themePeople,
	Title: "Two accounts of one person count as one", Failing: "Approvals cannot be counted by person",
	Logic:   "Every account of an approver belongs to a person whom trust lists, and enough different people approved. An author whom trust does not list and who has an approver's name is a warning.",
	Applies: "*", Waive: "no",
	Question: 5, Gate: verify.GateProduction, Profile: Minimal, Evidence: []string{"approval.approver", "trust: people", "commits: author"},
	Fix: verify.Fix{
		Before: "list the person with all accounts and keys in the trust document",
		Now:    "list the person with all accounts and keys in the trust document, after checking them",
	},
	Check: sodAliases,
}}

func sodApprover(f *Facts) Result {
	want := counted(f.Params.Approvers, "approver") + " who wrote none of the release's commits"
	s := approvalsOf(f)
	list, cause := s.counted()
	if len(list) == 0 {
		return missing(want, "no approval counts").follows(cause)
	}
	wrote, why, ok := releaseAuthors(f)
	if !ok {
		return why.wants(want)
	}
	var free []verify.ApprovalFact
	var both []string
	for _, a := range list {
		if x, is := wrote.byKey[a.Person]; is {
			both = append(both, fmt.Sprintf("%s approved and had a hand in %s", a.Person, short(x.commit)))
		} else {
			free = append(free, a)
		}
	}
	switch n := len(approvers(free)); {
	case n < max(1, f.Params.Approvers) && len(both) > 0:
		return fail("approver-is-author", want, "%s", several(both)).at(places(list, "/approver")...)
	case n < max(1, f.Params.Approvers):
		return fail("too-few-approvers", want, "only %s", several(approvers(free))).at(places(list, "/approver")...).follows(cause)
	}
	return pass(verify.Weakest(approvalProof(free), authorsProof(f)), "%s approved; written by %s", several(approvers(free)), several(wrote.names())).
		wants(want).at(places(free, "/approver")...)
}

// reviewed is the set of people who looked at each commit.
type reviewed struct {
	all    []string            // those who approved the release or its commit
	single map[string][]string // by commit, those who approved that one
}

// by returns a person who looked at the commit and is none of its authors.
func (r reviewed) by(commit string, wrote []author) (string, bool) {
	for _, person := range slices.Concat(r.all, r.single[commit]) {
		if !slices.ContainsFunc(wrote, func(a author) bool { return a.key == person }) {
			return person, true
		}
	}
	return "", false
}

// reviews gathers who looked at which commit. An approval of an earlier commit
// is no approval of the release, but a review of that commit.
func (s *standing) reviews() (r reviewed, list []verify.ApprovalFact) {
	r.single = map[string][]string{}
	for _, a := range s.present {
		switch id := s.excluded(a); {
		case id == "":
			r.all = append(r.all, a.Person)
		case id == "approval/bound-to-candidate" && a.Scope != nil && a.Scope.Repository == s.f.Record.Repository.URI:
			for _, c := range a.Scope.Commits {
				r.single[c] = append(r.single[c], a.Person)
			}
		default:
			continue
		}
		list = append(list, a)
	}
	return r, list
}

func sodReviewer(f *Facts) Result {
	const want = "for every commit, an approval by somebody who did not write it"
	s := approvalsOf(f)
	who, list := s.reviews()
	if len(list) == 0 {
		_, cause := s.counted()
		return missing(want, "no approval counts").follows(cause)
	}
	if _, why, ok := releaseAuthors(f); !ok {
		return why.wants(want).follows("sod/approver-not-author")
	}
	var gaps []string
	opened, authors := changeAuthorsByCommit(f), f.commitAuthors()
	for _, c := range f.Range.Commits {
		wrote := slices.Concat(authors[string(c.ID)], opened[string(c.ID)])
		if _, ok := who.by(string(c.ID), wrote); !ok {
			gaps = append(gaps, short(string(c.ID)))
		}
	}
	if len(gaps) > 0 {
		return fail("own-review-only", want, "%s", several(gaps)).at(places(list, "/approver")...).follows("sod/approver-not-author")
	}
	return pass(verify.Weakest(approvalProof(list), authorsProof(f)), "%d commits", len(f.Range.Commits)).wants(want).at(places(list, "/approver")...)
}

// changeAuthorsByCommit returns, by the commits that it brought, who opened and
// wrote each change.
func changeAuthorsByCommit(f *Facts) map[string][]author {
	by := map[string][]author{}
	for _, c := range f.Record.Changes {
		wrote := changeAuthors(f, c)
		for _, id := range landed(c) {
			by[id] = append(by[id], wrote...)
		}
	}
	return by
}

// landed returns the commits that a change brought, each once.
func landed(c evidence.Change) []string {
	ids := []string{string(c.MergedAs)}
	for _, l := range c.Landed {
		ids = append(ids, string(l.Commit))
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

func sodBots(f *Facts) Result {
	s := approvalsOf(f)
	failure := fail("only-bots", "", "approved only by %s", several(approvers(s.present)))
	if !slices.ContainsFunc(s.present, manual) {
		failure = failure.follows("approval/manual")
	}
	return anyApproval(s, "an approval by somebody who is not a bot", failure, func(a verify.ApprovalFact) bool {
		return manual(a) && !s.bot(a)
	})
}

func sodAliases(f *Facts) Result {
	want := "approvals by " + counted(f.Params.Approvers, "person") + " whom trust lists"
	s := approvalsOf(f)
	var known []verify.ApprovalFact
	var unknownTo, accounts []string
	for _, a := range s.present {
		switch {
		case !manual(a) || s.bot(a):
			continue
		case a.Person == "":
			unknownTo = append(unknownTo, approver(a))
		default:
			known = append(known, a)
		}
		if id := string(a.Approver.ID); !slices.Contains(accounts, id) {
			accounts = append(accounts, id)
		}
	}
	need, people := max(1, f.Params.Approvers), approvers(known)
	switch {
	case len(accounts) == 0:
		return s.nobody(want)
	case len(people) < need && len(unknownTo) > 0:
		return fail("approver-unlisted", want, "trust does not list %s", several(unknownTo)).at(places(s.present, "/approver")...)
	case len(people) < need && len(accounts) >= need:
		return fail("same-person", want, "%d accounts, all of %s", len(accounts), several(people)).at(places(s.present, "/approver")...)
	}
	if overlap := s.overlap(known); overlap != "" {
		return warn(authorsProof(f), "possible-alias", "%s", overlap).wants(want).at(places(known, "/approver")...)
	}
	return pass(verify.Weakest(approvalProof(known), authorsProof(f)), "%s", several(people)).wants(want).at(places(known, "/approver")...)
}

// nobody is the result if no person approved at all.
func (s *standing) nobody(want string) Result {
	if len(s.present) == 0 {
		return noApproval(s, want).follows("approval/production-present")
	}
	return missing(want, "no person approved").follows("sod/bots-do-not-count")
}

// plainName is a name without case, order of its words and what stands between
// them, to compare names that people typed.
func plainName(name string) string {
	words := strings.FieldsFunc(strings.ToLower(name), func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsDigit(c) })
	slices.Sort(words)
	return strings.Join(words, "")
}

// overlap tells of an author whom trust does not list and who goes by an
// approver's name.
func (s *standing) overlap(list []verify.ApprovalFact) string {
	wrote, _, _ := releaseAuthors(s.f)
	for _, key := range wrote.order {
		x := wrote.byKey[key]
		name := plainName(x.name)
		if x.person != "" || name == "" {
			continue
		}
		for _, a := range list {
			person, _ := s.f.Trust.Person(a.Approver.ID)
			if slices.Contains([]string{plainName(a.Approver.Display), plainName(a.Person), plainName(person.Display)}, name) {
				return fmt.Sprintf("%s <%s> wrote %s, is not listed, and has the name of the approver %s", x.name, x.email, short(x.commit), a.Person)
			}
		}
	}
	return ""
}
