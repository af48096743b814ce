package ci

import (
	"strings"

	"github.com/release-dossier/dossier/internal/lazyregexp"
)

// immutable is the end of a reference that names exact bytes: a full object id
// or a digest, before the fragment that Tekton puts behind it.
var immutable = lazyregexp.New(`@(sha256:[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{64})(#.*)?$`)

// pinned reports whether a reference names exact bytes. A tag does not: it can
// be moved, and nothing in a job's environment shows that it was not.
func pinned(ref string) bool { return immutable.MatchString(ref) }

func newTemplate(ref string) Template { return Template{Ref: ref, Pinned: pinned(ref)} }

// pin sets Pinned from the definition and the templates.
func (r *Run) pin(definition bool) {
	r.Pinned = definition
	for _, t := range r.Templates {
		r.Pinned = r.Pinned && (t.Pinned || t.Resolved != "")
	}
}

// typeOf returns what a full reference is.
func typeOf(ref string) string {
	switch {
	case strings.HasPrefix(ref, "refs/tags/"):
		return "tag"
	case ref != "":
		return "branch"
	}
	return ""
}
