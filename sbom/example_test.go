package sbom_test

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/release-dossier/dossier/sbom"
)

func ExampleForModule() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	mod := "module example.com/hello\n\ngo 1.26\n\nrequire golang.org/x/mod v0.42.0\n"
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte(mod), 0o600); err != nil {
		fmt.Println(err)
		return
	}
	out, err := sbom.ForModule(dir, sbom.Options{Version: "v1.0.0", Time: time.Unix(0, 0)})
	if err != nil {
		fmt.Println(err)
		return
	}
	doc, err := sbom.Read(out)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(doc.Subjects[0].PURL, doc.Valid())
	fmt.Println(doc.Components[0].PURL, doc.Components[0].Direct)
	// Output:
	// pkg:golang/example.com/hello@v1.0.0 true
	// pkg:golang/golang.org/x/mod@v0.42.0 true
}

func ExampleForBinary() {
	// A release job has the binary it built; go has one that is always there.
	f, err := os.Open(os.Args[0])
	if err != nil {
		fmt.Println(err)
		return
	}
	defer f.Close()
	out, err := sbom.ForBinary(f, sbom.Options{Name: "hello", Version: "v1.0.0"})
	if err != nil {
		fmt.Println(err)
		return
	}
	doc, err := sbom.Read(out)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(doc.Format, doc.SpecVersion, doc.Name, doc.Valid())
	// Output: CycloneDX 1.6 hello true
}
