package results

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/evidence/checks"
	"github.com/release-dossier/dossier/evidence/collect"
)

// maxFiles is the most files of all checks together (rules of format, R19).
const maxFiles = 2000

// reading is an entry whose files are read.
type reading struct {
	*collection
	entry   *Entry
	subject evidence.ResourceDescriptor
	attempt int64
}

// check reads the files as the parts of one check.
func (r reading) check() (evidence.Check, error) {
	names, err := r.matching()
	if err != nil {
		return evidence.Check{}, err
	}
	var parts []checks.Result
	var shown []evidence.ResourceDescriptor
	for _, name := range names {
		result, m, err := r.file(name)
		if err != nil {
			return evidence.Check{}, fmt.Errorf("%s: %w", name, err)
		}
		parts = append(parts, result)
		shown = append(shown, evidence.ResourceDescriptor{Name: m.Name, Digest: m.Digest.Set(), MediaType: m.MediaType})
	}
	all, err := checks.Merge(parts)
	if err != nil {
		return evidence.Check{}, err
	}
	check, _ := all.Check(r.entry.Check, r.subject, r.target.Run.RunID, r.attempt)
	check.Evidence = append(r.run(), shown...)
	return check, nil
}

// matching are the names of the files, each once.
func (r reading) matching() ([]string, error) {
	var names []string
	for _, p := range r.entry.Files {
		list, err := fs.Glob(r.root.FS(), path.Clean(p))
		if err != nil {
			return nil, fmt.Errorf("%q: %w", p, err)
		}
		if _, err := r.root.Lstat(filepath.FromSlash(p)); len(list) == 0 && !errors.Is(err, fs.ErrNotExist) {
			list = []string{p} // a link that leads nowhere or out: reading it says so
		}
		if len(list) == 0 {
			return nil, fmt.Errorf("no file matches %q: run the check first, mend the pattern, or say why the check does not apply with not-applicable", p)
		}
		names = append(names, list...)
	}
	slices.Sort(names)
	names = slices.Compact(names)
	if r.read += len(names); r.read > maxFiles {
		return nil, fmt.Errorf("more than %d files of results in all: have the tools write fewer", maxFiles)
	}
	return names, nil
}

// file reads one file and embeds it. It looks before opening, because opening a
// pipe would wait for its writer.
func (r reading) file(name string) (checks.Result, evidence.Material, error) {
	file := filepath.Join(r.dir, filepath.FromSlash(name))
	switch info, err := r.root.Stat(filepath.FromSlash(name)); {
	case err != nil:
		return checks.Result{}, evidence.Material{}, &EntryError{fmt.Errorf("it cannot be reached within the repository: a link must be relative and stay in it: %w", err)}
	case !info.Mode().IsRegular():
		return checks.Result{}, evidence.Material{}, errors.New("not a regular file")
	}
	f, err := r.root.Open(filepath.FromSlash(name))
	if err != nil {
		return checks.Result{}, evidence.Material{}, err
	}
	defer f.Close()
	result, err := checks.Read(reader{r.ctx, f}, checks.Options{
		Check: cmp.Or(r.entry.Category, r.entry.Check), Format: r.entry.Format, FailAt: r.entry.FailAt, MinCoverage: r.entry.Minimum,
	})
	if err != nil {
		return checks.Result{}, evidence.Material{}, err
	}
	about := func(s evidence.ResourceDescriptor) bool { return same(s.Digest, r.subject.Digest) }
	if len(result.Subjects) > 0 && !slices.ContainsFunc(result.Subjects, about) {
		return checks.Result{}, evidence.Material{}, fmt.Errorf("the statement is not about %s: give the one for this release, or name the artifact as subject", r.subject.Name)
	}
	_, m := result.Check(r.entry.Check, r.subject, "", r.attempt)
	m.Name = r.unique(m.Name)
	return result, m, r.embed(r.ctx, file, m)
}

// unique returns a name that no other file has.
func (c *collection) unique(name string) string {
	dir, base, _ := strings.Cut(name, "/")
	stem, extension, _ := strings.Cut(base, ".")
	for i := 2; c.names[name]; i++ {
		name = fmt.Sprintf("%s/%s-%d.%s", dir, stem, i, extension)
	}
	c.names[name] = true
	return name
}

// embed makes the file a material.
func (c *collection) embed(ctx context.Context, path string, m evidence.Material) error {
	b, err := bundle.FileBlob(ctx, path)
	if err != nil {
		return err
	}
	if b.Digest != m.Digest {
		return errors.New("the file was changed while it was read")
	}
	c.part.Documents = append(c.part.Documents, collect.Document{Name: m.Name, MediaType: m.MediaType, Blob: b, Part: partFiles})
	c.target.Progress(int64(len(c.part.Documents)), 0)
	return nil
}

// same reports whether two sets name one thing: they share an algorithm, and
// agree on all that they share.
func same(a, b evidence.DigestSet) bool {
	shared := 0
	for algorithm, hex := range a {
		if other, ok := b[algorithm]; ok && other != hex {
			return false
		} else if ok {
			shared++
		}
	}
	return shared > 0
}

// reader stops when the collection is cancelled.
type reader struct {
	ctx context.Context
	io.Reader
}

func (r reader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.Reader.Read(p)
}
