package sbom

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"
)

// Limits of what ForModule reads, in bytes.
const (
	maxGoMod = 16 << 20
	maxGoSum = 64 << 20
)

// ForModule makes a CycloneDX 1.6 document for the Go module in dir from its
// go.mod and go.sum; no command is run. The components are the modules that
// go.mod requires: since Go 1.17 these are all that its packages need. The
// standard library is not among them. Without [Options.Graph] the document
// knows only which of them are direct, so its composition is incomplete.
func ForModule(dir string, o Options) ([]byte, error) {
	root, err := os.OpenRoot(dir) // a symbolic link in dir leads nowhere else
	if err != nil {
		return nil, err
	}
	defer root.Close()
	file, err := readGoMod(root)
	if err != nil {
		return nil, err
	}
	sums, err := readGoSum(root)
	if err != nil {
		return nil, err
	}
	b := &bill{subject: moduleSubject(file, o), lifecycle: phasePreBuild}
	if b.mods, err = required(file, sums); err != nil {
		return nil, err
	}
	b.edges = map[string][]string{b.subject.Ref: {}}
	for _, m := range b.mods {
		if !m.indirect {
			b.edges[b.subject.Ref] = append(b.edges[b.subject.Ref], m.ref())
		}
	}
	b.partial = []string{b.subject.Ref}
	if o.Graph != nil {
		if err := b.addGraph(o.Graph, file); err != nil {
			return nil, err
		}
	}
	return b.encode(o)
}

func readGoMod(root *os.Root) (*modfile.File, error) {
	data, err := readFile(root, "go.mod", maxGoMod)
	if err != nil {
		return nil, fmt.Errorf("read go.mod: %w", err)
	}
	f, err := modfile.Parse("go.mod", data, nil)
	if err != nil {
		return nil, fmt.Errorf("read go.mod: %w", err)
	}
	if f.Module == nil {
		return nil, errors.New("read go.mod: it has no module directive")
	}
	return f, nil
}

func readFile(root *os.Root, name string, limit int64) ([]byte, error) {
	f, err := root.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file", name)
	}
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = fmt.Errorf("%s is larger than %d bytes", name, limit)
	}
	return data, err
}

// readGoSum returns the h1 sums of modules. A module without dependencies has
// no go.sum.
func readGoSum(root *os.Root) (map[module.Version]string, error) {
	data, err := readFile(root, "go.sum", maxGoSum)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read go.sum: %w", err)
	}
	sums := map[module.Version]string{}
	n := 0
	for line := range strings.Lines(string(data)) {
		n++
		f := strings.Fields(line)
		if len(f) == 0 {
			continue
		}
		if len(f) != 3 {
			return nil, fmt.Errorf("read go.sum: line %d has %d fields, want module, version and sum", n, len(f))
		}
		if strings.HasPrefix(f[2], "h1:") && !strings.HasSuffix(f[1], "/go.mod") {
			sums[module.Version{Path: f[0], Version: f[1]}] = f[2]
		}
	}
	return sums, nil
}

func moduleSubject(f *modfile.File, o Options) cdxComponent {
	path := f.Module.Mod.Path
	c := cdxComponent{Type: typeLibrary, Name: o.Name, Version: o.Version, Hashes: hashes(o.Digest)}
	if c.Name == "" {
		c.Name = path
	}
	version := ""
	if semver.IsValid(o.Version) {
		version = o.Version
	}
	c.PURL = golangPURL(path, version, "")
	// No module path has an empty version, so this is no ref of a component.
	c.Ref = path + "@"
	return c
}

// required returns the modules that go.mod requires, as replace directives
// have them.
func required(f *modfile.File, sums map[module.Version]string) ([]mod, error) {
	if len(f.Require) > maxModules {
		return nil, fmt.Errorf("go.mod requires %d modules, at most %d are allowed", len(f.Require), maxModules)
	}
	var mods []mod
	seen := map[string]bool{}
	for _, r := range f.Require {
		m := replaced(f, mod{path: r.Mod.Path, version: r.Mod.Version, sum: sums[r.Mod], indirect: r.Indirect}, sums)
		if !seen[m.ref()] {
			mods = append(mods, m)
		}
		seen[m.ref()] = true
	}
	return mods, nil
}

// replaced applies the replace directive for m: the one for its version goes
// before the one for all versions.
func replaced(f *modfile.File, m mod, sums map[module.Version]string) mod {
	var all *modfile.Replace
	for _, r := range f.Replace {
		if r.Old.Path != m.path {
			continue
		}
		if r.Old.Version == m.version {
			return m.replacedBy(r.New.Path, r.New.Version, sums[r.New])
		}
		if r.Old.Version == "" {
			all = r
		}
	}
	if all == nil {
		return m
	}
	return m.replacedBy(all.New.Path, all.New.Version, sums[all.New])
}
