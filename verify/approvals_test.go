package verify_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/internal/testrelease"
	"github.com/release-dossier/dossier/verify"
)

// listener is a policy that keeps the facts it was given and lets all pass.
type listener struct{ facts *verify.Facts }

func (l *listener) Judge(f *verify.Facts) ([]verify.Check, verify.PolicyView) {
	l.facts = f
	return []verify.Check{{ID: "test/heard", Outcome: verify.Pass}}, verify.PolicyView{Asked: 1}
}

// factsOf returns what a policy is told of d.
func (c *cast) factsOf(t *testing.T, d *bundle.Dossier) *verify.Facts {
	t.Helper()
	var l listener
	o := c.options(t, "solo")
	o.Policy = &l
	judge(t, d, c.expect(t), o)
	if l.facts == nil {
		t.Fatal("no policy judged")
	}
	return l.facts
}

// byAna names Ana as the approver, whoever signs.
func byAna(a *evidence.Approval) { a.Approver.ID = "mailto:ana@acme.example" }

func TestApprovalFacts(t *testing.T) {
	c := newCast(t)
	type want struct {
		grade  verify.Grade
		person string
		own    bool // signed by the approver
	}
	for _, tc := range []struct {
		name string
		d    *bundle.Dossier
		want []want
	}{
		{"none", c.release, nil},
		{"signed by the approver", c.approved, []want{{verify.Proven, "tom.okoro", true}}},
		{"another's, told by a recorder", c.approve(t, c.release, c.recorder, byAna), []want{{verify.Attested, "ana.ruiz", false}}},
		{"another's, told by somebody", c.approve(t, c.release, c.tom, byAna), []want{{verify.Claimed, "ana.ruiz", false}}},
		{"of nobody trust knows", c.approve(t, c.release, c.tom, func(a *evidence.Approval) { a.Approver.ID = "mailto:who@acme.example" }), []want{{verify.Claimed, "", false}}},
		{"by a stranger", c.approve(t, c.release, c.stranger, nil), nil},
		{"imported", imported(tom, nil)(t, c), []want{{verify.Proven, "tom.okoro", true}}},
		{"imported, of another commit", imported(tom, func(a *evidence.Approval) { a.Scope.Commits = []string{strings.Repeat("ef", 20)} })(t, c), nil},
		{"imported, by a stranger", imported(stranger, nil)(t, c), nil},
		{"of some of the artifacts", c.partial(t, evidence.Approved), nil},
		{"corrected by one of some of the artifacts", c.partialOn(t, c.approved, c.tom, evidence.Approved, corrects), nil},
		{"corrected by one of another approver", c.approve(t, c.approved, c.tom, func(a *evidence.Approval) { corrects(a); byAna(a) }), []want{{verify.Claimed, "ana.ruiz", false}}},
		{"corrected by somebody else", c.approve(t, c.approved, c.recorder, func(a *evidence.Approval) { corrects(a); byAna(a) }),
			[]want{{verify.Proven, "tom.okoro", true}, {verify.Attested, "ana.ruiz", false}}},
		{"rejected by somebody under its id", c.approve(t, c.approved, c.recorder, func(a *evidence.Approval) { a.Decision, a.Approver.ID = evidence.Rejected, c.tom.Public().Identity() }),
			[]want{{verify.Attested, "tom.okoro", false}}},
		{"rejection of some of the artifacts", c.partial(t, evidence.Rejected), []want{{verify.Proven, "tom.okoro", true}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var got []want
			for _, a := range c.factsOf(t, tc.d).Approvals {
				got = append(got, want{a.Proof.Grade, a.Person, a.ByApprover})
			}
			if !slices.Equal(got, tc.want) {
				t.Errorf("got %v, want %v", got, tc.want)
			}
		})
	}
}

// corrects makes an approval one that takes the place of the cast's first.
func corrects(a *evidence.Approval) { a.ID, a.Supersedes = "approval-2", "approval-1" }

// partial has a decision about the release statement and none of its artifacts.
func (c *cast) partial(t *testing.T, decision evidence.Decision) *bundle.Dossier {
	t.Helper()
	return c.partialOn(t, c.release, c.tom, decision, func(*evidence.Approval) {})
}

func (c *cast) partialOn(t *testing.T, d *bundle.Dossier, by *attest.KeySigner, decision evidence.Decision, change func(*evidence.Approval)) *bundle.Dossier {
	t.Helper()
	d = testrelease.Copy(t, d)
	st, _ := testrelease.Release(t, d)
	payload := testrelease.Approval(t, d, by, func(a *evidence.Approval) {
		a.Decision = decision
		change(a)
	})
	whole, err := attest.ParseStatement(payload)
	if err != nil {
		t.Fatal(err)
	}
	payload, err = attest.NewStatement(evidence.OwnSubjects(st.ID, nil), whole.PredicateType, whole.Predicate)
	if err != nil {
		t.Fatal(err)
	}
	testrelease.AddSigned(t, d, by, payload)
	return d
}

// TestRejection asks for an approval and finds a rejection.
func TestRejection(t *testing.T) {
	c := newCast(t)
	d := c.approve(t, c.release, c.tom, func(a *evidence.Approval) { a.Decision = evidence.Rejected })
	r := judge(t, d, c.expect(t), c.options(t, "minimal"))
	if r.Verdict != verify.NotAccepted || !slices.Contains(blocking(r), "rejected") {
		explain(t, r)
		t.Errorf("%s, %v", r.Verdict, blocking(r))
	}
}

// TestCertificateWithoutVerifier imports real attestations that are signed with
// certificates: what nobody can check here is unknown, not ignored.
func TestCertificateWithoutVerifier(t *testing.T) {
	corpus := os.Getenv("DOSSIER_CORPUS")
	if corpus == "" {
		t.Skip("DOSSIER_CORPUS is not set: the third-party bundles are not read")
	}
	files, err := filepath.Glob(filepath.Join(corpus, "bundle-verify", "conformance", "*dsse*", "bundle.sigstore.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no bundles below %s: %v", corpus, err)
	}
	c, read := newCast(t), 0
	for _, file := range files {
		raw := testrelease.ReadFile(t, file)
		b, err := attest.ParseBundle(raw)
		if errors.Is(err, attest.ErrMessageSignature) || err != nil || len(b.Chain) == 0 {
			continue
		}
		read++
		d := testrelease.Restate(t, c.release, c.Signer, func(d *bundle.Dossier, r *evidence.Record) {
			testrelease.Swap(d, r, r.Provenance[0].Material, raw)
		})
		r := judge(t, d, c.expect(t), c.options(t, "solo"))
		if r.Verdict != verify.NotAccepted || !slices.Contains(blocking(r), "no-verifier") {
			explain(t, r)
			t.Errorf("%s: %s, %v", filepath.Base(filepath.Dir(file)), r.Verdict, blocking(r))
		}
	}
	if read == 0 {
		t.Error("no bundle with a certificate was read")
	}
}
