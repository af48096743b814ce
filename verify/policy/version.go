package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/commits"
	"github.com/release-dossier/dossier/verify"
)

// trailerKind is the trailer of the annotated tag that declares a patch or
// hotfix release.
const trailerKind = commits.ReleaseKindKey

// versionControls are the controls of how the version was chosen.
var versionControls = []Control{{
	ID: "version/semver", Level: Must, Sections: "1.12.3.2", Theme: themeTag,
	Title: "The version is MAJOR.MINOR.PATCH", Failing: "The version is not a semantic version",
	Logic:   "The version is valid under Semantic Versioning 2.0.0, with all three numbers; or it is a calendar version, and all controls version/calver-* hold.",
	Applies: "svc lib", Waive: "exc",
	Question: 2, Gate: verify.GateTag, Profile: Solo, Evidence: []string{"record.version", "record.kind", "record.metadata.releaseIdentifier"},
	Fix: verify.Fix{
		Before: "choose a version such as 1.2.3 (semver.org)",
		Now:    "release again under a semantic version",
	},
	Check: versionSemver,
}, {
	ID: "version/patch-bump-for-fixes", Level: Must, Sections: "1.12.3.2, 1.3.3", Theme: themeTag,
	Title: "A patch or hotfix release raises PATCH only", Failing: "A patch or hotfix release raises more than PATCH",
	Logic:   "If the tag's trailer " + trailerKind + " says patch or hotfix, or the evidence shows a hotfix, MAJOR and MINOR are those of the base release and PATCH is higher.",
	Applies: "N H", Waive: "exc",
	Question: 2, Gate: verify.GateTag, Profile: Solo, Evidence: []string{"tag trailer " + trailerKind, "record.branches.source", "hotfix", "record.version", "record.base.tag"},
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
	Logic:   "If a commit since the base release, the label type:breaking of a pull request or the check api-compat says that something breaks, MAJOR rose; while MAJOR is 0, a higher MINOR is a warning (parameter minor-breaks).",
	Applies: "svc lib iac", Waive: "exc",
	Question: 2, Gate: verify.GateTag, Profile: Solo, Evidence: []string{"commit messages", "record.changes[].labels", "record.checks[] api-compat", "record.version", "record.base.tag"},
	Fix: verify.Fix{
		Before: "raise MAJOR, or take the breaking change out",
		Now:    "withdraw the release and publish it under the next MAJOR",
	},
	Check: versionBreaking,
}, {
	ID: "version/minor-for-additive", Level: Should, Sections: "1.12.3.2", Theme: themeTag,
	Title: "An additive change raises MINOR", Failing: "A feature did not raise MINOR",
	Logic:   "If a commit since the base release is a feature, more than PATCH rose. Conventional Commits are a documented classification; where commits do not follow them, a decision on versioning or commit scheme, or the changelog's own scheme, documents another.",
	Applies: "*", Waive: "rat",
	Question: 2, Gate: verify.GateTag, Profile: Solo, Evidence: []string{"commit messages", "record.version", "record.base.tag", "decision.topic", "record.changelog.schemeDocument"},
	Fix:   verify.Fix{Before: "raise MINOR for new features, and document how changes are classified"},
	Check: versionMinorForAdditive,
}, {
	ID: "version/contract-consistent", Level: Must, Sections: "1.12.3.2", Theme: themeTag,
	Title: "The version agrees with the public contract", Failing: "The version does not agree with the public contract",
	Logic:   "Where the repository declares a public contract, by a compatibility contract or a trait of its metadata, the check api-compat ran on the release, and what it found (its conclusion major, minor or patch; a failure is a break) asks for no higher part of the version than was raised.",
	Applies: "lib svc", Waive: "exc",
	Question: 2, Gate: verify.GateTag, Evidence: []string{"record.compatibility", "record.metadata.traits", "record.checks[] api-compat", "record.version", "record.base.tag"},
	Fix: verify.Fix{
		Before: "compare the interfaces with the release before (check api-compat) and raise the version accordingly",
		Now:    "tell users what changed, and release again under the version that the comparison asks for",
	},
	Check: versionContract,
}, {
	ID: "version/monotonic", Level: Must, Sections: "d: 1.12.3.1", Theme: themeTag,
	Title: "Versions of one line only go up", Failing: "A version is not above the earlier ones of its line",
	Logic:   "The version is above every earlier one of the same MAJOR and MINOR in the archive, and its tag is not older than theirs.",
	Applies: "arch", Waive: "exc",
	Question: 2, Gate: verify.GateFinal, Evidence: []string{"archive: versions and tag times"},
	Fix: verify.Fix{
		Before: "choose the next version of the line",
		Now:    "release again under the next version of the line",
	},
}, {
	ID: "version/calver-criteria", Level: Must, Sections: "1.12.5", Theme: themeTag,
	Title: "Calendar versions are chosen for the three recorded reasons", Failing: "Calendar versions are used without the three recorded reasons",
	Logic:   "The last decision on versioning answers yes, with a reason, to three criteria: a bundle of components, a calendar cadence, a deterministic mapping.",
	Applies: "calver", Waive: "exc",
	Question: 6, Gate: verify.GateTag, Evidence: []string{"decision.topic versioning", "decision.criteria[]"},
	Fix: verify.Fix{
		Before: "record the decision: dossier add decision, with the criteria components, cadence and mapping",
		Now:    "record the decision, or use semantic versions from the next release on",
	},
	Check: versionCalverCriteria,
}, {
	ID: "version/calver-mapping", Level: Must, Sections: "1.12.3.2, 1.12.5", Theme: themeTag,
	Title: "A fixed rule leads from calendar version to tag, commit and digest", Failing: "No fixed rule leads from the calendar version to tag, commit and digest",
	Logic:   "The last decision on versioning says what the mapping is, and the tag is v and the version. That no two releases collide is for the archive.",
	Applies: "calver", Waive: "no",
	Question: 2, Gate: verify.GateTag, Evidence: []string{"decision.criteria[] mapping", "record.tag.name", "record.version"},
	Fix: verify.Fix{
		Before: "record the rule: dossier add decision, with the criterion mapping",
		Now:    "record the rule, and release again if the tag does not follow it",
	},
	Check: versionCalverMapping,
}, {
	ID: "version/calver-documented", Level: Must, Sections: "1.12.5", Theme: themeTag,
	Title: "Patches, several artifacts and earlier tags are documented for calendar versions", Failing: "Calendar versions are not fully documented",
	Logic:   "The last decision on versioning says how patches and hotfixes are expressed, how several artifacts share a version, and how backports relate to an earlier tag.",
	Applies: "calver", Waive: "exc",
	Question: 6, Gate: verify.GateTag, Evidence: []string{"decision.criteria[]"},
	Fix: verify.Fix{
		Before: "record the decision: dossier add decision, with the criteria patches, artifacts and prior tags",
		Now:    "record the decision with the missing topic",
	},
	Check: versionCalverDocumented,
}, {
	ID: "version/calver-same-tag-rules", Level: Must, Sections: "1.12.5", Theme: themeTag,
	Title: "Tags of calendar versions follow the same rules", Failing: "The tag of a calendar version does not follow the rules for tags",
	Logic:   "The tag begins with v, and tag/annotated, sign/tag-signed and tag/created-by-ci hold.",
	Applies: "calver", Waive: "exc",
	Question: 2, Gate: verify.GateTag, Evidence: []string{"record.tag", "the embedded tag object", "record.build"},
	Fix: verify.Fix{
		Before: "let the release job make an annotated and signed tag v2026.02.0",
		Now:    "release again under a new version with such a tag",
	},
	Check: versionCalverTag,
}, {
	ID: "version/auto-calculated", Level: Should, Sections: "1.31.3.4", Theme: themeTag,
	Title: "Release automation computes the version", Failing: "Nothing shows that release automation computed the version",
	Logic:   "The tag's trailer " + trailerTool + " names the program.",
	Applies: "*", Waive: "rat",
	Question: 2, Gate: verify.GateTag, Evidence: []string{"tag trailer " + trailerTool},
	Fix:   verify.Fix{Before: "let a program such as semantic-release choose the version, and name it in the tag: " + trailerTool + ": semantic-release 25"},
	Check: versionCalculated,
}}

