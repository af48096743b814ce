package controlvectors

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/release-dossier/dossier/internal/strictyaml"
	"github.com/release-dossier/dossier/verify"
)

// Suite is the base release and the cases upon it.
type Suite struct {
	// Base is the release that no case has changed.
	Base *Case
	// Cases are in the order of their names.
	Cases []*Case

	// shared are patches that several cases have in common, by name.
	shared map[string]any
	// bases are the base release with each list of shared patches in use.
	bases map[string]*Case
	maker *maker
}

// Case is a change of the base release and what comes of it.
type Case struct {
	// Name is the path of the case's file without extension, relative to the
	// suite: "tag/annotated/fail-lightweight". It is "" for the base.
	Name string
	// Control is the id of the control it is about: "tag/annotated".
	Control string
	// File is where it was read.
	File string
	// Comment is why the case matters: the comment at the head of the file.
	Comment string
	// Outcome and Code are what the control must give.
	Outcome verify.Outcome
	Code    string
	// Also are the other controls whose outcome differs from that of the base
	// with the patches that the case shares with others.
	Also map[string]verify.Outcome
	// Layers are the checks of layers 1 to 4 that fail or are unknown.
	Layers map[string]verify.Outcome

	// base is the release that it changes: that of the suite, with the shared
	// patches it names. It is nil for the base itself.
	base     *Case
	document map[string]any
	maker    *maker
	// result is kept for a release that others change; nil for any other.
	result func() (*Result, error)
}

// caseFile is a case as it is written.
type caseFile struct {
	With   strictyaml.OneOrMany[strictyaml.Located[string]] `yaml:"with"`
	Patch  tree                                             `yaml:"patch"`
	Want   want                                             `yaml:"want,required"`
	Also   map[string]string                                `yaml:"also"`
	Layers map[string]string                                `yaml:"layers"`
}

type want struct {
	Outcome string `yaml:"outcome,required"`
	Code    string `yaml:"code"`
}

// prefixes are what the name of a case's file begins with, by outcome.
var prefixes = map[verify.Outcome]string{
	verify.Pass: "pass", verify.Fail: "fail", verify.Warn: "warn", verify.Waived: "waived",
	verify.Pending: "pending", verify.NotApplicable: "na", verify.Unknown: "unknown",
}

// Load reads the base release and all cases under dir.
func Load(dir string) (*Suite, error) {
	base, err := readBase(filepath.Join(dir, "base"))
	if err != nil {
		return nil, err
	}
	s := &Suite{maker: new(maker), bases: map[string]*Case{}}
	if s.shared, err = readShared(filepath.Join(dir, "with")); err != nil {
		return nil, err
	}
	s.Base = s.newBase(base)
	err = filepath.WalkDir(dir, func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Dir(file) == dir || slices.Contains([]string{"base", "with"}, filepath.Base(filepath.Dir(file))) {
			return err
		}
		c, err := s.read(dir, file)
		if err != nil {
			return err
		}
		s.Cases = append(s.Cases, c)
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(s.Cases, func(a, b *Case) int { return strings.Compare(a.Name, b.Name) })
	return s, nil
}

// newBase makes a case of a release that others change.
func (s *Suite) newBase(document map[string]any) *Case {
	c := &Case{document: document, maker: s.maker}
	c.result = sync.OnceValues(func() (*Result, error) { return c.Verify(context.Background()) })
	return c
}

// baseWith returns the base release with some shared patches.
func (s *Suite) baseWith(names []strictyaml.Located[string]) (*Case, error) {
	base, key := s.Base, ""
	for _, name := range names {
		patch, ok := s.shared[name.Value]
		if !ok {
			return nil, name.Errorf("there is no %s: the directory with holds %s", name.Value, strings.Join(slices.Sorted(maps.Keys(s.shared)), ", "))
		}
		key += name.Value + " "
		if s.bases[key] == nil {
			s.bases[key] = s.newBase(merge(base.document, patch).(map[string]any))
		}
		base = s.bases[key]
	}
	return base, nil
}

// BaseResult returns what verification finds of the release that the case
// changes: the base with the patches that the case shares with others. Patches
// that make no release by themselves are left out.
func (s *Suite) BaseResult(c *Case) (*Result, error) {
	if r, err := c.base.result(); err == nil {
		return r, nil
	}
	return s.Base.result()
}

// readBase merges the files of the base release in the order of their names.
func readBase(dir string) (map[string]any, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("%s: no base release there", dir)
	}
	slices.Sort(files)
	base := map[string]any{}
	for _, file := range files {
		v, err := readTree(file)
		if err != nil {
			return nil, err
		}
		base = merge(base, v).(map[string]any)
	}
	return base, nil
}

