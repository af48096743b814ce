package xmlschema

import (
	"bytes"
	"encoding/xml"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/release-dossier/dossier/internal/strictxml"
)

var update = flag.Bool("update", false, "write pruned/ anew from official/")

// prune writes a schema without annotations, without the constraint that
// bom-refs are unique, and without attributes that bear on no verdict.
func prune(b *bytes.Buffer, e *strictxml.Element, root bool) {
	if e.Name.Space != schemaSpace || e.Name.Local == "annotation" || e.Name.Local == "unique" {
		return
	}
	b.WriteString("<" + "xs:" + e.Name.Local)
	if root {
		b.WriteString(` xmlns:xs="` + schemaSpace + `"`)
	}
	for _, a := range e.Attrs {
		switch a.Name.Local {
		case "version", "minVersion", "maxVersion", "elementFormDefault", "final", "default", "schemaLocation", "id":
			continue
		}
		b.WriteString(" " + a.Name.Local + `="`)
		_ = xml.EscapeText(b, []byte(a.Value))
		b.WriteString(`"`)
	}
	var inner bytes.Buffer
	for _, c := range e.Children {
		prune(&inner, c, false)
	}
	if inner.Len() == 0 {
		b.WriteString("/>")
		return
	}
	b.WriteString(">")
	b.Write(inner.Bytes())
	b.WriteString("</xs:" + e.Name.Local + ">")
}

func TestPruned(t *testing.T) {
	files, err := filepath.Glob("official/*.xsd")
	if err != nil || len(files) != 9 {
		t.Fatalf("%d official schemas, %v", len(files), err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		root, err := strictxml.Parse(text, strictxml.Limits{})
		if err != nil {
			t.Fatal(file, err)
		}
		if root.Attr("elementFormDefault") != "qualified" || strings.Contains(string(text), `form="`) {
			t.Errorf("%s: names are not all qualified", file)
		}
		var want bytes.Buffer
		prune(&want, root, true)
		want.WriteByte('\n')
		name := filepath.Join("pruned", filepath.Base(file))
		if *update {
			if err := os.WriteFile(name, want.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		got, err := os.ReadFile(name)
		if err != nil || !bytes.Equal(got, want.Bytes()) {
			t.Errorf("%s is not what is made of the official file (%v): run go generate", name, err)
		}
	}
}
