package sbom

import (
	"fmt"
	"strings"

	"github.com/release-dossier/dossier/sbom/license"
	"github.com/release-dossier/dossier/sbom/purl"
	"github.com/release-dossier/dossier/sbom/schema"
)

// place is where a component stands: at index i of a list that is a member of
// another component, or of the document.
type place struct {
	parent int    // a component, or noComponent
	list   string // pointer of the list, from the parent
	i      int
}

// pointerTo returns the pointer of a component.
func (r *reader) pointerTo(component int) string {
	at := r.places[component]
	if at.parent == noComponent {
		return fmt.Sprintf("%s/%d", at.list, at.i)
	}
	return fmt.Sprintf("%s%s/%d", r.pointerTo(at.parent), at.list, at.i)
}

// checkPURL warns of a purl that is none. It reports whether it is one.
func (r *reader) checkPURL(s string, where func() string) bool {
	if s == "" {
		return false
	}
	if _, err := purl.Parse(s); err != nil {
		r.warn(CodePURL, where, err.Error())
		return false
	}
	return true
}

// licenses are the licence expressions of a document.
type licenses struct {
	// seen remembers what was said of an expression: in a large document a few
	// come up over and over.
	seen map[string]verdict
	// defined are the ids of licences whose text is in the document; used are
	// those that expressions refer to.
	defined map[string]bool
	used    map[string]func() string
}

// verdict is a warning about an expression; its code is empty if there is none.
type verdict struct{ code, message string }

// maxLicenses is the most different expressions, and the most ids of licences
// in the document, that are remembered.
const maxLicenses = 1 << 16

// define notes that the text of a licence is in the document.
func (l *licenses) define(id string) {
	if l.defined == nil {
		l.defined = map[string]bool{}
	}
	if len(l.defined) < maxLicenses {
		l.defined[id] = true
	}
}

// expression checks a licence expression.
func (r *reader) expression(s string, where func() string) {
	v, ok := r.licenses.seen[s]
	if !ok {
		v = r.judgeExpression(s, where)
		if r.licenses.seen == nil {
			r.licenses.seen = map[string]verdict{}
		}
		if len(r.licenses.seen) < maxLicenses {
			r.licenses.seen[s] = v
		}
	}
	if v.code != "" {
		r.warn(v.code, where, v.message)
	}
}

func (r *reader) judgeExpression(s string, where func() string) verdict {
	e, err := license.Parse(s)
	if err != nil {
		return verdict{CodeLicense, err.Error()}
	}
	for _, l := range e.Licenses() {
		switch {
		case strings.HasPrefix(l.ID, "LicenseRef-"):
			if r.licenses.used == nil {
				r.licenses.used = map[string]func() string{}
			}
			if r.licenses.used[l.ID] == nil && len(r.licenses.used) < maxLicenses {
				r.licenses.used[l.ID] = where
			}
		case !l.IsRef() && !schema.KnownLicense(l.ID):
			return verdict{CodeUnknownLicense, fmt.Sprintf("the SPDX list has no licence %.60q", l.ID)}
		}
		if l.Exception != "" && !schema.KnownLicense(l.Exception) && !strings.HasPrefix(l.Exception, "AdditionRef-") {
			return verdict{CodeUnknownLicense, fmt.Sprintf("the SPDX list has no exception %.60q", l.Exception)}
		}
	}
	return verdict{}
}

// checkLicenses warns, once each, of references to licences whose text should be
// in the document. CycloneDX has no place for such a text.
func (r *reader) checkLicenses() {
	if r.doc.Format != SPDX || len(r.licenses.defined) == maxLicenses {
		return
	}
	for _, id := range sorted(r.licenses.used) {
		if !r.licenses.defined[id] {
			r.warn(CodeUnknownLicense, r.licenses.used[id], fmt.Sprintf("the document has no text of the licence %.60q", id))
		}
	}
}
