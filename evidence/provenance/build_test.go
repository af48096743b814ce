package provenance_test

import (
	"fmt"
	"log"
	"strings"
	"testing"

	slsa "github.com/in-toto/attestation/go/predicates/provenance/v1"
	intoto "github.com/in-toto/attestation/go/v1"
	"google.golang.org/protobuf/encoding/protojson"
	"pgregory.net/rapid"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/provenance"
)

func sample(t testing.TB) provenance.Build {
	t.Helper()
	started, err := evidence.ParseTime("2026-11-20T09:00:00Z")
	if err != nil {
		t.Fatal(err)
	}
	return provenance.Build{
		Artifacts:  []evidence.Artifact{{Name: "hello", Digest: evidence.Sum([]byte("hello"))}},
		Repository: "https://github.com/org/repo",
		Commit:     commitA,
		Ref:        "refs/tags/v1.4.0",
		BuilderID:  "https://github.com/org/repo/.github/workflows/release.yml@refs/tags/v1.4.0",
		RunID:      "https://github.com/org/repo/actions/runs/7/attempts/1",
		System:     "github",
		StartedAt:  started, BuilderVersion: map[string]string{"dossier": "1.0.0"},
		Byproducts: []evidence.ResourceDescriptor{{Name: "hello.cdx.json", Digest: evidence.Sum([]byte("sbom")).Set()}},
	}
}

// TestNewIsValid asks in-toto's own validators.
func TestNewIsValid(t *testing.T) {
	payload, err := provenance.New(sample(t))
	if err != nil {
		t.Fatal(err)
	}
	var st intoto.Statement
	if err := protojson.Unmarshal(payload, &st); err != nil {
		t.Fatal(err)
	}
	if err := st.Validate(); err != nil {
		t.Errorf("statement: %v", err)
	}
	raw, err := protojson.Marshal(st.GetPredicate())
	if err != nil {
		t.Fatal(err)
	}
	var p slsa.Provenance
	if err := protojson.Unmarshal(raw, &p); err != nil {
		t.Fatalf("a field is not SLSA's: %v", err)
	}
	if err := p.Validate(); err != nil {
		t.Errorf("predicate: %v", err)
	}
	if got := p.GetRunDetails().GetMetadata().GetInvocationId(); got != sample(t).RunID {
		t.Errorf("invocationId %q", got)
	}
}

func TestNewRefuses(t *testing.T) {
	tests := []struct {
		name   string
		change func(*provenance.Build)
		want   string
	}{
		{"no artifact", func(b *provenance.Build) { b.Artifacts = nil }, "no artifact"},
		{"short commit", func(b *provenance.Build) { b.Commit = "4d329c7" }, "full lower-case object id"},
		{"upper-case commit", func(b *provenance.Build) { b.Commit = strings.ToUpper(commitA) }, "full lower-case object id"},
		{"repository as cloned", func(b *provenance.Build) { b.Repository += ".git" }, "normal form"},
		{"local repository", func(b *provenance.Build) { b.Repository = "/srv/repo" }, "repository"},
		{"no builder", func(b *provenance.Build) { b.BuilderID = "" }, "no builder"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := sample(t)
			tt.change(&b)
			if _, err := provenance.New(b); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want an error with %q", err, tt.want)
			}
		})
	}
}

// TestRoundTrip states random builds and reads them again.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := provenance.Build{
			Artifacts:  []evidence.Artifact{{Name: "a", Digest: evidence.Sum([]byte(rapid.String().Draw(t, "bytes")))}},
			Repository: "https://" + rapid.StringMatching(`[a-z]{1,9}\.[a-z]{2,3}/[A-Za-z0-9_-]{1,9}/[A-Za-z0-9_-]{1,9}`).Draw(t, "repository"),
			Commit:     rapid.StringMatching(`[0-9a-f]{40}|[0-9a-f]{64}`).Draw(t, "commit"),
			Ref:        "refs/tags/" + rapid.StringMatching(`(@[a-z]{1,5}/)?[a-z]{0,5}@?v?[0-9]\.[0-9]\.[0-9]`).Draw(t, "tag"),
			BuilderID:  provenance.LocalBuilder,
			Workflow:   rapid.SampledFrom([]string{"", "org/repo/.github/workflows/x.yml@refs/heads/main"}).Draw(t, "workflow"),
			RunID:      rapid.StringMatching(`[ -~]{0,30}`).Draw(t, "run"),
		}
		payload, err := provenance.New(b)
		if err != nil {
			t.Fatal(err)
		}
		st, err := attest.ParseStatement(payload)
		if err != nil {
			t.Fatal(err)
		}
		s, err := provenance.Parse(st)
		if err != nil {
			t.Fatal(err)
		}
		if s.SourceURI != b.Repository || s.SourceRef != b.Ref || s.RunID != b.RunID || s.BuilderID != b.BuilderID ||
			len(s.SourceCommits) != 1 || s.SourceCommits[0] != b.Commit || len(s.Problems) != 0 || s.PinnedMaterials != 1 {
			t.Fatalf("stated %+v, read %+v", b, s)
		}
	})
}

// A builder states where its artifact comes from; a verifier reads it.
func Example() {
	payload, err := provenance.New(provenance.Build{
		Artifacts:  []evidence.Artifact{{Name: "hello", Digest: evidence.Sum([]byte("hello"))}},
		Repository: "https://github.com/org/repo",
		Commit:     "4d329c75e7ec1725f7c9ce917a8799d408d06be3",
		Ref:        "refs/tags/v1.4.0",
		BuilderID:  provenance.LocalBuilder,
	})
	if err != nil {
		log.Fatal(err)
	}
	in, err := provenance.ReadAny(payload)
	if err != nil {
		log.Fatal(err)
	}
	s, err := provenance.Parse(in.Entries[0].Statement)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(in.Entries[0].Kind)
	fmt.Println(s.SourceURI, s.SourceRef, s.SourceCommits)
	// Output:
	// statement
	// https://github.com/org/repo refs/tags/v1.4.0 [4d329c75e7ec1725f7c9ce917a8799d408d06be3]
}
