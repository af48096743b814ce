package evidence

import (
	"strings"

	"github.com/release-dossier/dossier/internal/lazyregexp"
)

// version is a semantic version (Semantic Versioning 2.0.0, its own expression)
// with or without a v before it, or three numbers of a calendar version, which
// may begin with a zero.
var version = lazyregexp.New(`^v?((0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)` +
	`(-(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(\.(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*)?` +
	`(\+[0-9a-zA-Z-]+(\.[0-9a-zA-Z-]+)*)?|[0-9]{4}\.[0-9]{1,2}\.[0-9]+)$`)

// maxTag is the longest name that is taken apart: what file systems, in which git
// keeps references, allow.
const maxTag = 255

// SplitTag splits the name of a release's tag into the version that it marks
// and what stands before it, as the name of a component: v1.4.0 is "" and
// "1.4.0", api/v1.4.0 is "api/" and "1.4.0", api@1.4.0 is "api@", and
// api-v1.4.0 is "api-". The version is the longest that the name ends in, so
// that v1.2.3-4.0.0 is no 4.0.0. A name without one is a version itself, from
// the last / or @ on, and so is one of more than 255 bytes. The v before a version
// is of neither part.
func SplitTag(tag string) (prefix, v string) {
	start := strings.LastIndexAny(tag, "/@") + 1
	if len(tag) > maxTag {
		return tag[:start], tag[start:]
	}
	for at := start; ; {
		if version.MatchString(tag[at:]) {
			return tag[:at], strings.TrimPrefix(tag[at:], "v")
		}
		n := strings.IndexByte(tag[at:], '-')
		if n < 0 {
			return tag[:start], tag[start:]
		}
		at += n + 1
	}
}
