package collect

import (
	"fmt"
	"strings"

	"golang.org/x/mod/semver"

	"github.com/release-dossier/dossier/evidence"
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

// TagVersion returns the version of the release that a tag marks, whatever
// stands before it: see [evidence.SplitTag].
func TagVersion(tag string) string {
	_, version := evidence.SplitTag(tag)
	return version
}

// endsInVersion reports whether tag is version after a prefix.
func endsInVersion(tag, version string) bool {
	prefix, ok := strings.CutSuffix(tag, version)
	return ok && version != "" && (prefix == "" || strings.ContainsRune("v/@-_", rune(prefix[len(prefix)-1])))
}
