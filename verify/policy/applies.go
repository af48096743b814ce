package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
)

// applicability is what a control's column "Applies" says, read.
type applicability struct {
	// types are the repository types; none is any.
	types []evidence.Kind
	// kinds are the kinds of releases, by their letters; none is any.
	kinds []string
	// releaseBranch adds releases from a release branch to kinds.
	releaseBranch bool
	// calver is for calendar versions only.
	calver bool
	// archive needs several dossiers and cannot be judged on one.
	archive bool
	// organisation is about the organisation rather than a release.
	organisation bool
}

// beyond reports whether it is more than one dossier decides.
func (a applicability) beyond() bool { return a.archive || a.organisation }

// appliesTo reads a column "Applies". Phases and snapshots (prod, post, repo)
// say when and from what a control is judged, not whether.
func appliesTo(column string) (a applicability) {
	single := false // whether a part can be judged on one dossier
	for _, word := range strings.FieldsFunc(column, func(c rune) bool { return strings.ContainsRune(" ,;", c) }) {
		switch word {
		case "svc", "lib", "iac", "app", "mono":
			a.types = append(a.types, evidence.Kind(word))
		case "N", "H", "E", "M":
			a.kinds, single = append(a.kinds, word), true
		case "T":
			a.kinds = append(a.kinds, word)
		case "release":
			a.releaseBranch = true
		case "calver":
			a.calver = true
		case "*":
			single = true
		case "arch":
			a.archive = true
		case "org":
			a.organisation = true
		}
	}
	a.archive = a.archive && !single
	return a
}

// excludes says why a control does not apply to the release; "" if it does.
func (a applicability) excludes(f *Facts) string {
	switch {
	case a.archive:
		return "needs an archive"
	case len(a.types) > 0 && !slices.Contains(a.types, f.Record.Kind):
		return fmt.Sprintf("for %s; this is %s", typeNames(a.types), typeName(f.Record.Kind))
	case a.calver && !f.calver():
		return "for calendar versions"
	case len(a.kinds) == 0 && a.releaseBranch && !f.fromReleaseBranch():
		return "not released from a release branch"
	case len(a.kinds) > 0 && !f.isAny(a.kinds) && (!a.releaseBranch || !f.fromReleaseBranch()):
		return "for " + kindNames(a.kinds) + " only"
	}
	return ""
}

func typeName(k evidence.Kind) string {
	switch k {
	case evidence.KindService:
		return "a service"
	case evidence.KindLibrary:
		return "a library"
	case evidence.KindInfrastructure:
		return "infrastructure"
	case evidence.KindApp:
		return "an app"
	case evidence.KindMono:
		return "a repository of several components"
	}
	return "of an unknown type"
}

func typeNames(list []evidence.Kind) string {
	var names []string
	for _, k := range list {
		names = append(names, typeName(k))
	}
	return strings.Join(names, " or ")
}
