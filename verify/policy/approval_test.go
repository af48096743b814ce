package policy

import (
	"strings"
	"testing"
	"time"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify"
)

// reject adds a rejection by a person.
func reject(f *verify.Facts, id, person string, key evidence.Identity, at evidence.Time) *verify.ApprovalFact {
	a := addApproval(f, id, person, key)
	a.Decision, a.At, a.Rationale = evidence.Rejected, at, "the upgrade fails"
	return a
}

func approvalChanges() []change {
	first := func(patch func(*verify.ApprovalFact)) func(*testing.T, *verify.Facts, *Params) {
		return func(_ *testing.T, f *verify.Facts, _ *Params) { patch(&f.Approvals[0]) }
	}
	return []change{{
		name: "none", control: "approval/production-present", want: verify.Fail, code: "missing-evidence",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) { f.Approvals, f.Statements = nil, f.Statements[:1] },
		also:  []string{"sign/amendment-signed"},
	}, {
		name: "written down by somebody else", control: "approval/production-present", want: verify.Fail, code: "missing-evidence",
		patch: first(func(a *verify.ApprovalFact) { a.ByApprover = false }),
	}, {
		name: "rejected", control: "approval/production-present", want: verify.Fail, code: "missing-evidence",
		patch: first(func(a *verify.ApprovalFact) { a.Decision = evidence.Rejected }),
		also:  []string{"approval/not-withdrawn"},
	}, {
		name: "for staging", control: "approval/production-present", want: verify.Fail, code: "missing-evidence",
		patch: first(func(a *verify.ApprovalFact) { a.Environment = "staging" }),
	}, {
		name: "for production", control: "approval/production-present", want: verify.Pass,
		patch: first(func(a *verify.ApprovalFact) { a.Environment = "Production" }),
	}, {
		// Verification leaves out what was corrected.
		name: "replaced by a rejection", control: "approval/production-present", want: verify.Fail, code: "missing-evidence",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) {
			reject(f, "a2", "bo", keyBo, hour(11)).Supersedes = "a1"
			f.Records = append(f.Records, verify.RecordFact{Kind: "approval", Predicate: f.Approvals[0].Approval})
			f.Approvals = f.Approvals[1:]
		},
		also: []string{"approval/not-withdrawn"},
	}, {
		name: "another party cannot replace it", control: "approval/production-present", want: verify.Pass,
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) { addApproval(f, "a2", "cy", keyCy).Supersedes = "a1" },
	}, {
		name: "a service", control: "approval/manual", want: verify.Fail, code: "not-human",
		patch: first(func(a *verify.ApprovalFact) { a.Approver.Kind = evidence.Service }),
	}, {
		name: "a service beside a person", control: "approval/manual", want: verify.Pass,
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) {
			addApproval(f, "a2", "", keyCI).Approver.Kind = evidence.Service
		},
	}, {
		name: "no reason", control: "approval/rationale", want: verify.Fail, code: "missing-evidence",
		patch: first(func(a *verify.ApprovalFact) { a.Rationale = " \n" }),
	}, {
		name: "stock word", control: "approval/rationale", want: verify.Warn, code: "stock-rationale",
		patch: first(func(a *verify.ApprovalFact) { a.Rationale = "LGTM!" }),
	}, {
		name: "no time", control: "approval/identity-and-time", want: verify.Fail, code: "missing-evidence",
		patch: first(func(a *verify.ApprovalFact) { a.At = evidence.Time{} }),
	}, {
		name: "in the future", control: "approval/identity-and-time", want: verify.Fail, code: "in-the-future",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) { f.Approvals[0].At = evidence.At(f.AsOf.Add(time.Hour)) },
	}, {
		name: "nobody", control: "approval/identity-and-time", want: verify.Fail, code: "missing-evidence",
		patch: first(func(a *verify.ApprovalFact) { a.Approver.ID, a.Approver.Display = "", "" }),
		also:  []string{"trace/attributable-actors"},
	}, {
		name: "earlier commit", control: "approval/bound-to-candidate", want: verify.Fail, code: "other-candidate",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) {
			a := &f.Approvals[0]
			a.Release, a.Parents = nil, nil
			a.Scope = &evidence.Scope{Repository: repository, Commits: []string{string(f.Range.Commits[1].ID)}}
		},
		also: []string{"sod/reviewer-not-author"},
	}, {
		name: "the released commit", control: "approval/bound-to-candidate", want: verify.Pass,
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) {
			a := &f.Approvals[0]
			a.Release, a.Parents = nil, nil
			a.Scope = &evidence.Scope{Repository: repository, Commits: []string{f.Record.Commit}}
		},
	}, {
		name: "the commit in another repository", control: "approval/bound-to-candidate", want: verify.Fail, code: "other-candidate",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) {
			a := &f.Approvals[0]
			a.Release, a.Parents = nil, nil
			a.Scope = &evidence.Scope{Repository: repository + "-fork", Commits: []string{f.Record.Commit}}
		},
	}, {
		name: "withdrawn later", control: "approval/not-withdrawn", want: verify.Fail, code: "rejected",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) { reject(f, "a2", "bo", keyBo, hour(11)) },
	}, {
		name: "withdrawn at the same time", control: "approval/not-withdrawn", want: verify.Fail, code: "rejected",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) { reject(f, "a2", "bo", keyBo, hour(10)) },
	}, {
		name: "rejected first, approved later", control: "approval/not-withdrawn", want: verify.Warn, code: "not-sealed",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) { reject(f, "a2", "bo", keyBo, hour(9)) },
	}, {
		name: "rejected by somebody else", control: "approval/not-withdrawn", want: verify.Fail, code: "rejected",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) { reject(f, "a2", "cy", keyCy, hour(9)) },
	}, {
		name: "a rejection that was written down", control: "approval/not-withdrawn", want: verify.Fail, code: "rejected",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) {
			reject(f, "a2", "cy", keyCy, hour(9)).ByApprover = false
		},
	}, {
		name: "others cannot lift a rejection", control: "approval/not-withdrawn", want: verify.Fail, code: "rejected",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) {
			reject(f, "a2", "cy", keyCy, hour(9))
			addApproval(f, "a3", "cy", keyCy).ByApprover = false
		},
	}, {
		name: "rejected for staging only", control: "approval/not-withdrawn", want: verify.Warn, code: "not-sealed",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) {
			reject(f, "a2", "bo", keyBo, hour(11)).Environment = "staging"
		},
	}}
}

