package policy

import (
	"strings"
	"testing"
	"time"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/gitobj"
	"github.com/release-dossier/dossier/verify"
)

func signChanges() []change {
	return []change{{
		name: "unsigned", control: "sign/tag-signed", want: verify.Fail, code: "missing-evidence",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) {
			f.Tag.Signature = verify.TagSignature{Code: "unsigned"}
		},
	}, {
		name: "stranger's key", control: "sign/tag-signed", want: verify.Fail, code: "signer-not-trusted",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) {
			f.Tag.Signature = verify.TagSignature{Scheme: "ssh", Code: "signer-not-trusted", Detail: "unknown key"}
		},
	}, {
		name: "no verifier", control: "sign/tag-signed", want: verify.Unknown, code: "no-verifier",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) {
			f.Tag.Signature = verify.TagSignature{Scheme: "openpgp", Code: "no-verifier"}
		},
	}, {
		name: "revoked", control: "sign/tag-signed", want: verify.Fail, code: "revoked",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) {
			f.Tag.Signature = verify.TagSignature{Scheme: "ssh", Code: "revoked", Detail: "stolen"}
		},
	}, {
		name: "not embedded", control: "sign/tag-object-embedded", want: verify.Fail, code: "missing-evidence",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) { f.Tag = verify.TagFact{} },
		also:  []string{"version/patch-bump-for-fixes"},
	}, {
		name: "other name inside", control: "sign/tag-object-embedded", want: verify.Fail, code: "tag-name-mismatch",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) { f.Tag.Object.Name = "refs/v1.3.3" },
		also:  []string{"trace/one-identity-tuple"},
	}, {
		name: "no proven time", control: "sign/key-valid-at-signing", want: verify.Warn, code: "time-claimed",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) { f.Signers[0].NotAfter = nil },
	}, {
		name: "tag key revoked", control: "sign/key-valid-at-signing", want: verify.Fail, code: "revoked",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) {
			f.Tag.Signature = verify.TagSignature{Scheme: "ssh", Code: "revoked", Detail: "stolen"}
		},
		also: []string{"sign/tag-signed"},
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
		name: "developer's key", control: "sign/signer-is-release-ci", want: verify.Fail, code: "signer-role",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) {
			f.Tag.Signature.Identity, f.Tag.Signature.Roles = keyAna, nil
		},
	}, {
		name: "nobody counts", control: "sign/bundle-signed", want: verify.Fail, code: "signer-not-allowed",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) { f.Signers = nil },
	}, {
		name: "two wanted", control: "sign/bundle-signed", want: verify.Fail, code: "too-few-signers",
		patch: func(_ *testing.T, _ *verify.Facts, p *Params) { p.Signers = 2 },
	}, {
		name: "two signatures of one", control: "sign/bundle-signed", want: verify.Fail, code: "too-few-signers",
		patch: func(_ *testing.T, f *verify.Facts, p *Params) {
			p.Signers = 2
			f.Signers = append(f.Signers, f.Signers[0])
		},
	}, {
		name: "two signers", control: "sign/bundle-signed", want: verify.Pass,
		patch: func(_ *testing.T, f *verify.Facts, p *Params) {
			p.Signers = 2
			f.Signers = append(f.Signers, verify.Signer{Identity: keyAna, Person: "ana", Allowed: true})
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
	}}
}

func traceChanges() []change {
	return []change{{
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
		name: "one name, two digests", control: "trace/one-identity-tuple", want: verify.Fail, code: "digest-mismatch",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) {
			s := f.Provenance[0].Summary
			s.Subjects = append(s.Subjects, evidence.ResourceDescriptor{Name: "hello", Digest: evidence.Sum([]byte("other")).Set()})
		},
	}, {
		name: "tag object of another commit", control: "trace/one-identity-tuple", want: verify.Fail, code: "commit-mismatch",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) {
			f.Tag.Commit, f.Tag.Object.Object = "", gitobj.ID(strings.Repeat("0b", 20))
		},
		also: []string{"tag/single-commit"},
	}, {
		name: "provenance of another commit", control: "trace/one-identity-tuple", want: verify.Fail, code: "commit-mismatch",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) {
			f.Provenance[0].Summary.SourceCommits = []string{strings.Repeat("0b", 20)}
		},
		also: []string{"tag/equals-build-commit"},
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
		name: "replaces what is not there", control: "trace/no-dangling-refs", want: verify.Fail, code: "dangling-reference",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) { f.Approvals[0].Supersedes = "a0" },
	}, {
		name: "address without digest", control: "trace/bundle-immutable-keys", want: verify.Warn, code: "mutable-name",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) {
			f.Approvals[0].Refs = []evidence.ResourceDescriptor{{URI: "https://ci.example/runs/latest"}}
		},
	}, {
		name: "tagged after recording", control: "trace/chronology", want: verify.Fail, code: "impossible-order",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) { f.Tag.Object.Tagger.When = hour(10).Time },
	}, {
		name: "committed after tagging", control: "trace/chronology", want: verify.Fail, code: "impossible-order",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) { f.Range.Commits[0].Committer.When = hour(8).Time },
	}, {
		name: "built before the commit", control: "trace/chronology", want: verify.Fail, code: "impossible-order",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) { f.Provenance[0].Summary.StartedAt = hour(5) },
	}, {
		name: "built after recording", control: "trace/chronology", want: verify.Fail, code: "impossible-order",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) { f.Provenance[0].Summary.FinishedAt = hour(11) },
	}, {
		name: "approved before recording", control: "trace/chronology", want: verify.Fail, code: "impossible-order",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) { f.Approvals[0].At = hour(8) },
	}, {
		name: "recorded in the future", control: "trace/chronology", want: verify.Fail, code: "impossible-order",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) {
			f.Record.CreatedAt = evidence.At(f.AsOf.Add(6 * time.Minute))
		},
	}, {
		name: "within the skew", control: "trace/chronology", want: verify.Pass,
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) {
			f.Tag.Object.Tagger.When = hour(9).Add(5 * time.Minute)
		},
	}, {
		name: "no tagger", control: "trace/attributable-actors", want: verify.Fail, code: "missing-evidence",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) { f.Tag.Object.Tagger = gitobj.Person{} },
	}, {
		name: "shared tagger", control: "trace/attributable-actors", want: verify.Fail, code: "shared-account",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) { f.Tag.Object.Tagger.Email = "Root@build-7" },
	}, {
		name: "shared merger", control: "trace/attributable-actors", want: verify.Fail, code: "shared-account",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) {
			f.Record.Changes = []evidence.Change{{ID: "7", MergedBy: &evidence.Actor{ID: "account:github.com:5", Display: "admin"}}}
		},
	}, {
		name: "merger without identity", control: "trace/attributable-actors", want: verify.Fail, code: "missing-evidence",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) {
			f.Record.Changes = []evidence.Change{{ID: "7", MergedBy: &evidence.Actor{Display: "Ana"}}}
		},
	}}
}
