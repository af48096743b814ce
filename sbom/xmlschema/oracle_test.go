package xmlschema

import (
	"bytes"
	"encoding/xml"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/release-dossier/dossier/internal/strictxml"
)

// write writes a tree as XML.
func write(b *bytes.Buffer, e *strictxml.Element) {
	b.WriteString("<" + e.Name.Local + ` xmlns="` + e.Name.Space + `"`)
	for i, a := range e.Attrs {
		name := a.Name.Local
		if a.Name.Space != "" {
			prefix := "n" + string(rune('a'+i))
			b.WriteString(" xmlns:" + prefix + `="` + a.Name.Space + `"`)
			name = prefix + ":" + name
		}
		b.WriteString(" " + name + `="`)
		_ = xml.EscapeText(b, []byte(a.Value))
		b.WriteString(`"`)
	}
	b.WriteString(">")
	_ = xml.EscapeText(b, []byte(e.Text))
	for _, c := range e.Children {
		write(b, c)
	}
	b.WriteString("</" + e.Name.Local + ">")
}

// values are texts that some type allows, and some that none does.
var values = []string{"", "1", "-1", "x", "true", "1.5", "2026-01-02", "2026-01-02T03:04:05Z", "2026-02-30", "MIT", "application", "a b", "http://a/b", "text/plain", "sha", "8", "not_affected"}

// change changes one thing in a tree.
func change(r *rand.Rand, root *strictxml.Element) {
	var all []*strictxml.Element
	var walk func(e *strictxml.Element)
	walk = func(e *strictxml.Element) {
		all = append(all, e)
		for _, c := range e.Children {
			walk(c)
		}
	}
	walk(root)
	e, other := all[r.IntN(len(all))], all[r.IntN(len(all))]
	switch n := len(e.Children); r.IntN(9) {
	case 0:
		e.Text = values[r.IntN(len(values))]
	case 1:
		e.Name.Local = other.Name.Local
	case 2:
		if n > 0 {
			i := r.IntN(n)
			e.Children = slices.Delete(e.Children, i, i+1)
		}
	case 3:
		if n > 1 {
			i, j := r.IntN(n), r.IntN(n)
			e.Children[i], e.Children[j] = e.Children[j], e.Children[i]
		}
	case 4:
		if n > 0 {
			e.Children = append(e.Children, e.Children[r.IntN(n)])
		}
	case 5:
		e.Children = slices.Insert(e.Children, r.IntN(n+1), &strictxml.Element{Name: strictxml.Name{Space: "urn:other", Local: "x"}})
	case 6:
		if len(e.Attrs) > 0 {
			e.Attrs[r.IntN(len(e.Attrs))].Value = values[r.IntN(len(values))]
		}
	case 7:
		if len(e.Attrs) > 0 {
			e.Attrs = e.Attrs[1:]
		} else {
			e.Attrs = append(e.Attrs, strictxml.Attr{Name: strictxml.Name{Local: "type"}, Value: values[r.IntN(len(values))]})
		}
	case 8:
		e.Name.Space = []string{"urn:other", "http://cyclonedx.org/schema/bom/1.2", root.Name.Space}[r.IntN(3)]
	}
}

// TestAgreesWithLibxml2 judges changed documents of the corpus, under the schemas
// of all versions, as xmllint does with the official files.
func TestAgreesWithLibxml2(t *testing.T) {
	root := os.Getenv("DOSSIER_CORPUS")
	xmllint, err := exec.LookPath("xmllint")
	if root == "" || err != nil || testing.Short() {
		t.Skip("xmllint is not installed (apt-get install libxml2-utils), or DOSSIER_CORPUS is not set: nothing is compared with libxml2")
	}
	files, err := filepath.Glob(filepath.Join(root, "cyclonedx", "1.*", "*.xml"))
	if err != nil || len(files) == 0 {
		t.Fatal(err)
	}
	official, err := filepath.Abs("official")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	catalog := `<catalog xmlns="urn:oasis:names:tc:entity:xmlns:xml:catalog"><uri name="http://cyclonedx.org/schema/spdx" uri="file://` + official + `/spdx.xsd"/></catalog>`
	if err := os.WriteFile(filepath.Join(dir, "catalog.xml"), []byte(catalog), 0o600); err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	verdicts := map[bool]int{}
	for _, version := range []string{"1.0", "1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "1.7"} {
		var names []string
		ours := map[string]string{}
		for range 80 {
			text, err := os.ReadFile(files[r.IntN(len(files))])
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range []string{"1.4", "1.6"} {
				text = bytes.ReplaceAll(text, []byte("schema/bom/"+v+`"`), []byte("schema/bom/"+version+`"`))
			}
			e, err := strictxml.Parse(text, strictxml.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			for range r.IntN(3) {
				change(r, e)
			}
			var b bytes.Buffer
			write(&b, e)
			again, err := strictxml.Parse(b.Bytes(), strictxml.Limits{})
			if err != nil {
				t.Fatalf("%v\n%s", err, b.Bytes())
			}
			s, err := CycloneDX(version)
			if err != nil {
				t.Fatal(err)
			}
			name := filepath.Join(dir, version+"-"+string(rune('a'+len(names)%26))+"-"+strings.Repeat("x", len(names)/26)+".xml")
			if err := os.WriteFile(name, b.Bytes(), 0o600); err != nil {
				t.Fatal(err)
			}
			names = append(names, name)
			if found := s.Validate(again); len(found) > 0 {
				ours[name] = found[0].Element + ": " + found[0].Message
			}
		}
		cmd := exec.Command(xmllint, append([]string{"--noout", "--nonet", "--schema", filepath.Join(official, "bom-"+version+".xsd")}, names...)...)
		cmd.Env = append(os.Environ(), "XML_CATALOG_FILES="+filepath.Join(dir, "catalog.xml"))
		out, _ := cmd.CombinedOutput()
		for _, name := range names {
			valid := strings.Contains(string(out), name+" validates")
			if !valid && !strings.Contains(string(out), name+" fails to validate") {
				t.Fatalf("xmllint: %.2000s", out)
			}
			wrong, found := ours[name]
			// That refs are unique is checked by package sbom.
			if !valid && !found && strings.Contains(string(out), "key-sequence") && !strings.Contains(strings.ReplaceAll(reasons(string(out), name), "key-sequence", ""), "error") {
				continue
			}
			// libxml2 lets any element follow one of another namespace.
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			foreign := strings.Count(string(text), "xmlns=") > strings.Count(string(text), `xmlns="`+Namespace+version+`"`)
			if valid && found && foreign && strings.HasSuffix(wrong, "not expected here") {
				continue
			}
			if valid == found {
				t.Errorf("%s: xmllint says %v, we say %q\n%s\n%s", version, valid, wrong, reasons(string(out), name), text)
			}
			verdicts[valid]++
		}
	}
	t.Log(verdicts)
	if verdicts[true] < 100 || verdicts[false] < 100 {
		t.Errorf("only %v documents", verdicts)
	}
}

// reasons are the lines of xmllint about a file, without those that bom-refs
// are not unique.
func reasons(out, name string) string {
	var lines []string
	for line := range strings.Lines(out) {
		if strings.HasPrefix(line, name+":") && !strings.Contains(line, "key-sequence") {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "")
}
