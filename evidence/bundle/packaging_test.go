package bundle_test

import (
	"archive/tar"
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
)

// member is one entry of a tar file that a test writes.
type member struct {
	name string
	data []byte
	tar.Header
}

func blob(data []byte) member {
	return member{name: bundle.BlobName(evidence.Sum(data)), data: data}
}

// unpack lists the members of a packaging.
func unpack(t testing.TB, data []byte) []member {
	t.Helper()
	var list []member
	tr := tar.NewReader(bytes.NewReader(data))
	for {
		h, err := tr.Next()
		if err == io.EOF {
			return list
		}
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(tr)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, member{name: h.Name, data: data})
	}
}

// repack writes members as they are; a header's type and link are kept.
func repack(t testing.TB, list []member) []byte {
	t.Helper()
	var b bytes.Buffer
	tw := tar.NewWriter(&b)
	for _, m := range list {
		h := m.Header
		h.Name, h.Mode = m.name, 0o644
		if h.Typeflag == 0 {
			h.Typeflag, h.Size = tar.TypeReg, int64(len(m.data))
		}
		if err := tw.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		if _, err := tw.Write(m.data); err != nil {
			t.Fatal(err)
		}
	}
	if err := tw.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func without(list []member, name string) []member {
	return slices.DeleteFunc(slices.Clone(list), func(m member) bool { return m.name == name })
}

// TestPackagingIsNotBelieved changes everything around the set: the set stays,
// and packing it again gives the first bytes.
func TestPackagingIsNotBelieved(t *testing.T) {
	d := dossier(t, []byte("sbom"))
	packed, want := pack(t, d), contentsOf(t, d)
	hidden := `{"schemaVersion":2,"mediaType":"` + imageType + `","annotations":{"x":"` + strings.Repeat("hidden", 1000) + `"}}`
	payload := d.Statements()[0].Payload
	tests := map[string]func([]member) []member{
		"no oci-layout":  func(l []member) []member { return without(l, "oci-layout") },
		"no index":       func(l []member) []member { return without(l, "index.json") },
		"lying index":    func(l []member) []member { return edit(l, "index.json", "sha256:", "sha256:0") },
		"empty index":    func(l []member) []member { return append(without(l, "index.json"), member{name: "index.json"}) },
		"annotation":     func(l []member) []member { return renamed(l, "material/0", "../../.ssh/authorized_keys") },
		"media type":     func(l []member) []member { return renamed(l, "octet-stream", "x-sh") },
		"extra manifest": func(l []member) []member { return append(l, blob([]byte(hidden))) },
		"extra index": func(l []member) []member {
			return append(l, blob([]byte(`{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}`)))
		},
		"payload as a blob": func(l []member) []member { return append(l, blob(payload)) },
		"no manifests": func(l []member) []member {
			return slices.DeleteFunc(l, func(m member) bool { return bytes.Contains(m.data, []byte(`"layers"`)) })
		},
	}
	for name, change := range tests {
		t.Run(name, func(t *testing.T) {
			got := openBytes(t, repack(t, change(unpack(t, packed))))
			if codes(got) != bundle.NotCanonical {
				t.Errorf("got problems %v, want only %s", got.Problems(), bundle.NotCanonical)
			}
			if diff := cmp.Diff(want, contentsOf(t, got)); diff != "" {
				t.Errorf("the set differs (-want +got):\n%s", diff)
			}
			if !bytes.Equal(pack(t, got), packed) {
				t.Error("packing again does not give the canonical packaging")
			}
		})
	}
}

func edit(list []member, name, from, to string) []member {
	for i, m := range list {
		if m.name == name {
			list[i].data = bytes.ReplaceAll(m.data, []byte(from), []byte(to))
		}
	}
	return list
}

// renamed replaces text in the manifests and names them by their new digest.
func renamed(list []member, from, to string) []member {
	for i, m := range list {
		if bytes.Contains(m.data, []byte(`"layers"`)) {
			list[i] = blob(bytes.ReplaceAll(m.data, []byte(from), []byte(to)))
		}
	}
	return list
}

// TestReorderedTar shows that order, directories and owners are packaging too.
func TestReorderedTar(t *testing.T) {
	d := dossier(t, []byte("sbom"))
	list := unpack(t, pack(t, d))
	slices.Reverse(list)
	list = append([]member{{name: "blobs/", Header: tar.Header{Typeflag: tar.TypeDir}}}, list...)
	got := openBytes(t, repack(t, list))
	if diff := cmp.Diff(contentsOf(t, d), contentsOf(t, got)); diff != "" {
		t.Error(diff)
	}
}

func TestDamage(t *testing.T) {
	d := dossier(t, []byte("sbom"))
	packed := pack(t, d)
	sbom := evidence.Sum([]byte("sbom"))
	other := evidence.Sum([]byte("other"))
	tests := []struct {
		name    string
		change  func([]member) []member
		codes   string
		present []evidence.Digest
		absent  []evidence.Digest
	}{
		{"extra blob", func(l []member) []member { return append(l, blob([]byte("other"))) },
			"", []evidence.Digest{sbom, other}, nil},
		{"renamed blob", func(l []member) []member {
			return append(without(l, bundle.BlobName(sbom)), member{name: bundle.BlobName(other), data: []byte("sbom")})
		}, bundle.DigestMismatch, []evidence.Digest{sbom}, []evidence.Digest{other}},
		{"changed blob", func(l []member) []member { return edit(l, bundle.BlobName(sbom), "sbom", "other") },
			bundle.DigestMismatch + " " + bundle.NotCanonical, []evidence.Digest{other}, []evidence.Digest{sbom}},
		{"name in upper case", func(l []member) []member {
			return append(without(l, bundle.BlobName(sbom)), member{name: "blobs/sha256/" + strings.ToUpper(sbom.Hex()), data: []byte("sbom")})
		}, bundle.DigestMismatch, []evidence.Digest{sbom}, nil},
		{"foreign file", func(l []member) []member { return append(l, member{name: "README", data: []byte("hi")}) },
			bundle.UnlistedEntry, []evidence.Digest{sbom}, nil},
		{"other algorithm", func(l []member) []member { return append(l, member{name: "blobs/sha512/00"}) },
			bundle.UnlistedEntry, nil, nil},
		{"missing blob", func(l []member) []member { return without(l, bundle.BlobName(sbom)) },
			bundle.NotCanonical, nil, []evidence.Digest{sbom}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := openBytes(t, repack(t, tt.change(unpack(t, packed))))
			if codes(got) != tt.codes {
				t.Errorf("got problems %v, want %q", got.Problems(), tt.codes)
			}
			for _, id := range tt.present {
				if _, ok := got.Blob(id); !ok {
					t.Errorf("%s is not in the set", id)
				}
			}
			for _, id := range tt.absent {
				if _, ok := got.Blob(id); ok {
					t.Errorf("%s is in the set", id)
				}
			}
		})
	}
}

