package verify_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/evidence/provenance"
	"github.com/release-dossier/dossier/internal/testrelease"
	"github.com/release-dossier/dossier/sbom"
	"github.com/release-dossier/dossier/verify"
	"github.com/release-dossier/dossier/verify/policy"
	"github.com/release-dossier/dossier/verify/report"
	"github.com/release-dossier/dossier/verify/trust"
)

// cast is a release with the parties around it.
type cast struct {
	*testrelease.World
	tom      *attest.KeySigner // may approve, with an ECDSA key
	recorder *attest.KeySigner // may approve and has the role recorder
	sister   *attest.KeySigner // may release another repository
	expired  *attest.KeySigner // could release until last year
	stranger *attest.KeySigner // is nobody
	lena     *attest.KeySigner // may release, if another one of the board does so as well
	lena2    *attest.KeySigner // is Lena, too
	omar     *attest.KeySigner // is of the board as well
	deployer *attest.KeySigner // may promote to staging
	release  *bundle.Dossier   // the release statement alone
	approved *bundle.Dossier   // with Tom's approval
}

// newCast makes the parties once for a test.
func newCast(t testing.TB) *cast {
	t.Helper()
	c := &cast{World: testrelease.New(t)}
	for name, to := range map[string]**attest.KeySigner{
		"recorder": &c.recorder, "sister": &c.sister, "expired": &c.expired, "stranger": &c.stranger,
		"lena": &c.lena, "lena2": &c.lena2, "omar": &c.omar, "deployer": &c.deployer,
	} {
		_, *to = testrelease.NewKey(t, c.Dir, name)
	}
	c.tom = newECDSA(t)
	c.release = c.Create(t)
	c.approved = c.approve(t, c.release, c.tom, nil)
	return c
}

