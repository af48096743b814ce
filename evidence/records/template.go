package records

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/release-dossier/dossier/evidence"
)

// Template returns a file for people to fill in: a record of that kind (its
// name or type URI, or [ReleaseKind]) with all keys, those that may be left out
// behind a "#". Values maps pointers, such as "/id" or "/scope/repository", to
// text that is already known.
func Template(kind string, values map[string]string) ([]byte, error) {
	title, name, fields := "Parts of the release statement", ReleaseKind, typedFields()
	if kind != ReleaseKind {
		info, ok := evidence.LookupKind(kind)
		if !ok {
			return nil, unknownKind(kind)
		}
		title, name, fields = info.Title, info.Name, evidence.Fields(info.Name)
	}
	docs, err := comments()
	if err != nil {
		return nil, err
	}
	t := &template{fields: fields, values: values, docs: docs}
	fmt.Fprintf(&t.out, "# %s\n", title)
	t.out.WriteString("# Fill in the quotes. To use a line that begins with #, take the # away.\n")
	fmt.Fprintf(&t.out, "%s: %s\n", recordKey, name)
	t.members("", "", "", false)
	return []byte(t.out.String()), nil
}

//go:embed comments.json
var commentsJSON []byte

// comments returns the comments of the Go types' fields, by "Type.Field".
func comments() (map[string]string, error) {
	var docs map[string]string
	err := json.Unmarshal(commentsJSON, &docs)
	return docs, err
}

type template struct {
	out    strings.Builder
	fields []evidence.Field
	values map[string]string
	docs   map[string]string
}

// members writes the members of the object at pointer. The first one stands
// after lead, the dash of a list item; off puts all behind a "#".
func (t *template) members(pointer, indent, lead string, off bool) {
	for _, f := range t.fields {
		name, ok := strings.CutPrefix(f.Pointer, pointer+"/")
		if !ok || strings.Contains(name, "/") || pointer == "" && ownedByTool(name) {
			continue
		}
		t.member(f, indent, lead, off)
		lead = strings.Repeat(" ", len(lead))
	}
}

func (t *template) member(f evidence.Field, indent, lead string, off bool) {
	value, known := t.value(f)
	off = off || f.Need != evidence.Required && !known && !t.below(f.Pointer)
	hash := ""
	if off {
		hash = "#"
	}
	start := hash + indent + lead + Key(f.Name) + ":"
	rest := indent + strings.Repeat(" ", len(lead)) + "  "
	note := "  # " + t.note(f)
	object := strings.TrimPrefix(f.Type, "list of ")
	switch list := object != f.Type; {
	case object == "object" && list:
		t.out.WriteString(start + note + "\n")
		t.members(f.Pointer+"/*", rest, "- ", off)
	case object == "object":
		t.out.WriteString(start + note + "\n")
		t.members(f.Pointer, rest, "", off)
	case object == "interval":
		t.out.WriteString(start + note + "\n")
		for _, end := range []string{"notBefore", "notAfter"} {
			value, _ := t.value(evidence.Field{Pointer: f.Pointer + "/" + end})
			t.out.WriteString(hash + rest + Key(end) + ": " + value + "\n")
		}
	case list:
		t.out.WriteString(start + note + "\n" + hash + rest + "- " + value + "\n")
	default:
		t.out.WriteString(start + " " + value + note + "\n")
	}
}

// value returns what stands after the key, and whether it was known.
func (t *template) value(f evidence.Field) (string, bool) {
	if v, ok := t.values[f.Pointer]; ok {
		quoted, _ := json.Marshal(v) // text always encodes
		return string(quoted), true
	}
	if f.Type == "true or false" {
		return "false", false
	}
	return `""`, false
}

// below reports whether a value within the object at pointer is known.
func (t *template) below(pointer string) bool {
	for known := range t.values {
		if strings.HasPrefix(known, pointer+"/") {
			return true
		}
	}
	return false
}

// note says what to write: meaning, form and when it is needed.
func (t *template) note(f evidence.Field) string {
	note := t.docs[f.Source]
	switch {
	case len(f.Values) > 0:
		note += " One of " + strings.Join(f.Values, ", ") + "."
	case form(f.Type) != "":
		note += " " + form(f.Type)
	}
	if f.Need == evidence.Conditional {
		note += " Required " + f.Condition + "."
	}
	return strings.TrimSpace(note)
}

func form(typ string) string {
	switch strings.TrimPrefix(typ, "list of ") {
	case "time", "time or interval", "interval":
		return "Such as 2026-11-20T09:00:00Z."
	case "actor":
		return "An identity: account:<host>:<id>, mailto:<address>."
	case "descriptor":
		return "An address, or name:, uri: and digest:."
	case "digest", "digest set":
		return "sha256:<64 hex>."
	case "object id":
		return "A full object id."
	}
	return ""
}
