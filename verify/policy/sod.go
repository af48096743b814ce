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
	Logic:   "For each promotion into production, as many people as the parameter approvers says approved before it began, and are neither author, committer, signer nor co-author of a commit, nor opener or author of a pull request. Bots by trust and the committer that a forge signs as are no authors; where nobody else is left, whoever merged the pull requests is.",
	Applies: "prod", Waive: "exc",
	Question: 5, Gate: verify.GateProduction, Profile: Minimal,
	Evidence: []string{"commits: author, committer, Co-authored-by", "record.changes[].opener", "record.changes[].authors", "approval.approver", "promotion.approvals[].who", "emergency.approval.who", "trust: people"},
	Fix: verify.Fix{
		Before: "have somebody approve who wrote none of the commits",
		Now:    "have somebody who wrote none of it review the release and approve it",
	},
	Check: sodApprover,
}, {
	ID: "sod/reviewer-not-author", Level: Must, Sections: "d: 1.21.3.2, 1.3.2", Theme: themePeople,
	Title: "Every commit was looked at by somebody else", Failing: "A commit was looked at by nobody but its authors",
	Logic:   "The pull request of every commit of the release has an approving review, by a person whom trust lists and who is none of its authors, that stood when it was merged; or somebody approved the release, the released commit or that commit, and is none of its authors.",
	Applies: "*", Waive: "exc",
	Question: 3, Gate: verify.GateProduction, Profile: Minimal,
	Evidence: []string{"commits: author, committer, Co-authored-by", "record.changes[].reviews", "record.changes[].authors", "approval.approver", "approval.scope.commits", "trust: people"},
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
	Question: 5, Gate: verify.GateProduction, Profile: Minimal, Evidence: []string{"approval.approver", "promotion.approvals[].who", "trust: bots"},
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
	Question: 5, Gate: verify.GateProduction, Profile: Minimal, Evidence: []string{"approval.approver", "promotion.approvals[].who", "trust: people", "commits: author"},
	Fix: verify.Fix{
		Before: "list the person with all accounts and keys in the trust document",
		Now:    "list the person with all accounts and keys in the trust document, after checking them",
	},
	Check: sodAliases,
}, {
	ID: "sod/not-author-and-releaser", Level: Must, Sections: "1.13.3.3", Theme: themePeople,
	Title: "Nobody is both the only author and the only releaser", Failing: "The only author released it alone",
	Logic:   "Where one person wrote all of it: somebody else whom trust lists approved each promotion into production; and if people requested or carried it out, one of them is somebody else whom trust lists.",
	Applies: "prod", Waive: "exc",
	Question: 5, Gate: verify.GateProduction,
	Evidence: []string{"commits: author, committer, Co-authored-by", "approval.approver", "promotion.approvals[].who", "promotion.requestedBy", "promotion.executedBy"},
	Fix: verify.Fix{
		Before: "have somebody else approve and start the promotion",
		Now:    "have somebody else review the release, and record an approved exception",
	},
	Check: sodNotAuthorAndReleaser,
}, {
	ID: "sod/reviewer-not-sole-prod-approver", Level: Must, Sections: "1.21.3.2", Theme: themePeople,
	Title: "A code reviewer of the change is not the only production approver", Failing: "Nobody but code reviewers approved for production",
	Logic:   "For each promotion into production, somebody approved whose review approved no pull request of the release; with the parameter reviewer-separation: pull-request, for each pull request somebody who did not review that one.",
	Applies: "prod", Waive: "exc",
	Question: 5, Gate: verify.GateProduction,
	Evidence: []string{"record.changes[].reviews", "approval.approver", "promotion.approvals[].who", "trust: people"},
	Fix: verify.Fix{
		Before: "have somebody approve for production who did not review the code",
		Now:    "have somebody who did not review the code look at the release, and record an approved exception",
	},
	Check: sodReviewerNotSoleApprover,
}, {
	ID: "sod/no-solo-path", Level: Must, Sections: "1.21.3.2, 1.6.3(4)", Theme: themePeople,
	Title: "No single person can both approve code and push it to production", Failing: "One person let code in and brought it to production alone",
	Logic:   "Nobody is at once the only production approver, the only person who requested the promotion, and the only reviewer of a pull request, or an author of one that nobody reviewed.",
	Applies: "prod", Waive: "no",
	Question: 5, Gate: verify.GateProduction,
	Evidence: []string{"record.changes[].reviews", "record.changes[].authors", "approval.approver", "promotion.approvals[].who", "promotion.requestedBy"},
	Fix: verify.Fix{
		Before: "have a second person review the code, approve for production, or request the promotion",
		Now:    "have somebody else review the code and the release, and treat the promotion as an incident: no exception covers it",
	},
	Check: sodNoSoloPath,
}, {
	ID: "sod/requester-not-approver", Level: Must, Sections: "d: 1.31.3.6, 1.19.3.4", Theme: themePeople,
	Title: "Whoever requests the production action is not its only approver", Failing: "Nobody but the requester approved",
	Logic:   "The record of each promotion into production says who requested it, and somebody else whom trust lists approved. What a service requests, any person may approve.",
	Applies: "prod", Waive: "exc",
	Question: 5, Gate: verify.GateFinal,
	Evidence: []string{"promotion.requestedBy", "approval.approver", "promotion.approvals[].who", "trust: people"},
	Fix: verify.Fix{
		Before: "have somebody other than the requester approve, and record who requested it",
		Now:    "have somebody other than the requester look at the release, and record an approved exception",
	},
	Check: sodRequesterNotApprover,
}, {
	ID: "sod/hotfix-preserved", Level: Must, Sections: "1.16.3.3, 1.26.2", Theme: themePeople,
	Title: "Expediting a hotfix does not remove separation of duties", Failing: "The hotfix went without separation of duties",
	Logic:   "For a hotfix, every other control of the separation of duties that is asked passes, or is waived by an exception.",
	Applies: "H", Waive: "emg",
	Question: 5, Gate: verify.GateProduction,
	Evidence: []string{"outcomes of sod/*"},
	Fix: verify.Fix{
		Before: "have the hotfix reviewed and approved by other people than its authors",
		Now:    "mend the control that does not pass, or record the emergency that it was",
	},
	Last: true, Check: sodHotfixPreserved,
}, {
	ID: "sod/enforcement-noted", Level: Must, Sections: "d: 1.13.3.3, 1.17.3.4", Theme: themePeople,
	Title: "Where tooling cannot enforce the split, the compensating control is written down", Failing: "Nothing that stands in for tooling is written down",
	Logic:   "Where the parameter separation-enforced is false: a decision on separation of duties, approved and in force at the release, says what stands in for it, and when that is looked at again.",
	Applies: "repo", Waive: "exc",
	Question: 5, Gate: verify.GateProduction,
	Evidence: []string{"parameter separation-enforced", "decision.topic", "decision.risks", "decision.criteria", "decision.approvals", "decision.reviewAt"},
	Fix: verify.Fix{
		Before: "record the decision and what stands in: dossier add decision",
		Now:    "record the decision and what stands in: dossier add decision, and review the evidence of this release",
	},
	Check: sodEnforcementNoted,
}}

