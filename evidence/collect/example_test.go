package collect_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/collect"
)

// A release job previews what its dossier would hold.
func ExampleRelease() {
	t, cleanup := newExample()
	defer cleanup()
	w := newWorld(t) // a repository with tag v1.4.0 and a Go binary built from it

	draft, err := collect.Release(context.Background(), collect.Options{
		Dir:          w.repo,
		Tag:          "v1.4.0",
		Kind:         evidence.KindApp,
		Artifacts:    []string{w.hello},
		GenerateSBOM: true,
		First:        true,
		Environ:      w.env,
		Now:          time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC),
	})
	if err != nil {
		log.Fatal(err)
	}
	defer draft.Close()

	fmt.Println(draft.Name, draft.Record.Version)
	for _, m := range draft.Record.Materials {
		fmt.Println("+", m.Name)
	}
	for _, g := range draft.Gaps {
		fmt.Printf("- %s (%s)\n", g.What, g.Who)
	}
	// Output:
	// hello 1.4.0
	// + git/objects
	// + sbom/hello.cdx.json
	// - a build in CI (a setting)
	// - provenance (a setting)
	// - a signed tag (a habit)
	// - an approval (a person)
}
