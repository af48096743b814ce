package sbom

import (
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// The types here are the part of CycloneDX 1.6 that is written, in the order
// of the specification. The format's own library is not used: it links XML and
// gob, which every program that only reads would carry. Tests compare with it.

// The constants of CycloneDX 1.6.
const (
	cdxSchema = "http://cyclonedx.org/schema/bom-1.6.schema.json"

	typeApplication = "application"
	typeLibrary     = "library"

	phasePreBuild  = "pre-build"
	phasePostBuild = "post-build"

	aggregateIncomplete = "incomplete"
	aggregateUnknown    = "unknown"
)

type cdxDocument struct {
	Schema       string           `json:"$schema"`
	BOMFormat    string           `json:"bomFormat"`
	SpecVersion  string           `json:"specVersion"`
	SerialNumber string           `json:"serialNumber,omitempty"`
	Version      int              `json:"version"`
	Metadata     cdxMetadata      `json:"metadata"`
	Components   []cdxComponent   `json:"components,omitempty"`
	Dependencies []cdxDependency  `json:"dependencies,omitempty"`
	Compositions []cdxComposition `json:"compositions,omitempty"`
}

type cdxMetadata struct {
	Timestamp  string         `json:"timestamp,omitempty"`
	Lifecycles []cdxLifecycle `json:"lifecycles"`
	Tools      cdxTools       `json:"tools"`
	Component  cdxComponent   `json:"component"`
}

type cdxLifecycle struct {
	Phase string `json:"phase"`
}

type cdxTools struct {
	Components []cdxComponent `json:"components"`
}

type cdxComponent struct {
	Ref        string        `json:"bom-ref,omitempty"`
	Type       string        `json:"type"`
	Name       string        `json:"name"`
	Version    string        `json:"version,omitempty"`
	Hashes     []cdxHash     `json:"hashes,omitempty"`
	PURL       string        `json:"purl,omitempty"`
	Properties []cdxProperty `json:"properties,omitempty"`
}

type cdxHash struct {
	Algorithm string `json:"alg"`
	Value     string `json:"content"`
}

type cdxProperty struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type cdxDependency struct {
	Ref       string   `json:"ref"`
	DependsOn []string `json:"dependsOn,omitempty"`
}

// cdxComposition says how complete the dependencies of some refs are.
type cdxComposition struct {
	Aggregate    string   `json:"aggregate"`
	Dependencies []string `json:"dependencies,omitempty"`
}

// encode returns the document's JSON, for people and for programs.
func (d cdxDocument) encode() ([]byte, error) {
	// A path in go.mod need not be UTF-8; JSON must be.
	text, err := json.Marshal(d, jsontext.WithIndent("  "), jsontext.AllowInvalidUTF8(true))
	if err != nil {
		return nil, fmt.Errorf("write cyclonedx: %w", err)
	}
	return append(text, '\n'), nil
}
