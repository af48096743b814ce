package testrelease

import (
	"bytes"
	"cmp"
	"os"
	"slices"
	"testing"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/evidence/gitobj"
)

// Reopen packs d and opens it again, as whoever receives the file does.
func Reopen(t testing.TB, d *bundle.Dossier) *bundle.Dossier {
	t.Helper()
	var file bytes.Buffer
	if err := d.Pack(t.Context(), &file); err != nil {
		t.Fatal(err)
	}
	got, err := bundle.OpenTar(t.Context(), bytes.NewReader(file.Bytes()), int64(file.Len()), bundle.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// Without returns a copy of d that lacks the given blobs and signatures.
func Without(t testing.TB, d *bundle.Dossier, drop ...evidence.Digest) *bundle.Dossier {
	t.Helper()
	c := bundle.New()
	for _, st := range d.Statements() {
		for _, sig := range st.Signatures {
			if !slices.Contains(drop, sig.ID) {
				AddRaw(t, c, Bytes(t, sig.Blob()))
			}
		}
	}
	for _, b := range d.Blobs() {
		if !slices.Contains(drop, b.Digest) {
			c.AddBlob(b)
		}
	}
	return c
}

// Copy returns a copy of d.
func Copy(t testing.TB, d *bundle.Dossier) *bundle.Dossier {
	t.Helper()
	return Without(t, d)
}

// Bytes reads a blob.
func Bytes(t testing.TB, b bundle.Blob) []byte {
	t.Helper()
	data, err := b.Read(64 << 20)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// AddRaw adds a Sigstore bundle as it is.
func AddRaw(t testing.TB, d *bundle.Dossier, raw []byte) *bundle.Statement {
	t.Helper()
	st, err := d.AddSignature(raw)
	if err != nil {
		t.Fatal(err)
	}
	return st
}

// Release returns the release statement of d and its record.
func Release(t testing.TB, d *bundle.Dossier) (*bundle.Statement, *evidence.Record) {
	t.Helper()
	i := slices.IndexFunc(d.Statements(), (*bundle.Statement).IsRelease)
	if i < 0 {
		t.Fatal("there is no release statement")
	}
	st := d.Statements()[i]
	record, err := evidence.DecodeRecord(st.Statement.Predicate)
	if err != nil {
		t.Fatal(err)
	}
	return st, record
}

// Restate returns a dossier with the blobs of d and only one statement: its
// release statement, changed and signed anew.
func Restate(t testing.TB, d *bundle.Dossier, s attest.Signer, change func(*bundle.Dossier, *evidence.Record)) *bundle.Dossier {
	t.Helper()
	_, record := Release(t, d)
	c := bundle.New()
	for _, b := range d.Blobs() {
		c.AddBlob(b)
	}
	change(c, record)
	listed := func(id evidence.Digest) bool {
		return slices.ContainsFunc(record.Materials, func(m evidence.Material) bool { return m.Digest == id })
	}
	lean := bundle.New()
	for _, b := range c.Blobs() {
		if listed(b.Digest) {
			lean.AddBlob(b)
		}
	}
	payload, err := attest.NewStatement(record.Subjects(), evidence.RecordType, record)
	if err != nil {
		t.Fatal(err)
	}
	AddSigned(t, lean, s, payload)
	return lean
}

// Attach adds a document to a record and to d, and returns its digest.
func Attach(d *bundle.Dossier, r *evidence.Record, list *[]evidence.Attachment, name, mediaType string, data []byte) evidence.Digest {
	b := bundle.BytesBlob(data)
	d.AddBlob(b)
	r.Materials = append(r.Materials, evidence.Material{Name: name, MediaType: mediaType, Digest: b.Digest, Size: b.Size})
	*list = append(*list, evidence.Attachment{Material: b.Digest})
	return b.Digest
}

// Swap replaces the bytes of one material of a record, wherever it is named.
func Swap(d *bundle.Dossier, r *evidence.Record, old evidence.Digest, data []byte) {
	b := bundle.BytesBlob(data)
	d.AddBlob(b)
	for i := range r.Materials {
		if r.Materials[i].Digest == old {
			r.Materials[i].Digest, r.Materials[i].Size = b.Digest, b.Size
		}
	}
	for _, list := range [][]evidence.Attachment{r.SBOMs, r.Provenance, r.Attestations} {
		for i := range list {
			if list[i].Material == old {
				list[i].Material = b.Digest
			}
		}
	}
}

// Own returns the payload of an own statement of any kind about the release in
// d, with the members that all have in common and those given.
func Own(t testing.TB, d *bundle.Dossier, kind string, members map[string]any) []byte {
	t.Helper()
	st, record := Release(t, d)
	predicate := map[string]any{
		"release": evidence.Reference{Digest: st.ID},
		"parents": d.Heads(func(p bundle.Pair) bool { return p.Statement == st.ID }),
	}
	for name, value := range members {
		predicate[name] = value
	}
	payload, err := attest.NewStatement(evidence.OwnSubjects(st.ID, record.Artifacts), evidence.PredicateBase+kind, predicate)
	if err != nil {
		t.Fatal(err)
	}
	return payload
}

// ReadFile reads a file.
func ReadFile(t testing.TB, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// Tagged moves the tag v1.0.1 by running git with args, releases it, and moves
// it back.
func (w *World) Tagged(t testing.TB, args ...string) *bundle.Dossier {
	t.Helper()
	was := w.Git(t, "rev-parse", "refs/tags/v1.0.1")
	w.Git(t, "tag", "-d", "v1.0.1")
	defer func() {
		w.Git(t, "update-ref", "refs/tags/v1.0.1", was)
	}()
	w.Git(t, args...)
	return w.Create(t)
}

// ReplaceObject returns an archive of objects in which one object has another
// body, and the ID that it then has.
func ReplaceObject(t testing.TB, objects *gitobj.Objects, old gitobj.ID, typ gitobj.Type, body []byte) (gitobj.ID, []byte) {
	t.Helper()
	id, err := gitobj.Hash(objects.Format(), typ, body)
	if err != nil {
		t.Fatal(err)
	}
	list := []gitobj.Object{{ID: id, Type: typ, Body: body}}
	for o, err := range objects.All() {
		if err != nil {
			t.Fatal(err)
		}
		if o.ID != old {
			list = append(list, o)
		}
	}
	slices.SortFunc(list, func(a, b gitobj.Object) int { return cmp.Compare(a.ID, b.ID) })
	var b bytes.Buffer
	err = gitobj.WriteArchive(&b, objects.Format(), func(yield func(gitobj.Object, error) bool) {
		for _, o := range list {
			if !yield(o, nil) {
				return
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return id, b.Bytes()
}
