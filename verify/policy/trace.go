package policy

import (
	"fmt"

	"github.com/release-dossier/dossier/evidence/gitobj"
	"github.com/release-dossier/dossier/verify"
)

const themeTrace = "Traceability & identity"

var traceControls = []Control{{
	ID: "trace/sha-format", Level: Must, Sections: "1.12.6.3", Theme: themeTrace,
	Title: "Commit ids are full length", Failing: "A commit id is abbreviated or malformed",
	Logic:   "Every commit and tag id in the release statement and in all later records is 40 or 64 lower-case hex digits.",
	Applies: "*", Waive: "no",
	Question: 2, Gate: verify.GateTag, Profile: Solo, Evidence: []string{"record.commit", "record.tag.object", "record.base.commit", "record.changes[]", "approval.scope.commits", "every commit id of later records"},
	Fix: verify.Fix{
		Before: "record full object ids (git rev-parse)",
		Now:    "collect the release again with full object ids",
	},
	Check: traceIDs,
}, {
	ID: "trace/digest-format", Level: Must, Sections: "d: 1.12.6.3, 1.20.5.2", Theme: themeTrace,
	Title: "Digests name their algorithm and are complete", Failing: "A digest is missing, abbreviated or malformed",
	Logic:   "Every digest in the release statement and in all later records is of a known algorithm, in full, in lower-case hex, and no placeholder.",
	Applies: "*", Waive: "no",
	Question: 2, Gate: verify.GateTag, Profile: Solo, Evidence: []string{"record.artifacts[].digest", "record.materials[].digest", "record.checks[]", "approval.refs[].digest", "every digest of later records"},
	Fix: verify.Fix{
		Before: "record digests as {\"sha256\": \"<64 hex>\"}",
		Now:    "collect the release again with full digests",
	},
	Check: traceDigests,
}, {
	ID: "trace/one-identity-tuple", Level: Must, Sections: "1.12.3.1, 1.12.3.5, 1.20.1", Theme: themeTrace,
	Title: "Version, commit and digest agree wherever they are repeated", Failing: "Two places name different versions, commits or digests",
	Logic:   "Tag object, provenance, release page, promotions, a decision to go, hotfix, release branch, manifest and incident name the tag, version and commit of the release and, for each artifact's name, its digest, wherever they name one. What a rollback brings back may be another release.",
	Applies: "*", Waive: "no",
	Question: 2, Gate: verify.GateStaging, Profile: Solo, Evidence: []string{"record", "the embedded tag object", "provenance: subjects and source commit", "promotion.artifacts", "go-no-go.subject", "record.releasePage", "record.releaseRecord.promotions"},
	Fix: verify.Fix{
		Before: "collect the release again from one build of the tag",
		Now:    "find out which of the two is the release, and release again under a new version",
	},
	Check: traceTuple,
}, {
	ID: "trace/no-dangling-refs", Level: Must, Sections: "d: 1.21.3.4", Theme: themeTrace,
	Title: "Everything that is referred to inside the dossier is in it", Failing: "A reference leads nowhere",
	Logic:   "Materials, artifacts, statements and superseded approvals that a statement names are there, and so is each record that another one names by its id: windows (from the profile standard on), emergencies, exceptions, delegations, incidents, promotions, quarantines, flags, decisions. Pull requests of this repository that promotions and changelog name are listed.",
	Applies: "*", Waive: "no",
	Question: 2, Gate: verify.GateTag, Profile: Solo, Evidence: []string{"record.sboms[]", "record.provenance[]", "record.attestations[]", "approval.parents", "approval.supersedes", "promotion.window", "promotion.emergency", "promotion.pullRequests", "record.changelog.entries[].pullRequest"},
	Fix: verify.Fix{
		Before: "collect the release again",
		Now:    "fetch the complete dossier again",
	},
	Check: traceRefs,
}, {
	ID: "trace/bundle-immutable-keys", Level: Should, Sections: "1.21.3.4", Theme: themeTrace,
	Title: "Evidence is referred to by digest", Failing: "Some evidence is referred to by a name that can change its meaning",
	Logic:   "Subjects and evidence of checks, artifacts, SBOMs and provenance of promotions, evidence of what was verified and references of approvals carry a digest beside their address.",
	Applies: "*", Waive: "rat",
	Question: 2, Gate: verify.GateTag, Profile: Solo, Evidence: []string{"record.checks[].evidence", "approval.refs", "promotion.artifacts", "promotion.verification[].evidence"},
	Fix:   verify.Fix{Before: "record the digest of what the address gave"},
	Check: traceKeys,
}, {
	ID: "trace/chronology", Level: Must, Sections: "d: 1.9.3.3, 1.13.3.1", Theme: themeTrace,
	Title: "The recorded times tell a possible story", Failing: "Two recorded times contradict each other",
	Logic:   "Branch, pull request, first approval, merge, build, promotions to dev, staging and production, the last approval for production and its promotion follow each other; so do commit, tag, record, approvals of it and the moment of judgement; the tag is before production. Clocks may differ by the parameter clock-skew. A time that nobody states contradicts nothing.",
	Applies: "*", Waive: "no",
	Question: 2, Gate: verify.GateTag, Profile: Solo, Evidence: []string{"commit and tag times", "provenance: start and end", "record.createdAt", "record.changes[].branchCreatedAt, openedAt, reviews, mergedAt", "promotion.at", "promotion.approvals", "approval.at"},
	Fix: verify.Fix{
		Before: "correct the clock and record again",
		Now:    "find out which of the two times is wrong, and record it",
	},
	Check: traceChronology,
}, {
	ID: "trace/attributable-actors", Level: Must, Sections: "1.2, 1.5.2(2), 1.10.5.3(3)", Theme: themeTrace,
	Title: "Tags, signatures, merges, approvals and deployments name somebody", Failing: "An act is attributed to nobody in particular",
	Logic:   "Signers, tagger and every actor of the records have an identity and a known kind, and none is a shared account (parameter shared-accounts) but for bots that trust lists. Every merge and every promotion names who made it.",
	Applies: "*", Waive: "exc",
	Question: 1, Gate: verify.GateTag, Profile: Solo, Evidence: []string{"signatures", "the tag's tagger", "record.changes[].mergedBy", "approval.approver", "promotion.requestedBy", "promotion.executedBy", "every actor of a record"},
	Fix: verify.Fix{
		Before: "act under a personal or service identity (git config user.name, user.email)",
		Now:    "record who it was",
	},
	Check: traceActors,
}, {
	ID: "trace/evidence-complete", Level: Must, Sections: "1.7.3, 1.31.3.3, 2.4", Theme: themeTrace,
	Title: "All evidence that a release to production needs can be shown", Failing: "A class of evidence that production needs is missing",
	Logic:   "By repository type and kind of release, each class of evidence has at least one item: tag and signature, pull requests, reviews, tickets, checks, scans, artifacts, SBOMs, provenance, branch protection, release record, rollback plan, notes, changelog, promotions to staging, approvals, window or emergency; for a hotfix, emergency, train or manifest its own record. An empty list is no evidence.",
	Applies: "prod", Waive: "no (waive single gaps, never the whole)",
	Question: 2, Gate: verify.GateProduction, Evidence: []string{"record", "promotion", "approval", "window", "emergency", "hotfix", "train", "go-no-go"},
	Fix: verify.Fix{
		Before: "record what is missing before the promotion: dossier create with all sources, dossier add for later records",
		Now:    "collect what the systems of record still hold and add it: dossier add KIND; record an exception for the single gap",
	},
	Check: traceEvidenceComplete,
}, {
	ID: "trace/ticket-per-pr", Level: Must, Sections: "1.3.2, 1.5.2(1), 1.11.3.1, 1.11.3.2", Theme: themeTrace,
	Title: "Each merged pull request names a ticket", Failing: "A merged pull request names no ticket",
	Logic:   "Every pull request of the release names at least one ticket of the form of the parameter ticket-pattern in its title, description or commits. One that only its branch's name mentions does not count. Pull requests of bots are no exception.",
	Applies: "*", Waive: "exc",
	Question: 2, Gate: verify.GateTag, Evidence: []string{"record.changes[].tickets"},
	Fix: verify.Fix{
		Before: "name the ticket in the title or description: PAY-812: accept CHF",
		Now:    "name the ticket in the description of the merged pull request, and record an exception for this release",
	},
	Check: traceTicketPerPR,
}, {
	ID: "trace/tickets-in-record", Level: Must, Sections: "1.20.3.1, 1.13.3.2", Theme: themeTrace,
	Title: "The release record lists the tickets of what it ships", Failing: "The release record lacks a ticket of what it ships",
	Logic:   "Every ticket that a pull request of the release names is among the change requests of the release record. One that neither pull request, promotion nor approval names is a warning.",
	Applies: "prod", Waive: "exc",
	Question: 2, Gate: verify.GateTag, Evidence: []string{"record.releaseRecord.changeRequests", "record.changes[].tickets", "promotion.changeRequests", "approval.refs"},
	Fix: verify.Fix{
		Before: "name all tickets in the tag's trailers (Ticket: PAY-812, PAY-815), or let the forge's changes name them",
		Now:    "create the dossier of the next release with all tickets, and record an exception for this one",
	},
	Check: traceTicketsInRecord,
}, {
	ID: "trace/chain-closed", Level: Must, Sections: "1.3.2, 1.6.3(2), 1.9.3.3, 1.11.1, 1.20.4", Theme: themeTrace,
	Title: "An unbroken chain leads from ticket to production", Failing: "The chain from ticket to production is broken",
	Logic:   "Each pull request leads to a ticket, an approval and a commit of the release; the tag to the released commit; that to a check; each artifact to a build of that commit; and each promotion to production to that commit and to artifacts of the release that were promoted to staging before. The first missing link of each path is told.",
	Applies: "prod", Waive: "no",
	Question: 2, Gate: verify.GateProduction, Evidence: []string{"record.changes[]", "record.commit", "record.checks[].subject", "provenance: source commit", "promotion.commit", "promotion.artifacts"},
	Fix: verify.Fix{
		Before: "link what the finding names: a ticket to the pull request, the check to the commit, the artifact to its build",
		Now:    "add the record that links the two, if it exists; else stop the promotion and release again",
	},
	Check: traceChainClosed,
}, {
	ID: "trace/range-complete", Level: Must, Sections: "d: 1.3.2, 1.5.2(3), 1.11.3.1 pitfall", Theme: themeTrace,
	Title: "Every commit since the release before came by a listed pull request", Failing: "A commit came by no listed pull request",
	Logic:   "Each commit between the base and the released commit is the merge of exactly one listed pull request or one of the commits that it brought; a merge queue may bring one by several. A commit of a bot's account is fine if the release record's log of decisions names it and says why. In a first release, which has no baseline, other commits are a warning.",
	Applies: "*", Waive: "exc",
	Question: 2, Gate: verify.GateTag, Evidence: []string{"the embedded commits", "record.changes[].mergedAs", "record.changes[].landed", "record.releaseRecord.decisions"},
	Fix: verify.Fix{
		Before: "bring every change by a pull request, and let the forge's changes be collected",
		Now:    "review the commit now, say so in an exception, and protect the branch against pushes",
	},
	Check: traceRangeComplete,
}, {
	ID: "trace/prs-contained", Level: Must, Sections: "d: 1.20.3.1, 1.25.3.1", Theme: themeTrace,
	Title: "Every listed pull request is really in the release", Failing: "A listed pull request is not in the release",
	Logic:   "The merge commit of each listed pull request is among the commits between the base and the released commit.",
	Applies: "*", Waive: "no",
	Question: 2, Gate: verify.GateTag, Evidence: []string{"record.changes[].mergedAs", "the embedded commits"},
	Fix: verify.Fix{
		Before: "list only what was merged since the base release and before the tag",
		Now:    "collect the release again, and correct notes and tickets that promise it",
	},
	Check: tracePullsContained,
}, {
	ID: "trace/merge-commit-recorded", Level: Must, Sections: "1.5.2(3)", Theme: themeTrace,
	Title: "The merge commit of each pull request is recorded", Failing: "The merge commit of a pull request is not recorded",
	Logic:   "Each listed pull request names its merge or squash commit by a full object id.",
	Applies: "*", Waive: "exc",
	Question: 2, Gate: verify.GateTag, Evidence: []string{"record.changes[].mergedAs"},
	Fix: verify.Fix{
		Before: "let the forge's changes be collected: make it a source of dossier create",
		Now:    "collect the release again with the forge answering",
	},
	Check: traceMergeCommit,
}, {
	ID: "trace/per-artifact", Level: Must, Sections: "1.9.3.4", Theme: themeTrace,
	Title: "In a monorepo each artifact has its own chain", Failing: "An artifact of the monorepo has no chain of its own",
	Logic:   "Each artifact belongs to a component that the metadata lists, by its name; a provenance names it; a check ran on it, or one of the release says that it covers the component; it states the tag's version; and if anything was promoted to production, so was it.",
	Applies: "mono", Waive: "exc",
	Question: 2, Gate: verify.GateStaging, Evidence: []string{"record.artifacts[]", "record.metadata.monorepo.components", "provenance: subjects", "record.checks[].components", "promotion.artifacts"},
	Fix: verify.Fix{
		Before: "build, check and promote each component by itself, and say which components a shared check covers",
		Now:    "record what belongs to the artifact, or leave it out of the release",
	},
	Check: traceArtifacts,
}, {
	ID: "trace/recorded-before-production", Level: Must, Sections: "2.4 guardrail and pitfall", Theme: themeTrace,
	Title: "Intent, risk and rollback are written down before production", Failing: "Intent, risk or rollback was written down after production was approved",
	Logic:   "The release statement says what changes, with which risk and how to go back, by itself or in every pull request, and it was made, at the latest by the time that proves its signature, before each promotion to production and before the first approval of that.",
	Applies: "prod", Waive: "emg",
	Question: 2, Gate: verify.GateProduction, Evidence: []string{"record.createdAt", "signatures and their times", "record.changes[].details", "record.releaseRecord.risk", "record.rollbackPlan", "promotion.at", "promotion.approvals"},
	Fix: verify.Fix{
		Before: "create the dossier before anybody approves production: dossier create",
		Now:    "record an emergency if it was one; next time create the dossier before the approval",
	},
	Check: traceRecordedBefore,
}, {
	ID: "trace/links-well-formed", Level: Must, Sections: "1.20.6.1", Theme: themeTrace,
	Title: "Links to evidence stay usable", Failing: "A link to evidence is not usable for long",
	Logic:   "Every link is absolute. A web page that is no ticket, pull request or other record of a system, and whose content no digest fixes, is a warning; for the release notes it is a failure, unless they are the forge's page of the release and the forge keeps it unchanged.",
	Applies: "*", Waive: "exc",
	Question: 2, Gate: verify.GateTag, Evidence: []string{"every uri", "record.notes.document", "record.releasePage"},
	Fix: verify.Fix{
		Before: "give the whole address, and the digest of what it led to",
		Now:    "keep a copy of what the link leads to and add it with its digest",
	},
	Check: traceLinks,
}, {
	ID: "trace/reviewers-on-record", Level: Must, Sections: "1.5.2(2), 1.21.3.4", Theme: themeTrace,
	Title: "Reviewers, approvals and checks of each pull request are on record", Failing: "Reviewers or checks of a pull request are not on record",
	Logic:   "Each pull request has an approval by a reviewer with an identity, and the result of a check of its head commit.",
	Applies: "*", Waive: "exc",
	Question: 1, Gate: verify.GateTag, Evidence: []string{"record.changes[].reviews", "record.changes[].headCommit", "record.checks[].subject"},
	Fix: verify.Fix{
		Before: "let the forge's reviews and checks be collected: make it a source of dossier create",
		Now:    "collect the release again with the forge answering",
	},
	Check: traceReviewersOnRecord,
}, {
	ID: "trace/on-request-six", Level: Must, Sections: "1.5.2", Theme: themeTrace,
	Title: "The six pieces of the audit trail can be shown for each deployment", Failing: "A piece of the audit trail of a deployment is missing",
	Logic:   "For each promotion to production there are a ticket, a pull request, the merge commits, build provenance of every artifact, the history of promotions and the release tag, which it names.",
	Applies: "prod", Waive: "no",
	Question: 2, Gate: verify.GateProduction, Evidence: []string{"promotion", "record.changes[]", "record.provenance", "record.tag", "record.releaseRecord.changeRequests"},
	Fix: verify.Fix{
		Before: "record what is missing before the promotion: dossier create, dossier promote",
		Now:    "collect what the systems of record still hold and add it: dossier add KIND",
	},
	Check: traceSixOnRequest,
}, {
	ID: "trace/bundle-per-release", Level: Should, Sections: "1.21.3.4", Theme: themeTrace,
	Title: "Each production release has a dossier", Failing: "A production release has no dossier",
	Logic:   "For each production tag of the repository the archive holds a dossier.",
	Applies: "arch", Waive: "rat",
	Question: 2, Gate: verify.GateFinal, Evidence: []string{"archive: dossiers", "archive: tags"},
	Fix: verify.Fix{Before: "create a dossier in every release job: dossier create"},
}, {
	ID: "trace/bundle-history-linked", Level: Must, Sections: "d: 1.12.3.1, 1.21.3.4", Theme: themeTrace,
	Title: "Later evidence extends a dossier and never rewrites one", Failing: "Two dossiers of one release contradict each other",
	Logic:   "Of two dossiers of one tag in the archive, the state of one is reached from that of the other by later statements.",
	Applies: "arch", Waive: "no",
	Question: 2, Gate: verify.GateFinal, Evidence: []string{"archive: states of dossiers"},
	Fix: verify.Fix{
		Before: "add to the dossier there is: dossier add KIND",
		Now:    "find out which of the two is the release's, and keep both as evidence",
	},
}, {
	ID: "trace/release-kind-declared", Level: Must, Sections: "d: 1.16.3.1, 1.14.3, 1.18.3.3", Theme: themeTrace,
	Title: "The release declares its kind, and the evidence agrees", Failing: "The declared kind of release is not what the evidence shows",
	Logic:   "The tag's trailer " + trailerKind + " names normal, patch, hotfix, emergency, train or manifest, several with commas. What the evidence shows (a hotfix branch or record, an emergency, a train, a manifest) must be declared, and nothing else may be. An emergency after the tag is declared by its record.",
	Applies: "*", Waive: "no",
	Question: 2, Gate: verify.GateTag, Evidence: []string{"tag trailer " + trailerKind, "record.branches.source", "record.changes[].baseBranch", "hotfix", "emergency", "train", "record.manifest"},
	Fix: verify.Fix{
		Before: "write the trailer into the tag's message: " + trailerKind + ": normal",
		Now:    "release again under a new version with a tag that declares the kind",
	},
	Check: traceKindDeclared,
}}

