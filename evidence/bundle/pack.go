package bundle

import (
	"archive/tar"
	"bytes"
	"context"
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

// packaging is what was found around the set.
type packaging struct {
	found map[string]evidence.Digest // of the bytes, by entry name
	blobs []evidence.Digest          // found blobs that may be packaging
	left  int64                      // bytes that may still be looked at
	// manifests begin like those that this tool writes. Which of them are, the
	// set tells once it is known, without reading them as JSON.
	manifests []foundManifest
	// bounded reports that left is enough for all entries together.
	bounded bool
	// scratch is what entries are read into, one after the other: as large as
	// the largest of those that may be packaging or signatures.
	scratch []byte
}

type foundManifest struct {
	entry  entry
	digest evidence.Digest
}

func (p *packaging) read(e entry) error {
	if e.size > p.left {
		return p.tooLarge(e)
	}
	data, err := readEntry(e, p.scratch)
	if err != nil {
		return err
	}
	return p.note(e, evidence.Sum(data))
}

func (p *packaging) note(e entry, sum evidence.Digest) error {
	if e.size > p.left {
		return p.tooLarge(e)
	}
	p.left -= e.size
	p.found[e.name] = sum
	return nil
}

func (p *packaging) tooLarge(e entry) error {
	return &ReadError{Entry: e.name, Err: fmt.Errorf("%d bytes, at most %d more of index and manifests are read", e.size, p.left)}
}

// maxManifest is the most bytes of a blob that is taken for packaging; a larger one
// is like any other blob.
const maxManifest = 4 << 20

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
	if len(data) > maxManifest || strictjson.Unmarshal(data, &m) != nil {
		return false
	}
	return m.SchemaVersion == 2 && (m.MediaType == mediaTypeManifest || m.MediaType == mediaTypeIndex)
}

// isObject reports whether data can be a JSON object.
func isObject(data []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(data, " \t\r\n"), []byte("{"))
}

var (
	emptyDigest = evidence.Sum([]byte("{}"))
	emptyConfig = descriptor{mediaType: mediaTypeEmpty, digest: emptyDigest, size: 2}
)

// metaFile is a file of the packaging that is not of the set.
type metaFile struct {
	name   string
	digest evidence.Digest
	data   []byte
}

// canonical computes the files of the packaging of the set, without the blobs
// of the set itself, sorted by name. Their bytes are appended to buf.
func (d *Dossier) canonical(buf []byte) ([]metaFile, error) {
	var files []metaFile
	var manifests []descriptor
	t := jsonText{b: append(buf, layoutFile...)}
	file := func(name string, start int) evidence.Digest {
		data := t.b[start:len(t.b):len(t.b)]
		f := metaFile{name, evidence.Sum(data), data}
		if name == "" {
			f.name = BlobName(f.digest)
		}
		files = append(files, f)
		return f.digest
	}
	file("oci-layout", len(buf))
	images := d.images()
	for _, st := range d.Statements() {
		if n := max(1, len(imagesOf(st, images))) * (len(st.Signatures) + 1); n > maxManifests-len(manifests) {
			return nil, errManifests
		}
		for _, m := range d.manifests(st, images) {
			start := len(t.b)
			t.manifest(&m)
			manifests = append(manifests, descriptor{
				mediaType: mediaTypeManifest, artifactType: m.artifactType, digest: file("", start), size: int64(len(t.b) - start),
			})
		}
	}
	if len(manifests) > 0 {
		t.raw("{}")
		file("", len(t.b)-len("{}"))
	}
	start := len(t.b)
	t.index(manifests)
	file("index.json", start)
	slices.SortFunc(files, func(a, b metaFile) int { return strings.Compare(a.name, b.name) })
	return files, t.err
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
		if m := d.materialsManifest(st, subject); len(m.layers) > 0 {
			list = append(list, m)
		}
	}
	return list
}

func signatureManifest(st *Statement, sig *Signature, subject *descriptor) manifest {
	config := emptyConfig
	config.artifactType = evidence.MediaTypeSigstoreBundle
	return manifest{
		artifactType: evidence.MediaTypeSigstoreBundle,
		config:       config,
		layers:       []descriptor{{mediaType: evidence.MediaTypeSigstoreBundle, digest: sig.ID, size: sig.blob.Size}},
		subject:      subject,
		annotations: []annotation{
			{annotationContent, "dsse-envelope"},
			{annotationPredicate, st.Statement.PredicateType},
		},
	}
}

