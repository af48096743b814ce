package policy

import (
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify"
)

// trailerKind is the trailer of the annotated tag that declares a patch or
// hotfix release.
const trailerKind = "Release-kind"

// versionControls are the controls of how the version was chosen.
var versionControls = []Control{{
	ID: "version/semver", Level: Must, Sections: "1.12.3.2", Theme: themeTag,
	Title: "The version is MAJOR.MINOR.PATCH", Failing: "The version is not a semantic version",
	Logic:   "The version is valid under Semantic Versioning 2.0.0, with all three numbers.",
	Applies: "svc lib", Waive: "exc",
	Question: 2, Gate: verify.GateTag, Profile: Solo, Evidence: []string{"record.version", "record.kind"},
	Fix: verify.Fix{
		Before: "choose a version such as 1.2.3 (semver.org)",
		Now:    "release again under a semantic version",
	},
	Check: versionSemver,
}, {
	ID: "version/patch-bump-for-fixes", Level: Must, Sections: "1.12.3.2, 1.3.3", Theme: themeTag,
	Title: "A patch or hotfix release raises PATCH only", Failing: "A patch or hotfix release raises more than PATCH",
	Logic:   "If the tag's trailer " + trailerKind + " says patch or hotfix, MAJOR and MINOR are those of the base release and PATCH is higher.",
	Applies: "N H", Waive: "exc",
	Question: 2, Gate: verify.GateTag, Profile: Solo, Evidence: []string{"tag trailer " + trailerKind, "record.version", "record.base.tag"},
	Fix: verify.Fix{
		Before: "raise PATCH only, or leave out the trailer",
		Now:    "correct the declaration with the next release",
	},
	Check: versionPatchBump,
}, {
	ID: "version/patch-fixes-only", Level: Must, Sections: "1.3.3", Theme: themeTag,
	Title: "A patch release carries only compatible fixes", Failing: "A patch release carries more than compatible fixes",
	Logic:   "If only PATCH rose, no commit since the base release is a feature or breaking (Conventional Commits); parameters patch-refused and patch-warned.",
	Applies: "*", Waive: "exc",
	Question: 2, Gate: verify.GateTag, Profile: Solo, Evidence: []string{"commit messages", "record.version", "record.base.tag"},
	Fix: verify.Fix{
		Before: "raise MINOR, or MAJOR for a breaking change",
		Now:    "tell users what the patch release adds, and release again with the right number",
	},
	Check: versionPatchFixesOnly,
}, {
	ID: "version/breaking-needs-major", Level: Must, Sections: "1.18.3.2", Theme: themeTag,
	Title: "A breaking change raises MAJOR", Failing: "A breaking change did not raise MAJOR",
	Logic:   "If a commit since the base release says it is breaking, MAJOR rose; while MAJOR is 0, a higher MINOR is a warning.",
	Applies: "svc lib iac", Waive: "exc",
	Question: 2, Gate: verify.GateTag, Profile: Solo, Evidence: []string{"commit messages", "record.version", "record.base.tag"},
	Fix: verify.Fix{
		Before: "raise MAJOR, or take the breaking change out",
		Now:    "withdraw the release and publish it under the next MAJOR",
	},
	Check: versionBreaking,
}, {
	ID: "version/minor-for-additive", Level: Should, Sections: "1.12.3.2", Theme: themeTag,
	Title: "An additive change raises MINOR", Failing: "A feature did not raise MINOR",
	Logic:   "If a commit since the base release is a feature, more than PATCH rose.",
	Applies: "*", Waive: "rat",
	Question: 2, Gate: verify.GateTag, Profile: Solo, Evidence: []string{"commit messages", "record.version", "record.base.tag"},
	Fix:   verify.Fix{Before: "raise MINOR for new features"},
	Check: versionMinorForAdditive,
}}

func versionSemver(f *Facts) Result {
	if k := f.Record.Kind; k != evidence.KindService && k != evidence.KindLibrary {
		return notApplicable("repository type is " + string(k))
	}
	if _, ok := parseNumber(f.Record.Version); !ok {
		return fail("not-semver", "MAJOR.MINOR.PATCH", "%s", f.Record.Version).at(inRecord(f, "/version"))
	}
	return pass(recomputed("the version"), "%s", f.Record.Version).at(inRecord(f, "/version"))
}

