package records

import (
	"reflect"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/internal/strictyaml"
)

// ReleaseKind is the kind of a file with the parts of the release statement that
// people write. It is no kind of statement of its own.
const ReleaseKind = "release"

// typed are the members of the release statement that people write; the others
// are collected.
var typed = []string{
	"releaseRecord", "metadata", "requiredChecks", "pipeline", "environments", "rollbackPlan",
	"notes", "changelog", "compatibility", "manifest", "flags",
}

// fieldsOf returns the fields of a kind, or of [ReleaseKind], in their order.
func fieldsOf(kind string) ([]evidence.Field, error) {
	if kind == ReleaseKind {
		return typedFields(), nil
	}
	if info, ok := evidence.LookupKind(kind); ok {
		return slices.DeleteFunc(evidence.Fields(info.Name), func(f evidence.Field) bool {
			root, _, _ := strings.Cut(f.Pointer[1:], "/")
			return ownedByTool(root)
		}), nil
	}
	return nil, unknownKind(kind)
}

// typedFields returns the fields of the parts that people write. Promotions are
// left out: those are statements of their own.
func typedFields() []evidence.Field {
	return slices.DeleteFunc(evidence.Fields("record"), func(f evidence.Field) bool {
		part, _, _ := strings.Cut(strings.TrimPrefix(f.Pointer, "/"), "/")
		return !slices.Contains(typed, part) || strings.HasPrefix(f.Pointer, "/releaseRecord/promotions")
	})
}

// parseFacts reads the parts of a release statement that people write.
func parseFacts(root *strictyaml.Node) (*evidence.Record, error) {
	var known []string
	for _, name := range typed {
		known = append(known, Key(name))
	}
	r := new(evidence.Record)
	if err := fillRoot(root, reflect.ValueOf(r).Elem(), known); err != nil {
		return nil, err
	}
	if err := evidence.ValidateParts(r); err != nil {
		return nil, locate(root, err)
	}
	return r, nil
}

// Fill copies the parts that people wrote into the record of a release, and
// returns them as RFC 6901 pointers.
func Fill(r, facts *evidence.Record) []string {
	var filled []string
	to, from := reflect.ValueOf(r).Elem(), reflect.ValueOf(facts).Elem()
	for _, f := range reflect.VisibleFields(from.Type()) {
		name := jsonName(f)
		if part := from.FieldByIndex(f.Index); slices.Contains(typed, name) && !part.IsZero() {
			to.FieldByIndex(f.Index).Set(part)
			filled = append(filled, "/"+name)
		}
	}
	return filled
}
