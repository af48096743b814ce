package foreign_test

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/release-dossier/dossier/evidence/foreign"
	"github.com/release-dossier/dossier/evidence/provenance"
)

const (
	commit = "473686ea1a02748311a0180af9b28a43e5513764"
	tree   = "a224aa2d55884ef0cef78ccb498c3561ca240808"
	sum    = "709e17a9c17018997724ed19afc18dbf576e9af10dfe78c13b34175027916d8f"
	draft  = "https://github.com/slsa-framework/slsa-source-poc/"
)

func statement(subject, predicateType, predicate string) string {
	return `{"_type":"https://in-toto.io/Statement/v1","subject":[` + subject + `],"predicateType":"` + predicateType + `","predicate":` + predicate + `}`
}

func digest(algorithm, hex string) string { return `{"digest":{"` + algorithm + `":"` + hex + `"}}` }

// githubRelease has the shape of a statement that GitHub signed for an immutable
// release.
func githubRelease(edit ...string) string {
	return statement(`{"uri":"pkg:github/Acme/hello@v6","digest":{"sha1":"`+commit+`"}},{"name":"hello.zip","digest":{"sha256":"`+sum+`"}}`,
		"https://in-toto.io/attestation/release/v0.1",
		strings.NewReplacer(edit...).Replace(`{"ownerId":"3980","purl":"pkg:github/Acme/hello@v6","releaseId":"2221","repository":"Acme/hello","repositoryId":"9059","tag":"v6"}`))
}

func sourceProvenance(predicateType string) string {
	return statement(digest("gitCommit", commit), predicateType,
		`{"activity_type":"pr_merge","actor":"TomHennen","branch":"refs/heads/main","controls":[{"name":"CONTINUITY_ENFORCED","since":"2025-01-26T02:23:18.106Z"}],`+
			`"created_on":"2025-05-31T21:52:36.665624162Z","prev_commit":"`+tree+`","repo_uri":"https://github.com/slsa-framework/slsa-source-poc"}`)
}

func vsa(verifier, result string) string {
	return statement(`{"digest":{"gitCommit":"`+commit+`"},"annotations":{"source_refs":["refs/heads/main"],"other":7}}`, "https://slsa.dev/verification_summary/v1",
		`{"policy":{"uri":"https://example.com/policy"},"resourceUri":"git+https://github.com/slsa-framework/slsa-source-poc","timeVerified":"2025-06-01T15:19:28.226795439Z",`+
			`"verificationResult":"`+result+`","verifiedLevels":["SLSA_SOURCE_LEVEL_3","ORG_SOURCE_TESTED"],"verifier":{"id":"`+verifier+`"}}`)
}

func promotion(edit ...string) string {
	return statement(`{"name":"registry.k8s.io/foo","digest":{"sha256":"`+sum+`"}}`, "https://k8s.io/promo-tools/promotion/v1",
		strings.NewReplacer(edit...).Replace(`{"srcRef":"gcr.io/k8s-staging-foo/foo@sha256:`+sum+`","dstRef":"registry.k8s.io/foo","digest":"sha256:`+sum+`",`+
			`"timestamp":"2026-09-17T07:00:00Z","builderId":"https://k8s.io/promo-tools@v4.6.0","tags":["v1.0.0"],"job":{"name":"post-k8sio-image-promo","type":"postsubmit","buildId":"1968"}}`))
}

func authorization(version, predicate string) string {
	return statement(digest("gitTree", tree), "https://gittuf.dev/reference-authorization/"+version, predicate)
}

func read(t *testing.T, statement string) (*foreign.Summary, error) {
	t.Helper()
	in, err := provenance.ReadAny([]byte(statement))
	if err != nil {
		t.Fatal(err)
	}
	return foreign.Read(in.Entries[0])
}

