package policy

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/gitobj"
	"github.com/release-dossier/dossier/verify"
)

const themeTag = "Tag & version"

// tagControls are the controls of the release tag itself.
var tagControls = []Control{{
	ID: "tag/present", Level: Must, Sections: "1.3.2, 1.3.3, 1.5.2(6), 1.12.3.1", Theme: themeTag,
	Title: "The release is marked by a Git tag", Failing: "No Git tag marks the release",
	Logic:   "The release statement names a tag, and its object is in the dossier; else an attestation of the release by a signer whom trust lets state one takes its place.",
	Applies: "prod", Waive: "exc+ (tag/legacy-interim)",
	Question: 2, Gate: verify.GateTag, Profile: Solo, Evidence: []string{"record.tag", "the embedded tag object", "record.attestations: in-toto release"},
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
	Logic:   "The name is v1.2.3 without leading zeros or suffix; component/v1.2.3 in a monorepo that records to release per component, or by the parameter component-tags; v2026.02.0 for calendar versions that version/calver-criteria, version/calver-mapping and version/calver-documented allow; or it matches the parameter tag-pattern.",
	Applies: "prod", Waive: "exc",
	Question: 2, Gate: verify.GateTag, Profile: Solo, Evidence: []string{"record.tag.name", "record.metadata.monorepo.mode", "decision.topic versioning"},
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
	Logic:   "Every provenance of every artifact names the tagged commit as its only source commit, and was not built from a reference of a pull request, even if the files are the same.",
	Applies: "prod", Waive: "no",
	Question: 2, Gate: verify.GateStaging, Profile: Solo, Evidence: []string{"record.commit", "provenance: source commit", "provenance: source ref"},
	Fix: verify.Fix{
		Before: "build the artifacts from the tag, not from a branch or a merge preview",
		Now:    "build from the tag and release under a new version",
	},
	Check: tagEqualsBuildCommit,
}, {
	ID: "tag/matches-release-version", Level: Must, Sections: "d: 1.12.3.1, 1.12.6.3", Theme: themeTag,
	Title: "Tag, declared version and artifact versions are the same", Failing: "Tag, release and artifacts name different versions",
	Logic:   "Without component/ and v, the tag is the release's version; so is the version of each artifact that states one, in the normal forms of PEP 440, Maven and npm. What Go writes for a version from 2 on, if the module path lacks it (/v2), names the commit, which must be the released one.",
	Applies: "*", Waive: "no",
	Question: 2, Gate: verify.GateTag, Profile: Solo, Evidence: []string{"record.tag.name", "record.version", "record.artifacts[].version"},
	Fix: verify.Fix{
		Before: "build and record the version that the tag names",
		Now:    "release again with one version everywhere",
	},
	Check: tagMatchesVersion,
}, {
	ID: "tag/created-by-ci", Level: Must, Sections: "1.12.3.3, 1.13.3.6, 1.20.3.1, 1.21.3.3, 1.31.3.4, 2.3", Theme: themeTag,
	Title: "The release job made the tag", Failing: "Something else than the release job made the tag",
	Logic:   "No person whom trust lists is the tagger or signed the tag; the key of its signature has the trust role " + roleReleaseCI + "; and its trailer " + trailerRun + " names a run that the dossier knows, by the record of the release job or by the provenance of an artifact, of a workflow whose name or file holds a word of the parameter release-workflows.",
	Applies: "prod", Waive: "exc+ (tag/automation-deviation)",
	Question: 1, Gate: verify.GateTag, Evidence: []string{"the embedded tag object", "tag trailer " + trailerRun, "record.build.runId", "record.build.workflow", "provenance: run id", "trust: roles, people"},
	Fix: verify.Fix{
		Before: "let the release job make and sign the tag, with the trailer " + trailerRun + ": ADDRESS OF THE RUN",
		Now:    "release again under a new version, tagged by the release job; until that can be done, record a temporary exception as tag/automation-deviation asks",
	},
	Check: tagCreatedByCI,
}, {
	ID: "tag/ci-protected-credentials", Level: Must, Sections: "1.21.3.3", Theme: themeTag,
	Title: "The release job tags with protected credentials", Failing: "The release job tags with credentials that are not protected",
	Logic:   "The run that the tag names used an environment, and the recorded rules of that environment restrict the branches or want reviewers. A CI system that does not tell is a warning.",
	Applies: "prod repo", Waive: "exc",
	Question: 1, Gate: verify.GateTag, Evidence: []string{"tag trailer " + trailerRun, "record.build.environment", "record.environmentRules[]"},
	Fix: verify.Fix{
		Before: "keep the tagging key in a protected environment of the CI system and let the release job use it",
		Now:    "move the key to a protected environment, replace it, and record an exception for this release",
	},
	Check: tagProtectedCredentials,
}, {
	ID: "tag/never-moved", Level: Must, Sections: "1.12.3.1, 1.25.4.1, 2.3", Theme: themeTag,
	Title: "The tag was never moved or made again", Failing: "The tag was moved or made again",
	Logic:   "In all dossiers of the archive the tag's name has the same object and leads to the same commit.",
	Applies: "arch", Waive: "no",
	Question: 2, Gate: verify.GateFinal, Evidence: []string{"archive: tags with object and commit"},
	Fix: verify.Fix{
		Before: "release under a new version instead",
		Now:    "find out who moved the tag, and release under a new version",
	},
}, {
	ID: "tag/human-tags-blocked", Level: Must, Sections: "1.31.3.4 guardrail", Theme: themeTag,
	Title: "People cannot make, move or delete release tags", Failing: "People can make, move or delete release tags",
	Logic:   "Active rules of the forge that cover the tag's name block creation, update and deletion, each by a rule that only apps and bots of trust may pass by. Whom the forge does not tell of is unknown.",
	Applies: "repo", Waive: "exc",
	Question: 1, Gate: verify.GateTag, Evidence: []string{"record.protections[] of tags", "trust: bots"},
	Fix: verify.Fix{
		Before: "protect v* at the forge: nobody but the release job's app may create, update or delete tags",
		Now:    "protect v* now, compare the tag with the dossier's, and record an exception for this release",
	},
	Check: tagHumanTagsBlocked,
}, {
	ID: "tag/commit-on-approved-branch", Level: Must, Sections: "1.12.6.1(1), 1.15.3.5, 1.16.3.2", Theme: themeTag,
	Title: "The tagged commit lies on an approved branch", Failing: "The tagged commit lies on no approved branch",
	Logic:   "The branch that the commit was made on is a main branch (parameter main-branches), release/x.y or hotfix/x.y.z-ticket, and it contained the commit when the branches were read.",
	Applies: "prod", Waive: "exc",
	Question: 2, Gate: verify.GateTag, Evidence: []string{"record.branches.source", "record.branches.containing[]"},
	Fix: verify.Fix{
		Before: "merge into main or a release branch first, and tag there",
		Now:    "merge the commit into an approved branch and release again from there",
	},
	Check: tagOnApprovedBranch,
}, {
	ID: "tag/commit-passed-checks", Level: Must, Sections: "1.12.6.1(1), 1.13.3.6, 1.15.3.1", Theme: themeTag,
	Title: "All required checks passed on the tagged commit itself", Failing: "A required check did not pass on the tagged commit",
	Logic:   "Each check that the parameter required-checks wants by the tag has passed on the released commit, by its last run that had ended when the tag was made. Results of the head of a pull request do not count after a squash, unless the parameter tree-equivalent allows them for the very same files (gitTree). A check whose own control is waived is left out.",
	Applies: "prod", Waive: "exc",
	Question: 4, Gate: verify.GateTag, Last: true, Evidence: []string{"record.checks[].subject", "record.checks[].outcome", "record.checks[].finishedAt"},
	Fix: verify.Fix{
		Before: "run the checks on the commit that will be tagged, and tag when they have passed",
		Now:    "run the checks on the tagged commit, and record an exception if they pass; else release again",
	},
	Check: tagPassedChecks,
}, {
	ID: "tag/branch-protection-verified", Level: Must, Sections: "1.12.6.1(1)", Theme: themeTag,
	Title: "The branch was protected when it was tagged", Failing: "Nothing shows that the branch was protected when it was tagged",
	Logic:   "An active rule of the forge that could be read in whole covers the branch that the commit was made on, and it was read within the parameter protection-age of the tag.",
	Applies: "prod repo", Waive: "exc",
	Question: 2, Gate: verify.GateTag, Evidence: []string{"record.protections[] of branches", "record.branches.source", "the embedded tag object"},
	Fix: verify.Fix{
		Before: "protect the branch, and let the forge be a source of dossier create in the release job",
		Now:    "protect the branch now, look at what was pushed since, and record an exception",
	},
	Check: tagBranchProtected,
}, {
	ID: "tag/before-production", Level: Must, Sections: "d: 1.3.2, 1.6.3(4), 1.12.3.4", Theme: themeTag,
	Title: "The tag exists and is verified before production", Failing: "Production got the release before its tag was made or verified",
	Logic:   "The tag was made no later than each promotion to production began, and by then a signature had been verified: within the promotion or by a verification record. For the promotion that the gate decides on, this verification is the one.",
	Applies: "prod", Waive: "no",
	Question: 2, Gate: verify.GateProduction, Evidence: []string{"the embedded tag object", "promotion.at", "promotion.verification[]", "verification.kind signature"},
	Fix: verify.Fix{
		Before: "tag first, and verify in the deployment: dossier verify --gate production",
		Now:    "verify the tag now, and add the record of it; an earlier promotion stays a finding",
	},
	Check: tagBeforeProduction,
}, {
	ID: "tag/go-no-go-commit", Level: Must, Sections: "1.15.3.5", Theme: themeTag,
	Title: "The tag is on the commit that the go/no-go approved", Failing: "The tag is on another commit than the go/no-go approved",
	Logic:   "The last decision to go for production names the released commit. That the tag is later than the decision is a warning.",
	Applies: "T, release branch", Waive: "exc",
	Question: 5, Gate: verify.GateProduction, Evidence: []string{"go-no-go.subject.commit", "go-no-go.at", "record.commit"},
	Fix: verify.Fix{
		Before: "tag the commit that was decided on, or decide again",
		Now:    "have the go/no-go decided for the released commit: dossier add go-no-go",
	},
	Check: tagGoNoGoCommit,
}, {
	ID: "tag/branch-line-match", Level: Must, Sections: "d: 1.10.3.3, 1.15.3.5", Theme: themeTag,
	Title: "A tag on release/x.y carries that major and minor", Failing: "The tag is of another line than its release branch",
	Logic:   "MAJOR and MINOR of the tag are those in the name of the release branch that the commit was made on.",
	Applies: "release branch", Waive: "exc",
	Question: 2, Gate: verify.GateTag, Evidence: []string{"record.branches.source", "record.tag.name"},
	Fix: verify.Fix{
		Before: "tag with the next version of the branch's line",
		Now:    "release again under a version of the branch's line",
	},
	Check: tagBranchLine,
}, {
	ID: "tag/one-version-one-digest", Level: Must, Sections: "1.12.3.5 guardrail, 1.20.3.1 guardrail", Theme: themeTag,
	Title: "A version is one commit and one set of digests for ever", Failing: "One version is two releases",
	Logic:   "All dossiers and provenance of the archive that name the version name the same commit and digests.",
	Applies: "arch", Waive: "no",
	Question: 2, Gate: verify.GateFinal, Evidence: []string{"archive: versions with commit and digests"},
	Fix: verify.Fix{
		Before: "release under a new version instead",
		Now:    "find out which of the two is in use, and withdraw the other",
	},
}, {
	ID: "tag/legacy-interim", Level: Must, Sections: "1.12.3.5 exception", Theme: themeTag,
	Title: "A signed attestation with a dated plan stands in for a tag that cannot be made", Failing: "Nothing stands in for the annotated and signed tag",
	Logic:   "Where the tag is annotated and signed, this does not apply. Otherwise an in-toto attestation of the release, by a signer whom trust lets state one, is about all artifacts or the released commit, and a temporary exception from tag/present, tag/annotated or sign/tag-signed is in force, with a date, a plan and a reason.",
	Applies: "prod", Waive: "n/a",
	Question: 6, Gate: verify.GateTag, Evidence: []string{"record.attestations: in-toto release", "exception.expiresAt", "exception.remediation", "exception.riskAssessment"},
	Fix: verify.Fix{
		Before: "make an annotated and signed tag: git tag -s v1.2.3; if the tool cannot, sign an attestation of the release and record a temporary exception",
		Now:    "have the attestation signed and the exception recorded, and release again with a signed tag by its date",
	},
	Check: tagLegacyInterim,
}, {
	ID: "tag/automation-deviation", Level: Must, Sections: "1.31.5.4", Theme: themeTag,
	Title: "Manual tagging has a dated deviation in RELEASE.md", Failing: "Manual tagging has no dated deviation in RELEASE.md",
	Logic:   "Where tag/created-by-ci holds, this does not apply. Otherwise a temporary exception from it is in force, with a reason, a date and tasks that have owner and date, and it, or a decision on automation, points at RELEASE.md by digest.",
	Applies: "prod", Waive: "n/a",
	Question: 6, Gate: verify.GateTag, Evidence: []string{"exception.expiresAt", "exception.remediation[]", "exception.evidence", "decision.document"},
	Fix: verify.Fix{
		Before: "let the release job make the tag, or write the deviation into RELEASE.md and record the exception",
		Now:    "write rationale, plan, owner and date into RELEASE.md and record the exception for the next release",
	},
	Check: tagAutomationDeviation,
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
	const want = "a tag and the object it points at"
	t, place := f.Record.Tag, inRecord(f, "/tag")
	if t.Name != "" && t.Object != "" && (f.Tag.Embedded || t.Type != "tag") {
		return pass(tagProof(f), "tag %s, object %s", t.Name, short(t.Object)).wants(want).at(place)
	}
	if a := f.releaseAttestation(); a != nil {
		return pass(a.Proof, "no tag object; in its place %s, signed by %s", a.Material.Name, a.Signer.Name()).wants(want).at(inMaterial(a.Material.Digest))
	}
	if t.Object == "" {
		return missing(want, "the release statement names none").at(place)
	}
	return f.noTagObject(missing(want, "the object of tag "+t.Name+" is not in the dossier")).at(place).follows("sign/tag-object-embedded")
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

const (
	versionPart = `(0|[1-9][0-9]*)`
	semverTag   = `v` + versionPart + `\.` + versionPart + `\.` + versionPart
	// A month may begin with a zero (A26).
	calverTag = `v[0-9]{4}\.[0-9]{1,2}\.[0-9]+`
)

// The forms of most tags.
var (
	plainTag    = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^` + semverTag + `$`) })
	calendarTag = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^` + calverTag + `$`) })
)

