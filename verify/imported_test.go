package verify_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/evidence/provenance"
	"github.com/release-dossier/dossier/internal/testrelease"
	"github.com/release-dossier/dossier/verify"
)

const (
	releaseType = "https://in-toto.io/attestation/release/v0.1"
	sourceType  = "https://github.com/slsa-framework/source-tool/source-provenance/v1"
	vsaType     = "https://slsa.dev/verification_summary/v1"
)

// foreign makes a statement of another tool and signs it; nobody signs if s is
// nil.
func foreign(t testing.TB, s attest.Signer, predicateType, subject, predicate string) []byte {
	t.Helper()
	payload := fmt.Appendf(nil, `{"_type":"https://in-toto.io/Statement/v1","subject":[%s],"predicateType":%q,"predicate":%s}`, subject, predicateType, predicate)
	if s == nil {
		return payload
	}
	raw, err := attest.Sign(context.Background(), s, payload)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// importing appends attestations to a copy of d.
func (c *cast) importing(t testing.TB, d *bundle.Dossier, more string, raw ...[]byte) *bundle.Dossier {
	t.Helper()
	d = testrelease.Copy(t, d)
	in := &evidence.Import{
		Entry: evidence.Entry{ID: "import-1", At: evidence.Moment(hour(1))},
		By:    evidence.Actor{ID: c.tom.Public().Identity(), Kind: evidence.Human},
	}
	var o verify.AppendOptions
	for i, r := range raw {
		b := bundle.BytesBlob(r)
		in.Attestations = append(in.Attestations, evidence.Attachment{Material: b.Digest})
		o.Blobs = append(o.Blobs, verify.NamedBlob{Name: fmt.Sprintf("attestations/%d.sigstore.json", i), MediaType: evidence.MediaTypeSigstoreBundle, Blob: b})
	}
	opts := c.options(t, "solo")
	opts.Trust = c.trust(t, more)
	payload, err := judge(t, d, c.expect(t), opts).Append(d, in, c.tom.Public(), o)
	if err != nil {
		t.Fatal(err)
	}
	testrelease.AddSigned(t, d, c.tom, payload)
	return testrelease.Reopen(t, d)
}

func TestImports(t *testing.T) {
	c := newCast(t)
	_, record := testrelease.Release(t, c.release)
	commit := `{"digest":{"gitCommit":"` + record.Commit + `"}}`
	artifact := record.Artifacts[0]
	github := func(object, digest string) string {
		return `{"uri":"pkg:github/acme/hello@` + record.Tag.Name + `","digest":{"sha1":"` + object + `"}},{"name":"` + artifact.Name + `","digest":{"sha256":"` + digest + `"}}`
	}
	released := `{"purl":"pkg:github/acme/hello@` + record.Tag.Name + `","repository":"acme/hello","tag":"` + record.Tag.Name + `"}`
	source := func(repository string) string {
		return `{"repo_uri":"` + repository + `","actor":"ana","branch":"refs/heads/main","created_on":"` + hour(0).Format("2006-01-02T15:04:05Z07:00") + `","controls":[{"name":"SLSA_SOURCE_LEVEL_3"}]}`
	}
	grant := func(kind, repository string) string {
		return `  - { who: recorder, kinds: ["` + kind + `"], repositories: [` + repository + `], environments: ["*"], from: 2026-01-01, until: 2030-01-01, min-proof: signed }
  - { who: approver, kinds: [import], repositories: [example.com/acme/hello], environments: ["*"], from: 2026-01-01, until: 2030-01-01, min-proof: signed }
`
	}
	const here, there = "example.com/acme/hello", "example.com/acme/other"
	tests := []struct {
		name, more string
		raw        []byte
		grade      verify.Grade
		code       string // of the check of layer 4
		outcome    verify.Outcome
		summary    string
		about      bool
	}{
		{"granted", grant(sourceType, here), foreign(t, c.recorder, sourceType, commit, source("https://"+here)), verify.Proven, "", verify.Pass, "SLSA_SOURCE_LEVEL_3", true},
		{"not granted", grant(sourceType, there), foreign(t, c.sister, sourceType, commit, source("https://"+here)), verify.Claimed, "", verify.Pass, "source-tool", true},
		{"by a stranger", grant(sourceType, here), foreign(t, c.stranger, sourceType, commit, source("https://"+here)), verify.Claimed, "", verify.Pass, "source-tool", true},
		{"not signed", grant(sourceType, here), foreign(t, nil, sourceType, commit, source("https://"+here)), verify.Claimed, "", verify.Pass, "source-tool", true},
		{"about another repository", grant(sourceType, here), foreign(t, c.recorder, sourceType, commit, source("https://"+there)), verify.Proven, "attestation-elsewhere", verify.Warn, "source-tool", false},
		{"about another commit", grant(sourceType, here), foreign(t, c.recorder, sourceType, `{"digest":{"gitCommit":"`+strings.Repeat("ab", 20)+`"}}`, source("https://"+here)), verify.Proven, "attestation-elsewhere", verify.Warn, "source-tool", false},
		{"a failed verification", grant(vsaType, here), foreign(t, c.recorder, vsaType, `{"digest":{"sha256":"`+artifact.Digest.Hex()+`"}}`,
			`{"verifier":{"id":"https://example.com/v"},"verificationResult":"FAILED","verifiedLevels":[]}`), verify.Proven, "verification-failed", verify.Warn, "FAILED", true},
		{"of a type not known", grant("https://example.com/other/v1", here), foreign(t, c.recorder, "https://example.com/other/v1", commit, `{}`), verify.Proven, "", verify.Pass, "", true},
		{"that contradicts itself", grant(releaseType, here), foreign(t, c.recorder, releaseType, commit, `{"purl":"nothing"}`), verify.Proven, "attestation-unreadable", verify.Warn, "", true},
		{"a release elsewhere", grant(releaseType, here), foreign(t, c.recorder, releaseType, github(record.Tag.Object, artifact.Digest.Hex()), released), verify.Proven, "attestation-elsewhere", verify.Warn, "GitHub", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := c.importing(t, c.approved, tt.more, tt.raw)
			var l listener
			o := c.options(t, "solo")
			o.Trust, o.Policy = c.trust(t, tt.more), &l
			r := judge(t, d, c.expect(t), o)
			if r.Verdict != verify.Accepted || len(l.facts.Attestations) != 1 {
				explain(t, r)
				t.Fatalf("%s with %d attestations", r.Verdict, len(l.facts.Attestations))
			}
			f := l.facts.Attestations[0]
			if f.Proof.Grade != tt.grade || (f.OfSource || len(f.Names) > 0) != tt.about {
				t.Errorf("grade %s by %s, about %v %v", f.Proof.Grade, f.Proof.By, f.OfSource, f.Names)
			}
			if (f.Summary == nil) != (tt.summary == "") || f.Summary != nil && !strings.Contains(f.Summary.Tool+f.Summary.String(), tt.summary) {
				t.Errorf("summary %v", f.Summary)
			}
			found := verify.Check{}
			for _, k := range r.Checks {
				if k.ID == "linkage/attestation" {
					found = k
				}
			}
			if found.Outcome != tt.outcome || found.Code != tt.code {
				t.Errorf("%s (%s): %s", found.Outcome, found.Code, found.Found)
			}
		})
	}
}

