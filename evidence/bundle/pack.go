package bundle

import (
	"archive/tar"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/internal/strictjson"
)

// Media types of the packaging (OCI image-spec v1.1).
const (
	mediaTypeManifest  = "application/vnd.oci.image.manifest.v1+json"
	mediaTypeIndex     = "application/vnd.oci.image.index.v1+json"
	mediaTypeEmpty     = "application/vnd.oci.empty.v1+json"
	mediaTypeMaterials = "application/vnd.release-dossier.materials.v1"

	annotationTitle     = "org.opencontainers.image.title"
	annotationStatement = "dossier.statement"
	annotationContent   = "dev.sigstore.bundle.content"
	annotationPredicate = "dev.sigstore.bundle.predicateType"

	layoutFile = `{"imageLayoutVersion":"1.0.0"}`
	// maxManifests bounds the canonical packaging, in which every signature of
	// a statement has a manifest for every image that the statement names.
	maxManifests = 40_000
)

var errManifests = fmt.Errorf("the packaging would have more than %d manifests: name fewer images in one statement", maxManifests)

type descriptor struct {
	MediaType    string            `json:"mediaType"`
	ArtifactType string            `json:"artifactType,omitempty"`
	Digest       string            `json:"digest"`
	Size         int64             `json:"size"`
	Annotations  map[string]string `json:"annotations,omitempty"`
}

type manifest struct {
	SchemaVersion int               `json:"schemaVersion"`
	MediaType     string            `json:"mediaType"`
	ArtifactType  string            `json:"artifactType"`
	Config        descriptor        `json:"config"`
	Layers        []descriptor      `json:"layers"`
	Subject       *descriptor       `json:"subject,omitempty"`
	Annotations   map[string]string `json:"annotations,omitempty"`
}

type index struct {
	SchemaVersion int          `json:"schemaVersion"`
	MediaType     string       `json:"mediaType"`
	Manifests     []descriptor `json:"manifests"`
}

// packaging is what is around the set: found (when opened) or computed.
type packaging struct {
	found map[string][]byte // by entry name
	blobs []evidence.Digest // digests of found blobs that may be packaging
	left  int64             // bytes that may still be kept
	// scratch is what entries are read into, one after the other: as large as
	// the largest of those that may be packaging or signatures.
	scratch []byte
}

func (p *packaging) read(e entry) error {
	if e.size > p.left {
		return p.tooLarge(e)
	}
	data, err := readEntry(e, p.scratch)
	if err != nil {
		return err
	}
	return p.keep(e, data)
}

func (p *packaging) keep(e entry, data []byte) error {
	if e.size > p.left {
		return p.tooLarge(e)
	}
	p.left -= e.size
	p.found[e.name] = bytes.Clone(data)
	return nil
}

func (p *packaging) tooLarge(e entry) error {
	return &ReadError{Entry: e.name, Err: fmt.Errorf("%d bytes, at most %d more of index and manifests are read", e.size, p.left)}
}

// looksLikePackaging reports whether a blob may be an OCI manifest, an index
// or an empty config. It decides only what is compared with the canonical
// packaging; a statement that lists the blob as a material wins.
func looksLikePackaging(data []byte) bool {
	if string(data) == "{}" {
		return true
	}
	// Most blobs are told apart without reading them as JSON. An escape may
	// hide a name.
	if !isObject(data) || !bytes.Contains(data, []byte("schemaVersion")) && !bytes.Contains(data, []byte(`\u`)) {
		return false
	}
	var m struct {
		SchemaVersion int    `json:"schemaVersion"`
		MediaType     string `json:"mediaType"`
	}
	if len(data) > 4<<20 || strictjson.Unmarshal(data, &m) != nil {
		return false
	}
	return m.SchemaVersion == 2 && (m.MediaType == mediaTypeManifest || m.MediaType == mediaTypeIndex)
}

// isObject reports whether data can be a JSON object.
func isObject(data []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(data, " \t\r\n"), []byte("{"))
}

var (
	emptyConfig = describe(mediaTypeEmpty, []byte("{}"))
	emptyName   = BlobName(evidence.Sum([]byte("{}")))
)