// tagForm returns the expression that the tag's name must match.
func tagForm(f *Facts) (*regexp.Regexp, error) {
	if f.Params.TagPattern != "" {
		return regexp.Compile(`^(?:` + f.Params.TagPattern + `)$`)
	}
	form, plain := semverTag, plainTag
	if f.calver() {
		form, plain = calverTag, calendarTag
	}
	if f.Record.Component == "" || !f.componentTags() {
		return plain(), nil
	}
	return regexp.Compile(`^(` + regexp.QuoteMeta(f.Record.Component) + `/)?` + form + `$`)
}

// componentTags reports whether a tag may begin with the name of a component
// (A25).
func (f *Facts) componentTags() bool {
	m := f.monorepo()
	return f.Params.ComponentTags == componentsAllowed || m != nil && m.Mode == "per-component"
}

func tagFormat(f *Facts) Result {
	place := inRecord(f, "/tag/name")
	form, err := tagForm(f)
	if err != nil {
		return unknown("tag-pattern", "the parameter tag-pattern is no regular expression: %v", err).at(place)
	}
	name, want := f.Record.Tag.Name, "a name that matches "+form.String()
	if !form.MatchString(name) {
		return fail("tag-name-form", want, "%s", name).at(place)
	}
	if f.calver() && f.Params.TagPattern == "" {
		for _, rule := range []struct {
			id    string
			check func(*Facts) Result
		}{{"version/calver-criteria", versionCalverCriteria}, {"version/calver-mapping", versionCalverMapping}, {"version/calver-documented", versionCalverDocumented}} {
			if r := rule.check(f); r.Outcome != verify.Pass {
				return fail("calver-not-allowed", "a calendar version that its conditions allow", "%s: %s", name, r.Found).at(place).follows(rule.id)
			}
		}
	}
	return pass(tagProof(f), "%s", name).wants(want).at(place)
}

