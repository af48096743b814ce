// Package schema holds the official JSON schemas of CycloneDX 1.5, 1.6 and
// 1.7 and of SPDX 2.3, compiled on first use. Nothing is ever fetched: a
// reference to anything that is not embedded is an error.
package schema

import (
	"bytes"
	"embed"
	"fmt"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

//go:embed *.schema.json
var files embed.FS

// base is where the CycloneDX schemas say they live; their references to each
// other are relative to it.
const base = "http://cyclonedx.org/schema/"

// cycloneDXParts are what the CycloneDX schemas refer to.
var cycloneDXParts = []string{"jsf-0.82.schema.json", "spdx.schema.json", "cryptography-defs.schema.json"}

// Compiling costs some 10 ms, so each schema is compiled once per process and
// only if a document of its version is read.
var (
	cycloneDX15 = sync.OnceValues(func() (*jsonschema.Schema, error) { return compile("bom-1.5.schema.json") })
	cycloneDX16 = sync.OnceValues(func() (*jsonschema.Schema, error) { return compile("bom-1.6.schema.json") })
	cycloneDX17 = sync.OnceValues(func() (*jsonschema.Schema, error) { return compile("bom-1.7.schema.json") })
	spdx23      = sync.OnceValues(func() (*jsonschema.Schema, error) { return compile("spdx-2.3.schema.json") })
)

// CycloneDX returns the schema of a CycloneDX specVersion, such as "1.6". It
// is nil if the version has no embedded schema.
func CycloneDX(version string) (*jsonschema.Schema, error) {
	switch version {
	case "1.5":
		return cycloneDX15()
	case "1.6":
		return cycloneDX16()
	case "1.7":
		return cycloneDX17()
	}
	return nil, nil
}

// SPDX returns the schema of an SPDX version, such as "2.3". It is nil if the
// version has no embedded schema.
func SPDX(version string) (*jsonschema.Schema, error) {
	if version == "2.3" {
		return spdx23()
	}
	return nil, nil
}

func compile(name string) (*jsonschema.Schema, error) {
	c := jsonschema.NewCompiler()
	c.UseLoader(closed{})
	c.AssertFormat()
	for _, part := range append([]string{name}, cycloneDXParts...) {
		doc, err := load(part)
		if err != nil {
			return nil, err
		}
		if err := c.AddResource(base+part, doc); err != nil {
			return nil, fmt.Errorf("schema %s: %w", part, err)
		}
	}
	return c.Compile(base + name)
}

func load(name string) (any, error) {
	data, err := files.ReadFile(name)
	if err != nil {
		return nil, err
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("schema %s: %w", name, err)
	}
	return doc, nil
}

// closed refuses to load anything.
type closed struct{}

// Load implements jsonschema.URLLoader.
func (closed) Load(url string) (any, error) {
	return nil, fmt.Errorf("schema %s is not embedded and nothing is fetched", url)
}