// canonical computes the files of the packaging of the set, without the blobs
// of the set itself.
func (d *Dossier) canonical() (map[string][]byte, error) {
	files := map[string][]byte{"oci-layout": []byte(layoutFile)}
	idx := index{SchemaVersion: 2, MediaType: mediaTypeIndex, Manifests: []descriptor{}}
	images := d.images()
	for _, st := range d.Statements() {
		if n := max(1, len(imagesOf(st, images))) * (len(st.Signatures) + 1); n > maxManifests-len(idx.Manifests) {
			return nil, errManifests
		}
		for _, m := range d.manifests(st, images) {
			raw, err := strictjson.Marshal(m)
			if err != nil {
				return nil, err
			}
			desc := describe(mediaTypeManifest, raw)
			desc.ArtifactType = m.ArtifactType
			files[BlobName(evidence.Sum(raw))] = raw
			idx.Manifests = append(idx.Manifests, desc)
		}
	}
	if len(idx.Manifests) > 0 {
		files[emptyName] = []byte("{}")
	}
	slices.SortFunc(idx.Manifests, func(a, b descriptor) int { return cmp.Compare(a.Digest, b.Digest) })
	raw, err := strictjson.Marshal(idx)
	files["index.json"] = raw
	return files, err
}

// manifests returns the manifests of a statement: one for each signature and
// image (rules of format, A1), and one for its materials and image.
func (d *Dossier) manifests(st *Statement, images map[evidence.Digest]*descriptor) []manifest {
	subjects := imagesOf(st, images)
	if len(subjects) == 0 {
		subjects = []*descriptor{nil}
	}
	var list []manifest
	for _, subject := range subjects {
		for _, sig := range st.Signatures {
			list = append(list, signatureManifest(st, sig, subject))
		}
		if m := d.materialsManifest(st, subject); len(m.Layers) > 0 {
			list = append(list, m)
		}
	}
	return list
}

func signatureManifest(st *Statement, sig *Signature, subject *descriptor) manifest {
	config := emptyConfig
	config.ArtifactType = evidence.MediaTypeSigstoreBundle
	return manifest{
		SchemaVersion: 2,
		MediaType:     mediaTypeManifest,
		ArtifactType:  evidence.MediaTypeSigstoreBundle,
		Config:        config,
		Layers:        []descriptor{{MediaType: evidence.MediaTypeSigstoreBundle, Digest: sig.ID.String(), Size: sig.blob.Size}},
		Subject:       subject,
		Annotations: map[string]string{
			annotationContent:   "dsse-envelope",
			annotationPredicate: st.Statement.PredicateType,
		},
	}
}

func (d *Dossier) materialsManifest(st *Statement, subject *descriptor) manifest {
	m := manifest{
		SchemaVersion: 2,
		MediaType:     mediaTypeManifest,
		ArtifactType:  mediaTypeMaterials,
		Config:        emptyConfig,
		Subject:       subject,
		Annotations:   map[string]string{annotationStatement: st.ID.String()},
	}
	for _, mat := range st.Links.Materials {
		if _, ok := d.blobs[mat.Digest]; !ok {
			continue
		}
		m.Layers = append(m.Layers, descriptor{
			MediaType: mat.MediaType, Digest: mat.Digest.String(), Size: mat.Size,
			Annotations: map[string]string{annotationTitle: mat.Name},
		})
	}
	return m
}

// images returns descriptors of the images that release statements list:
// artifacts whose media type is an image's and whose size is known. Of two
// that contradict each other the one counts that comes first by statement ID,
// so that the packaging is a function of the set.
func (d *Dossier) images() map[evidence.Digest]*descriptor {
	known := map[evidence.Digest]*descriptor{}
	for _, s := range d.Statements() {
		if !s.IsRelease() || !mayNameImage(s.Payload) {
			continue
		}
		r, err := evidence.DecodeRecord(s.Statement.Predicate)
		if err != nil {
			continue
		}
		for _, a := range r.Artifacts {
			if known[a.Digest] == nil && isImage(a.MediaType) && a.Size > 0 {
				known[a.Digest] = &descriptor{MediaType: a.MediaType, Digest: a.Digest.String(), Size: a.Size}
			}
		}
	}
	return known
}

// mayNameImage reports whether a payload can hold the media type of an image;
// an escape may hide it. Releases of files alone are not decoded for nothing.
func mayNameImage(payload []byte) bool {
	return bytes.Contains(payload, []byte("application/vnd.")) && bytes.Contains(payload, []byte("image.")) ||
		bytes.Contains(payload, []byte("docker.distribution")) || bytes.IndexByte(payload, '\\') >= 0
}

