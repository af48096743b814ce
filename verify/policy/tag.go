package policy

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/gitobj"
	"github.com/release-dossier/dossier/verify"
)

const themeTag = "Tag & version"

// tagControls are the controls of the release tag itself.
//
// tag/created-by-ci is not among them: whether a CI job made the tag shows
// only from records of the forge, which this version does not read.
var tagControls = []Control{{
	ID: "tag/present", Level: Must, Sections: "1.3.2, 1.3.3, 1.5.2(6), 1.12.3.1", Theme: themeTag,
	Title: "The release is marked by a Git tag", Failing: "No Git tag marks the release",
	Logic:   "The release statement names a tag and the object it points at.",
	Applies: "prod", Waive: "exc+ (tag/legacy-interim)",
	Question: 2, Gate: verify.GateTag, Profile: Solo, Evidence: []string{"record.tag"},
	Fix: verify.Fix{
		Before: "tag the commit: git tag -s v1.2.3 -m 'v1.2.3'",
		Now:    "tag the released commit and collect the release again",
	},
	Check: tagPresent,
}, {
	ID: "tag/annotated", Level: Must, Sections: "1.12.3.3, 1.13.3.6, 1.15.3.5, 1.20.3.1, 1.21.3.3, 2.3", Theme: themeTag,
	Title: "The release tag is an annotated tag object", Failing: "The release tag is not an annotated tag of a commit",
	Logic:   "The tag's type is \"tag\" and the embedded object points at a commit, not at another tag.",
	Applies: "prod", Waive: "exc+",
	Question: 2, Gate: verify.GateTag, Profile: Solo, Evidence: []string{"record.tag.type", "the embedded tag object"},
	Fix: verify.Fix{
		Before: "make an annotated tag: git tag -s v1.2.3 -m 'v1.2.3'; if it was one, the checkout lost it: git fetch --force origin refs/tags/v1.2.3:refs/tags/v1.2.3",
		Now:    "release again under a new version with an annotated tag",
	},
	Check: tagAnnotated,
}, {
	ID: "tag/format", Level: Must, Sections: "1.12.3.3, 1.13.3.6, 1.31.3.4", Theme: themeTag,
	Title: "The tag name is v plus three numeric parts", Failing: "The tag name has another form than the policy asks for",
	Logic:   "The name is v1.2.3 without leading zeros or suffix; component/v1.2.3 if the release names a component; or matches the parameter tag-pattern.",
	Applies: "prod", Waive: "exc",
	Question: 2, Gate: verify.GateTag, Profile: Solo, Evidence: []string{"record.tag.name"},
	Fix: verify.Fix{
		Before: "choose a tag name such as v1.2.3, or set the parameter tag-pattern",
		Now:    "release again under a tag name that fits",
	},
	Check: tagFormat,
}, {
	ID: "tag/single-commit", Level: Must, Sections: "1.12.3.1", Theme: themeTag,
	Title: "The tag resolves to exactly one commit", Failing: "The tag does not lead to the released commit",
	Logic:   "The tag object leads to a commit, and that is the commit that the release statement names.",
	Applies: "prod", Waive: "no",
	Question: 2, Gate: verify.GateTag, Profile: Solo, Evidence: []string{"the embedded tag object", "record.commit"},
	Fix: verify.Fix{
		Before: "collect the release again from the tag",
		Now:    "find out who moved the tag, and release under a new version",
	},
	Check: tagSingleCommit,
}, {
	ID: "tag/equals-build-commit", Level: Must, Sections: "1.10.3.3, 1.12.3.3, 1.31.3.4", Theme: themeTag,
	Title: "The tagged commit is the one the artifacts were built from", Failing: "An artifact was built from another commit than the tagged one",
	Logic:   "Every provenance of every artifact names the tagged commit as its only source commit.",
	Applies: "prod", Waive: "no",
	Question: 2, Gate: verify.GateStaging, Profile: Solo, Evidence: []string{"record.commit", "provenance: source commit"},
	Fix: verify.Fix{
		Before: "build the artifacts from the tag, not from a branch or a merge preview",
		Now:    "build from the tag and release under a new version",
	},
	Check: tagEqualsBuildCommit,
}, {
	ID: "tag/matches-release-version", Level: Must, Sections: "d: 1.12.3.1, 1.12.6.3", Theme: themeTag,
	Title: "Tag, declared version and artifact versions are the same", Failing: "Tag, release and artifacts name different versions",
	Logic:   "Without component/ and v, the tag is the release's version; so is the version of each artifact that states one. What Go writes for a version from 2 on, if the module path lacks it (/v2), names the commit, which must be the released one.",
	Applies: "*", Waive: "no",
	Question: 2, Gate: verify.GateTag, Profile: Solo, Evidence: []string{"record.tag.name", "record.version", "record.artifacts[].version"},
	Fix: verify.Fix{
		Before: "build and record the version that the tag names",
		Now:    "release again with one version everywhere",
	},
	Check: tagMatchesVersion,
}}

