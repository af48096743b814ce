package sbom

import (
	"cmp"
	"slices"
	"strings"
	"time"

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

func (m mod) component() cdxComponent {
	c := cdxComponent{Ref: m.ref(), Type: typeLibrary, Name: m.path, Version: m.version}
	var props []cdxProperty
	if m.local == "" {
		c.PURL = golangPURL(m.path, m.version, "")
	} else {
		// The code is not that of the published module: no purl, or a scanner
		// would judge what is not there.
		props = append(props, cdxProperty{Name: propertyLocal, Value: m.local})
	}
	if m.sum != "" {
		props = append(props, cdxProperty{Name: propertySum, Value: m.sum})
	}
	if m.replaces != "" {
		props = append(props, cdxProperty{Name: propertyReplaces, Value: m.replaces})
	}
	c.Properties = props
	return c
}

// bill is a document in the making.
type bill struct {
	subject   cdxComponent
	mods      []mod
	edges     map[string][]string // from ref to refs; the subject's are direct
	partial   []string            // refs whose list of dependencies is not complete
	lifecycle string
}

// encode writes the document as CycloneDX 1.6 JSON. Everything is sorted and
// nothing is random.
func (b *bill) encode(o Options) ([]byte, error) {
	doc := cdxDocument{
		Schema: cdxSchema, BOMFormat: CycloneDX, SpecVersion: "1.6", Version: 1,
		Metadata: cdxMetadata{
			Lifecycles: []cdxLifecycle{{b.lifecycle}},
			Tools:      cdxTools{[]cdxComponent{{Type: typeApplication, Name: toolName, Version: o.ToolVersion}}},
			Component:  b.subject,
		},
		Components: b.components(), Dependencies: b.dependencies(), Compositions: b.compositions(),
	}
	if !o.Time.IsZero() {
		doc.Metadata.Timestamp = o.Time.UTC().Format(time.RFC3339)
	}
	body, err := doc.encode()
	if err != nil {
		return nil, err
	}
	doc.SerialNumber = serialNumber(body)
	return doc.encode()
}

func (b *bill) components() []cdxComponent {
	slices.SortFunc(b.mods, func(x, y mod) int {
		return cmp.Or(strings.Compare(x.path, y.path), strings.Compare(x.version, y.version))
	})
	var out []cdxComponent
	for _, m := range b.mods {
		out = append(out, m.component())
	}
	return out
}

func (b *bill) dependencies() []cdxDependency {
	var out []cdxDependency
	for from, to := range b.edges {
		slices.Sort(to)
		out = append(out, cdxDependency{Ref: from, DependsOn: slices.Compact(to)})
	}
	slices.SortFunc(out, func(x, y cdxDependency) int { return strings.Compare(x.Ref, y.Ref) })
	return out
}

// compositions says how much of the dependencies is known; nothing that is
// made here is known to be complete.
func (b *bill) compositions() []cdxComposition {
	var out []cdxComposition
	for _, c := range []struct {
		aggregate string
		refs      []string
	}{
		{aggregateIncomplete, b.partial},
		{aggregateUnknown, b.unknown()},
	} {
		if refs := slices.Sorted(slices.Values(c.refs)); refs != nil {
			out = append(out, cdxComposition{c.aggregate, refs})
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

// serialNumber is a version 8 UUID (RFC 9562, section 5.8) made of the digest
// of the document without it: equal documents have equal numbers.
func serialNumber(body []byte) string {
	u := evidence.Sum(body)
	u[6] = u[6]&0x0f | 0x80
	u[8] = u[8]&0x3f | 0x80
	h := u.Hex()
	return "urn:uuid:" + h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:32]
}

func hashes(d evidence.Digest) []cdxHash {
	if d.IsZero() {
		return nil
	}
	return []cdxHash{{"SHA-256", d.Hex()}}
}