// imagesOf returns the images that a statement names, sorted by digest.
func imagesOf(st *Statement, images map[evidence.Digest]*descriptor) []*descriptor {
	var list []*descriptor
	for _, sub := range st.Statement.Subject {
		if id, ok := sub.Digest.SHA256(); ok && images[id] != nil {
			list = append(list, images[id])
		}
	}
	slices.SortFunc(list, func(a, b *descriptor) int { return cmp.Compare(a.Digest, b.Digest) })
	return slices.Compact(list)
}

func isImage(mediaType string) bool {
	switch mediaType {
	case mediaTypeManifest, mediaTypeIndex,
		"application/vnd.docker.distribution.manifest.v2+json",
		"application/vnd.docker.distribution.manifest.list.v2+json":
		return true
	}
	return false
}

func describe(mediaType string, data []byte) descriptor {
	return descriptor{MediaType: mediaType, Digest: evidence.Sum(data).String(), Size: int64(len(data))}
}

// BlobName is the entry of the packaging that holds the blob id.
func BlobName(id evidence.Digest) string { return "blobs/sha256/" + id.Hex() }

// comparePackaging removes the packaging's blobs from the set and notes where
// the packaging is not the canonical one.
func (d *Dossier) comparePackaging(p *packaging) error {
	listed := d.listed()
	d.dropPackaging(p, listed)
	want, err := d.canonical()
	if errors.Is(err, errManifests) {
		d.notCanonical("index.json", err.Error())
		return nil
	}
	if err != nil {
		return err
	}
	for name, data := range want {
		if got, ok := p.found[name]; !ok || string(got) != string(data) {
			d.notCanonical(name, "missing or not as this tool writes it")
		}
	}
	for name, data := range p.found {
		if _, ok := want[name]; !ok && !listed[evidence.Sum(data)] {
			d.notCanonical(name, "a manifest that this tool does not write")
		}
	}
	return nil
}

// dropPackaging removes from the set what no statement lists and what is
// packaging, or the bytes of a statement: those are in its signatures (rules
// of format, R1).
func (d *Dossier) dropPackaging(p *packaging, listed map[evidence.Digest]bool) {
	for _, id := range p.blobs {
		if !listed[id] {
			delete(d.blobs, id)
		}
	}
	for id := range d.statements {
		if _, ok := d.blobs[id]; ok && !listed[id] {
			delete(d.blobs, id)
			d.notCanonical(BlobName(id), "a statement has no blob of its own")
		}
	}
}

func (d *Dossier) notCanonical(entry, detail string) {
	d.problems = append(d.problems, Problem{Code: NotCanonical, Entry: entry, Detail: detail})
}

// listed returns the digests that any statement lists as its material.
func (d *Dossier) listed() map[evidence.Digest]bool {
	listed := map[evidence.Digest]bool{}
	for _, st := range d.statements {
		for _, m := range st.Links.Materials {
			listed[m.Digest] = true
		}
	}
	return listed
}

// files returns the whole canonical packaging, sorted by name.
func (d *Dossier) files() ([]file, error) {
	meta, err := d.canonical()
	if err != nil {
		return nil, err
	}
	var list []file
	add := func(name string, b Blob) { list = append(list, file{name, b}) }
	for name, data := range meta {
		add(name, BytesBlob(data))
	}
	for id, b := range d.blobs {
		if _, ok := meta[BlobName(id)]; !ok {
			add(BlobName(id), b)
		}
	}
	for _, st := range d.statements {
		for _, sig := range st.Signatures {
			if _, ok := d.blobs[sig.ID]; !ok {
				add(BlobName(sig.ID), sig.blob)
			}
		}
	}
	slices.SortFunc(list, func(a, b file) int { return strings.Compare(a.name, b.name) })
	return list, nil
}

type file struct {
	name string
	blob Blob
}

// Pack writes the canonical packaging as one deterministic tar file: equal
// sets give equal bytes.
func (d *Dossier) Pack(w io.Writer) error {
	if len(d.statements) == 0 {
		return errEmpty
	}
	files, err := d.files()
	if err != nil {
		return err
	}
	tw := tar.NewWriter(w)
	for _, f := range files {
		if err := tw.WriteHeader(packedHeader(f.name, f.blob.Size)); err != nil {
			return err
		}
		if err := copyBlob(tw, f.blob); err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
	}
	return tw.Close()
}

func copyBlob(w io.Writer, b Blob) error {
	r, err := b.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	_, err = io.Copy(w, r)
	return err
}