func (d *Dossier) materialsManifest(st *Statement, subject *descriptor) manifest {
	m := manifest{
		artifactType: mediaTypeMaterials,
		config:       emptyConfig,
		layers:       make([]descriptor, 0, len(st.Links.Materials)),
		subject:      subject,
		annotations:  []annotation{{annotationStatement, st.ID.String()}},
	}
	for _, mat := range st.Links.Materials {
		if _, ok := d.blobs[mat.Digest]; !ok {
			continue
		}
		m.layers = append(m.layers, descriptor{mediaType: mat.MediaType, digest: mat.Digest, size: mat.Size, title: mat.Name})
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
				known[a.Digest] = &descriptor{mediaType: a.MediaType, digest: a.Digest, size: a.Size}
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
	if len(images) == 0 {
		return nil
	}
	var list []*descriptor
	for _, sub := range st.Statement.Subject {
		if id, ok := sub.Digest.SHA256(); ok && images[id] != nil {
			list = append(list, images[id])
		}
	}
	slices.SortFunc(list, func(a, b *descriptor) int { return a.digest.Compare(b.digest) })
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

// BlobName is the entry of the packaging that holds the blob id.
func BlobName(id evidence.Digest) string {
	var name [len(blobPrefix) + 2*len(id)]byte
	return string(id.AppendHex(append(name[:0], blobPrefix...)))
}

const blobPrefix = "blobs/sha256/"

// comparePackaging removes the packaging's blobs from the set and notes where
// the packaging is not the canonical one.
func (d *Dossier) comparePackaging(p *packaging) error {
	want, err := d.canonical(p.scratch[:0])
	if err != nil && !errors.Is(err, errManifests) {
		return err
	}
	if err := d.tellManifests(p, want); err != nil {
		return err
	}
	listed := d.listed()
	d.dropPackaging(p, listed)
	if err != nil {
		d.notCanonical("index.json", err.Error())
		return nil
	}
	for _, f := range want {
		if got, ok := p.found[f.name]; !ok || got != f.digest {
			d.notCanonical(f.name, "missing or not as this tool writes it")
		}
		delete(p.found, f.name)
	}
	for name, sum := range p.found {
		if !listed[sum] {
			d.notCanonical(name, "a manifest that this tool does not write")
		}
	}
	return nil
}

// tellManifests tells which of the manifests found are wanted, and reads the
// others, which may be anything.
func (d *Dossier) tellManifests(p *packaging, want []metaFile) error {
	for _, m := range p.manifests {
		i, named := slices.BinarySearchFunc(want, m.entry.name, func(f metaFile, name string) int { return strings.Compare(f.name, name) })
		if named && want[i].digest == m.digest {
			p.blobs = append(p.blobs, m.digest)
			p.found[m.entry.name] = m.digest
			continue
		}
		data, err := readEntry(m.entry, p.scratch) // where the bytes of want were, of which only digests are used from here on
		if err != nil {
			return err
		}
		if evidence.Sum(data) != m.digest {
			return &ReadError{Entry: m.entry.name, Err: errChanged}
		}
		if err := d.sortBlob(m.entry, m.digest, data, p); err != nil {
			return err
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
	listed := make(map[evidence.Digest]bool, len(d.blobs))
	for _, st := range d.statements {
		for _, m := range st.Links.Materials {
			listed[m.Digest] = true
		}
	}
	return listed
}

// files returns the whole canonical packaging, sorted by name.
func (d *Dossier) files() ([]file, error) {
	meta, err := d.canonical(nil)
	if err != nil {
		return nil, err
	}
	var list []file
	add := func(name string, b Blob) { list = append(list, file{name, b}) }
	own := map[string]bool{}
	for _, f := range meta {
		add(f.name, BytesBlob(f.data))
		own[f.name] = true
	}
	for id, b := range d.blobs {
		if !own[BlobName(id)] {
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
// sets give equal bytes. It ends when ctx is done.
func (d *Dossier) Pack(ctx context.Context, w io.Writer) error {
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
		if err := copyBlob(ctx, tw, f.blob); err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
	}
	return tw.Close()
}

func copyBlob(ctx context.Context, w io.Writer, b Blob) error {
	r, err := b.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	_, err = io.Copy(w, cancelReader{ctx, r})
	return err
}
