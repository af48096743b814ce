package sbom

import (
	"errors"
	"strings"
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
	var d decoder
	d.begin(text)
	defer d.done()
	err := d.eachMember(func(name string) error {
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
			raw := d.raw() // the schema wants a string; JSON-LD also allows lists
			c.context = string(raw[:min(len(raw), 1000)])
			return nil
		case graphList:
			c.graph = true
		}
		if into == nil || d.next() != '"' {
			d.raw()
			return nil
		}
		v, err := d.string()
		*into, _ = v.(string)
		return err
	})
	return c, err
}
