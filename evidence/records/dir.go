package records

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/internal/strictyaml"
)

const (
	// Root is where the records of a repository's releases are, from its top.
	Root = ".dossier/records"

	maxFiles = 1000
	maxTotal = 16 << 20
)

// File is one file of a directory of records. Of Record and Facts one is set.
type File struct {
	// Name is the file's path as [ReadDir] was asked for it.
	Name string
	// Kind is the name of its kind.
	Kind string
	// Record is the record, for the kinds of [evidence.Kinds].
	Record evidence.Predicate
	// Facts holds the parts of the release statement that people write, for
	// [ReleaseKind]; everything else in it is empty.
	Facts *evidence.Record
	// Data are the file's bytes.
	Data []byte
}

// Dir returns the directory, from the top of the repository, with the records
// of one release: .dossier/records/<version>, or
// .dossier/records/<component>/<version> in a repository of several components,
// where a component's name may be a path.
func Dir(component, version string) (string, error) {
	names := []string{version}
	if component != "" {
		names = append(strings.Split(component, "/"), version)
	}
	for _, name := range names {
		if !plain(name) {
			return "", fmt.Errorf("%.80q cannot name a directory of records: want letters, digits and any of . _ + -", name)
		}
	}
	return path.Join(append([]string{Root}, names...)...), nil
}

// plain reports whether name is one that means the same on every system.
func plain(name string) bool {
	const others = "._+-"
	for i := range len(name) {
		c := name[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		if !letter && (i == 0 || strings.IndexByte(others, c) < 0) {
			return false
		}
	}
	return name != "" && len(name) <= 128 && name[len(name)-1] != '.'
}

// ReadDir reads the records in a directory of fsys, sorted by file name. Every
// file in it is a record in YAML, its name ends in .yaml and its key "record" says
// of which kind it is; names that begin with a dot are passed over. Anything
// else is an error, as are two records of one kind and id: a record is never
// left out because its file is spelled in another way. Errors name file, line
// and column; a directory that is not there is [fs.ErrNotExist].
func ReadDir(fsys fs.FS, dir string) ([]File, error) {
	list, err := fs.ReadDir(fsys, dir)
	if err != nil {
		return nil, err
	}
	if len(list) > maxFiles {
		return nil, fmt.Errorf("%s: %d files, at most %d are read", dir, len(list), maxFiles)
	}
	var files []File
	left := int64(maxTotal)
	for _, entry := range list {
		name := path.Join(dir, entry.Name())
		if strings.HasPrefix(entry.Name(), ".") {
			continue
		}
		if err := checkEntry(name, entry); err != nil {
			return nil, err
		}
		data, err := readFile(fsys, name, left)
		if err != nil {
			return nil, err
		}
		left -= int64(len(data))
		f, err := ParseFile(name, data)
		if err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	return files, distinct(files)
}

// Hidden returns the files in a directory that [ReadDir] passes over because
// their names begin with a dot; those of git are none.
func Hidden(fsys fs.FS, dir string) ([]string, error) {
	list, err := fs.ReadDir(fsys, dir)
	var names []string
	for _, entry := range list {
		if name := entry.Name(); name[0] == '.' && !strings.HasPrefix(name, ".git") {
			names = append(names, path.Join(dir, name))
		}
	}
	return names, err
}

func checkEntry(name string, entry fs.DirEntry) error {
	switch {
	case !entry.Type().IsRegular():
		return fmt.Errorf("%s: only files belong in a directory of records: no links, no directories", name)
	case path.Ext(name) != ".yaml":
		return fmt.Errorf("%s: the name of a record ends in .yaml: rename it, or move it away", name)
	}
	return nil
}

// readFile reads a file of at most left bytes, and no larger than strictyaml
// takes.
func readFile(fsys fs.FS, name string, left int64) ([]byte, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, min(left, strictyaml.MaxBytes)+1))
	switch {
	case err != nil:
		return nil, err
	case int64(len(data)) > left:
		return nil, fmt.Errorf("%s: the records of one release have more than %d bytes", name, maxTotal)
	}
	return data, nil
}

// ParseFile reads a record whose key "record" says of which kind it is. Errors
// are like those of [ParseYAML].
func ParseFile(name string, data []byte) (File, error) {
	root, err := strictyaml.Parse(name, data)
	if err != nil {
		return File{}, err
	}
	n := root.Lookup(recordKey)
	if n == nil {
		return File{}, root.Errorf("the key %q is missing: say which kind of record this is, such as \"record: exception\"", recordKey)
	}
	f := File{Name: name, Data: data}
	if err := n.Decode(&f.Kind); err != nil {
		return File{}, err
	}
	if f.Kind == ReleaseKind {
		f.Facts, err = parseFacts(root)
		return f, err
	}
	info, ok := evidence.LookupKind(f.Kind)
	if !ok || info.Name != f.Kind {
		return File{}, n.Errorf("%w", unknownKind(f.Kind))
	}
	f.Record, err = parse(root, info)
	return f, err
}

// distinct refuses two files that state one record.
func distinct(files []File) error {
	seen := map[[2]string]string{}
	for _, f := range files {
		id := [2]string{f.Kind}
		if f.Record != nil {
			id[1] = f.Record.Head().ID
		}
		first, twice := seen[id]
		switch {
		case twice && f.Record == nil:
			return errors.New(f.Name + ": " + first + " is a record of kind " + ReleaseKind + " already: one file holds the parts of the release statement")
		case twice:
			return fmt.Errorf("%s: %s is a record of kind %s with the id %.80q already: each record has an id of its own", f.Name, first, f.Kind, id[1])
		}
		seen[id] = f.Name
	}
	return nil
}