func TestRead(t *testing.T) {
	tests := []struct {
		name, in string
		want     foreign.Summary
		line     string
	}{
		{"GitHub release", githubRelease(), foreign.Summary{
			Kind: foreign.Release, Tool: "GitHub", Repository: "https://github.com/Acme/hello", Ref: "refs/tags/v6", Tag: "v6",
			Commit: commit, Package: "pkg:github/Acme/hello@v6",
		}, "release, by the word of GitHub: of pkg:github/Acme/hello@v6, ref refs/tags/v6, commit 473686ea1a02"},
		{"registry", statement(digest("sha256", sum), "https://in-toto.io/attestation/release/v0.2", `{"purl":"pkg:npm/%40angular/http@7.2.16","packageId":"12"}`),
			foreign.Summary{Kind: foreign.Release, Tool: "a registry", Package: "pkg:npm/%40angular/http@7.2.16"}, "pkg:npm"},
		{"gittuf v0.1", authorization("v0.1", `{"targetRef":"refs/heads/main","fromRevisionID":"`+commit+`","targetTreeID":"`+tree+`"}`),
			foreign.Summary{Kind: foreign.Authorization, Tool: "gittuf", Ref: "refs/heads/main", Previous: commit, Tree: tree}, "authorization, by the word of gittuf: ref refs/heads/main, tree a224aa2d5588"},
		{"gittuf v0.2", authorization("v0.2", `{"targetRef":"refs/heads/main","fromID":"`+commit+`","targetID":"`+tree+`"}`),
			foreign.Summary{Kind: foreign.Authorization, Tool: "gittuf", Ref: "refs/heads/main", Previous: commit, Tree: tree}, "authorization"},
		{"gittuf tag", statement(digest("gitCommit", commit), "https://gittuf.dev/reference-authorization/v0.2", `{"targetRef":"refs/tags/v1","fromID":"`+tree+`","targetID":"`+commit+`"}`),
			foreign.Summary{Kind: foreign.Authorization, Tool: "gittuf", Ref: "refs/tags/v1", Tag: "v1", Previous: tree, Commit: commit}, "commit 473686ea1a02"},
		{"gittuf approval", statement(digest("gitTree", tree), "https://gittuf.dev/github-pull-request-approval/v0.1",
			`{"approvers":[{"keyid":"a::https://github.com/login/oauth","keyval":{"identity":"ana@acme.example","issuer":"https://github.com/login/oauth"}}],"dismissedApprovers":[{"keyid":"k2"}],`+
				`"targetRef":"refs/heads/main","fromRevisionID":"`+commit+`","targetTreeID":"`+tree+`"}`),
			foreign.Summary{Kind: foreign.Review, Tool: "gittuf", Ref: "refs/heads/main", Previous: commit, Tree: tree, People: []string{"ana@acme.example"}, Dismissed: []string{"k2"}},
			"by ana@acme.example, dismissed: k2"},
		{"source provenance", sourceProvenance(draft + "source-provenance/v1-draft"), foreign.Summary{
			Kind: foreign.SourceProvenance, Tool: "source-tool", Repository: "https://github.com/slsa-framework/slsa-source-poc", Ref: "refs/heads/main",
			Commit: commit, Previous: tree, People: []string{"TomHennen"}, Levels: []string{"CONTINUITY_ENFORCED"},
		}, "at 2025-05-31T21:52:36Z"},
		{"tag provenance", statement(digest("gitCommit", commit), draft+"tag-provenance/v1-draft",
			`{"actor":"TomHennen","controls":[{"name":"TAG_HYGIENE"}],"created_on":"2025-05-29T20:36:17Z","repo_uri":"https://github.com/TomHennen/Concordance","tag":"refs/tags/v1.1.5",`+
				`"vsa_summaries":[{"source_refs":["refs/heads/master"],"verifiedLevels":["SLSA_SOURCE_LEVEL_3","TAG_HYGIENE"]}]}`), foreign.Summary{
			Kind: foreign.TagProvenance, Tool: "source-tool", Repository: "https://github.com/TomHennen/Concordance", Ref: "refs/tags/v1.1.5", Tag: "v1.1.5",
			Commit: commit, People: []string{"TomHennen"}, Levels: []string{"TAG_HYGIENE", "SLSA_SOURCE_LEVEL_3"},
		}, "levels TAG_HYGIENE SLSA_SOURCE_LEVEL_3"},
		{"source VSA", vsa("https://github.com/slsa-framework/source-tool", "PASSED"), foreign.Summary{
			Kind: foreign.Verification, Tool: "source-tool", Repository: "https://github.com/slsa-framework/slsa-source-poc", Ref: "refs/heads/main",
			Commit: commit, Result: "PASSED", Levels: []string{"SLSA_SOURCE_LEVEL_3", "ORG_SOURCE_TESTED"},
		}, "result PASSED"},
		{"other VSA", vsa("https://example.com/verifier", "FAILED"), foreign.Summary{
			Kind: foreign.Verification, Tool: "https://example.com/verifier", Result: "FAILED", Levels: []string{"SLSA_SOURCE_LEVEL_3", "ORG_SOURCE_TESTED"},
		}, "result FAILED"},
		{"promotion", promotion(), foreign.Summary{
			Kind: foreign.Promotion, Tool: "https://k8s.io/promo-tools@v4.6.0", From: "gcr.io/k8s-staging-foo/foo@sha256:" + sum, To: "registry.k8s.io/foo",
			People: []string{"job post-k8sio-image-promo 1968"},
		}, "to registry.k8s.io/foo"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := read(t, tt.in)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(tt.want, *got, cmpopts.IgnoreFields(foreign.Summary{}, "PredicateType", "Subjects", "At")); d != "" {
				t.Error(d)
			}
			if !foreign.Known(got.PredicateType) || len(got.Subjects) == 0 {
				t.Errorf("type %q, subjects %v", got.PredicateType, got.Subjects)
			}
			if !strings.Contains(got.String(), tt.line) {
				t.Errorf("got %q, want %q", got, tt.line)
			}
		})
	}
}