func sodApprover(f *Facts) Result {
	want := counted(f.Params.Approvers, "approver") + " who wrote none of the release's commits"
	need := max(1, f.Params.Approvers)
	return eachIndependent(f, want, func(p passage) Result {
		wrote, why, ok := releaseAuthors(f)
		if !ok {
			return why
		}
		var free []approval
		var both []string
		for _, a := range p.counted {
			if x, is := wrote.byKey[a.person]; is {
				both = append(both, fmt.Sprintf("%s approved and had a hand in %s", a.person, short(x.commit)))
			} else {
				free = append(free, a)
			}
		}
		switch n := len(approvers(free)); {
		case n < need && len(both) > 0:
			return fail("approver-is-author", "", "%s", several(slices.Compact(both))).at(approverPlaces(p.counted)...)
		case n < need:
			return fail("too-few-approvers", "", "only %s", several(approvers(free))).at(approverPlaces(p.counted)...).follows(p.cause)
		}
		return pass(verify.Weakest(approvalProof(free), authorsProof(f)), "%s approved; written by %s", several(approvers(free)), several(wrote.names())).
			at(approverPlaces(free)...)
	})
}

// eachIndependent is eachPassage for approvals that count towards independent
// approval, of which there is at least one.
func eachIndependent(f *Facts, want string, judge func(passage) Result) Result {
	s := approvalsOf(f)
	return eachPassage(s, want, func(p passage) Result {
		if len(p.counted) == 0 {
			return missing("", "no approval counts").at(approverPlaces(p.present)...).follows(p.cause)
		}
		return judge(p)
	})
}

// reviewed is the set of people who looked at each commit.
type reviewed struct {
	all    []string            // those who approved the release or its commit
	single map[string][]string // by commit, those who approved that one
}

// by returns a person who looked at the commit and is none of its authors.
func (r reviewed) by(commit string, wrote, opened []author) (string, bool) {
	for _, list := range [][]string{r.all, r.single[commit]} {
		for _, person := range list {
			is := func(a author) bool { return a.key == person }
			if !slices.ContainsFunc(wrote, is) && !slices.ContainsFunc(opened, is) {
				return person, true
			}
		}
	}
	return "", false
}

