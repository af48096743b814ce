package license

import (
	"slices"
	"strings"
	"unicode"
)

// Lists say which licences may be used. An entry is an SPDX id, an id WITH an
// exception, a licence's name as an SBOM has it, or the beginning of one
// followed by "*". Case does not count, and GNU licences are compared under
// their present ids (GPL-2.0 is GPL-2.0-only, GPL-2.0+ is GPL-2.0-or-later).
type Lists struct {
	// Allow are the only licences that may be used; if empty, all may.
	Allow []string
	// Deny are licences that may not be used.
	Deny []string
}

// Permit reports whether a licence, an expression or a name as an SBOM gives it,
// may be used. Of several that can be chosen one suffices, of several that apply
// together all are asked. An exception only adds permissions, so an entry for
// the licence without it covers the licence with it; an entry that names the
// exception itself prevails over one that does not. In what is no expression no
// word may be a licence that is denied.
func (l Lists) Permit(licence string) bool { return l.Judge()(licence) }

// Judge returns Permit as a function that has read the lists once, for many
// licences.
func (l Lists) Judge() func(licence string) bool {
	j := judge{allow: read(l.Allow), deny: read(l.Deny), all: len(l.Allow) == 0}
	return func(licence string) bool {
		e, err := Parse(licence)
		if err != nil {
			return j.permitsName(licence)
		}
		return j.permits(e)
	}
}

// list is a list as it is compared: licences in canonical form, and beginnings.
type list struct {
	licences   map[string]bool
	beginnings []string
}

func read(entries []string) list {
	l := list{licences: map[string]bool{}}
	for _, entry := range entries {
		if beginning, ok := strings.CutSuffix(entry, "*"); ok {
			l.beginnings = append(l.beginnings, strings.ToLower(beginning))
		} else {
			l.licences[canonicalEntry(entry)] = true
		}
	}
	return l
}

// covers reports whether an entry covers a licence in canonical form.
func (l list) covers(licence string) bool {
	return l.licences[licence] || slices.ContainsFunc(l.beginnings, func(b string) bool { return strings.HasPrefix(licence, b) })
}

type judge struct {
	allow, deny list
	all         bool // what is not denied is allowed
}

func (j judge) permits(e Expression) bool {
	switch {
	case e.Any != nil:
		return slices.ContainsFunc(e.Any, j.permits)
	case e.All != nil:
		return !slices.ContainsFunc(e.All, func(sub Expression) bool { return !j.permits(sub) })
	}
	id := canonical(License{ID: e.License.ID, OrLater: e.License.OrLater})
	if e.License.Exception != "" {
		whole := id + " with " + strings.ToLower(e.License.Exception)
		switch {
		case j.deny.licences[whole]:
			return false
		case j.allow.licences[whole]:
			return true
		}
	}
	return !j.deny.covers(id) && (j.all || j.allow.covers(id))
}

// permitsName judges what is no expression: a name, or an expression that is
// broken or too long, which must not hide a licence that is denied.
func (j judge) permitsName(name string) bool {
	words := strings.FieldsFunc(name, func(r rune) bool { return unicode.IsSpace(r) || r == '(' || r == ')' })
	return j.permits(Expression{License: License{ID: strings.TrimSpace(name)}}) && !slices.ContainsFunc(words, func(word string) bool {
		id, later := strings.CutSuffix(word, "+")
		return j.deny.covers(canonical(License{ID: id, OrLater: later}))
	})
}

func canonicalEntry(entry string) string {
	e, err := Parse(entry)
	if err != nil || e.All != nil || e.Any != nil {
		return strings.ToLower(strings.TrimSpace(entry))
	}
	id := canonical(License{ID: e.License.ID, OrLater: e.License.OrLater})
	if e.License.Exception != "" {
		id += " with " + strings.ToLower(e.License.Exception)
	}
	return id
}

// canonical is a licence's id in lower case. "This version or later" of a
// licence that is not GNU's can be taken as this version.
func canonical(l License) string {
	id := strings.ToLower(l.ID)
	for _, family := range []string{"gpl-", "lgpl-", "agpl-", "gfdl-"} {
		if !strings.HasPrefix(id, family) || strings.HasSuffix(id, "-only") || strings.HasSuffix(id, "-or-later") || strings.Contains(id, "-with-") {
			continue
		}
		if l.OrLater {
			return id + "-or-later"
		}
		return id + "-only"
	}
	return id
}
