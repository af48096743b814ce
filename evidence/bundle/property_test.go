package bundle_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
)

// TestAnySet packs any set and opens it again: the same set and state come
// back, and packing it once more gives the same bytes.
func TestAnySet(t *testing.T) {
	signers := []attest.Signer{keySigner(t, 1), keySigner(t, 2), keySigner(t, 3)}
	rapid.Check(t, func(rt *rapid.T) {
		d := drawDossier(t, rt, signers)
		packed := pack(t, d)
		got := openBytes(t, packed)
		if diff := cmp.Diff(contentsOf(t, d), contentsOf(t, got)); diff != "" {
			rt.Errorf("the set differs (-want +got):\n%s", diff)
		}
		if p := got.Problems(); len(p) > 0 {
			rt.Errorf("our own packaging has problems: %v", p)
		}
		if !bytes.Equal(packed, pack(t, got)) {
			rt.Error("packing again gives other bytes")
		}
	})
}

func drawDossier(t *testing.T, rt *rapid.T, signers []attest.Signer) *bundle.Dossier {
	data := rapid.SliceOfNDistinct(rapid.SliceOfN(rapid.Byte(), 0, 700), 0, 5, func(b []byte) string { return string(b) }).Draw(rt, "materials")
	image := rapid.Bool().Draw(rt, "image")
	r := newRecord(withMaterials(data...), func(r *evidence.Record) {
		if image {
			r.Artifacts[0].MediaType, r.Artifacts[0].Size = imageType, 7
		}
	})
	signer := rapid.SampledFrom(signers)
	d := bundle.New()
	st := add(t, d, signRecord(t, signer.Draw(rt, "release signer"), r))
	for i := range rapid.IntRange(0, 4).Draw(rt, "later") {
		s := signer.Draw(rt, "signer")
		if rapid.Bool().Draw(rt, "co-sign") {
			add(t, d, signRecord(t, s, r))
			continue
		}
		heads := d.Heads(all)
		seen := rapid.IntRange(1, len(heads)).Draw(rt, "seen")
		add(t, d, signApproval(t, s, fmt.Sprint(i), st.ID, heads[:seen], r.Artifacts...))
	}
	for i, b := range data {
		if rapid.Bool().Draw(rt, fmt.Sprint("present ", i)) {
			d.AddBlob(bundle.BytesBlob(b))
		}
	}
	return d
}

func FuzzOpenTar(f *testing.F) {
	d := dossier(f, []byte("sbom"))
	packed := pack(f, d)
	f.Add(packed)
	f.Add(packed[:len(packed)-1024])
	f.Add(make([]byte, 1024))
	f.Add(repack(f, append(unpack(f, packed), blob([]byte("other")))))
	f.Add(repack(f, without(unpack(f, packed), "index.json")))
	limits := bundle.Limits{Entries: 100, Total: 1 << 20, Memory: 1 << 20}
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := bundle.OpenTar(t.Context(), bytes.NewReader(data), int64(len(data)), limits)
		if err != nil || len(got.Statements()) == 0 {
			return
		}
		again := openBytes(t, pack(t, got))
		if diff := cmp.Diff(blobsOf(got), blobsOf(again)); diff != "" {
			t.Errorf("the set differs after packing (-first +second):\n%s", diff)
		}
	})
}

// blobsOf lists the set without asking whether its links hold.
func blobsOf(d *bundle.Dossier) (list []string) {
	for _, st := range d.Statements() {
		for _, sig := range st.Signatures {
			list = append(list, st.ID.Hex()+" "+sig.ID.Hex())
		}
	}
	for _, b := range d.Blobs() {
		list = append(list, b.Digest.Hex())
	}
	return list
}
