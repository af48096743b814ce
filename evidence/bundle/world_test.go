package bundle_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
)

const imageType = "application/vnd.oci.image.manifest.v1+json"

var signedAt = evidence.At(time.Date(2026, 11, 19, 14, 5, 0, 0, time.UTC))

// keySigner returns a signer whose key and so whose signatures depend on seed
// alone (RFC 8032): two runs make the same bundles.
func keySigner(t testing.TB, seed byte) attest.Signer {
	t.Helper()
	key := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{seed}, ed25519.SeedSize))
	s, err := attest.NewKeySigner(key)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// newRecord is a valid record; edit changes it before it is signed.
func newRecord(edit ...func(*evidence.Record)) *evidence.Record {
	commit := strings.Repeat("c", 40)
	r := &evidence.Record{
		Version:      "1.0.0",
		Repository:   evidence.Repository{URI: "https://example.com/acme/hello"},
		Kind:         evidence.KindService,
		CreatedAt:    signedAt,
		Sequence:     1,
		Predecessor:  evidence.Predecessor{None: "first"},
		ObjectFormat: "sha1",
		Tag:          evidence.Tag{Name: "v1.0.0", Object: commit, Type: "commit"},
		Commit:       commit,
		Base:         evidence.Base{None: "first"},
		Artifacts:    []evidence.Artifact{{Name: "hello", Digest: evidence.Sum([]byte("hello binary"))}},
	}
	for _, e := range edit {
		e(r)
	}
	return r
}

func withMaterials(data ...[]byte) func(*evidence.Record) {
	return func(r *evidence.Record) { r.Materials = materials(data...) }
}

func materials(data ...[]byte) []evidence.Material {
	var list []evidence.Material
	for i, b := range data {
		list = append(list, evidence.Material{
			Name: fmt.Sprintf("material/%d", i), MediaType: evidence.MediaTypeOctets,
			Digest: evidence.Sum(b), Size: int64(len(b)),
		})
	}
	return list
}

func signRecord(t testing.TB, s attest.Signer, r *evidence.Record) []byte {
	t.Helper()
	return sign(t, s, r.Subjects(), evidence.RecordType, r)
}

// signApproval signs an approval of release, which saw the parents.
func signApproval(t testing.TB, s attest.Signer, id string, release evidence.Digest, parents []bundle.Pair, about ...evidence.Artifact) []byte {
	t.Helper()
	a := &evidence.Approval{
		ID: id, Release: &evidence.Reference{Digest: release}, Parents: parents,
		Approver: evidence.Actor{ID: "mailto:ana@acme.example", Kind: evidence.Human},
		Decision: evidence.Approved, At: signedAt,
	}
	return sign(t, s, evidence.OwnSubjects(release, about), evidence.ApprovalType, a)
}

func sign(t testing.TB, s attest.Signer, subjects []evidence.ResourceDescriptor, kind string, predicate any) []byte {
	t.Helper()
	payload, err := attest.NewStatement(subjects, kind, predicate)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := attest.Sign(context.Background(), s, payload)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func add(t testing.TB, d *bundle.Dossier, raw []byte) *bundle.Statement {
	t.Helper()
	st, err := d.AddSignature(raw)
	if err != nil {
		t.Fatal(err)
	}
	return st
}

// dossier is a release with the given materials and an approval of it.
func dossier(t testing.TB, data ...[]byte) *bundle.Dossier {
	t.Helper()
	d := bundle.New()
	st := add(t, d, signRecord(t, keySigner(t, 1), newRecord(withMaterials(data...))))
	parents := []bundle.Pair{{Statement: st.ID, Signature: st.Signatures[0].ID}}
	add(t, d, signApproval(t, keySigner(t, 2), "a1", st.ID, parents))
	for _, b := range data {
		d.AddBlob(bundle.BytesBlob(b))
	}
	return d
}

func pack(t testing.TB, d *bundle.Dossier) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := d.Pack(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func openBytes(t testing.TB, data []byte) *bundle.Dossier {
	t.Helper()
	d, err := bundle.OpenTar(t.Context(), bytes.NewReader(data), int64(len(data)), bundle.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func open(t testing.TB, path string) *bundle.Dossier {
	t.Helper()
	d, err := bundle.Open(t.Context(), path, bundle.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

// contents is the set in a form that can be compared: the signatures of each
// statement, and all other blobs with their bytes.
type contents struct {
	Signatures map[string][]string
	Blobs      map[string]string
	State      string
}

func contentsOf(t testing.TB, d *bundle.Dossier) contents {
	t.Helper()
	c := contents{map[string][]string{}, map[string]string{}, ""}
	for _, st := range d.Statements() {
		for _, sig := range st.Signatures {
			c.Signatures[st.ID.Hex()] = append(c.Signatures[st.ID.Hex()], sig.ID.Hex())
		}
	}
	for _, b := range d.Blobs() {
		data, err := b.Read(1 << 20)
		if err != nil {
			t.Fatal(err)
		}
		c.Blobs[b.Digest.Hex()] = string(data)
	}
	state, err := d.State(d.Heads(func(bundle.Pair) bool { return true }))
	if err != nil {
		t.Fatal(err)
	}
	c.State = state.Hex()
	return c
}

// codes lists the codes of the problems, without repetition.
func codes(d *bundle.Dossier) string {
	var list []string
	for _, p := range d.Problems() {
		if len(list) == 0 || list[len(list)-1] != p.Code {
			list = append(list, p.Code)
		}
	}
	return strings.Join(list, " ")
}
