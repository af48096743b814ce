package records

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/release-dossier/dossier/evidence"
)

// Template returns a file for people to fill in: a record of that kind (its
// name or type URI, or [ReleaseKind]) with all keys, those that may be left out
// behind a "#". What values says already is filled in.
func Template(kind string, values Values) ([]byte, error) {
	title, name := "Parts of the release statement", ReleaseKind
	if info, ok := evidence.LookupKind(kind); ok {
		title, name = info.Title, info.Name
	}
	fields, err := fieldsOf(kind)
	if err != nil {
		return nil, err
	}
	if err := values.check(fields); err != nil {
		return nil, err
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
	values Values
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
	known := len(t.values[f.Pointer]) > 0
	off = off || f.Need != evidence.Required && (f.Need != evidence.Asked || f.Condition != "") && !known && !t.below(f.Pointer)
	hash := ""
	if off {
		hash = "#"
	}
	start := hash + indent + lead + Key(f.Name) + ":"
	rest := indent + strings.Repeat(" ", len(lead)) + "  "
	note := "  # " + note(t.docs, f)
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
			pointer := f.Pointer + "/" + end
			open := hash == "" && t.below(f.Pointer) && len(t.values[pointer]) == 0
			if open {
				t.out.WriteString("#")
			}
			t.out.WriteString(hash + rest + Key(end) + ": " + t.texts(evidence.Field{Pointer: pointer})[0] + "\n")
		}
	case list:
		t.out.WriteString(start + note + "\n")
		for _, text := range t.texts(f) {
			t.out.WriteString(hash + rest + "- " + text + "\n")
		}
	default:
		t.out.WriteString(start + " " + t.texts(f)[0] + note + "\n")
	}
}

// texts returns what stands after the key, or in the items of the list.
func (t *template) texts(f evidence.Field) []string {
	var list []string
	for _, v := range t.values[f.Pointer] {
		quoted, _ := json.Marshal(v) // text always encodes
		if _, err := strconv.ParseInt(v, 10, 64); err == nil && f.Type == "whole number" || f.Type == "true or false" && (v == "true" || v == "false") {
			quoted = []byte(v)
		}
		list = append(list, string(quoted))
	}
	switch {
	case list != nil:
		return list
	case f.Type == "true or false":
		return []string{"false"}
	}
	return []string{`""`}
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
func note(docs map[string]string, f evidence.Field) string {
	note := docs[f.Source]
	switch {
	case len(f.Values) > 0:
		note += " One of " + strings.Join(f.Values, ", ") + "."
	case form(f.Type) != "":
		note += " " + form(f.Type)
	}
	if f.Condition != "" {
		note += " Required " + inYAML(f.Condition) + "."
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
		return "An address, NAME@sha256:<64 hex>, or name:, uri: and digest:."
	case "digest", "digest set":
		return "sha256:<64 hex>."
	case "object id":
		return "A full object id."
	case "whole number":
		return "A whole number."
	}
	return ""
}
