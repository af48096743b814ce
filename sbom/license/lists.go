package license

import (
	"slices"
	"strings"
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
// exception itself prevails over one that does not.
func (l Lists) Permit(licence string) bool {
	e, err := Parse(licence)
	if err != nil {
		e = Expression{License: License{ID: strings.TrimSpace(licence)}} // a name
	}
	return l.permits(e)
}

func (l Lists) permits(e Expression) bool {
	switch {
	case e.Any != nil:
		for _, sub := range e.Any {
			if l.permits(sub) {
				return true
			}
		}
		return false
	case e.All != nil:
		for _, sub := range e.All {
			if !l.permits(sub) {
				return false
			}
		}
		return true
	}
	if e.License.Exception != "" {
		whole := canonical(License{ID: e.License.ID, OrLater: e.License.OrLater}) + " with " + strings.ToLower(e.License.Exception)
		switch {
		case named(l.Deny, whole):
			return false
		case named(l.Allow, whole):
			return true
		}
	}
	id := canonical(License{ID: e.License.ID, OrLater: e.License.OrLater})
	return !listed(l.Deny, id) && (len(l.Allow) == 0 || listed(l.Allow, id))
}

// listed reports whether an entry covers the licence in canonical form.
func listed(entries []string, licence string) bool {
	for _, entry := range entries {
		prefix, ok := strings.CutSuffix(entry, "*")
		if ok && strings.HasPrefix(licence, strings.ToLower(prefix)) {
			return true
		}
	}
	return named(entries, licence)
}

// named reports whether an entry is the licence in canonical form.
func named(entries []string, licence string) bool {
	return slices.ContainsFunc(entries, func(entry string) bool { return canonicalEntry(entry) == licence })
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
