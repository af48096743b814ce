package codeowners

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// Dialect is whose rules a file follows.
type Dialect string

// The dialects.
const (
	GitHub Dialect = "github"
	GitLab Dialect = "gitlab"
)

// Locations are the paths at which a forge looks for the file, in its order. It
// takes the first that is there and looks no further. It is nil for an unknown
// dialect.
func Locations(d Dialect) []string {
	switch d {
	case GitHub:
		return []string{".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"}
	case GitLab:
		return []string{"CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"}
	}
	return nil
}

// Bounds of a file. GitHub does not load one of more than 3 MB.
const (
	MaxSize     = 3 << 20 // bytes
	maxRules    = 20_000
	maxProblems = 1000 // that are listed
)

// File is a CODEOWNERS file.
type File struct {
	Dialect Dialect
	// Sections are GitLab's sections in the order in which they begin; the first
	// is the one without a name. GitHub's dialect has only that one.
	Sections []Section
	// Problems are lines that the forge skips, in part or as a whole.
	Problems []Problem
}

// Section is a part of a file whose rules hold beside those of the others.
type Section struct {
	// Name is the name as first written; "" for rules outside of any section.
	Name string
	// Optional says that its owners are asked and need not approve.
	Optional bool
	// Approvals is how many approvals each of its rules needs, at least 1.
	Approvals int
	// Rules are its rules in their order.
	Rules []Rule

	excluded []pattern
}

// Rule says who owns the paths that match a pattern.
type Rule struct {
	// Line is the number of the line, from 1.
	Line int
	// Pattern is the pattern as written.
	Pattern string
	// Owners are "@user", "@organisation/team", "@group/subgroup", "@@role" or
	// an e-mail address. None means that nobody's approval is needed.
	Owners []string

	pattern pattern
}

// Problem is something in a line that the forge does not read.
type Problem struct {
	Line int
	Text string
}

// Read parses the first of the dialect's locations that file finds, and returns
// its path. The function file returns a file's bytes at the base of a change,
// or an error that is fs.ErrNotExist if the base provably has none; any other
// error ends the search, because which file holds is then not known. If there
// is no file, the error is fs.ErrNotExist.
func Read(d Dialect, file func(path string) ([]byte, error)) (*File, string, error) {
	for _, path := range Locations(d) {
		data, err := file(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, path, err
		}
		f, err := Parse(d, data)
		if err != nil {
			err = fmt.Errorf("%s: %w", path, err)
		}
		return f, path, err
	}
	if Locations(d) == nil {
		return nil, "", unknownDialect(d)
	}
	return nil, "", fmt.Errorf("no CODEOWNERS: %w", fs.ErrNotExist)
}

func unknownDialect(d Dialect) error {
	return fmt.Errorf("unknown dialect %.20q of CODEOWNERS: want github or gitlab", d)
}

// Parse reads a file. A file that is too large, has too many rules or is no
// text is an error; a line that is wrong is a [Problem].
func Parse(d Dialect, data []byte) (*File, error) {
	if Locations(d) == nil {
		return nil, unknownDialect(d)
	}
	if len(data) > MaxSize {
		return nil, fmt.Errorf("the file has %d bytes, forges read at most %d", len(data), MaxSize)
	}
	if bytes.IndexByte(data, 0) >= 0 {
		return nil, errors.New("the file holds a NUL byte: it is no text")
	}
	p := &parser{file: &File{Dialect: d, Sections: []Section{{Approvals: 1}}}, byName: map[string]int{}, seen: map[ruleKey]int{}}
	text := strings.TrimPrefix(string(data), "\ufeff")
	for line := range strings.Lines(text) {
		p.line++
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		if p.rules++; p.rules > maxRules {
			return nil, fmt.Errorf("the file has more than %d rules", maxRules)
		}
		if d == GitHub {
			p.github(line)
		} else {
			p.gitlab(line)
		}
	}
	return p.file, nil
}

type parser struct {
	file    *File
	line    int // number of the line
	rules   int
	section int      // index of the current section
	owners  []string // the current section's default owners
	byName  map[string]int
	seen    map[ruleKey]int
}

// ruleKey is a section and a completed pattern.
type ruleKey struct {
	section int
	pattern string
}

func (p *parser) problem(format string, args ...any) {
	if len(p.file.Problems) == maxProblems {
		return
	}
	p.file.Problems = append(p.file.Problems, Problem{p.line, fmt.Sprintf(format, args...)})
}

func (p *parser) current() *Section { return &p.file.Sections[p.section] }

// Owners returns all owners that the file names, sorted, each once.
func (f *File) Owners() []string {
	var list []string
	for _, s := range f.Sections {
		for _, r := range s.Rules {
			list = append(list, r.Owners...)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}
