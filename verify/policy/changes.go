package policy

import (
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/semver"

	"github.com/release-dossier/dossier/evidence/commits"
)

// versionNumber is a version's three numbers.
type versionNumber [3]int

// parseNumber reads MAJOR.MINOR.PATCH, with whatever suffix SemVer allows.
func parseNumber(version string) (n versionNumber, ok bool) {
	v := "v" + version
	core := strings.TrimSuffix(strings.TrimSuffix(v, semver.Build(v)), semver.Prerelease(v))
	// semver accepts v1 and v1.2 as well; SemVer 2.0.0 does not.
	parts := strings.Split(strings.TrimPrefix(core, "v"), ".")
	if !semver.IsValid(v) || len(parts) != len(n) {
		return versionNumber{}, false
	}
	for i, part := range parts {
		x, err := strconv.Atoi(part)
		if err != nil {
			return versionNumber{}, false
		}
		n[i] = x
	}
	return n, true
}

// raised names the highest part in which to is above from: 0 MAJOR, 1 MINOR,
// 2 PATCH, 3 none.
func raised(from, to versionNumber) int {
	for i := range from {
		if from[i] != to[i] {
			if to[i] > from[i] {
				return i
			}
			return len(from)
		}
	}
	return len(from)
}

// step is how the version moved since the base release.
type step struct {
	from, to string
	raised   int
	major    int // of the new version
}

func (s step) String() string { return s.from + " to " + s.to }

// versionStep compares the version with that of the base release. If there is
// nothing to compare, the result says why and ok is false.
func versionStep(f *Facts) (s step, why Result, ok bool) {
	r := f.Record
	if r.Base.None == "first" {
		return step{}, notApplicable("first release of its line"), false
	}
	s = step{from: bareVersion(r.Base.Tag, r), to: r.Version}
	from, okFrom := parseNumber(s.from)
	to, okTo := parseNumber(s.to)
	switch {
	case !okTo:
		return step{}, unknown("version", "%s is not a semantic version", r.Version).follows("version/semver"), false
	case !okFrom:
		return step{}, unknown("base-version", "the base release %s has no semantic version", r.Base.Tag).at(inRecord(f, "/base/tag")), false
	}
	s.raised, s.major = raised(from, to), to[0]
	return s, Result{}, true
}

// changes is what the commits since the base release say they are.
type changes struct {
	// types maps a commit type to the first commit of it.
	types map[string]string
	// breaking lists breaking commits, unclassified those without a type.
	breaking, unclassified []string
}

// readChanges classifies the commits of the release. Merge commits say nothing
// of their own. If the range is incomplete, ok is false and why says so.
func readChanges(f *Facts) (c changes, why Result, ok bool) {
	read := f.classified.get(func() changesRead {
		c, why, ok := classify(f)
		return changesRead{c, why, ok}
	})
	return read.changes, read.why, read.ok
}

// changesRead is what readChanges returns.
type changesRead struct {
	changes changes
	why     Result
	ok      bool
}

func classify(f *Facts) (c changes, why Result, ok bool) {
	if !f.Range.Complete {
		return c, unknown("range-incomplete", "not all commits since %s are there: %s", f.Record.Base.Tag, f.Range.Why).at(inRecord(f, "/base")), false
	}
	c.types = map[string]string{}
	for _, commit := range f.Range.Commits {
		id := short(string(commit.ID))
		m, err := commits.Parse(commit.Message)
		switch {
		case err != nil && breakingText(commit.Message):
			c.breaking = append(c.breaking, id)
		case err != nil && len(commit.Parents) < 2:
			c.unclassified = append(c.unclassified, id)
		case err != nil:
		default:
			if c.types[m.Type] == "" {
				c.types[m.Type] = id
			}
			if m.Breaking {
				c.breaking = append(c.breaking, id)
			}
		}
	}
	return c, Result{}, true
}

// breakingText finds the footer in a message that is otherwise not of the
// conventional form.
func breakingText(message string) bool {
	for line := range strings.Lines(message) {
		if strings.HasPrefix(line, "BREAKING CHANGE: ") || strings.HasPrefix(line, "BREAKING-CHANGE: ") {
			return true
		}
	}
	return false
}

// of lists the commits whose type is in list.
func (c changes) of(list []string) []string {
	var found []string
	for _, typ := range list {
		if id, ok := c.types[typ]; ok {
			found = append(found, fmt.Sprintf("%s is %q", id, typ))
		}
	}
	return found
}