func tagSingleCommit(f *Facts) Result {
	place, want := inRecord(f, "/commit"), "commit "+f.Record.Commit
	switch {
	case f.Tag.Commit == f.Record.Commit:
		return pass(tagProof(f), "%s leads to %s", f.Record.Tag.Name, short(f.Tag.Commit)).wants(want).at(place)
	case f.Tag.Commit != "":
		return fail("tag-commit-mismatch", want, "%s leads to %s", f.Record.Tag.Name, f.Tag.Commit).at(place)
	case f.Tag.Embedded:
		return fail("tag-commit-mismatch", want, "the tag object points at %s %s", f.Tag.Object.Type, f.Tag.Object.Object).at(place).follows("linkage/tag-commit")
	case f.Record.Tag.Type != "tag":
		return fail("tag-commit-mismatch", want, "%s points at %s", f.Record.Tag.Name, f.Record.Tag.Object).at(place)
	}
	return f.noTagObject(unknown("missing", "the tag object is not there, so where it leads cannot be told")).
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
			return fail("build-commit-mismatch", want, "%s names %s%s", v.Material.Name, commitsOf(c), f.sameFiles(c)).at(inMaterial(v.Material.Digest))
		}
		if ref := v.Summary.SourceRef; strings.HasPrefix(ref, "refs/pull/") || strings.HasPrefix(ref, "refs/merge-requests/") {
			return fail("built-from-preview", want, "%s was built from %s", v.Material.Name, ref).at(inMaterial(v.Material.Digest))
		}
		proofs = append(proofs, v.Proof)
	}
	if gaps := withoutProvenance(f); len(gaps) > 0 {
		return missing(want, "no provenance for "+several(gaps)).follows("provenance/present").at(inRecord(f, "/provenance"))
	}
	return pass(verify.Weakest(proofs[0], proofs[1:]...), "built from %s", short(f.Record.Commit)).wants(want).at(inRecord(f, "/provenance"))
}

