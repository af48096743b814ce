package bundle_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
)

// Build a dossier from a signed release statement and a material, write it,
// and open it again.
func Example() {
	sbom := bundle.BytesBlob([]byte(`{"bomFormat":"CycloneDX"}`))
	record := newRecord(func(r *evidence.Record) {
		r.Materials = []evidence.Material{{
			Name: "sbom/hello.cdx.json", MediaType: evidence.MediaTypeCycloneDX, Digest: sbom.Digest, Size: sbom.Size,
		}}
	})
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "dossier")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "hello-1.0.0.dossier")
	if err := write(ctx, path, record, sbom); err != nil {
		log.Fatal(err)
	}

	d, err := bundle.Open(ctx, path, bundle.Limits{})
	if err != nil {
		log.Fatal(err)
	}
	defer d.Close()
	for _, st := range d.Statements() {
		fmt.Println(st.Statement.PredicateType, "with", len(st.Signatures), "signature")
		for _, m := range st.Links.Materials {
			_, present := d.Blob(m.Digest)
			fmt.Println(m.Name, m.Size, "bytes, present:", present)
		}
	}
	// Output:
	// https://release-dossier.github.io/dossier/predicates/record/v1 with 1 signature
	// sbom/hello.cdx.json 25 bytes, present: true
}

func write(ctx context.Context, path string, record *evidence.Record, sbom bundle.Blob) error {
	private, _, err := attest.GenerateKey(nil)
	if err != nil {
		return err
	}
	signer, err := attest.LoadSigner(private, nil)
	if err != nil {
		return err
	}
	payload, err := attest.NewStatement(record.Subjects(), evidence.RecordType, record)
	if err != nil {
		return err
	}
	signature, err := attest.Sign(context.Background(), signer, payload)
	if err != nil {
		return err
	}
	d := bundle.New()
	if _, err := d.AddSignature(signature); err != nil {
		return err
	}
	d.AddBlob(sbom)
	return d.WriteFile(ctx, path)
}