// TestImportedContradiction: what a trusted party states about the same release
// must agree with the release statement.
func TestImportedContradiction(t *testing.T) {
	c := newCast(t)
	c.Git(t, "remote", "set-url", "origin", "https://github.com/acme/hello")
	d := c.Create(t)
	_, record := testrelease.Release(t, d)
	for _, tt := range []struct {
		name, object, digest string
		by                   *attest.KeySigner
		want                 verify.Verdict
		outcome              verify.Outcome
	}{
		{"agrees", record.Tag.Object, record.Artifacts[0].Digest.Hex(), c.recorder, verify.Accepted, verify.Pass},
		{"another tag", strings.Repeat("ab", 20), record.Artifacts[0].Digest.Hex(), c.recorder, verify.NotAccepted, verify.Fail},
		{"another artifact", record.Tag.Object, strings.Repeat("ab", 32), c.recorder, verify.NotAccepted, verify.Fail},
		{"another artifact, by a stranger", record.Tag.Object, strings.Repeat("ab", 32), c.stranger, verify.Accepted, verify.Warn},
	} {
		t.Run(tt.name, func(t *testing.T) {
			more := `  - { who: recorder, kinds: ["` + releaseType + `"], repositories: [github.com/acme/hello], environments: ["*"], from: 2026-01-01, until: 2030-01-01, min-proof: signed }
  - { who: approver, kinds: [import], repositories: [github.com/acme/hello], environments: ["*"], from: 2026-01-01, until: 2030-01-01, min-proof: signed }
  - { who: SHA256:ci, kinds: [record, provenance, tag], repositories: [github.com/acme/hello], environments: ["*"], from: 2026-01-01, until: 2030-01-01, min-proof: signed }
`
			name := record.Tag.Name
			raw := foreign(t, tt.by, releaseType,
				`{"uri":"pkg:github/acme/hello@`+name+`","digest":{"sha1":"`+tt.object+`"}},{"name":"`+record.Artifacts[0].Name+`","digest":{"sha256":"`+tt.digest+`"}}`,
				`{"purl":"pkg:github/acme/hello@`+name+`","repository":"acme/hello","tag":"`+name+`"}`)
			o := c.options(t, "solo")
			var l listener
			o.Trust, o.Policy = c.trust(t, more), &l
			expected, err := verify.ExpectRelease("https://github.com/acme/hello", record.Version)
			if err != nil {
				t.Fatal(err)
			}
			r := judge(t, c.importing(t, d, more, raw), expected, o)
			if r.Verdict != tt.want {
				explain(t, r)
				t.Errorf("%s, want %s", r.Verdict, tt.want)
			}
			for _, k := range r.Checks {
				if k.ID == "linkage/attestation" && k.Outcome != tt.outcome {
					t.Errorf("%s: %s", k.Outcome, k.Found)
				}
			}
		})
	}
}

// TestImportedProvenance: provenance that came later counts by its builder, and
// an approval of a commit by its approver.
func TestImportedProvenance(t *testing.T) {
	c := newCast(t)
	_, record := testrelease.Release(t, c.release)
	more := `  - { who: approver, kinds: [import], repositories: [example.com/acme/hello], environments: ["*"], from: 2026-01-01, until: 2030-01-01, min-proof: signed }
`
	raw := provenanceOf(t, record, c.Signer, func(b *provenance.Build) { b.BuilderID = "https://example.com/second" })
	d := c.importing(t, c.release, more, raw, commitApproval(t, c.tom, record, nil))
	var l listener
	o := c.options(t, "solo")
	o.Trust, o.Policy = c.trust(t, more), &l
	if r := judge(t, d, c.expect(t), o); r.Verdict != verify.Accepted {
		explain(t, r)
		t.Fatal(r.Verdict)
	}
	last := l.facts.Provenance[len(l.facts.Provenance)-1]
	if last.Summary == nil || last.Summary.BuilderID != "https://example.com/second" || last.Proof.Grade != verify.Proven {
		t.Errorf("got %+v", last)
	}
	if a := l.facts.Approvals; len(a) != 1 || !a[0].Imported || !a[0].ByApprover {
		t.Errorf("approvals %+v", a)
	}
}
