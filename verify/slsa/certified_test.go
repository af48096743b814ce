package slsa

import (
	"testing"

	"github.com/release-dossier/dossier/evidence/provenance"
)

// TestBranchOnRunner asks provenance that the build itself wrote for its branch:
// only the certificate of a branch proves one.
func TestBranchOnRunner(t *testing.T) {
	const repository = "https://github.com/org/repo"
	e := Expect{
		Expect:  provenance.Expect{Repository: repository, Branch: "main"},
		Builder: provenance.Builder{ID: "https://github.com/actions/runner/github-hosted"},
	}
	for ref, want := range map[string]string{
		"refs/heads/main": "", "refs/tags/v1.2.3": string(provenance.ClaimUnproven), "refs/heads/x": string(provenance.CertMismatch),
	} {
		s := &provenance.Summary{BuilderID: e.Builder.ID, SourceURI: repository, SourceBranch: "main"}
		r := &Result{}
		r.certified(s, provenance.Certificate{
			Subject: repository + "/.github/workflows/x.yml@" + ref, Issuer: provenance.GitHubIssuer,
			Repository: repository, Ref: ref, Runner: "github-hosted",
		}, e)
		if r.judge(); r.Code != want {
			t.Errorf("%s: %s, want %q: %+v", ref, r.Code, want, r.Checks)
		}
	}
}