func sodChanges() []change {
	by := func(name, email string) func(*testing.T, *verify.Facts, *Params) {
		return func(t *testing.T, f *verify.Facts, _ *Params) { addCommit(t, f, "fix: more", name, email) }
	}
	reviewer := []string{"sod/reviewer-not-author"}
	return []change{{
		name: "wrote a commit", control: "sod/approver-not-author", want: verify.Fail, code: "approver-is-author",
		patch: by("Bo Lind", "bo@example.com"), also: reviewer,
	}, {
		name: "wrote under an address in another case", control: "sod/approver-not-author", want: verify.Fail, code: "approver-is-author",
		patch: by("B", "BO@Example.COM"), also: reviewer,
	}, {
		name: "wrote under the forge's no-reply address", control: "sod/approver-not-author", want: verify.Fail, code: "approver-is-author",
		patch: func(t *testing.T, f *verify.Facts, _ *Params) {
			f.Approvals, f.Statements = nil, f.Statements[:1]
			addApproval(f, "a2", "cy", keyCy)
			addCommit(t, f, "fix: more", "cy", "1003+cy@users.noreply.github.com")
		},
		also: reviewer,
	}, {
		name: "committed it", control: "sod/approver-not-author", want: verify.Fail, code: "approver-is-author",
		patch: func(t *testing.T, f *verify.Facts, _ *Params) {
			addCommit(t, f, "fix: more", "Ana Ruiz", "ana@example.com").Committer.Email = "bo@example.com"
		},
		also: reviewer,
	}, {
		name: "co-author", control: "sod/approver-not-author", want: verify.Fail, code: "approver-is-author",
		patch: func(t *testing.T, f *verify.Facts, _ *Params) {
			addCommit(t, f, "fix: more\n\nco-authored-BY: Bo <bo@example.com>\n\nand more text", "Ana Ruiz", "ana@example.com")
		},
		also: reviewer,
	}, {
		name: "opened the change", control: "sod/approver-not-author", want: verify.Fail, code: "approver-is-author",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) {
			f.Record.Changes = []evidence.Change{{ID: "7", Opener: &evidence.Actor{
				ID: "account:github.com:9", Kind: evidence.Human, Aliases: []evidence.Identity{"mailto:bo@example.com"},
			}}}
		},
	}, {
		name: "a second approver wrote nothing", control: "sod/approver-not-author", want: verify.Pass,
		patch: func(t *testing.T, f *verify.Facts, p *Params) {
			by("Bo Lind", "bo@example.com")(t, f, p)
			addApproval(f, "a2", "cy", keyCy)
		},
	}, {
		name: "two wanted", control: "sod/approver-not-author", want: verify.Fail, code: "too-few-approvers",
		patch: func(_ *testing.T, _ *verify.Facts, p *Params) { p.Approvers = 2 },
	}, {
		name: "two wanted, one from two accounts", control: "sod/approver-not-author", want: verify.Fail, code: "too-few-approvers",
		patch: func(_ *testing.T, f *verify.Facts, p *Params) {
			p.Approvers = 2
			addApproval(f, "a2", "bo", "mailto:bo@example.com")
		},
		also: []string{"sod/alias-folding"},
	}, {
		name: "two wanted and given", control: "sod/approver-not-author", want: verify.Pass,
		patch: func(_ *testing.T, f *verify.Facts, p *Params) {
			p.Approvers = 2
			addApproval(f, "a2", "cy", keyCy)
		},
	}, {
		name: "nobody wrote it", control: "sod/approver-not-author", want: verify.Unknown, code: "no-authors",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) { f.Range.Commits = nil },
	}, {
		name: "an unlisted author is one more author", control: "sod/approver-not-author", want: verify.Pass,
		patch: by("Somebody", "somebody@example.net"),
	}, {
		name: "own commit looked at by nobody else", control: "sod/reviewer-not-author", want: verify.Fail, code: "own-review-only",
		patch: by("Bo Lind", "bo@example.com"), also: []string{"sod/approver-not-author"},
	}, {
		name: "each looked at the other's", control: "sod/reviewer-not-author", want: verify.Pass,
		patch: func(t *testing.T, f *verify.Facts, p *Params) {
			by("Bo Lind", "bo@example.com")(t, f, p)
			addApproval(f, "a2", "ana", keyAna)
		},
		also: []string{"sod/approver-not-author"},
	}, {
		name: "opened by the only reviewer", control: "sod/reviewer-not-author", want: verify.Fail, code: "own-review-only",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) {
			f.Record.Changes = []evidence.Change{{ID: "7", MergedAs: evidence.ObjectID(f.Record.Commit), Opener: &evidence.Actor{ID: keyBo, Kind: evidence.Human}}}
		},
		also: []string{"sod/approver-not-author"},
	}, {
		name: "a bot that says it is human", control: "sod/bots-do-not-count", want: verify.Fail, code: "only-bots",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) {
			f.Approvals, f.Statements = nil, f.Statements[:1]
			addApproval(f, "a2", "", keyBot)
		},
		also: []string{"sod/alias-folding"},
	}, {
		name: "signed by a bot", control: "sod/bots-do-not-count", want: verify.Fail, code: "only-bots",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) {
			f.Approvals[0].Signers = append(f.Approvals[0].Signers, verify.Signer{Identity: keyBot, Allowed: true})
		},
		also: []string{"sod/alias-folding"},
	}, {
		name: "unlisted approver", control: "sod/alias-folding", want: verify.Fail, code: "approver-unlisted",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) {
			f.Approvals[0].Person, f.Approvals[0].Approver.ID = "", keyOf("dd")
		},
	}, {
		name: "two accounts of one person", control: "sod/alias-folding", want: verify.Fail, code: "same-person",
		patch: func(_ *testing.T, f *verify.Facts, p *Params) {
			p.Approvers = 2
			addApproval(f, "a2", "bo", "mailto:bo@example.com")
		},
		also: []string{"sod/approver-not-author"},
	}, {
		name: "an unlisted author with the approver's name", control: "sod/alias-folding", want: verify.Warn, code: "possible-alias",
		patch: by("BO", "bo@private.example"),
	}, {
		name: "an unlisted author with the name that trust has for the approver", control: "sod/alias-folding", want: verify.Warn, code: "possible-alias",
		patch: by("Bo Lind", "bo@private.example"),
	}, {
		name: "an unlisted author whose name is no name", control: "sod/alias-folding", want: verify.Pass,
		patch: func(t *testing.T, f *verify.Facts, p *Params) {
			by("--", "zed@private.example")(t, f, p)
			f.Approvals[0].Approver.Display = ""
		},
	}}
}

// TestProofIsTheWeakest checks that independent approval is never known better
// than the authors are (rules of format, R11).
func TestProofIsTheWeakest(t *testing.T) {
	checks, _ := minimal(t).Judge(baseFacts(t))
	for _, c := range checks {
		if strings.HasSuffix(c.ID, "-not-author") && c.Proof.Grade != verify.Claimed {
			t.Errorf("%s is %s", c.ID, c.Proof.Grade)
		}
		if c.ID == "approval/production-present" && c.Proof.Grade != verify.Proven {
			t.Errorf("%s is %s", c.ID, c.Proof.Grade)
		}
	}
}