// TestManifestAsMaterial lists what looks like packaging as materials: it
// stays in the set.
func TestManifestAsMaterial(t *testing.T) {
	manifest := []byte(`{"schemaVersion":2,"mediaType":"` + imageType + `","config":{},"layers":[]}`)
	d := dossier(t, manifest, []byte("{}"))
	got := openBytes(t, pack(t, d))
	if diff := cmp.Diff(contentsOf(t, d), contentsOf(t, got)); diff != "" {
		t.Errorf("the set differs (-want +got):\n%s", diff)
	}
	if p := got.Problems(); len(p) != 0 {
		t.Errorf("our own packaging is not canonical: %v", p)
	}
}

// TestMalformedSignature leaves what claims to be a signature in the set, with
// the reason why it is none.
func TestMalformedSignature(t *testing.T) {
	d := dossier(t, []byte("m"))
	raw, err := d.Statements()[0].Signatures[0].Blob().Read(1 << 20)
	if err != nil {
		t.Fatal(err)
	}
	broken := bytes.Replace(raw, []byte(`"payload":"`), []byte(`"payload":"%`), 1)
	got := openBytes(t, repack(t, append(unpack(t, pack(t, d)), blob(broken))))
	id := evidence.Sum(broken)
	if _, ok := got.Blob(id); !ok || got.Unreadable(id) == nil {
		t.Errorf("in the set: %v, reason: %v", ok, got.Unreadable(id))
	}
	if got.Unreadable(evidence.Sum([]byte("m"))) != nil {
		t.Error("a material has a reason for not being a signature")
	}
}

