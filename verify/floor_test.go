package verify_test

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/evidence/gitobj"
	"github.com/release-dossier/dossier/evidence/provenance"
	"github.com/release-dossier/dossier/internal/testrelease"
)

// floor is the least that verifying one dossier can cost: what every correct
// verifier does, whatever else it does, and each of it once.
//
//   - The signatures: of each statement, of each imported attestation, of the
//     release's tag and of its base's tag (which makes the range of commits a
//     proven one). Each over its own bytes, by a key of its own algorithm.
//   - The hashes: SHA-256 of every blob of the file, manifests and signatures
//     among them, which are named by it, and of every statement, whose identity
//     it is; of every git object its id, with SHA-1 collisions detected, and its
//     SHA-256, which the archive of objects states.
//   - The reading, for run with parse: the entries of the tar file, and one pass
//     of encoding/json over every signature, statement, attestation and SBOM
//     into types that hold what is judged.
//
// It counts neither what is read or hashed twice nor the comparison of the
// packaging, git objects as text, trust, policy or report.
type floor struct {
	file       []byte // the packed dossier
	verify     []func() error
	blobs      [][]byte // of the file
	statements [][]byte
	format     gitobj.Format
	objects    []gitobj.Object
	documents  map[string]func([]byte) error // what reads an entry of the file
}

// newFloor is the floor of d, whose statements the release signer and Tom
// signed, and whose tags tagKey did.
func newFloor(t testing.TB, c *cast, d *bundle.Dossier, tagKey *attest.KeySigner) *floor {
	t.Helper()
	var file bytes.Buffer
	if err := d.Pack(t.Context(), &file); err != nil {
		t.Fatal(err)
	}
	f := &floor{file: file.Bytes(), documents: map[string]func([]byte) error{}}
	for _, st := range d.Statements() {
		f.statements = append(f.statements, st.Payload)
		for _, sig := range st.Signatures {
			read := readSigned[evidence.Approval]
			if st.IsRelease() {
				read = readSigned[evidence.Record]
			}
			f.signed(t, c, sig.ID, &sig.Bundle, read)
		}
	}
	_, record := testrelease.Release(t, d)
	for _, a := range record.Provenance {
		b, _ := d.Blob(a.Material)
		imported, err := provenance.ReadAny(testrelease.Bytes(t, b))
		if err != nil {
			t.Fatal(err)
		}
		f.signed(t, c, a.Material, imported.Entries[0].Bundle, readSigned[map[string]any])
	}
	for _, a := range record.SBOMs {
		f.documents[bundle.BlobName(a.Material)] = func(data []byte) error { return json.Unmarshal(data, new(cycloneDX)) }
	}
	f.tags(t, d, record, tagKey)
	err := f.each(func(_ string, data []byte) error {
		f.blobs = append(f.blobs, data)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if want := 2 + 1 + 2; len(f.verify) != want || len(f.documents) != 2+1+1 {
		t.Fatalf("%d signatures and %d documents: the floor counts others than the dossier has", len(f.verify), len(f.documents))
	}
	return f
}

// signed adds a Sigstore bundle.
func (f *floor) signed(t testing.TB, c *cast, id evidence.Digest, b *attest.Bundle, read func([]byte) error) {
	t.Helper()
	key := c.Signer.Public()
	if key.Verify(b.SignedBytes(), b.Signature) != nil {
		key = c.tom.Public()
	}
	message := b.SignedBytes()
	f.verify = append(f.verify, func() error { return key.Verify(message, b.Signature) })
	f.documents[bundle.BlobName(id)] = read
}

// tags adds the git objects and the signatures of the tags among them.
func (f *floor) tags(t testing.TB, d *bundle.Dossier, record *evidence.Record, tagKey *attest.KeySigner) {
	t.Helper()
	for _, m := range record.Materials {
		if m.MediaType != evidence.MediaTypeGitObjects {
			continue
		}
		b, _ := d.Blob(m.Digest)
		objects, err := gitobj.ReadArchive(bytes.NewReader(testrelease.Bytes(t, b)), gitobj.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		f.format = objects.Format()
		for o := range objects.All() {
			f.objects = append(f.objects, o)
		}
	}
	for _, o := range f.objects {
		if o.Type != gitobj.TypeTag {
			continue
		}
		tag, err := gitobj.ParseTag(o.Body)
		if err != nil {
			t.Fatal(err)
		}
		sig, err := tagKey.Sign(context.Background(), tag.Payload)
		if err != nil {
			t.Fatal(err)
		}
		f.verify = append(f.verify, func() error { return tagKey.Public().Verify(tag.Payload, sig.Signature) })
	}
}

// run does it once. Without parse the blobs are hashed where they lie.
func (f *floor) run(t testing.TB, parse bool) {
	for _, verify := range f.verify {
		if err := verify(); err != nil {
			t.Fatal(err)
		}
	}
	for _, payload := range f.statements {
		sha256.Sum256(payload)
	}
	for _, o := range f.objects {
		sha256.Sum256(o.Body)
		if id, err := gitobj.Hash(f.format, o.Type, o.Body); err != nil || id != o.ID {
			t.Fatal(id, err)
		}
	}
	if !parse {
		for _, b := range f.blobs {
			sha256.Sum256(b)
		}
		return
	}
	err := f.each(func(name string, data []byte) error {
		if bundle.BlobName(sha256.Sum256(data)) != name {
			return fmt.Errorf("%s has other bytes", name)
		}
		if read := f.documents[name]; read != nil {
			return read(data)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// each reads the blobs of the file.
func (f *floor) each(do func(name string, data []byte) error) error {
	tr := tar.NewReader(bytes.NewReader(f.file))
	for {
		h, err := tr.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if !strings.HasPrefix(h.Name, "blobs/") {
			continue
		}
		data := make([]byte, h.Size)
		if _, err := io.ReadFull(tr, data); err != nil {
			return err
		}
		if err := do(h.Name, data); err != nil {
			return err
		}
	}
}

// readSigned reads a Sigstore bundle and the statement in it, whose predicate is
// a P, as a reader does that is not strict.
func readSigned[P any](data []byte) error {
	var b struct {
		MediaType            string
		VerificationMaterial struct{ PublicKey struct{ Hint string } }
		DSSEEnvelope         struct {
			Payload     []byte
			PayloadType string
			Signatures  []struct{ Sig []byte }
		}
	}
	if err := json.Unmarshal(data, &b); err != nil {
		return err
	}
	var st struct {
		Type          string                        `json:"_type"`
		Subject       []evidence.ResourceDescriptor `json:"subject"`
		PredicateType string                        `json:"predicateType"`
		Predicate     P                             `json:"predicate"`
	}
	if err := json.Unmarshal(b.DSSEEnvelope.Payload, &st); err != nil {
		return err
	}
	if len(st.Subject) == 0 {
		return fmt.Errorf("%s without subjects", st.Type)
	}
	return nil
}

// cycloneDX is what is judged of an SBOM.
type cycloneDX struct {
	BOMFormat, SpecVersion, SerialNumber string
	Metadata                             struct{ Component component }
	Components                           []component
	Dependencies                         []struct {
		Ref       string
		DependsOn []string
	}
}

type component struct {
	Ref                       string `json:"bom-ref"`
	Type, Name, Version, PURL string
	Hashes                    []struct{ Alg, Content string }
	Licenses                  []struct{ License struct{ ID, Name string } }
}