func versionSemver(f *Facts) Result {
	if k := f.Record.Kind; k != evidence.KindService && k != evidence.KindLibrary {
		return notApplicable("repository type is " + string(k))
	}
	const want = "MAJOR.MINOR.PATCH"
	place := inRecord(f, "/version")
	if f.calver() {
		return semverOrCalver(f).at(place)
	}
	if _, ok := parseNumber(f.Record.Version); !ok {
		return fail("not-semver", want, "%s", f.Record.Version).at(place)
	}
	return pass(recomputed("the version"), "%s", f.Record.Version).wants(want).at(place)
}

// semverOrCalver accepts a calendar version if all that is asked of one holds.
func semverOrCalver(f *Facts) Result {
	const want = "MAJOR.MINOR.PATCH, or a calendar version that its conditions allow"
	var proofs []verify.Proof
	for _, rule := range []struct {
		id    string
		check func(*Facts) Result
	}{
		{"version/calver-criteria", versionCalverCriteria}, {"version/calver-mapping", versionCalverMapping},
		{"version/calver-documented", versionCalverDocumented}, {"version/calver-same-tag-rules", versionCalverTag},
	} {
		r := rule.check(f)
		if r.Outcome != verify.Pass {
			return fail("not-semver", want, "%s: %s", f.Record.Version, r.Found).follows(rule.id)
		}
		proofs = append(proofs, r.Proof)
	}
	return pass(weakest(proofs, f.Stated()), "calendar version %s", f.Record.Version).wants(want)
}

