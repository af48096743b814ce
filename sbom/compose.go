package sbom

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	cdx "github.com/CycloneDX/cyclonedx-go"

	"github.com/release-dossier/dossier/evidence"
)

// toolName is the tool that documents made here name.
const toolName = "dossier"

// Properties of components, in a namespace of our own.
const (
	propertySum      = "dossier:go:sum"         // the h1 sum of go.sum, which is no hash of a file
	propertyReplaces = "dossier:go:replaces"    // the module that a replace directive took out
	propertyLocal    = "dossier:go:replaced-by" // the directory that stands in for a module
	propertyEdges    = "dossier:go:dependencies"
	propertyBuild    = "dossier:go:build:" // with the name of a build setting
)

// mod is one Go module that goes into a document.
type mod struct {
	path, version string
	sum           string // "h1:..."
	// replaces is "path@version" of the module that this one stands in for.
	replaces string
	// local is the directory that stands in for this module.
	local    string
	indirect bool
}

// ref is the module's bom-ref: "path@version", with the case that a purl of
// type golang loses.
func (m mod) ref() string {
	if m.version == "" {
		return m.path
	}
	return m.path + "@" + m.version
}

func (m mod) component() cdx.Component {
	c := cdx.Component{BOMRef: m.ref(), Type: cdx.ComponentTypeLibrary, Name: m.path, Version: m.version}
	var props []cdx.Property
	if m.local == "" {
		c.PackageURL = golangPURL(m.path, m.version, "")
	} else {
		// The code is not that of the published module: no purl, or a scanner
		// would judge what is not there.
		props = append(props, cdx.Property{Name: propertyLocal, Value: m.local})
	}
	if m.sum != "" {
		props = append(props, cdx.Property{Name: propertySum, Value: m.sum})
	}
	if m.replaces != "" {
		props = append(props, cdx.Property{Name: propertyReplaces, Value: m.replaces})
	}
	c.Properties = pointerTo(props)
	return c
}

// bill is a document in the making.
type bill struct {
	subject   cdx.Component
	mods      []mod
	edges     map[string][]string // from ref to refs; the subject's are direct
	partial   []string            // refs whose list of dependencies is not complete
	lifecycle cdx.LifecyclePhase
}

// encode writes the document as CycloneDX 1.6 JSON. Everything is sorted and
// nothing is random.
func (b *bill) encode(o Options) ([]byte, error) {
	bom := cdx.NewBOM()
	bom.Metadata = &cdx.Metadata{
		Lifecycles: &[]cdx.Lifecycle{{Phase: b.lifecycle}},
		Tools: &cdx.ToolsChoice{Components: &[]cdx.Component{{
			Type: cdx.ComponentTypeApplication, Name: toolName, Version: o.ToolVersion,
		}}},
		Component: &b.subject,
	}
	if !o.Time.IsZero() {
		bom.Metadata.Timestamp = o.Time.UTC().Format(time.RFC3339)
	}
	bom.Components = pointerTo(b.components())
	bom.Dependencies = pointerTo(b.dependencies())
	bom.Compositions = pointerTo(b.compositions())
	body, err := write(bom)
	if err != nil {
		return nil, err
	}
	bom.SerialNumber = serialNumber(body)
	return write(bom)
}

func (b *bill) components() []cdx.Component {
	slices.SortFunc(b.mods, func(x, y mod) int {
		return cmp.Or(strings.Compare(x.path, y.path), strings.Compare(x.version, y.version))
	})
	var out []cdx.Component
	for _, m := range b.mods {
		out = append(out, m.component())
	}
	return out
}

func (b *bill) dependencies() []cdx.Dependency {
	var out []cdx.Dependency
	for from, to := range b.edges {
		slices.Sort(to)
		out = append(out, cdx.Dependency{Ref: from, Dependencies: pointerTo(slices.Compact(to))})
	}
	slices.SortFunc(out, func(x, y cdx.Dependency) int { return strings.Compare(x.Ref, y.Ref) })
	return out
}

// compositions says how much of the dependencies is known; nothing that is
// made here is known to be complete.
func (b *bill) compositions() []cdx.Composition {
	var out []cdx.Composition
	for _, c := range []struct {
		aggregate cdx.CompositionAggregate
		refs      []string
	}{
		{cdx.CompositionAggregateIncomplete, b.partial},
		{cdx.CompositionAggregateUnknown, b.unknown()},
	} {
		var refs []cdx.BOMReference
		for _, r := range slices.Sorted(slices.Values(c.refs)) {
			refs = append(refs, cdx.BOMReference(r))
		}
		if refs != nil {
			out = append(out, cdx.Composition{Aggregate: c.aggregate, Dependencies: &refs})
		}
	}
	return out
}

// unknown are the refs of whose dependencies nothing is known.
func (b *bill) unknown() []string {
	said := map[string]bool{}
	for _, r := range b.partial {
		said[r] = true
	}
	var refs []string
	for _, m := range b.mods {
		if !said[m.ref()] {
			refs = append(refs, m.ref())
		}
	}
	return refs
}

func write(bom *cdx.BOM) ([]byte, error) {
	var out bytes.Buffer
	e := cdx.NewBOMEncoder(&out, cdx.BOMFileFormatJSON).SetPretty(true).SetEscapeHTML(false)
	if err := e.EncodeVersion(bom, cdx.SpecVersion1_6); err != nil {
		return nil, fmt.Errorf("write cyclonedx: %w", err)
	}
	return out.Bytes(), nil
}

// serialNumber is a version 8 UUID (RFC 9562, section 5.8) made of the digest
// of the document without it: equal documents have equal numbers.
func serialNumber(body []byte) string {
	u := evidence.Sum(body)
	u[6] = u[6]&0x0f | 0x80
	u[8] = u[8]&0x3f | 0x80
	h := u.Hex()
	return "urn:uuid:" + h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:32]
}

// pointerTo returns nil for an empty list: the schema's lists are absent, not
// empty.
func pointerTo[T any](list []T) *[]T {
	if len(list) == 0 {
		return nil
	}
	return &list
}

func hashes(d evidence.Digest) *[]cdx.Hash {
	if d.IsZero() {
		return nil
	}
	return &[]cdx.Hash{{Algorithm: cdx.HashAlgoSHA256, Value: d.Hex()}}
}