// reviews gathers who looked at which commit. An approval of an earlier commit
// is no approval of the release, but a review of that commit.
func (s *standing) reviews() (r reviewed, list []approval) {
	r.single = map[string][]string{}
	for _, a := range s.present {
		scope := (*evidence.Scope)(nil)
		if a.statement != nil {
			scope = a.statement.Scope
		}
		switch id := s.excluded(a); {
		case id == "":
			r.all = append(r.all, a.person)
		case id == "approval/bound-to-candidate" && scope != nil && scope.Repository == s.f.Record.Repository.URI:
			for _, c := range scope.Commits {
				r.single[c] = append(r.single[c], a.person)
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
	who, list := approvalsOf(f).reviews()
	if !f.Range.Complete {
		return unknown("range-incomplete", "not all commits of the release are there: %s", f.Range.Why).wants(want).at(inRecord(f, "/base")).follows("sod/approver-not-author")
	}
	var gaps []string
	var where []verify.Place
	proofs := []verify.Proof{authorsProof(f)}
	opened, authors, used := changeAuthorsByCommit(f), f.commitAuthors(), map[*pull]bool{}
	approved := false
	for _, c := range f.Range.Commits {
		id := string(c.ID)
		if p := f.pullOf(id); p != nil && len(p.approvals(f)) > 0 {
			if !used[p] {
				used[p] = true
				where = append(where, p.place(f, "/reviews"))
				for _, r := range p.approvals(f) {
					proofs = append(proofs, r.proof)
				}
			}
			continue
		}
		if _, ok := who.by(id, authors[id], opened[id]); !ok {
			gaps = append(gaps, short(id))
			continue
		}
		approved = true
	}
	switch {
	case len(gaps) > 0 && len(list) == 0:
		return missing(want, "nobody reviewed "+several(gaps)+", and no approval counts").at(inRecord(f, "/changes")).follows(approvalsOf(f).passages[0].cause)
	case len(gaps) > 0:
		return fail("own-review-only", want, "%s", several(gaps)).at(append(approverPlaces(list), inRecord(f, "/changes"))...).follows("sod/approver-not-author")
	}
	if approved || len(where) == 0 {
		proofs, where = append(proofs, approvalProof(list)), append(where, approverPlaces(list)...)
	}
	if len(where) == 0 {
		where = append(where, inRecord(f, "/changes"))
	}
	return pass(weakest(proofs, verify.Proof{}), "%s", plural(len(f.Range.Commits), "commit", "commits")).wants(want).at(where...)
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
	return anyApproval(s, "an approval by somebody who is not a bot", failure, func(a approval) bool {
		return manual(a) && !s.bot(a)
	})
}

func sodAliases(f *Facts) Result {
	want := "approvals by " + counted(f.Params.Approvers, "person") + " whom trust lists"
	s := approvalsOf(f)
	var known []approval
	var unknownTo, accounts []string
	for _, a := range s.present {
		switch {
		case !manual(a) || s.bot(a):
			continue
		case a.person == "":
			unknownTo = append(unknownTo, a.String())
		default:
			known = append(known, a)
		}
		if id := string(a.by.ID); !slices.Contains(accounts, id) {
			accounts = append(accounts, id)
		}
	}
	need, people := max(1, f.Params.Approvers), approvers(known)
	switch {
	case len(accounts) == 0:
		return s.nobody(want)
	case len(people) < need && len(unknownTo) > 0:
		return fail("approver-unlisted", want, "trust does not list %s", several(unknownTo)).at(approverPlaces(s.present)...)
	case len(people) < need && len(accounts) >= need:
		return fail("same-person", want, "%d accounts, all of %s", len(accounts), several(people)).at(approverPlaces(s.present)...)
	}
	if overlap := s.overlap(known); overlap != "" {
		return warn(authorsProof(f), "possible-alias", "%s", overlap).wants(want).at(approverPlaces(known)...)
	}
	return pass(verify.Weakest(approvalProof(known), authorsProof(f)), "%s", several(people)).wants(want).at(approverPlaces(known)...)
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
func (s *standing) overlap(list []approval) string {
	wrote, _, _ := releaseAuthors(s.f)
	for _, key := range wrote.order {
		x := wrote.byKey[key]
		name := plainName(x.name)
		if x.person != "" || name == "" {
			continue
		}
		for _, a := range list {
			person, _ := s.f.Trust.Person(a.by.ID)
			if slices.Contains([]string{plainName(a.by.Display), plainName(a.person), plainName(person.Display)}, name) {
				return fmt.Sprintf("%s <%s> wrote %s, is not listed, and has the name of the approver %s", x.name, x.email, short(x.commit), a.person)
			}
		}
	}
	return ""
}
