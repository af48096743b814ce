package git

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"golang.org/x/mod/semver"
)

// defaultPattern is what release tags look like if nothing else is said.
const defaultPattern = "v*"

// patternOf returns the pattern of the releases that a tag belongs to: what
// stands before the version at its end, and then anything.
func patternOf(tag string) string {
	for i := range len(tag) {
		if i > 0 && isDigit(tag[i-1]) || !isDigit(tag[i]) {
			continue
		}
		if _, ok := semantic(tag[i:]); ok {
			return tag[:i] + "*"
		}
	}
	return defaultPattern
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// semantic returns "1.4.0" as package semver wants it. Only full versions
// count, so that a moving tag such as "v1" is never taken for a release. After a
// year, numbers may have leading zeros, as calendar versions do: "2026.02.0".
func semantic(s string) (string, bool) {
	core, rest := s, ""
	if i := strings.IndexAny(s, "-+"); i >= 0 {
		core, rest = s[:i], s[i:]
	}
	parts := strings.Split(core, ".")
	if len(parts) != 3 {
		return "", false
	}
	if len(parts[0]) == len("2026") {
		for i, p := range parts[1:] {
			if zeros := strings.TrimLeft(p, "0"); p != "" {
				parts[i+1] = cmp.Or(zeros, "0")
			}
		}
	}
	version := "v" + strings.Join(parts, ".") + rest
	return version, semver.IsValid(version)
}

// release is a tag that names a released version.
type release struct {
	tag     string
	version string // "v1.4.0", as package semver wants it
}

// parseRelease reads the version of a tag that matches pattern: it begins after the
// pattern's text before its first wildcard, or with the numbers at the end of that
// text, as in "v2.*".
func parseRelease(pattern, tag string) (release, bool) {
	if ok, err := path.Match(pattern, tag); err != nil || !ok {
		return release{}, false
	}
	prefix := pattern
	if i := strings.IndexAny(pattern, `*?[\`); i >= 0 {
		prefix = pattern[:i]
	}
	// In "v1*", which takes v10.0.0 as well, the 1 is no part of the name.
	for _, p := range []string{strings.TrimRight(prefix, "0123456789."), prefix} {
		if version, ok := semantic(strings.TrimPrefix(strings.TrimPrefix(tag, p), "v")); ok {
			return release{tag: tag, version: version}, true
		}
	}
	return release{}, false
}

func (r release) prerelease() bool { return semver.Prerelease(r.version) != "" }

// sortReleases returns the releases among tags, highest version first; names
// decide between equal versions.
func sortReleases(pattern string, tags []tagRef) []release {
	var out []release
	for _, t := range tags {
		if r, ok := parseRelease(pattern, t.name); ok {
			out = append(out, r)
		}
	}
	slices.SortFunc(out, func(a, b release) int {
		return cmp.Or(semver.Compare(b.version, a.version), cmp.Compare(a.tag, b.tag))
	})
	return out
}

// previous picks the previous release among candidates, which are sorted and
// all ancestors: the highest of the same line (major.minor), else the highest.
func previous(candidates []release, current release) (release, bool) {
	line := semver.MajorMinor(current.version)
	for _, r := range candidates {
		if line != "" && semver.MajorMinor(r.version) == line {
			return r, true
		}
	}
	if len(candidates) == 0 {
		return release{}, false
	}
	return candidates[0], true
}
