package policy

import (
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/internal/lazyregexp"
	"github.com/release-dossier/dossier/verify"
)

// The kinds of releases, by their letters in the catalogue.
const (
	kindNormal    = "N"
	kindHotfix    = "H"
	kindEmergency = "E"
	kindTrain     = "T"
	kindManifest  = "M"
)

var kindWords = map[string]string{
	kindNormal: "a normal release", kindHotfix: "a hotfix", kindEmergency: "an emergency change",
	kindTrain: "a release train", kindManifest: "a release of several repositories",
}

func kindNames(letters []string) string {
	var names []string
	for _, k := range letters {
		names = append(names, kindWords[k])
	}
	return strings.Join(names, " or ")
}

// kinds returns what kinds of release it is by the evidence, whatever it is
// declared to be (controls catalogue, G14). Kinds combine.
func (f *Facts) kinds() []string {
	return f.inferred.get(func() []string {
		var list []string
		if strings.HasPrefix(f.sourceBranch(), "hotfix/") || f.hasRecord("hotfix") || slices.ContainsFunc(f.Record.Changes, ofHotfix) {
			list = append(list, kindHotfix)
		}
		if f.hasRecord("emergency") || slices.ContainsFunc(f.promotions(), func(p promoted) bool { return p.Emergency != "" }) {
			list = append(list, kindEmergency)
		}
		if f.hasRecord("train") {
			list = append(list, kindTrain)
		}
		if f.Record.Manifest != nil {
			list = append(list, kindManifest)
		}
		if len(list) == 0 {
			list = []string{kindNormal}
		}
		return list
	})
}

func ofHotfix(c evidence.Change) bool {
	return strings.HasPrefix(c.HeadBranch, "hotfix/") || strings.HasPrefix(c.BaseBranch, "hotfix/")
}

// is reports whether the release is of a kind, isAny whether it is of one of
// several.
func (f *Facts) is(kind string) bool       { return slices.Contains(f.kinds(), kind) }
func (f *Facts) isAny(kinds []string) bool { return slices.ContainsFunc(kinds, f.is) }
func (f *Facts) hasRecord(kind string) bool {
	return slices.ContainsFunc(f.Records, func(r verify.RecordFact) bool { return r.Kind == kind && r.Replaced == nil })
}

// sourceBranch is the branch that the release was made on, "" if nobody
// recorded it.
func (f *Facts) sourceBranch() string {
	if f.Record.Branches == nil {
		return ""
	}
	return f.Record.Branches.Source
}

func (f *Facts) fromReleaseBranch() bool { return strings.HasPrefix(f.sourceBranch(), "release/") }

// calverForm is what tells a calendar version from a semantic one (A26).
var calverForm = lazyregexp.New(`^(19|20)[0-9]{2}\.[0-9]{1,2}\.[0-9]+$`)

// calver reports whether the release has a calendar version: by its metadata,
// else by its form.
func (f *Facts) calver() bool {
	if m := f.Record.Metadata; m != nil && m.ReleaseIdentifier != "" {
		return m.ReleaseIdentifier == "calver"
	}
	return calverForm.MatchString(f.Record.Version)
}

// deployedLibrary says what shows that a repository which calls itself a library
// is none: windows and environments are not asked of one. It is "" if nothing does.
func (f *Facts) deployedLibrary() string {
	if f.Record.Kind != evidence.KindLibrary {
		return ""
	}
	if m := f.Record.Metadata; m != nil && (m.PrimaryType != "library" && m.PrimaryType != "monorepo" || m.Scope.DeploysToProduction == "yes") {
		return "its metadata says " + m.PrimaryType + ", and that it deploys to production: " + m.Scope.DeploysToProduction
	}
	for _, a := range f.Record.Artifacts {
		if a.Image != nil {
			return "the artifact " + a.Name + " is a container image"
		}
	}
	return ""
}
