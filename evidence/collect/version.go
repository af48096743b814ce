package collect

import (
	"fmt"
	"strings"

	"golang.org/x/mod/semver"
)

// releaseVersion returns the version of the release that tag marks. A given
// version has to be the tag's (controls catalogue, tag/matches-release-version).
func releaseVersion(given, tag string) (string, error) {
	tagged := TagVersion(tag)
	if given == "" {
		return tagged, nil
	}
	given = strings.TrimPrefix(given, "v")
	if tagged == given || !semver.IsValid("v"+tagged) && endsInVersion(tag, given) {
		return given, nil
	}
	return "", fmt.Errorf("version %s disagrees with tag %s, which says %s: leave the version out or name the right tag", given, tag, tagged)
}

// TagVersion returns the version of the release that a tag marks, which is what
// follows the tag's prefix: "1.4.0" for v1.4.0,
// api/v1.4.0, api@1.4.0 and api-v1.4.0. A tag without a semantic version is
// its own version.
func TagVersion(tag string) string {
	rest := tag[strings.LastIndexAny(tag, "/@")+1:]
	for s := rest; ; {
		if v := "v" + strings.TrimPrefix(s, "v"); semver.IsValid(v) && strings.Count(cutSuffixes(v), ".") == 2 {
			return v[1:]
		}
		_, after, ok := strings.Cut(s, "-")
		if !ok {
			return rest
		}
		s = after
	}
}

// cutSuffixes returns v without pre-release and build metadata.
func cutSuffixes(v string) string {
	return v[:len(v)-len(semver.Prerelease(v))-len(semver.Build(v))]
}

// endsInVersion reports whether tag is version after a prefix.
func endsInVersion(tag, version string) bool {
	prefix, ok := strings.CutSuffix(tag, version)
	return ok && version != "" && (prefix == "" || strings.ContainsRune("v/@-_", rune(prefix[len(prefix)-1])))
}
