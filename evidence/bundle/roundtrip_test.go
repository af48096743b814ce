package bundle_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
)

func TestRoundTrips(t *testing.T) {
	d := dossier(t, []byte("sbom"), []byte("provenance"), nil)
	want, packed := contentsOf(t, d), pack(t, d)
	dir := filepath.Join(t.TempDir(), "layout")
	if err := d.WriteDir(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	fromDir := open(t, dir)
	file := filepath.Join(t.TempDir(), "a.dossier")
	if err := fromDir.WriteFile(t.Context(), file); err != nil {
		t.Fatal(err)
	}
	fromFile := open(t, file)
	again := filepath.Join(t.TempDir(), "layout")
	if err := fromFile.WriteDir(t.Context(), again); err != nil {
		t.Fatal(err)
	}
	for name, got := range map[string]*bundle.Dossier{"dir": fromDir, "tar": fromFile, "dir from tar": open(t, again)} {
		if diff := cmp.Diff(want, contentsOf(t, got)); diff != "" {
			t.Errorf("%s: the set differs (-want +got):\n%s", name, diff)
		}
		if !bytes.Equal(pack(t, got), packed) {
			t.Errorf("%s: equal sets are packed differently", name)
		}
		if p := got.Problems(); len(p) != 0 {
			t.Errorf("%s: our own packaging is not canonical: %v", name, p)
		}
	}
}

func TestTwoBuildsAreIdentical(t *testing.T) {
	build := func() []byte { return pack(t, dossier(t, []byte("one"), []byte("two"))) }
	if !bytes.Equal(build(), build()) {
		t.Error("two builds of one dossier differ")
	}
}

// TestOrderOfAdding shows that the packaging is a function of the set.
func TestOrderOfAdding(t *testing.T) {
	r := newRecord(withMaterials([]byte("m")))
	a, b := signRecord(t, keySigner(t, 1), r), signRecord(t, keySigner(t, 2), r)
	one, two := bundle.New(), bundle.New()
	for _, raw := range [][]byte{a, b, a} {
		add(t, one, raw)
	}
	one.AddBlob(bundle.BytesBlob([]byte("m")))
	two.AddBlob(bundle.BytesBlob([]byte("m")))
	two.AddBlob(bundle.BytesBlob([]byte("m")))
	for _, raw := range [][]byte{b, a} {
		add(t, two, raw)
	}
	if st := one.Statements(); len(st) != 1 || len(st[0].Signatures) != 2 {
		t.Fatalf("got %d statements, want 1 with 2 signatures", len(st))
	}
	if !bytes.Equal(pack(t, one), pack(t, two)) {
		t.Error("the order of adding shows in the packaging")
	}
}

// TestAppendKeepsOldBlobs adds an approval to a layout directory: every file
// but index.json stays as it was.
func TestAppendKeepsOldBlobs(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "layout")
	d := bundle.New()
	st := add(t, d, signRecord(t, keySigner(t, 1), newRecord(withMaterials([]byte("m")))))
	d.AddBlob(bundle.BytesBlob([]byte("m")))
	if err := d.WriteDir(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	before := tree(t, dir)
	d = open(t, dir)
	add(t, d, signApproval(t, keySigner(t, 2), "a1", st.ID, d.Heads(func(bundle.Pair) bool { return true })))
	if err := d.WriteDir(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	after := tree(t, dir)
	for name, data := range before {
		if name != "index.json" && after[name] != data {
			t.Errorf("%s was changed", name)
		}
	}
	if len(after) != len(before)+2 { // the approval and its manifest
		t.Errorf("%d files became %d, want 2 more", len(before), len(after))
	}
	if got := open(t, dir); len(got.Statements()) != 2 || len(got.Problems()) != 0 {
		t.Errorf("got %d statements, problems %v", len(got.Statements()), got.Problems())
	}
}

func TestWriteDirMendsDamage(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "layout")
	d := dossier(t, []byte("material"))
	if err := d.WriteDir(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, filepath.FromSlash(bundle.BlobName(evidence.Sum([]byte("material")))))
	if err := os.WriteFile(name, []byte("MATERIAL"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := d.WriteDir(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	if data, err := os.ReadFile(name); err != nil || string(data) != "material" {
		t.Errorf("got %q, %v, want the right bytes", data, err)
	}
}

func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path)
		files[filepath.ToSlash(name)] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestAddSignatureRefuses(t *testing.T) {
	s := keySigner(t, 1)
	release := newRecord()
	subjects := release.Subjects()
	type withRelease struct {
		Release *evidence.Reference `json:"release"`
		Parents []evidence.Parent   `json:"parents,omitempty"`
	}
	id := evidence.Sum([]byte("another"))
	tests := map[string][]byte{
		"not a bundle":                  []byte("{}"),
		"foreign predicate":             sign(t, s, subjects, "https://slsa.dev/provenance/v1", map[string]string{"a": "b"}),
		"approval without release":      sign(t, s, subjects, evidence.ApprovalType, map[string]string{"id": "a"}),
		"own statement without parents": sign(t, s, subjects, evidence.ApprovalType, withRelease{&evidence.Reference{Digest: id}, nil}),
		"release naming a release": sign(t, s, subjects, evidence.RecordType,
			withRelease{&evidence.Reference{Digest: id}, []evidence.Parent{{Statement: id, Signature: id}}}),
		"release with parents": sign(t, s, subjects, evidence.RecordType,
			map[string]any{"parents": []evidence.Parent{{Statement: id, Signature: id}}}),
	}
	for name, raw := range tests {
		t.Run(name, func(t *testing.T) {
			if _, err := bundle.New().AddSignature(raw); err == nil {
				t.Error("accepted")
			}
		})
	}
}

// TestThousandSubjects packs and opens a release of as many artifacts as a
// statement may have subjects, two of which are commit and tag.
func TestThousandSubjects(t *testing.T) {
	r := newRecord(func(r *evidence.Record) {
		for i := len(r.Artifacts); i < 998; i++ {
			id := evidence.Sum([]byte{byte(i), byte(i >> 8)})
			r.Artifacts = append(r.Artifacts, evidence.Artifact{Name: id.Short(), Digest: id})
		}
	})
	d := bundle.New()
	st := add(t, d, signRecord(t, keySigner(t, 1), r))
	if n := len(st.Statement.Subject); n != 1000 {
		t.Fatalf("got %d subjects", n)
	}
	if diff := cmp.Diff(contentsOf(t, d), contentsOf(t, openBytes(t, pack(t, d)))); diff != "" {
		t.Error(diff)
	}
}

func TestImagesGetAManifestEach(t *testing.T) {
	a := evidence.Artifact{Name: "a", Digest: evidence.Sum([]byte("a")), Size: 7, MediaType: imageType}
	b := evidence.Artifact{Name: "b", Digest: evidence.Sum([]byte("b")), Size: 8, MediaType: imageType}
	d := bundle.New()
	st := add(t, d, signRecord(t, keySigner(t, 1), newRecord(func(r *evidence.Record) {
		r.Artifacts = append(r.Artifacts, a, b)
	})))
	parents := []bundle.Pair{{Statement: st.ID, Signature: st.Signatures[0].ID}}
	add(t, d, signApproval(t, keySigner(t, 1), "a1", st.ID, parents, b))
	subjects := map[string]int{}
	for _, m := range manifests(t, d) {
		subjects[m.Subject.Digest.Hex]++
	}
	want := map[string]int{a.Digest.Hex(): 1, b.Digest.Hex(): 2}
	if diff := cmp.Diff(want, subjects); diff != "" {
		t.Errorf("manifests by image (-want +got):\n%s", diff)
	}
}