// tagProof is how the tag is known: from its object if that is embedded,
// otherwise by the word of the release statement.
func tagProof(f *Facts) verify.Proof {
	if f.Tag.Proof.Grade != "" {
		return f.Tag.Proof
	}
	return f.Stated()
}

func tagPresent(f *Facts) Result {
	t := f.Record.Tag
	if t.Name == "" || t.Object == "" {
		return missing("a tag and the object it points at", "the release statement names none").at(inRecord(f, "/tag"))
	}
	return pass(tagProof(f), "tag %s, object %s", t.Name, short(t.Object)).at(inRecord(f, "/tag"))
}

func tagAnnotated(f *Facts) Result {
	const want = "an annotated tag that points at a commit"
	place := inRecord(f, "/tag/type")
	switch {
	case f.Record.Tag.Type != "tag":
		return fail("lightweight-tag", want, "%s is a lightweight tag", f.Record.Tag.Name).at(place)
	case f.Tag.Embedded && f.Tag.Object.Type != gitobj.TypeCommit:
		return fail("tag-of-tag", want, "%s points at a %s", f.Record.Tag.Name, f.Tag.Object.Type).at(place)
	}
	return pass(tagProof(f), "%s is an annotated tag", f.Record.Tag.Name).at(place)
}

const versionPart = `(0|[1-9][0-9]*)`

const tagVersion = `v` + versionPart + `\.` + versionPart + `\.` + versionPart

// plainTag is the form of most tags.
var plainTag = regexp.MustCompile(`^(?:` + tagVersion + `)$`)

// tagForm returns the expression that the tag's name must match.
func tagForm(r *evidence.Record, p Params) (*regexp.Regexp, error) {
	form := tagVersion
	switch {
	case p.TagPattern == "" && r.Component == "":
		return plainTag, nil
	case p.TagPattern != "":
		form = p.TagPattern
	case r.Component != "":
		form = `(` + regexp.QuoteMeta(r.Component) + `/)?` + form
	}
	return regexp.Compile(`^(?:` + form + `)$`)
}

func tagFormat(f *Facts) Result {
	form, err := tagForm(f.Record, f.Params)
	if err != nil {
		return unknown("tag-pattern", "the parameter tag-pattern is no regular expression: %v", err)
	}
	name := f.Record.Tag.Name
	if !form.MatchString(name) {
		return fail("tag-name-form", "a name that matches "+form.String(), "%s", name).at(inRecord(f, "/tag/name"))
	}
	return pass(tagProof(f), "%s", name).wants("a name that matches " + form.String()).at(inRecord(f, "/tag/name"))
}

