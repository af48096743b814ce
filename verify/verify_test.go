package verify_test

import (
	"context"
	"testing"
	"time"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/internal/testrelease"
	"github.com/release-dossier/dossier/sbom"
	"github.com/release-dossier/dossier/verify"
	"github.com/release-dossier/dossier/verify/policy"
	"github.com/release-dossier/dossier/verify/trust"
)

// options trust the world's signer and judge by the profile solo.
func options(t testing.TB, w *testrelease.World) verify.Options {
	t.Helper()
	tr, err := trust.ForSigner(w.Signer.Public().Fingerprint())
	if err != nil {
		t.Fatal(err)
	}
	p, err := policy.Profile("solo")
	if err != nil {
		t.Fatal(err)
	}
	return verify.Options{Trust: tr, Policy: p, AsOf: testrelease.AsOf, SBOMs: sbom.Reader{}, Target: "hello.dossier"}
}

func judge(t testing.TB, d *bundle.Dossier, e verify.Expect, o verify.Options) *verify.Report {
	t.Helper()
	r, err := verify.Bundle(context.Background(), d, e, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// hasCode reports whether a check with that code and a blocking outcome is in r.
func hasCode(r *verify.Report, code string) bool {
	for _, c := range r.Checks {
		if c.Code == code {
			return true
		}
	}
	return false
}

func explain(t testing.TB, r *verify.Report) {
	t.Helper()
	for _, x := range r.Reasons {
		t.Logf("reason %s: %s", x.Code, x.Text)
	}
	for _, c := range r.Checks {
		if c.Outcome != verify.Pass {
			t.Logf("%s %s %s %s: %s / expected %s / found %s", c.Layer, c.ID, c.Outcome, c.Code, c.Title, c.Expected, c.Found)
		}
	}
}

func TestAccepted(t *testing.T) {
	w := testrelease.New(t)
	d := w.Create(t)
	e, err := verify.ExpectRelease(testrelease.Repository, "1.0.1")
	if err != nil {
		t.Fatal(err)
	}
	artifacts, err := verify.HashFiles(context.Background(), []string{w.Binary})
	if err != nil {
		t.Fatal(err)
	}
	r := judge(t, d, e.WithArtifacts(artifacts...), options(t, w))
	if r.Verdict != verify.Accepted {
		explain(t, r)
		t.Fatalf("verdict %s", r.Verdict)
	}
	if !r.Relied || r.State == nil || r.Policy == nil || r.Policy.Asked < 30 {
		t.Errorf("report is thin: relied %v, state %v, policy %+v", r.Relied, r.State, r.Policy)
	}
}

var _ = evidence.At
var _ = time.Now
