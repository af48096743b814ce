package gitobj

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// Mode says what a tree entry is. Git writes it in octal.
type Mode uint32

// The modes of tree entries.
const (
	ModeDir        Mode = 0o040000
	ModeFile       Mode = 0o100644
	ModeGroupFile  Mode = 0o100664 // written by early versions of git
	ModeExecutable Mode = 0o100755
	ModeSymlink    Mode = 0o120000
	ModeSubmodule  Mode = 0o160000
)

// Regular reports whether the entry is a file, not a link or a directory.
func (m Mode) Regular() bool {
	return m == ModeFile || m == ModeGroupFile || m == ModeExecutable
}

// TreeEntry is one entry of a tree.
type TreeEntry struct {
	Mode Mode
	Name string
	ID   ID
}

// maxEntries is the most entries a tree may have.
const maxEntries = 200_000

// ParseTree reads the content of a tree object of a repository of format f.
// Entries out of git's order, two entries with one name, and names that could
// not be checked out (such as "..", or with a slash) are errors.
func ParseTree(f Format, body []byte) ([]TreeEntry, error) {
	if f.size() == 0 {
		return nil, fmt.Errorf("tree: unknown object format %.20q", f)
	}
	if len(body) > MaxTree {
		return nil, fmt.Errorf("tree: %d bytes, at most %d are allowed", len(body), MaxTree)
	}
	var entries []TreeEntry
	names := map[string]struct{}{}
	for len(body) > 0 {
		e, rest, err := nextEntry(f, body)
		if err == nil {
			err = checkEntry(entries, e, names)
		}
		if err != nil {
			return nil, fmt.Errorf("tree: entry %d: %w", len(entries)+1, err)
		}
		names[e.Name] = struct{}{}
		entries, body = append(entries, e), rest
	}
	return entries, nil
}

// nextEntry reads "mode SP name NUL id", the id in binary.
func nextEntry(f Format, body []byte) (TreeEntry, []byte, error) {
	mode, rest, ok := bytes.Cut(body, []byte{' '})
	m, known := parseMode(string(mode))
	if !ok || !known {
		return TreeEntry{}, nil, fmt.Errorf("unknown mode %.10q", mode)
	}
	name, rest, ok := bytes.Cut(rest, []byte{0})
	if !ok || len(rest) < f.size() {
		return TreeEntry{}, nil, errors.New("the entry is cut off")
	}
	id, _, err := ParseID(hex.EncodeToString(rest[:f.size()]))
	if err != nil {
		return TreeEntry{}, nil, err
	}
	return TreeEntry{Mode: m, Name: string(name), ID: id}, rest[f.size():], nil
}

func parseMode(s string) (Mode, bool) {
	switch s {
	case "40000":
		return ModeDir, true
	case "100644":
		return ModeFile, true
	case "100664":
		return ModeGroupFile, true
	case "100755":
		return ModeExecutable, true
	case "120000":
		return ModeSymlink, true
	case "160000":
		return ModeSubmodule, true
	}
	return 0, false
}

func checkEntry(before []TreeEntry, e TreeEntry, names map[string]struct{}) error {
	switch {
	case len(before) == maxEntries:
		return fmt.Errorf("more than %d entries", maxEntries)
	case e.Name == "", e.Name == ".", e.Name == "..", strings.Contains(e.Name, "/"),
		strings.EqualFold(e.Name, ".git"):
		return fmt.Errorf("%.80q is not a file name", e.Name)
	}
	// A file and a directory of one name need not be neighbours in the order.
	if _, ok := names[e.Name]; ok {
		return fmt.Errorf("%.80q is listed twice", e.Name)
	}
	if n := len(before); n > 0 && sortName(before[n-1]) >= sortName(e) {
		return fmt.Errorf("%.80q is out of order", e.Name)
	}
	return nil
}

// sortName is what git sorts by: a directory as if its name ended in a slash.
func sortName(e TreeEntry) string {
	if e.Mode == ModeDir {
		return e.Name + "/"
	}
	return e.Name
}