func tagSingleCommit(f *Facts) Result {
	place, want := inRecord(f, "/commit"), "commit "+f.Record.Commit
	switch {
	case f.Tag.Commit == f.Record.Commit:
		return pass(tagProof(f), "%s leads to %s", f.Record.Tag.Name, short(f.Tag.Commit)).wants(want).at(place)
	case f.Tag.Commit != "":
		return fail("tag-commit-mismatch", want, "%s leads to %s", f.Record.Tag.Name, f.Tag.Commit).at(place)
	case f.Tag.Embedded:
		return fail("tag-commit-mismatch", want, "the tag object points at %s %s", f.Tag.Object.Type, f.Tag.Object.Object).at(place)
	case f.Record.Tag.Type != "tag":
		return fail("tag-commit-mismatch", want, "%s points at %s", f.Record.Tag.Name, f.Record.Tag.Object).at(place)
	}
	return unknown("missing", "the tag object is not there, so where it leads cannot be told").
		wants(want).at(place).follows("sign/tag-object-embedded")
}

func tagEqualsBuildCommit(f *Facts) Result {
	want := "every artifact built from commit " + f.Record.Commit
	proofs := []verify.Proof{tagProof(f)}
	for _, v := range f.Provenance {
		if v.Summary == nil {
			return unreadProvenance(v).wants(want)
		}
		if c := v.Summary.SourceCommits; len(c) != 1 || c[0] != f.Record.Commit {
			return fail("build-commit-mismatch", want, "%s names %s", v.Material.Name, commitsOf(c)).at(inMaterial(v.Material.Digest))
		}
		proofs = append(proofs, v.Proof)
	}
	if gaps := withoutProvenance(f); len(gaps) > 0 {
		return missing(want, "no provenance for "+several(gaps)).follows("provenance/present").at(inRecord(f, "/provenance"))
	}
	return pass(verify.Weakest(proofs[0], proofs[1:]...), "built from %s", short(f.Record.Commit)).wants(want).at(inRecord(f, "/provenance"))
}

// commitsOf tells the source commits of a provenance.
func commitsOf(ids []string) string {
	if len(ids) == 0 {
		return "no source commit"
	}
	return "source commit " + several(ids)
}

// bareVersion removes the component and the v before a version.
func bareVersion(tag, component string) string {
	if component != "" {
		tag = strings.TrimPrefix(tag, component+"/")
	}
	return strings.TrimPrefix(tag, "v")
}

// sameVersion reports whether an artifact states the release's version or none.
// A Go binary built outside of a version says (devel). Go does not take a tag
// from v2 on for the version of a module whose path lacks /v2: it names the
// commit (v0.0.0-20261120083000-9f3c61e0a1b2), or adds +incompatible.
func sameVersion(stated string, r *evidence.Record) bool {
	if stated == "" || stated == "(devel)" || strings.TrimSuffix(strings.TrimPrefix(stated, "v"), "+incompatible") == r.Version {
		return true
	}
	major := semver.Major("v" + r.Version)
	if slices.Contains([]string{"", "v0", "v1", semver.Major(stated)}, major) || !module.IsPseudoVersion(stated) || semver.Build(stated) != "" {
		return false
	}
	revision, err := module.PseudoVersionRev(stated)
	return err == nil && strings.HasPrefix(r.Commit, revision)
}

func tagMatchesVersion(f *Facts) Result {
	r, want := f.Record, "version "+f.Record.Version+" everywhere"
	if bareVersion(r.Tag.Name, r.Component) != r.Version {
		return fail("version-mismatch", want, "tag %s, release %s", r.Tag.Name, r.Version).
			at(inRecord(f, "/tag/name"), inRecord(f, "/version"))
	}
	var differ []string
	for _, a := range r.Artifacts {
		if !sameVersion(a.Version, r) {
			differ = append(differ, fmt.Sprintf("%s is version %s", a.Name, a.Version))
		}
	}
	if len(differ) > 0 {
		return fail("version-mismatch", want, "%s", several(differ)).at(inRecord(f, "/artifacts"))
	}
	return pass(tagProof(f), "%s", r.Version).wants(want).at(inRecord(f, "/version"))
}
