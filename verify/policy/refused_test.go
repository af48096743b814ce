package policy

import (
	"strings"
	"testing"
	"time"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/gitobj"
	"github.com/release-dossier/dossier/evidence/provenance"
	"github.com/release-dossier/dossier/verify"
)

// refusedChanges are what no dossier can hold, because whoever reads it refuses
// it before any control is asked, or what needs another verifier. Controls judge
// it all the same. All others are cases in testdata/controls.
func refusedChanges() []change {
	first := func(patch func(*verify.ApprovalFact)) func(*testing.T, *verify.Facts, *Params) {
		return func(_ *testing.T, f *verify.Facts, _ *Params) { patch(&f.Approvals[0]) }
	}
	return []change{{
		name: "no tag", control: "tag/present", want: verify.Fail, code: "missing-evidence",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) { f.Record.Tag.Object = "" },
		also:  []string{"trace/sha-format"},
	}, {
		name: "final line feed", control: "tag/format", want: verify.Fail, code: "tag-name-form",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) { f.Record.Tag.Name = "v1.3.3\n" },
		also:  []string{"tag/matches-release-version", "sign/tag-object-embedded"},
	}, {
		name: "no reader", control: "sbom/bound-to-digest", want: verify.Unknown, code: "no-verifier",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) {
			f.SBOMs[0].Summary, f.SBOMs[0].Code = nil, "no-verifier"
		},
		also: []string{"sbom/parsable", "sbom/license-vuln", "sbom/transitive"},
	}, {
		name: "no digest", control: "sbom/content-hash", want: verify.Fail, code: "digest",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) { f.SBOMs[0].Material.Digest = evidence.Digest{} },
	}, {
		name: "another digest", control: "sbom/content-hash", want: verify.Fail, code: "digest",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) { f.SBOMs[0].Material.Digest = evidence.Sum(nil) },
	}, {
		name: "problems counted only", control: "sbom/parsable", want: verify.Fail, code: "sbom-invalid",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) { f.SBOMs[0].Summary.ProblemCount = 3 },
	}, {
		name: "no repository", control: "provenance/source-commit", want: verify.Fail, code: "source-repository",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) { f.Provenance[0].Summary.SourceURI = "" },
	}, {
		name: "no run in CI beside a laptop", control: "provenance/build-run-id", want: verify.Fail, code: "missing-evidence",
		patch: func(_ *testing.T, f *verify.Facts, p *Params) {
			second(f, addSBOM, addProvenance)
			f.Provenance[0].Summary.BuilderID, f.Provenance[1].Summary.RunID = provenance.LocalBuilder, ""
			p.Builders = []string{provenance.LocalBuilder, "https://ci.example/builders/*"}
		},
	}, {
		name: "other predicate", control: "provenance/slsa-shape", want: verify.Warn, code: "not-slsa",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) {
			f.Provenance[0].Summary.PredicateType = "https://example.com/build"
		},
	}, {
		name: "no proven time", control: "sign/key-valid-at-signing", want: verify.Warn, code: "time-claimed",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) { f.Signers[0].NotAfter = nil },
	}, {
		name: "signer's key revoked", control: "sign/key-valid-at-signing", want: verify.Fail, code: "revoked",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) {
			f.Signers[0].Allowed, f.Signers[0].Code = false, "revoked"
		},
		also: []string{"sign/bundle-signed"},
	}, {
		name: "nobody signed", control: "sign/key-valid-at-signing", want: verify.Fail, code: "missing-evidence",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) { f.Signers = nil },
		also:  []string{"sign/bundle-signed"},
	}, {
		name: "nobody counts", control: "sign/bundle-signed", want: verify.Fail, code: "signer-not-allowed",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) { f.Signers = nil },
	}, {
		name: "two signatures of one", control: "sign/bundle-signed", want: verify.Fail, code: "too-few-signers",
		patch: func(_ *testing.T, f *verify.Facts, p *Params) {
			p.Signers = 2
			f.Signers = append(f.Signers, f.Signers[0])
		},
	}, {
		name: "not signed", control: "sign/amendment-signed", want: verify.Fail, code: "signer-not-allowed",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) { f.Statements[1].Signers = nil },
	}, {
		name: "another release", control: "sign/amendment-signed", want: verify.Fail, code: "other-release",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) {
			f.Approvals[0].Release = &evidence.Reference{Digest: evidence.Sum([]byte("other"))}
		},
		also: []string{"approval/bound-to-candidate"},
	}, {
		name: "abbreviated commit", control: "trace/sha-format", want: verify.Fail, code: "object-id",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) { f.Record.Base.Commit = "b5b5b5b" },
	}, {
		name: "upper case in a change", control: "trace/sha-format", want: verify.Fail, code: "object-id",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) {
			f.Record.Changes = []evidence.Change{{ID: "7", HeadCommit: evidence.ObjectID(strings.Repeat("AB", 20))}}
		},
	}, {
		name: "abbreviated approval", control: "trace/sha-format", want: verify.Fail, code: "object-id",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) {
			a := addApproval(f, "a2", "cy", keyCy)
			a.Release, a.Scope = nil, &evidence.Scope{Repository: repository, Commits: []string{"b5b5"}}
		},
	}, {
		name: "sha256 repository", control: "trace/sha-format", want: verify.Pass,
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) { f.Record.Base.Commit = strings.Repeat("b5", 32) },
	}, {
		name: "no digest", control: "trace/digest-format", want: verify.Fail, code: "digest",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) { f.Record.Materials[0].Digest = evidence.Digest{} },
		also:  []string{"trace/no-dangling-refs"},
	}, {
		name: "placeholder", control: "trace/digest-format", want: verify.Fail, code: "digest",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) {
			f.Approvals[0].Refs = []evidence.ResourceDescriptor{{Name: "log", Digest: evidence.DigestSet{"sha256": "<digest>"}}}
		},
	}, {
		name: "check without subject digest", control: "trace/digest-format", want: verify.Fail, code: "digest",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) {
			f.Record.Checks = []evidence.Check{{Name: "unit", Outcome: "pass", Subject: evidence.ResourceDescriptor{Name: "hello"}}}
		},
		also: []string{"trace/bundle-immutable-keys"},
	}, {
		name: "material not listed", control: "trace/no-dangling-refs", want: verify.Fail, code: "dangling-reference",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) { f.Record.Materials = f.Record.Materials[:1] },
	}, {
		name: "about no artifact", control: "trace/no-dangling-refs", want: verify.Fail, code: "dangling-reference",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) {
			f.Record.SBOMs[0].About = []evidence.Digest{evidence.Sum([]byte("x"))}
		},
	}, {
		name: "parent not there", control: "trace/no-dangling-refs", want: verify.Fail, code: "dangling-reference",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) {
			f.Approvals[0].Parents = []evidence.Parent{{Statement: evidence.Sum([]byte("gone"))}}
		},
	}, {
		name: "no tagger", control: "trace/attributable-actors", want: verify.Fail, code: "missing-evidence",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) { f.Tag.Object.Tagger = gitobj.Person{} },
	}, {
		name: "merger without identity", control: "trace/attributable-actors", want: verify.Fail, code: "missing-evidence",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) {
			f.Record.Changes = []evidence.Change{{ID: "7", MergedBy: &evidence.Actor{Display: "Ana"}}}
		},
	}, {
		name: "no reason", control: "approval/rationale", want: verify.Fail, code: "missing-evidence",
		patch: first(func(a *verify.ApprovalFact) { a.Rationale = " \n" }),
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
		name: "the commit in another repository", control: "approval/bound-to-candidate", want: verify.Fail, code: "other-candidate",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) {
			a := &f.Approvals[0]
			a.Release, a.Parents = nil, nil
			a.Scope = &evidence.Scope{Repository: repository + "-fork", Commits: []string{f.Record.Commit}}
		},
	}, {
		name: "two wanted, one from two accounts", control: "sod/approver-not-author", want: verify.Fail, code: "too-few-approvers",
		patch: func(_ *testing.T, f *verify.Facts, p *Params) {
			p.Approvers = 2
			addApproval(f, "a2", "bo", "mailto:bo@example.com")
		},
		also: []string{"sod/alias-folding"},
	}, {
		name: "nobody wrote it", control: "sod/approver-not-author", want: verify.Unknown, code: "no-authors",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) { f.Range.Commits = nil },
	}}
}

// second is another artifact of the release, with whatever add gives it.
func second(f *verify.Facts, add ...func(*verify.Facts, evidence.Artifact)) {
	a := evidence.Artifact{Name: "hello-arm", Digest: evidence.Sum([]byte("arm"))}
	f.Record.Artifacts = append(f.Record.Artifacts, a)
	for _, x := range add {
		x(f, a)
	}
}