// declaredPatch returns what the tag's trailer declares, if that is a patch or
// hotfix release; else whether the evidence shows a hotfix.
func declaredPatch(f *Facts) (string, bool) {
	if f.is(kindHotfix) {
		return "hotfix", true
	}
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
		return warn(rangeProof(f), "unclassified", "%s: %s without a word on what changes, first %s", s, plural(len(c.unclassified), "commit", "commits"), c.unclassified[0]).wants(want).at(place)
	}
	return pass(rangeProof(f), "%s: %s", s, plural(len(f.Range.Commits), "commit", "commits")).wants(want).at(place)
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
	c.breaking = append(c.breaking, breakingSignals(f)...)
	switch {
	case len(c.breaking) == 0:
		return pass(rangeProof(f), "no commit, label or comparison says that something breaks").wants(want).at(place)
	case s.raised == 0:
		return pass(rangeProof(f), "%s, breaking: %s", s, several(c.breaking)).wants(want).at(place)
	case s.major == 0 && s.raised == 1 && f.Params.MinorBreaks:
		return warn(rangeProof(f), "breaking-before-1", "%s, breaking: %s", s, several(c.breaking)).wants(want).at(place)
	}
	return fail("breaking", want, "%s, breaking: %s", s, several(c.breaking)).at(place)
}

// breakingSignals are what says besides commits that something breaks: labels of
// pull requests and comparisons of interfaces.
func breakingSignals(f *Facts) []string {
	var list []string
	for _, c := range f.Record.Changes {
		if slices.ContainsFunc(c.Labels, func(l string) bool { return strings.EqualFold(l, "type:breaking") }) {
			list = append(list, "pull request "+c.ID)
		}
	}
	for _, c := range f.latest("api-compat", f.onRelease, span{}) {
		if verdictOf(c) == 0 && c.Outcome != "na" && c.Outcome != "skipped" {
			list = append(list, c.Name)
		}
	}
	return list
}

// classified reports whether it is documented how changes are classified.
func classified(f *Facts, c changes) bool {
	if len(c.unclassified) == 0 || f.Record.Changelog != nil && f.Record.Changelog.SchemeDocument != nil {
		return true
	}
	_, versioning := f.decision("versioning")
	_, scheme := f.decision("commit-scheme")
	return versioning != nil || scheme != nil
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
	if !classified(f, c) {
		return missing("a documented way to tell what changes are", fmt.Sprintf("%s: %s without a word on what changes, first %s", s, plural(len(c.unclassified), "commit", "commits"), c.unclassified[0])).at(inRecord(f, "/base"))
	}
	return pass(rangeProof(f), "%s: no feature", s).at(inRecord(f, "/base"))
}