// named is a value with the place it stands in.
type named struct {
	name, value string
	place       verify.Place
}

func traceIDs(f *Facts) Result {
	const want = "40 or 64 lower-case hex digits"
	r := f.Record
	ids := []named{
		{"commit", r.Commit, inRecord(f, "/commit")},
		{"tag object", r.Tag.Object, inRecord(f, "/tag/object")},
	}
	if r.Base.Commit != "" {
		ids = append(ids, named{"base commit", r.Base.Commit, inRecord(f, "/base/commit")})
	}
	for _, m := range f.mentions().ids {
		ids = append(ids, named{m.field, m.value, m.place()})
	}
	for _, a := range f.Approvals {
		if a.Approval == nil || a.Scope == nil {
			continue
		}
		for i, c := range a.Scope.Commits {
			ids = append(ids, named{"approved commit", c, inStatement(a.Statement, fmt.Sprintf("/scope/commits/%d", i))})
		}
	}
	for _, id := range ids {
		if _, _, err := gitobj.ParseID(id.value); err != nil {
			return fail("object-id", want, "%s: %v", id.name, err).at(id.place)
		}
	}
	return pass(recomputed("the ids"), "%s", plural(len(ids), "id", "ids")).wants(want).at(inRecord(f, "/commit"))
}

func traceDigests(f *Facts) Result {
	const want = "a digest with its algorithm, in full"
	for i, a := range f.Record.Artifacts {
		if a.Digest.IsZero() {
			return fail("digest", want, "artifact %s has none", a.Name).at(inRecord(f, "/artifacts/%d/digest", i))
		}
	}
	for i, m := range f.Record.Materials {
		if m.Digest.IsZero() {
			return fail("digest", want, "material %s has none", m.Name).at(inRecord(f, "/materials/%d/digest", i))
		}
	}
	for i, c := range f.Record.Checks {
		if len(c.Subject.Digest) == 0 {
			return fail("digest", want, "the subject of check %s has none", c.Name).at(inRecord(f, "/checks/%d/subject", i))
		}
	}
	for _, m := range f.mentions().references {
		if len(m.value.Digest) == 0 {
			continue
		}
		if err := m.value.Digest.Validate(); err != nil {
			return fail("digest", want, "%s: %v", m.field, err).at(m.place())
		}
	}
	return pass(recomputed("the digests"), "%s, %s", plural(len(f.Record.Artifacts), "artifact", "artifacts"), plural(len(f.Record.Materials), "material", "materials")).wants(want).at(inRecord(f, "/artifacts"))
}
