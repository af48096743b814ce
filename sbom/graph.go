package sbom

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/semver"
)

// Limits of the output of "go mod graph".
const (
	maxGraph     = 256 << 20 // bytes
	maxGraphLine = 1 << 16
	maxEdges     = 4 << 20
)

// edge is a line of the graph: modules as "path@version", the main module as
// "path".
type edge struct{ from, to string }

// addGraph adds who requires whom. The graph has several versions of a module;
// the ones in the document were selected, so an edge to a module leads to the
// version of it that is a component, and only edges from selected versions
// count.
func (b *bill) addGraph(r io.Reader, f *modfile.File) error {
	edges, err := readGraph(r)
	if err != nil {
		return fmt.Errorf("read module graph: %w", err)
	}
	selected := b.selected(f)
	main := f.Module.Mod.Path
	seen := false
	for _, e := range edges {
		seen = seen || e.from == main
		path, version, _ := strings.Cut(e.from, "@")
		to, _, _ := strings.Cut(e.to, "@")
		from, ok := selected[path]
		target, known := selected[to]
		if path == main || !ok || !known || version != from.version {
			continue
		}
		b.edges[from.ref] = append(b.edges[from.ref], target.ref)
	}
	if !seen && len(edges) > 0 {
		return fmt.Errorf("the module graph is not of %s: run go mod graph in its directory", main)
	}
	// The graph names each module's requirements in full, but those that are
	// no component (a go version, a module only tests need) are left out.
	for ref := range b.edges {
		if ref != b.subject.Ref {
			b.partial = append(b.partial, ref)
		}
	}
	return nil
}

// selection is the version of a module that the build uses, under the name
// the graph has for it, and the component it became.
type selection struct{ version, ref string }

func (b *bill) selected(f *modfile.File) map[string]selection {
	refs := map[string]string{} // from the name in go.mod to the component
	for _, m := range b.mods {
		refs[m.ref()] = m.ref()
		if m.replaces != "" {
			refs[m.replaces] = m.ref()
		}
	}
	out := map[string]selection{}
	for _, r := range f.Require {
		ref, ok := refs[r.Mod.Path+"@"+r.Mod.Version]
		if old := out[r.Mod.Path]; ok && (old.ref == "" || semver.Compare(old.version, r.Mod.Version) < 0) {
			out[r.Mod.Path] = selection{r.Mod.Version, ref}
		}
	}
	return out
}

func readGraph(r io.Reader) ([]edge, error) {
	limited := &io.LimitedReader{R: r, N: maxGraph}
	lines := bufio.NewScanner(limited)
	lines.Buffer(nil, maxGraphLine)
	var edges []edge
	for lines.Scan() {
		f := strings.Fields(lines.Text())
		if len(f) != 2 {
			return nil, fmt.Errorf("line %d has %d fields, want two modules: give the output of go mod graph", len(edges)+1, len(f))
		}
		if len(edges) == maxEdges {
			return nil, fmt.Errorf("more than %d lines", maxEdges)
		}
		edges = append(edges, edge{f[0], f[1]})
	}
	if limited.N == 0 {
		return nil, fmt.Errorf("more than %d bytes", maxGraph)
	}
	return edges, lines.Err()
}