// TestManifestsWithoutReading opens files whose manifests are told from others by
// their digests and, where that much packaging is not allowed for, by their JSON:
// both find the same.
func TestManifestsWithoutReading(t *testing.T) {
	large := bytes.Repeat([]byte("large"), 20<<10)
	manifest := []byte(`{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","artifactType":"a","config":{}}`)
	unfinished := manifest[:len(manifest)-1]
	twice := bytes.Replace(manifest, []byte(`"config"`), []byte(`"schemaVersion"`), 1)
	signature := bytes.Replace(manifest, []byte(`"a"`), []byte(`"application/vnd.dev.sigstore.bundle.v0.3+json"`), 1)
	spaced := append(bytes.Clone(manifest), '\n')
	listed := unpack(t, pack(t, dossier(t, large, manifest, unfinished, signature)))
	plain := unpack(t, pack(t, dossier(t, large)))
	ours := slices.IndexFunc(plain, func(m member) bool { return bytes.HasPrefix(m.data, manifest[:40]) })
	elsewhere := member{name: bundle.BlobName(evidence.Sum(nil)), data: plain[ours].data}
	misnamed := member{name: plain[ours].name, data: manifest}
	for name, list := range map[string][]member{
		"ours":           plain,
		"others":         append(slices.Clone(plain), blob(manifest), blob(unfinished), blob(twice), blob(signature), blob(spaced)),
		"materials":      listed,
		"missing":        without(plain, plain[ours].name),
		"elsewhere":      append(slices.Clone(plain), elsewhere),
		"only elsewhere": append(without(plain, plain[ours].name), elsewhere),
		"misnamed":       append(without(plain, plain[ours].name), misnamed),
		"no index":       append(without(plain, "index.json"), blob(manifest)),
	} {
		t.Run(name, func(t *testing.T) {
			packed := repack(t, list)
			quick, err := openHostile(packed, bundle.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			slow, err := openHostile(packed, bundle.Limits{Memory: 64 << 10})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(openedOf(slow), openedOf(quick)); diff != "" {
				t.Errorf("-by JSON +by digest:\n%s", diff)
			}
		})
	}
}

// TestLargeManifest: a manifest beyond what is taken for one is told alike, whether
// or not the file is so large that all manifests are read.
func TestLargeManifest(t *testing.T) {
	d := bundle.New()
	add(t, d, signRecord(t, keySigner(t, 1), newRecord(func(r *evidence.Record) {
		for i := range 4000 {
			b := bundle.BytesBlob(fmt.Append(nil, i))
			d.AddBlob(b)
			r.Materials = append(r.Materials, evidence.Material{
				Name: fmt.Sprint("m", i), MediaType: "text/" + strings.Repeat("x", 910), Digest: b.Digest, Size: b.Size,
			})
		}
	})))
	packed := pack(t, d)
	var found [2][]string
	for i, l := range []bundle.Limits{{}, {Memory: 9_500_000}} {
		opened, err := openHostile(packed, l)
		if err != nil {
			t.Fatal(err)
		}
		found[i] = openedOf(opened)
	}
	if diff := cmp.Diff(found[0], found[1]); diff != "" {
		t.Error(diff)
	}
}

// openedOf is all that opening tells.
func openedOf(d *bundle.Dossier) (list []string) {
	list = blobsOf(d)
	for _, b := range d.Blobs() {
		if err := d.Unreadable(b.Digest); err != nil {
			list = append(list, b.Digest.Hex()+" "+err.Error())
		}
	}
	for _, p := range d.Problems() {
		list = append(list, fmt.Sprint(p))
	}
	return list
}
