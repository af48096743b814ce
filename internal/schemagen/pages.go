package main

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"reflect"
	"strings"
	"unicode"

	"github.com/release-dossier/dossier/evidence"
)

// pages returns a page for each kind that has none written by hand, and one for
// the parts of the release record.
func pages(c comments) map[string][]byte {
	files := map[string][]byte{"record-parts.md": recordParts(c)}
	for _, k := range evidence.Kinds() {
		if k.Type != evidence.ApprovalType {
			files[k.Name+".md"] = page(k, c)
		}
	}
	return files
}

func page(k evidence.KindInfo, c comments) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s, version 1\n\nType: `%s`\n\n", k.Title, k.Type)
	fmt.Fprintf(&b, "%s\n\n", c[reflect.TypeOf(k.New()).Elem().Name()])
	if k.Scoped {
		b.WriteString("A record of this kind may be signed before any release exists: it always has a\n`scope`, and then needs neither `release` nor `parents`.\n\n")
	} else {
		b.WriteString("A record of this kind names the `release` it belongs to and its `parents`:\n[the format](../format.md), section 7.\n\n")
	}
	fmt.Fprintf(&b, "Asked for by: %s.\n\n", k.Sections)
	table(&b, evidence.Fields(k.Name), c)
	fmt.Fprintf(&b, "\nSchema: [v1.schema.json](%s/v1.schema.json). Field types: [predicates](README.md).\n", k.Name)
	return []byte(b.String())
}

func recordParts(c comments) []byte {
	var b strings.Builder
	b.WriteString("# Parts of the release record\n\nFields of the [release record](record.md) that hold what people and systems say\nof a release, all of them optional. A part that is there is\ncomplete, but for fields that only controls require: what nobody said is theirs\nto judge.\n\n")
	var parts []evidence.Field
	for _, f := range evidence.Fields("record") {
		if len(f.Sections) > 0 {
			parts = append(parts, f)
		}
	}
	table(&b, parts, c)
	return []byte(b.String())
}

// table writes the fields; the pointer's "*" stands for every item of a list.
func table(b *strings.Builder, fields []evidence.Field, c comments) {
	b.WriteString("| field | type | required | meaning | asked for by |\n|---|---|---|---|---|\n")
	for _, f := range fields {
		required := map[evidence.Need]string{evidence.Required: "yes", evidence.Conditional: f.Condition, evidence.Asked: "by controls"}[f.Need]
		if f.Need == evidence.Asked && f.Condition != "" {
			required += ", " + f.Condition
		}
		meaning := c.meaning(f.Source)
		if len(f.Values) > 0 {
			meaning += " One of `" + strings.Join(f.Values, "`, `") + "`."
		}
		fmt.Fprintf(b, "| `%s` | %s | %s | %s | %s |\n", f.Pointer, f.Type, required,
			strings.ReplaceAll(meaning, "|", `\|`), strings.Join(f.Sections, ", "))
	}
}

// fieldComments returns the comments of all fields that templates show.
func fieldComments(c comments) ([]byte, error) {
	docs := map[string]string{}
	fields := evidence.Fields("record")
	for _, k := range evidence.Kinds() {
		fields = append(fields, evidence.Fields(k.Name)...)
	}
	for _, f := range fields {
		docs[f.Source] = c.meaning(f.Source)
	}
	data, err := json.MarshalIndent(docs, "", " ")
	return append(data, '\n'), err
}

func writeComments(source string) error {
	c, err := readComments(source)
	if err != nil {
		return err
	}
	data, err := fieldComments(c)
	if err != nil {
		return err
	}
	return write(commentsFile(source), data)
}

func commentsFile(source string) string { return filepath.Join(source, "records", "comments.json") }

// meaning is a field's comment without the Go name it begins with: "OnCall is
// the rotation to call." becomes "The rotation to call.", and "ExitCriteria say
// when." becomes "Exit criteria say when."
func (c comments) meaning(source string) string {
	_, name, _ := strings.Cut(source, ".")
	text, ok := strings.CutPrefix(c[source], name+" ")
	if !ok {
		return c[source]
	}
	for _, verb := range []string{"is ", "are "} {
		if rest, ok := strings.CutPrefix(text, verb); ok {
			text, name = rest, ""
		}
	}
	if name == "" {
		return strings.ToUpper(text[:1]) + text[1:]
	}
	return words(name) + " " + text
}

// words splits a Go name: "ExitCriteria" is "Exit criteria".
func words(name string) string {
	var b strings.Builder
	for i, r := range name {
		if i > 0 && unicode.IsUpper(r) && !unicode.IsUpper(rune(name[i-1])) {
			b.WriteByte(' ')
			r = unicode.ToLower(r)
		}
		b.WriteRune(r)
	}
	return b.String()
}
