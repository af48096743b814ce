package oci_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http/httptest"
	"os"
	"strings"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/collect"
	"github.com/release-dossier/dossier/evidence/collect/oci"
)

// An image is collected from a registry and becomes an artifact of the record.
func Example() {
	server := httptest.NewServer(registry.New(registry.Logger(log.New(io.Discard, "", 0))))
	defer server.Close()
	image := strings.TrimPrefix(server.URL, "http://") + "/acme/hello:v1.4.0"
	if err := remote.Write(must(name.ParseReference(image)), empty.Image); err != nil {
		log.Fatal(err)
	}

	source, err := oci.New(oci.Options{
		Images:   []string{image},
		Keychain: authn.DefaultKeychain, // what "docker login" stored
		Now:      time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC),
	})
	if err != nil {
		log.Fatal(err)
	}
	part, err := source.Collect(context.Background(), collect.Target{TempDir: os.TempDir()})
	if err != nil {
		log.Fatal(err)
	}
	var record evidence.Record
	if err := part.Fill(&record); err != nil {
		log.Fatal(err)
	}
	a := record.Artifacts[0]
	fmt.Println(a.MediaType, a.Digest.Short(), a.Image.Tag, len(part.Documents))
	// Output: application/vnd.docker.distribution.manifest.v2+json 73211227 v1.4.0 2
}