// sameFiles says so if a commit of the release has the same files as the tagged
// one: a hint, which mends nothing.
func (f *Facts) sameFiles(ids []string) string {
	trees := map[string]gitobj.ID{}
	for _, c := range f.Range.Commits {
		trees[string(c.ID)] = c.Tree
	}
	if len(ids) == 1 && trees[ids[0]] != "" && trees[ids[0]] == trees[f.Record.Commit] {
		return ", which has the same files"
	}
	return ""
}

// commitsOf tells the source commits of a provenance.
func commitsOf(ids []string) string {
	if len(ids) == 0 {
		return "no source commit"
	}
	return "source commit " + several(ids)
}

// bareVersion returns the version that the name of a tag marks, or that is
// written as one, if nothing stands before it but the release's component with a
// slash, an @ or a dash. Any other name is returned as it is, less its v, and so
// is no version of the release: web-admin-v1.4.0 is not one of web.
func bareVersion(name string, r *evidence.Record) string {
	return strings.TrimPrefix(afterComponent(name, r), "v")
}

// afterComponent removes what stands before a version, by the rule of bareVersion.
func afterComponent(name string, r *evidence.Record) string {
	if prefix, _ := evidence.SplitTag(name); prefix != "" && componentOf(prefix) == r.Component {
		return name[len(prefix):]
	}
	return name
}

// componentOf returns the component that a prefix names, "" if there is none.
func componentOf(prefix string) string { return prefix[:max(len(prefix)-1, 0)] }

// sameVersion reports whether an artifact states the release's version or none.
// A Go binary built outside of a version says (devel). Go does not take a tag
// from v2 on for the version of a module whose path lacks /v2: it names the
// commit (v0.0.0-20261120083000-9f3c61e0a1b2), or adds +incompatible.
func sameVersion(stated string, r *evidence.Record) bool {
	if stated == "" || stated == "(devel)" || strings.TrimSuffix(strings.TrimPrefix(stated, "v"), "+incompatible") == r.Version {
		return true
	}
	if normalVersion(stated) == normalVersion(r.Version) {
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
	if bareVersion(r.Tag.Name, r) != r.Version {
		why := ""
		if prefix, v := evidence.SplitTag(r.Tag.Name); r.Component == "" && prefix != "" && v == r.Version {
			why = fmt.Sprintf(", which names no component %s", componentOf(prefix))
		}
		return fail("version-mismatch", want, "tag %s, release %s%s", r.Tag.Name, r.Version, why).
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
