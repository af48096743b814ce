package registry_test

import (
	"context"
	"fmt"
	"os"

	"github.com/google/go-containerregistry/pkg/authn"

	"github.com/release-dossier/dossier/evidence/bundle/registry"
)

// Download the dossier of an image, to verify it offline.
func ExamplePull() {
	dir, err := os.MkdirTemp("", "dossier")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	image := "ghcr.io/acme/hello@sha256:0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0"
	p, err := registry.Pull(context.Background(), image, dir, registry.Options{Keychain: authn.DefaultKeychain}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(p.Dossier.Statements()), "statements about release", p.Release)
	for _, o := range p.Others {
		fmt.Println("not of it:", o.Digest, o.Why)
	}
}
