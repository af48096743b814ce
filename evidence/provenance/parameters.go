package provenance

import (
	"bytes"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

const (
	// maxParameters is the most parameters that are kept, maxParameter the most
	// bytes of one.
	maxParameters = 1000
	maxParameter  = 500
)

// texts returns the texts within a JSON value, each as "name=value", in their
// order. What comes after the bounds is left out: it describes the build and
// proves nothing.
func texts(value jsontext.Value) []string {
	d := jsontext.NewDecoder(bytes.NewBuffer(value)) // a Buffer is read without a copy
	var list []string
	for len(list) < maxParameters {
		token, err := d.ReadToken()
		if err != nil {
			break // the end: the statement was checked when it was read
		}
		if token.Kind() != '"' || isName(d) {
			continue
		}
		if text := pathOf(d) + "=" + token.String(); len(text) <= maxParameter {
			list = append(list, text)
		}
	}
	return list
}

// isName reports whether the token just read is the name of a member.
func isName(d *jsontext.Decoder) bool {
	kind, n := d.StackIndex(d.StackDepth())
	return kind == '{' && n%2 == 1
}

// pathOf writes where the token just read stands, as "inputs.target".
func pathOf(d *jsontext.Decoder) string {
	var path []string
	for name := range d.StackPointer().Tokens() {
		path = append(path, name)
	}
	return strings.Join(path, ".")
}
