package provenance_test

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/provenance"
)

// row is a case of the corpus: how slsa-verifier was called and what it said.
type row struct {
	Kind, Expect, Source, Provenance, Format, Builder string
	Branch, Tag, Err                                  string
	Subjects                                          []struct{ SHA256, SHA512 string }
}

func rows(t *testing.T, root string) []row {
	t.Helper()
	f, err := os.Open(filepath.Join(root, "manifest.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var list []row
	scanner := bufio.NewScanner(f)
	scanner.Buffer(nil, 1<<20)
	for scanner.Scan() {
		var r row
		if strings.Contains(scanner.Text(), `"kind": "provenance"`) {
			if err := json.Unmarshal(scanner.Bytes(), &r); err != nil {
				t.Fatal(err)
			}
			list = append(list, r)
		}
	}
	if len(list) == 0 {
		t.Fatal("the corpus has no provenance cases")
	}
	return list
}

// TestCorpus reads real provenance of GitHub's generators and npm and compares
// it with the source, builder and reference that slsa-verifier was told.
// Signatures are not our matter here.
func TestCorpus(t *testing.T) {
	root := os.Getenv("DOSSIER_CORPUS")
	if root == "" {
		t.Skip("DOSSIER_CORPUS is not set: the third-party provenance is not read")
	}
	checked, skipped := 0, 0
	for _, r := range rows(t, root) {
		if strings.HasPrefix(r.Provenance, "gcb_container/") {
			skipped++ // Google's own document around SLSA v0.1, which is not read
			continue
		}
		compare(t, root, r)
		checked++
	}
	t.Logf("%d cases compared, %d of SLSA v0.1 not read", checked, skipped)
	if checked < 150 {
		t.Errorf("only %d cases were compared", checked)
	}
}

func compare(t *testing.T, root string, r row) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(root, "provenance", r.Provenance))
	if err != nil {
		t.Fatal(err)
	}
	in, err := provenance.ReadAny(raw)
	if err != nil {
		t.Errorf("%s: %v", r.Provenance, err)
		return
	}
	for _, e := range in.Entries {
		s, err := provenance.Parse(e.Statement)
		if err != nil {
			if !in.List {
				t.Errorf("%s: %v", r.Provenance, err)
			}
			continue
		}
		r.check(t, s)
	}
}

func (r row) check(t *testing.T, s *provenance.Summary) {
	t.Helper()
	source, err := evidence.NormalRepository(r.Source)
	same := err == nil && s.SourceURI == source
	switch {
	case r.Expect == "accept" && !same:
		t.Errorf("%s: source %q, want %q", r.Provenance, s.SourceURI, source)
	case r.Err == "ErrorMismatchSource" && same:
		t.Errorf("%s: source %q, want another than %q", r.Provenance, s.SourceURI, source)
	case r.Expect == "accept" && (len(s.SourceCommits) != 1 || len(s.Problems) != 0):
		t.Errorf("%s: commits %q, problems %q", r.Provenance, s.SourceCommits, s.Problems)
	case r.Expect == "accept" && r.Branch != "" && strings.HasPrefix(s.SourceRef, "refs/heads/") && s.SourceRef != "refs/heads/"+r.Branch:
		t.Errorf("%s: ref %q, want branch %q", r.Provenance, s.SourceRef, r.Branch)
	case r.Expect == "accept" && r.Tag != "" && s.SourceRef != "refs/tags/"+r.Tag:
		t.Errorf("%s: ref %q, want tag %q", r.Provenance, s.SourceRef, r.Tag)
	case s.BuilderID == "" || s.RunID == "" && s.PredicateType == provenance.TypeV02:
		t.Errorf("%s: builder %q, run %q", r.Provenance, s.BuilderID, s.RunID)
	}
}
