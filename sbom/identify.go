package sbom

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// identity is which format and version a document claims.
type identity struct {
	format, version string
	whole           bool // an SPDX 3 document that is one element
}

// spdxContext is how the @context of SPDX 3 begins, before the version.
const spdxContext = "https://spdx.org/rdf/"

// claims are the top-level members that tell the formats apart.
type claims struct {
	bomFormat, specVersion, spdxVersion, schema, context string
	cycloneDX                                            bool // bomFormat is there, whatever it holds
	spdx                                                 bool // spdxVersion is there
	graph                                                bool // @graph is there
}

// identify finds the format of a JSON object. A document that names a format
// wrongly still counts as one: its schema then says what is wrong.
func identify(text []byte) (identity, error) {
	c, err := findClaims(text)
	if err != nil {
		return identity{}, err
	}
	switch {
	case c.cycloneDX && !c.spdx, strings.Contains(c.schema, "cyclonedx.org/schema/bom-"):
		return identity{format: CycloneDX, version: c.specVersion}, nil
	case c.spdx:
		return identity{format: SPDX, version: strings.TrimPrefix(c.spdxVersion, "SPDX-")}, nil
	case strings.Contains(c.context, spdxContext+"3."):
		_, version, _ := strings.Cut(c.context, spdxContext)
		version, _, _ = strings.Cut(version, "/")
		return identity{format: SPDX, version: version, whole: !c.graph}, nil
	}
	return identity{}, errors.New("sbom is neither CycloneDX nor SPDX: it has no member bomFormat and no member spdxVersion")
}

func findClaims(text []byte) (claims, error) {
	var c claims
	err := eachMember(text, func(name string, d *jsontext.Decoder) error {
		var into *string
		switch name {
		case "bomFormat":
			into, c.cycloneDX = &c.bomFormat, true
		case "spdxVersion":
			into, c.spdx = &c.spdxVersion, true
		case "specVersion":
			into = &c.specVersion
		case "$schema":
			into = &c.schema
		case "@context":
			raw, err := d.ReadValue() // the schema wants a string; JSON-LD also allows lists
			c.context = string(raw[:min(len(raw), 1000)])
			return err
		case graphList:
			c.graph = true
		}
		if into == nil || d.PeekKind() != '"' {
			return d.SkipValue()
		}
		t, err := d.ReadToken()
		*into = strings.Clone(t.String())
		return err
	})
	return c, err
}

// eachMember calls do for every member of the object in text; do reads the
// value from d. text has been checked.
func eachMember(text []byte, do func(name string, d *jsontext.Decoder) error) error {
	// A Buffer is read without a copy. Names were checked for duplicates.
	d := jsontext.NewDecoder(bytes.NewBuffer(text), jsontext.AllowDuplicateNames(true))
	if _, err := d.ReadToken(); err != nil {
		return err
	}
	for d.PeekKind() != '}' {
		t, err := d.ReadToken()
		if err == nil {
			err = do(strings.Clone(t.String()), d)
		}
		if err == io.EOF {
			return io.ErrUnexpectedEOF
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// eachElement calls do for every element of the array that d is at.
func eachElement(d *jsontext.Decoder, do func(i int, raw jsontext.Value) error) error {
	if _, err := d.ReadToken(); err != nil {
		return err
	}
	for i := 0; d.PeekKind() != ']'; i++ {
		raw, err := d.ReadValue()
		if err != nil {
			return err
		}
		if err := do(i, raw); err != nil {
			return err
		}
	}
	_, err := d.ReadToken()
	return err
}