func TestReadRefuses(t *testing.T) {
	many := `"x"` + strings.Repeat(`,"x"`, 1000)
	tests := []struct{ name, in, want string }{
		{"purl without version", statement(digest("sha256", sum), "https://in-toto.io/attestation/release/v0.1", `{"purl":"pkg:npm/a"}`), "purl of a version"},
		{"other tag", githubRelease(`"tag":"v6"`, `"tag":"v7"`), "contradicts"},
		{"no subject for the tag", strings.Replace(githubRelease(), `"uri":"pkg:github/Acme/hello@v6"`, `"uri":"pkg:github/Acme/hello@v7"`, 1), "not among the subjects"},
		{"wrong type", githubRelease(`"tag":"v6"`, `"tag":6`), "/tag"},
		{"repository of no form", strings.ReplaceAll(githubRelease(), "Acme/hello", "Ac me/../x"), "repository"},
		{"authorization for another tree", authorization("v0.2", `{"targetRef":"refs/heads/main","fromID":"","targetID":"`+commit+`"}`), "another object"},
		{"authorization of both versions", authorization("v0.2", `{"targetRef":"refs/heads/main","targetID":"`+tree+`","targetTreeID":"`+tree+`"}`), "members of version"},
		{"authorization of no ref", authorization("v0.2", `{"targetRef":"main","targetID":"`+tree+`"}`), "full reference"},
		{"authorization of a branch by commit", statement(digest("gitCommit", commit), "https://gittuf.dev/reference-authorization/v0.2", `{"targetRef":"refs/heads/main","targetID":"`+commit+`"}`), "about a tree"},
		{"approval by nobody", statement(digest("gitTree", tree), "https://gittuf.dev/github-pull-request-approval/v0.1", `{"targetRef":"refs/heads/main","targetTreeID":"`+tree+`"}`), "nobody approved"},
		{"two commits", strings.Replace(sourceProvenance(draft+"source-provenance/v1-draft"), `"subject":[`, `"subject":[`+digest("gitCommit", tree)+",", 1), "two different"},
		{"no commit", strings.Replace(sourceProvenance(draft+"source-provenance/v1-draft"), "gitCommit", "gitTree", 1), "no digest gitCommit"},
		{"bad time", strings.Replace(sourceProvenance(draft+"source-provenance/v1-draft"), "2025-05-31T21:52:36.665624162Z", "yesterday", 1), "created_on"},
		{"no result", vsa("https://example.com", "MAYBE"), "neither PASSED nor FAILED"},
		{"nobody verified", vsa("", "PASSED"), "verifier"},
		{"promoted something else", promotion(`"digest":"sha256:`, `"digest":"sha256:0`), "not that of the subject"},
		{"promoted from something else", promotion("foo@sha256:7", "foo@sha256:8"), "another digest"},
		{"promoted to nowhere", promotion(`"dstRef"`, `"dst"`), "dstRef"},
		{"too many levels", strings.Replace(vsa("https://example.com", "PASSED"), `"SLSA_SOURCE_LEVEL_3"`, many, 1), "more people or levels"},
		{"long text", strings.ReplaceAll(githubRelease(), "v6", strings.Repeat("v", 3000)), "bytes"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got, err := read(t, tt.in); err == nil || !strings.Contains(err.Error(), tt.want) || errors.Is(err, foreign.ErrUnknown) {
				t.Errorf("got %+v, %v, want %q", got, err, tt.want)
			}
		})
	}
	if _, err := read(t, statement(digest("sha256", sum), "https://example.com/other/v1", `{"purl":1}`)); !errors.Is(err, foreign.ErrUnknown) {
		t.Errorf("another type: %v", err)
	}
}

func FuzzRead(f *testing.F) {
	for _, s := range []string{githubRelease(), sourceProvenance(draft + "source-provenance/v1-draft"), vsa("https://github.com/slsa-framework/source-tool", "PASSED"),
		promotion(), authorization("v0.2", `{"targetRef":"refs/heads/main","fromID":"","targetID":"`+tree+`"}`)} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		in, err := provenance.ReadAny(data)
		if err != nil {
			return
		}
		for _, e := range in.Entries {
			s, err := foreign.Read(e)
			if (s == nil) == (err == nil) && err == nil {
				t.Fatal("neither a summary nor an error")
			}
			if err == nil && !utf8.ValidString(s.String()) {
				t.Fatalf("%q", s.String())
			}
		}
	})
}
