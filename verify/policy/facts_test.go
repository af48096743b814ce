package policy

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/gitobj"
	"github.com/release-dossier/dossier/evidence/provenance"
	"github.com/release-dossier/dossier/verify"
	"github.com/release-dossier/dossier/verify/trust"
)

// The parties of the test release.
var (
	keyCI  = keyOf("c1")
	keyAna = keyOf("a1")
	keyBo  = keyOf("b0")
	keyCy  = keyOf("c7")
	keyBot = keyOf("b7")
)

func keyOf(pair string) evidence.Identity {
	return evidence.Identity("key:sha256:" + strings.Repeat(pair, 32))
}

func testTrust(t testing.TB) *trust.Trust {
	t.Helper()
	text := fmt.Sprintf(`
id: test-trust
version: 1
effective: { from: 2026-01-01 }
people:
  ana: { name: Ana Ruiz, keys: ["%s"], email: [ana@example.com, ana@home.example], github: 1001 }
  bo: { name: Bo Lind, keys: ["%s"], email: bo@example.com }
  cy: { name: Cy Ode, keys: ["%s"], email: cy@example.com, github: 1003 }
bots: { keys: ["%s"], github: 77 }
roles:
  release-ci: { identities: ["%s"] }
  builder: [release-ci]
grants:
  - { who: release-ci, kinds: [record], repositories: ["*"], from: 2026-01-01, until: 2028-01-01, min-proof: signed }
`, keyAna, keyBo, keyCy, keyBot, keyCI)
	tr, err := trust.Parse("trust.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

// hour returns a time on the day of the test release.
func hour(h int) evidence.Time {
	return evidence.At(time.Date(2026, 11, 20, h, 0, 0, 0, time.UTC))
}

func commitOf(t testing.TB, message, author, email string, parents ...gitobj.ID) gitobj.CommitWithID {
	t.Helper()
	body := "tree " + strings.Repeat("0a", 20) + "\n"
	for _, p := range parents {
		body += "parent " + string(p) + "\n"
	}
	who := fmt.Sprintf("%s <%s> %d +0000", author, email, hour(6).Unix())
	body += "author " + who + "\ncommitter " + who + "\n\n" + message + "\n"
	c, err := gitobj.ParseCommit([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	id, err := gitobj.Hash(gitobj.SHA1, gitobj.TypeCommit, []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	return gitobj.CommitWithID{ID: id, Commit: c}
}

func tagOf(t testing.TB, commit gitobj.ID, name, message string) gitobj.Tag {
	t.Helper()
	body := fmt.Sprintf("object %s\ntype commit\ntag %s\ntagger release <ci@example.com> %d +0000\n\n%s\n", commit, name, hour(7).Unix(), message)
	tag, err := gitobj.ParseTag([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	return tag
}

const repository = "https://github.com/hello/hello"

// baseFacts is a patch release 1.3.3 that Ana wrote, the release job signed and
// Bo approved, in which every control holds.
func baseFacts(t testing.TB) *verify.Facts {
	t.Helper()
	first := commitOf(t, "fix: close the file", "Ana Ruiz", "ana@example.com", gitobj.ID(strings.Repeat("b5", 20)))
	tip := commitOf(t, "fix: read the last line", "Ana Ruiz", "ana@home.example", first.ID)
	artifact := evidence.Artifact{Name: "hello", Version: "1.3.3", Digest: evidence.Sum([]byte("hello")), Size: 5}
	f := &verify.Facts{
		AsOf: hour(12).Time, Gate: verify.GateFinal, Trust: testTrust(t), Release: evidence.Sum([]byte("release")),
		Record: &evidence.Record{
			Version: "1.3.3", Repository: evidence.Repository{URI: repository}, Kind: evidence.KindService,
			CreatedAt: hour(9), Sequence: 1, ObjectFormat: "sha1",
			Tag:    evidence.Tag{Name: "v1.3.3", Object: strings.Repeat("7a", 20), Type: "tag"},
			Commit: string(tip.ID), Base: evidence.Base{Tag: "v1.3.2", Commit: strings.Repeat("b5", 20)},
			Artifacts: []evidence.Artifact{artifact},
		},
		Tag: verify.TagFact{
			Embedded: true, Object: tagOf(t, tip.ID, "v1.3.3", "v1.3.3\n\nRelease-kind: patch"), Commit: string(tip.ID),
			Signature: verify.TagSignature{Scheme: "ssh", Valid: true, Identity: keyCI, Roles: []string{"builder", "release-ci"}},
			Proof:     verify.Proof{Grade: verify.Proven, By: "the embedded git objects"},
		},
		Range:     verify.RangeFact{Commits: []gitobj.CommitWithID{tip, first}, Complete: true},
		Artifacts: []verify.ArtifactFact{{Artifact: artifact}},
	}
	signed := hour(9)
	f.Signers = []verify.Signer{{
		Statement: f.Release, Identity: keyCI, Fingerprint: "SHA256:ci", Roles: []string{"builder", "release-ci"}, Allowed: true, NotAfter: &signed,
	}}
	addSBOM(f, artifact)
	addProvenance(f, artifact)
	f.Statements = []verify.StatementFact{{ID: f.Release, PredicateType: evidence.RecordType, Signers: f.Signers, StatedAt: hour(9).Time}}
	addApproval(f, "a1", "bo", keyBo)
	return f
}

func addSBOM(f *verify.Facts, about evidence.Artifact) {
	m := evidence.Material{Name: "sbom/" + about.Name + ".cdx.json", MediaType: evidence.MediaTypeCycloneDX, Digest: evidence.Sum([]byte("sbom" + about.Name))}
	a := evidence.Attachment{Material: m.Digest, About: []evidence.Digest{about.Digest}}
	f.Record.Materials = append(f.Record.Materials, m)
	f.Record.SBOMs = append(f.Record.SBOMs, a)
	f.SBOMs = append(f.SBOMs, verify.SBOMFact{
		Attachment: a, Material: m, Present: true, Names: a.About,
		Summary: &evidence.SBOMSummary{Format: "CycloneDX", SpecVersion: "1.6", Components: 10, Licensed: 9, Transitive: true},
		Proof:   verify.Proof{Grade: verify.Proven, By: "the document's own bytes"},
	})
}

func addProvenance(f *verify.Facts, about evidence.Artifact) {
	m := evidence.Material{Name: "provenance/" + about.Name + ".json", MediaType: evidence.MediaTypeSigstoreBundle, Digest: evidence.Sum([]byte("prov" + about.Name))}
	a := evidence.Attachment{Material: m.Digest, About: []evidence.Digest{about.Digest}}
	f.Record.Materials = append(f.Record.Materials, m)
	f.Record.Provenance = append(f.Record.Provenance, a)
	f.Provenance = append(f.Provenance, verify.ProvenanceFact{
		Attachment: a, Material: m, Present: true, Names: a.About,
		Signer: &verify.Signer{Identity: keyCI, Fingerprint: "SHA256:ci", Roles: []string{"builder", "release-ci"}, Allowed: true},
		Summary: &provenance.Summary{
			PredicateType: provenance.TypeV1, BuildType: provenance.BuildType, BuilderID: "https://ci.example/builders/main",
			SourceURI: repository, SourceCommits: []string{f.Record.Commit}, RunID: "https://ci.example/runs/7",
			StartedAt: hour(7), FinishedAt: hour(8), Materials: 2, PinnedMaterials: 2,
			Subjects: []evidence.ResourceDescriptor{about.Subject()},
		},
		Proof: verify.Proof{Grade: verify.Proven, By: "SHA256:ci"},
	})
}

// addApproval adds an approval of the release by a person, signed by key.
func addApproval(f *verify.Facts, id, person string, key evidence.Identity) *verify.ApprovalFact {
	signers := []verify.Signer{{Identity: key, Person: person, Allowed: true}}
	statement := evidence.Sum([]byte("approval " + id))
	f.Statements = append(f.Statements, verify.StatementFact{ID: statement, PredicateType: evidence.ApprovalType, Signers: signers, StatedAt: hour(10).Time})
	f.Approvals = append(f.Approvals, verify.ApprovalFact{
		Approval: &evidence.Approval{
			ID: id, Release: &evidence.Reference{Digest: f.Release}, Parents: []evidence.Parent{{Statement: f.Release}},
			Approver: evidence.Actor{ID: key, Kind: evidence.Human, Display: person}, Decision: evidence.Approved,
			Rationale: "read the changes, tried the upgrade", At: hour(10),
		},
		Statement: statement, Signers: signers, ByApprover: true, Person: person,
		Proof: verify.Proof{Grade: verify.Proven, By: person},
	})
	return &f.Approvals[len(f.Approvals)-1]
}

// addCommit puts a commit under the tip of the range.
func addCommit(t testing.TB, f *verify.Facts, message, name, email string) *gitobj.CommitWithID {
	f.Range.Commits = append(f.Range.Commits, commitOf(t, message, name, email))
	return &f.Range.Commits[len(f.Range.Commits)-1]
}
