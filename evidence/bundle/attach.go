package bundle

import (
	"fmt"
	"slices"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
)

// Image is a manifest in a registry that statements are attached to.
type Image struct {
	MediaType string
	Digest    evidence.Digest
	Size      int64
}

// Attachment is a manifest that carries one signature of a statement, or the
// materials of one, to a registry.
type Attachment struct {
	Statement evidence.Digest
	// Signature is the one that it carries; zero for materials.
	Signature    evidence.Digest
	ArtifactType string
	Digest       evidence.Digest
	Raw          []byte
	// Blobs are the bytes it points to, without the empty configuration.
	Blobs []Blob
}

// Images returns, by statement, the images of the release that it names as
// subjects, sorted by digest.
func (d *Dossier) Images() map[evidence.Digest][]Image {
	known, list := d.images(), map[evidence.Digest][]Image{}
	for id, st := range d.statements {
		for _, desc := range imagesOf(st, known) {
			list[id] = append(list[id], Image{desc.mediaType, desc.digest, desc.size})
		}
	}
	return list
}

// PlatformsOf returns the images of the indexes that a release statement lists,
// without those that are artifacts themselves.
func (d *Dossier) PlatformsOf(st *Statement) []Image {
	record, err := evidence.DecodeRecord(st.Statement.Predicate)
	if !st.IsRelease() || err != nil {
		return nil
	}
	known := d.images()
	var list []Image
	for _, a := range record.Artifacts {
		if a.Image == nil || known[a.Digest] == nil {
			continue
		}
		for _, p := range a.Image.Platforms {
			if known[p.Digest] == nil && isImage(p.MediaType) && p.Size > 0 {
				list = append(list, Image{p.MediaType, p.Digest, p.Size})
			}
		}
	}
	slices.SortFunc(list, func(a, b Image) int { return a.Digest.Compare(b.Digest) })
	return slices.Compact(list)
}

// Attachments returns the manifests of a statement, attached to subject: one
// for each of its signatures and, if any of its materials are there, one for
// those.
func (d *Dossier) Attachments(st *Statement, subject Image) ([]Attachment, error) {
	to := &descriptor{mediaType: subject.MediaType, digest: subject.Digest, size: subject.Size}
	var list []Attachment
	for _, sig := range st.Signatures {
		a, err := attachment(st, signatureManifest(st, sig, to))
		if err != nil {
			return nil, err
		}
		a.Signature, a.Blobs = sig.ID, []Blob{sig.blob}
		list = append(list, a)
	}
	m := d.materialsManifest(st, to)
	if len(m.layers) == 0 {
		return list, nil
	}
	a, err := attachment(st, m)
	if err != nil {
		return nil, err
	}
	for _, mat := range st.Links.Materials {
		if b, ok := d.blobs[mat.Digest]; ok {
			a.Blobs = append(a.Blobs, b)
		}
	}
	return append(list, a), nil
}

func attachment(st *Statement, m manifest) (Attachment, error) {
	var t jsonText
	t.manifest(&m)
	return Attachment{Statement: st.ID, ArtifactType: m.artifactType, Digest: evidence.Sum(t.b), Raw: t.b}, t.err
}

// Assemble computes the set of signatures and materials that were found
// somewhere else than in a packaging. Its statements and materials count as
// opened, not as added.
func Assemble(signatures [][]byte, materials []Blob, l Limits) (*Dossier, error) {
	d := New()
	d.limits = l.withDefaults()
	for _, raw := range signatures {
		b, err := attest.ParseBundle(raw)
		if err != nil {
			return nil, err
		}
		st, err := readOwn(&b)
		if err != nil {
			return nil, err
		}
		if st == nil {
			return nil, fmt.Errorf("signature %s is over no statement of a dossier", evidence.Sum(raw))
		}
		if _, err := d.addOwn(st, &Signature{ID: evidence.Sum(raw), Bundle: b, blob: BytesBlob(raw)}); err != nil {
			return nil, err
		}
	}
	for _, b := range materials {
		d.blobs[b.Digest] = b
	}
	return d, nil
}

// Added returns the signatures that were added to the dossier since it was opened
// or assembled, sorted by ID.
func (d *Dossier) Added() []evidence.Digest {
	var list []evidence.Digest
	for _, sig := range d.addedSignatures {
		list = append(list, sig.ID)
	}
	slices.SortFunc(list, evidence.Digest.Compare)
	return list
}
