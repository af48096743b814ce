package bundle_test

import (
	"io"
	"path/filepath"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/validate"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
)

// manifests reads the manifests of our packaging with another reader.
func manifests(t *testing.T, d *bundle.Dossier) []*v1.Manifest {
	t.Helper()
	idx := layoutOf(t, d)
	index, err := idx.IndexManifest()
	if err != nil {
		t.Fatal(err)
	}
	var list []*v1.Manifest
	for _, desc := range index.Manifests {
		img, err := idx.Image(desc.Digest)
		if err != nil {
			t.Fatal(err)
		}
		m, err := img.Manifest()
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, m)
	}
	return list
}

func layoutOf(t *testing.T, d *bundle.Dossier) v1.ImageIndex {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "layout")
	if err := d.WriteDir(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	idx, err := layout.ImageIndexFromPath(dir)
	if err != nil {
		t.Fatal(err)
	}
	return idx
}

// TestReadByGoContainerRegistry reads the layout with the library of crane:
// every manifest is valid and every blob reachable with the right digest.
func TestReadByGoContainerRegistry(t *testing.T) {
	d := dossier(t, []byte("sbom"), []byte("provenance"))
	idx := layoutOf(t, d)
	if err := validate.Index(idx, validate.Fast); err != nil {
		t.Error(err)
	}
	index, err := idx.IndexManifest()
	if err != nil {
		t.Fatal(err)
	}
	reached := map[string]bool{}
	for _, desc := range index.Manifests {
		img, err := idx.Image(desc.Digest)
		if err != nil {
			t.Fatal(err)
		}
		readLayers(t, img, reached)
	}
	for _, b := range d.Blobs() {
		if !reached[b.Digest.Hex()] {
			t.Errorf("material %s is in no manifest", b.Digest)
		}
	}
	for _, st := range d.Statements() {
		for _, sig := range st.Signatures {
			if !reached[sig.ID.Hex()] {
				t.Errorf("signature %s is in no manifest", sig.ID)
			}
		}
	}
}

func readLayers(t *testing.T, img v1.Image, reached map[string]bool) {
	t.Helper()
	m, err := img.Manifest()
	if err != nil {
		t.Fatal(err)
	}
	if m.Config.Size != 2 || len(m.Layers) == 0 {
		t.Errorf("manifest with config of %d bytes and %d layers", m.Config.Size, len(m.Layers))
	}
	for _, desc := range m.Layers {
		layer, err := img.LayerByDigest(desc.Digest)
		if err != nil {
			t.Fatal(err)
		}
		r, err := layer.Compressed()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		r.Close()
		if err != nil || evidence.Sum(data).Hex() != desc.Digest.Hex || int64(len(data)) != desc.Size {
			t.Errorf("layer %s: %d bytes, %v", desc.Digest, len(data), err)
		}
		reached[desc.Digest.Hex] = true
	}
}