// declaredPatch returns what the tag's trailer declares, if that is a patch or
// hotfix release.
func declaredPatch(f *Facts) (string, bool) {
	for _, t := range f.Tag.Object.Trailers {
		if strings.EqualFold(t.Key, trailerKind) {
			kind := strings.ToLower(strings.TrimSpace(t.Value))
			return kind, kind == "patch" || kind == "hotfix"
		}
	}
	return "", false
}

func versionPatchBump(f *Facts) Result {
	kind, ok := declaredPatch(f)
	if !ok {
		return notApplicable("not declared a patch or hotfix release")
	}
	s, why, ok := versionStep(f)
	if !ok {
		return why
	}
	if s.raised != 2 {
		return fail("bump", "only PATCH rises in a "+kind+" release", "%s", s).at(inRecord(f, "/version"), inRecord(f, "/base/tag"))
	}
	return pass(verify.Weakest(tagProof(f), f.Stated()), "%s", s).at(inRecord(f, "/version"))
}

// patchChanges gathers what both rules about patch releases need. If they do
// not apply or cannot be judged, ok is false.
func patchChanges(f *Facts) (s step, c changes, why Result, ok bool) {
	if s, why, ok = versionStep(f); !ok {
		return s, c, why, false
	}
	if s.raised != 2 {
		return s, c, notApplicable("more than PATCH rose"), false
	}
	c, why, ok = readChanges(f)
	return s, c, why, ok
}

// rangeProof is how the commits' own words are known: proven that they say so,
// from a base that the release statement names.
func rangeProof(f *Facts) verify.Proof {
	return verify.Weakest(recomputed("the commits' messages"), f.Stated())
}

func versionPatchFixesOnly(f *Facts) Result {
	s, c, why, ok := patchChanges(f)
	if !ok {
		return why
	}
	const want = "only compatible fixes when only PATCH rises"
	place := inRecord(f, "/base")
	bad, doubtful := c.of(f.Params.PatchRefused), c.of(f.Params.PatchWarned)
	switch {
	case len(bad) > 0:
		return fail("more-than-fixes", want, "%s: %s", s, several(bad)).at(place)
	case len(c.breaking) > 0:
		return fail("more-than-fixes", want, "%s, breaking: %s", s, several(c.breaking)).
			at(place).follows("version/breaking-needs-major")
	case len(doubtful) > 0:
		return warn(rangeProof(f), "doubtful-in-patch", "%s: %s", s, several(doubtful)).wants(want).at(place)
	case len(c.unclassified) > 0:
		return warn(rangeProof(f), "unclassified", "%s: %d commits do not say what they change, first %s", s, len(c.unclassified), c.unclassified[0]).wants(want).at(place)
	}
	return pass(rangeProof(f), "%s: %d commits", s, len(f.Range.Commits)).wants(want).at(place)
}

func versionBreaking(f *Facts) Result {
	kinds := []evidence.Kind{evidence.KindService, evidence.KindLibrary, evidence.KindInfrastructure}
	if !slices.Contains(kinds, f.Record.Kind) {
		return notApplicable("repository type is " + string(f.Record.Kind))
	}
	s, why, ok := versionStep(f)
	if !ok {
		return why
	}
	c, why, ok := readChanges(f)
	if !ok {
		return why
	}
	const want = "MAJOR rises with a breaking change"
	place := inRecord(f, "/base")
	switch {
	case len(c.breaking) == 0:
		return pass(rangeProof(f), "no commit says it is breaking").wants(want).at(place)
	case s.raised == 0:
		return pass(rangeProof(f), "%s, breaking: %s", s, several(c.breaking)).wants(want).at(place)
	case s.major == 0 && s.raised == 1:
		return warn(rangeProof(f), "breaking-before-1", "%s, breaking: %s", s, several(c.breaking)).wants(want).at(place)
	}
	return fail("breaking", want, "%s, breaking: %s", s, several(c.breaking)).at(place)
}

func versionMinorForAdditive(f *Facts) Result {
	s, c, why, ok := patchChanges(f)
	if !ok {
		return why
	}
	if features := c.of([]string{"feat"}); len(features) > 0 {
		return fail("additive", "MINOR rises with a feature", "%s: %s", s, several(features)).
			follows("version/patch-fixes-only").at(inRecord(f, "/base"))
	}
	return pass(rangeProof(f), "%s: no feature", s).at(inRecord(f, "/base"))
}
