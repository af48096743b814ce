package sbom

import (
	"crypto/sha256"
	"debug/buildinfo"
	"errors"
	"fmt"
	"io"
	"math"
	"path"
	"runtime/debug"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"

	"github.com/release-dossier/dossier/evidence"
)

// maxModules is the most modules a document is made of.
const maxModules = 100_000

// ForBinary makes a CycloneDX 1.6 document for a Go binary from the build
// info that the go command put into it. The components are the modules that
// were linked, and the standard library. Build info does not say which module
// requires which, and the document says so: all hang on the binary and its
// composition is incomplete. It does not know licences either.
func ForBinary(r io.ReaderAt, o Options) ([]byte, error) {
	digest, err := hashAll(r)
	if err != nil {
		return nil, fmt.Errorf("read binary: %w", err)
	}
	if !o.Digest.IsZero() && o.Digest != digest {
		return nil, fmt.Errorf("the binary has %s, not the expected %s", digest, o.Digest)
	}
	info, err := readBuildInfo(r)
	if err != nil {
		return nil, err
	}
	b := &bill{subject: binarySubject(info, digest, o), lifecycle: phasePostBuild}
	if b.mods, err = linked(info); err != nil {
		return nil, err
	}
	direct := []string{}
	for _, m := range b.mods {
		direct = append(direct, m.ref())
	}
	b.edges = map[string][]string{b.subject.Ref: direct}
	b.partial = []string{b.subject.Ref}
	return b.encode(o)
}

func hashAll(r io.ReaderAt) (evidence.Digest, error) {
	h := sha256.New()
	// The section is as long as can be: the hash ends where the file does.
	if _, err := io.Copy(h, io.NewSectionReader(r, 0, math.MaxInt64)); err != nil {
		return evidence.Digest{}, err
	}
	return evidence.Digest(h.Sum(nil)), nil
}

// readBuildInfo reads the build info of a binary that may be hostile: the
// debug/* packages that find it are not hardened, so their panic is an error.
func readBuildInfo(r io.ReaderAt) (info *debug.BuildInfo, err error) {
	defer func() {
		if p := recover(); p != nil {
			info, err = nil, fmt.Errorf("the binary is malformed: %v", p)
		}
	}()
	info, err = buildinfo.Read(r)
	if err != nil {
		return nil, fmt.Errorf("no Go build info (%w): give a binary that the go command built from a module", err)
	}
	if info.Main.Path == "" && len(info.Deps) == 0 && info.Path == "" {
		return nil, errors.New("the Go build info names no package: give a binary that the go command built from a module")
	}
	return info, nil
}

func binarySubject(info *debug.BuildInfo, digest evidence.Digest, o Options) cdxComponent {
	c := cdxComponent{
		Type: typeApplication, Name: o.Name, Version: o.Version,
		Ref: "sha256:" + digest.Hex(), Hashes: hashes(digest), Properties: buildProperties(info),
	}
	if c.Name == "" {
		c.Name = commandName(info.Path)
	}
	version := info.Main.Version
	if version == "(devel)" {
		version = ""
	}
	if c.Version == "" {
		c.Version = version
	}
	if version == "" && semver.IsValid(c.Version) {
		version = c.Version
	}
	if info.Main.Path != "" {
		sub, _ := strings.CutPrefix(info.Path, info.Main.Path+"/")
		if sub == info.Path {
			sub = ""
		}
		c.PURL = golangPURL(info.Main.Path, version, sub)
	}
	return c
}

// commandName is the name that go install gives a command: the last element
// of its path that is not a major version.
func commandName(pkg string) string {
	prefix, _, ok := module.SplitPathVersion(pkg)
	if !ok || prefix == "" {
		prefix = pkg
	}
	if name := path.Base(prefix); name != "." && name != "/" {
		return name
	}
	return "command"
}

// buildSettings are the build settings that are passed on. Others, such as
// linker flags, may hold what is nobody's business.
var buildSettings = []string{
	"-buildmode", "-compiler", "-race", "-tags", "-trimpath", "CGO_ENABLED", "GOAMD64", "GOARCH", "GOARM",
	"GOARM64", "GOEXPERIMENT", "GOFIPS140", "GOOS", "vcs", "vcs.modified", "vcs.revision", "vcs.time",
}

func buildProperties(info *debug.BuildInfo) []cdxProperty {
	props := []cdxProperty{{Name: propertyEdges, Value: "flat: Go build info does not say which module requires which"}}
	for _, s := range info.Settings {
		if slices.Contains(buildSettings, s.Key) {
			props = append(props, cdxProperty{Name: propertyBuild + s.Key, Value: s.Value})
		}
	}
	return props
}

// linked returns the modules in the binary, each once.
func linked(info *debug.BuildInfo) ([]mod, error) {
	if len(info.Deps) > maxModules {
		return nil, fmt.Errorf("the build info names %d modules, at most %d are allowed", len(info.Deps), maxModules)
	}
	var mods []mod
	seen := map[string]bool{}
	if v := goVersion(info.GoVersion); v != "" {
		std := mod{path: "std", version: v}
		mods, seen[std.ref()] = append(mods, std), true
	}
	for _, d := range info.Deps {
		m := resolve(d)
		if m.path == "" || !utf8.ValidString(m.ref()) {
			return nil, fmt.Errorf("the build info names a module %.80q: the binary is malformed", m.ref())
		}
		if !seen[m.ref()] {
			mods = append(mods, m)
		}
		seen[m.ref()] = true
	}
	return mods, nil
}

// goVersion is the version of the standard library: "1.26.8" of
// "go1.26.8 X:experiment".
func goVersion(s string) string {
	s, _, _ = strings.Cut(s, " ")
	v, ok := strings.CutPrefix(s, "go")
	if !ok {
		return "" // a development version is no released library
	}
	return v
}

// resolve returns the module whose code was linked for d.
func resolve(d *debug.Module) mod {
	m := mod{path: d.Path, version: d.Version, sum: d.Sum}
	if r := d.Replace; r != nil {
		return m.replacedBy(r.Path, r.Version, r.Sum)
	}
	return m
}

// replacedBy applies a replace directive. Without a version the replacement
// is a directory.
func (m mod) replacedBy(path, version, sum string) mod {
	if version == "" || version == "(devel)" {
		m.local, m.sum = path, ""
		return m
	}
	return mod{path: path, version: version, sum: sum, replaces: m.ref(), indirect: m.indirect}
}