// readShared reads the patches that several cases have in common.
func readShared(dir string) (map[string]any, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err != nil {
		return nil, err
	}
	shared := map[string]any{}
	for _, file := range files {
		v, err := readTree(file)
		if err != nil {
			return nil, err
		}
		shared[strings.TrimSuffix(filepath.Base(file), ".yaml")] = v
	}
	return shared, nil
}

// readTree reads a file that holds a mapping.
func readTree(file string) (map[string]any, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var t tree
	if err := strictyaml.Decode(file, data, &t); err != nil {
		return nil, err
	}
	object, ok := t.value.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("%s: want a mapping", file)
	}
	return object, nil
}

// read reads one case.
func (s *Suite) read(dir, file string) (*Case, error) {
	rel, err := filepath.Rel(dir, file)
	if err != nil {
		return nil, err
	}
	name, ok := strings.CutSuffix(filepath.ToSlash(rel), ".yaml")
	if !ok || strings.Count(name, "/") != 2 {
		return nil, fmt.Errorf("%s: want THEME/CONTROL/OUTCOME-WORD.yaml", file)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var in caseFile
	if err := strictyaml.Decode(file, data, &in); err != nil {
		return nil, err
	}
	c := &Case{
		Name: name, Control: path.Dir(name), File: file, Comment: headComment(data),
		Outcome: verify.Outcome(in.Want.Outcome), Code: in.Want.Code, maker: s.maker,
	}
	if prefix, ok := prefixes[c.Outcome]; !ok {
		return nil, fmt.Errorf("%s: want.outcome: unknown outcome %q", file, in.Want.Outcome)
	} else if word, _, _ := strings.Cut(path.Base(name), "-"); word != prefix {
		return nil, fmt.Errorf("%s: the outcome %s wants a file name that begins with %s", file, c.Outcome, prefix)
	}
	if c.Comment == "" {
		return nil, fmt.Errorf("%s: say in a comment at the head why the case matters", file)
	}
	if c.Also, err = outcomes(file, "also", in.Also); err != nil {
		return nil, err
	}
	if c.Layers, err = outcomes(file, "layers", in.Layers); err != nil {
		return nil, err
	}
	if c.base, err = s.baseWith(in.With); err != nil {
		return nil, err
	}
	c.document = c.base.document
	if in.Patch.value == nil {
		c.result = c.base.result
	} else {
		patched, ok := merge(c.document, in.Patch.value).(map[string]any)
		if !ok {
			return nil, fmt.Errorf("%s: patch: want a mapping", file)
		}
		c.document = patched
	}
	return c, nil
}

func outcomes(file, key string, in map[string]string) (map[string]verify.Outcome, error) {
	out := map[string]verify.Outcome{}
	for id, o := range in {
		if _, ok := prefixes[verify.Outcome(o)]; !ok {
			return nil, fmt.Errorf("%s: %s.%s: unknown outcome %q", file, key, id, o)
		}
		out[id] = verify.Outcome(o)
	}
	return out, nil
}

// headComment returns the comment lines that a file begins with.
func headComment(data []byte) string {
	var lines []string
	for line := range strings.Lines(string(data)) {
		text, ok := strings.CutPrefix(line, "#")
		if !ok {
			break
		}
		lines = append(lines, strings.TrimSpace(text))
	}
	return strings.Join(lines, " ")
}