func newECDSA(t testing.TB) *attest.KeySigner {
	t.Helper()
	private, _, err := attest.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	s, err := attest.LoadSigner(private, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// approve returns d with an approval.
func (c *cast) approve(t testing.TB, d *bundle.Dossier, s *attest.KeySigner, change func(*evidence.Approval)) *bundle.Dossier {
	t.Helper()
	d = testrelease.Copy(t, d)
	testrelease.AddSigned(t, d, s, testrelease.Approval(t, d, s, change))
	return d
}

// document is the trust document of the cast; more is added at its end.
func (c *cast) document(more string) string {
	line := func(s *attest.KeySigner) string { return strings.TrimSpace(s.Public().AuthorizedKey()) }
	return fmt.Sprintf(`id: cast
version: 1
effective: { from: 2026-01-01, until: 2030-01-01 }
keys:
  ci: { public: %q }
  sister: { public: %q }
  expired: { public: %q }
  recorder: { public: %q }
  deployer: { public: %q }
people:
  tom.okoro: { name: Tom Okoro, keys: %q }
  lena.vogt: { name: Lena Vogt, keys: [%q, %q] }
  omar.haddad: { name: Omar Haddad, keys: %q }
  ana.ruiz: { name: Ana Ruiz, email: ana@acme.example }
roles:
  builder: { keys: [ci, sister] }
  release-ci: { keys: [ci, expired] }
  sister-ci: { keys: [sister] }
  recorder: { keys: [recorder] }
  approver: { people: [tom.okoro], keys: [recorder] }
  deployer: { keys: [deployer] }
  board: { people: [lena.vogt, omar.haddad] }
grants:
  - { who: SHA256:ci, kinds: [record, provenance, tag], repositories: [example.com/acme/hello], environments: ["*"], from: 2026-01-01, until: 2030-01-01, min-proof: signed }
  - { who: SHA256:sister, kinds: [record, approval, provenance, tag], repositories: [example.com/acme/other], environments: ["*"], from: 2026-01-01, until: 2030-01-01, min-proof: signed }
  - { who: SHA256:expired, kinds: [record], repositories: [example.com/acme/hello], environments: ["*"], from: 2026-01-01, until: 2026-06-01, min-proof: signed }
  - { who: approver, kinds: [approval, incident, "*"], repositories: [example.com/acme/hello], environments: ["*"], from: 2026-01-01, until: 2030-01-01, min-proof: signed }
  - { who: deployer, kinds: [promotion], repositories: [example.com/acme/hello], environments: [staging], from: 2026-01-01, until: 2030-01-01, min-proof: signed }
  - { who: board, kinds: [record, freeze], repositories: [example.com/acme/hello], environments: ["*"], from: 2026-01-01, until: 2030-01-01, min-proof: signed, threshold: 2 }
%s`, line(c.Signer), line(c.sister), line(c.expired), line(c.recorder), line(c.deployer),
		line(c.tom), line(c.lena), line(c.lena2), line(c.omar), more)
}

// trust reads the trust document of the cast.
func (c *cast) trust(t testing.TB, more string) *trust.Trust {
	t.Helper()
	return c.trustText(t, c.document(more))
}

// options judge by the profile solo, or by minimal with a builder that is
// approved.
func (c *cast) options(t testing.TB, profile string) verify.Options {
	t.Helper()
	p, err := policy.Profile(profile)
	if err != nil {
		t.Fatal(err)
	}
	return verify.Options{Trust: c.trust(t, ""), Policy: p, AsOf: testrelease.AsOf, SBOMs: sbom.Reader{}, Target: "hello.dossier"}
}

func judge(t testing.TB, d *bundle.Dossier, e verify.Expect, o verify.Options) *verify.Report {
	t.Helper()
	r, err := verify.Bundle(context.Background(), d, e, o)
	if err != nil {
		t.Fatal(err)
	}
	if _, measured := t.(*testing.B); !measured {
		explained(t, r.Checks)
	}
	return r
}

// blocking returns the codes of the checks that keep r from being accepted, and
// of its reasons.
func blocking(r *verify.Report) []string {
	var codes []string
	for _, c := range r.Checks {
		if c.Blocks() {
			codes = append(codes, c.Code)
		}
	}
	for _, x := range r.Reasons {
		codes = append(codes, x.Code)
	}
	return codes
}

// codes returns the codes of all checks that are not a pass.
func codes(r *verify.Report) []string {
	var list []string
	for _, c := range r.Checks {
		if c.Code != "" && !slices.Contains(list, c.Code) {
			list = append(list, c.Code)
		}
	}
	return list
}

func explain(t testing.TB, r *verify.Report) {
	t.Helper()
	for _, x := range r.Reasons {
		t.Logf("reason %s: %s", x.Code, x.Text)
	}
	for _, c := range r.Checks {
		if c.Outcome != verify.Pass && c.Outcome != verify.NotApplicable {
			t.Logf("%s %s %s %s: %s / expected %s / found %s", c.Layer, c.ID, c.Outcome, c.Code, c.Title, c.Expected, c.Found)
		}
	}
}

func jsonOf(t testing.TB, r *verify.Report) string {
	t.Helper()
	var b bytes.Buffer
	if err := report.JSON(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// expect is the release of the cast with its artifact.
func (c *cast) expect(t testing.TB) verify.Expect {
	t.Helper()
	e, err := verify.ExpectRelease(testrelease.Repository, "1.0.1")
	if err != nil {
		t.Fatal(err)
	}
	artifacts, err := verify.HashFiles(context.Background(), []string{c.Binary})
	if err != nil {
		t.Fatal(err)
	}
	return e.WithArtifacts(artifacts...)
}

// signed signs a payload.
func signed(t testing.TB, s attest.Signer, payload []byte) []byte {
	t.Helper()
	raw, err := attest.Sign(context.Background(), s, payload)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// provenanceOf makes provenance of the cast's release, changed, and signed by
// s; a nil signer leaves it unsigned.
func provenanceOf(t testing.TB, r *evidence.Record, s *attest.KeySigner, change func(*provenance.Build)) []byte {
	t.Helper()
	b := provenance.Build{
		Artifacts: r.Artifacts, Repository: r.Repository.URI, Commit: r.Commit,
		Ref: "refs/tags/" + r.Tag.Name, BuilderID: "https://ci.example/builder", RunID: "https://ci.example/runs/7",
	}
	if change != nil {
		change(&b)
	}
	payload, err := provenance.New(b)
	if err != nil {
		t.Fatal(err)
	}
	if s == nil {
		return payload
	}
	return signed(t, s, payload)
}

// filled puts the fingerprints of the parties for their names.
func (c *cast) filled(text string) string {
	for name, s := range map[string]*attest.KeySigner{"ci": c.Signer, "sister": c.sister, "expired": c.expired} {
		text = strings.ReplaceAll(text, "SHA256:"+name+",", s.Public().Fingerprint()+",")
	}
	return text
}

// trustText reads a variant of the trust document.
func (c *cast) trustText(t testing.TB, text string) *trust.Trust {
	t.Helper()
	tr, err := trust.Parse("trust.yaml", []byte(c.filled(text)))
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

// byFingerprint is trust in the release signer by its fingerprint alone.
func (c *cast) byFingerprint(t testing.TB) *trust.Trust {
	t.Helper()
	tr, err := trust.ForSigner(c.Signer.Public().Fingerprint())
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

// optionsWith also trusts another key of the release job, which signed the tags.
func (c *cast) optionsWith(t testing.TB, tagKey *attest.KeySigner) verify.Options {
	t.Helper()
	o := c.options(t, "solo")
	key := strings.TrimSpace(tagKey.Public().AuthorizedKey())
	more := `  - { who: release-ci, kinds: [tag], repositories: [example.com/acme/hello], environments: ["*"], from: 2026-01-01, until: 2030-01-01, min-proof: signed }
`
	text := strings.Replace(c.document(more), "release-ci: { keys: [ci, expired] }", fmt.Sprintf("release-ci: { keys: [ci, expired, %q] }", key), 1)
	o.Trust = c.trustText(t, text)
	return o
}
