package policy

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/foreign"
	"github.com/release-dossier/dossier/verify"
)

// Trailers of the annotated tag that say how it was made.
const (
	// trailerRun names the CI run that made it, by id or address.
	trailerRun = "Run"
	// trailerTool names the program that chose the version.
	trailerTool = "Release-tool"
)

// tagTrailer returns the value of a trailer of the tag, "" if it has none.
func tagTrailer(f *Facts, key string) string {
	for _, t := range f.Tag.Object.Trailers {
		if strings.EqualFold(t.Key, key) {
			return strings.TrimSpace(t.Value)
		}
	}
	return ""
}

// taggingRun is the CI run that made the tag, as far as it is known.
type taggingRun struct {
	// id is what the tag says.
	id string
	// build is the run that made the record, if it is the same; workflow is what
	// the run's definition is called.
	build    *evidence.Build
	workflow string
}

// sameRun reports whether an id or address names a run, or one attempt of it.
func sameRun(said, id, uri string) bool {
	return said != "" && (said == id || said == uri || strings.HasPrefix(uri, said+"/attempts/"))
}

// runOfTag finds the run that the tag names among those of which the dossier
// knows; ok is false if it knows none.
func runOfTag(f *Facts) (run taggingRun, ok bool) {
	run.id = tagTrailer(f, trailerRun)
	if b := f.Record.Build; b != nil && sameRun(run.id, b.RunID, b.URI) {
		run.build, run.workflow = b, b.Workflow+" "+b.Name
		return run, true
	}
	for _, v := range f.Provenance {
		if v.Summary != nil && sameRun(run.id, v.Summary.RunID, v.Summary.RunID) {
			run.workflow = v.Summary.BuilderID
			return run, true
		}
	}
	return run, false
}

func tagCreatedByCI(f *Facts) Result {
	const want = "a tag made by a run of the release workflow, under an identity in the trust role " + roleReleaseCI
	place, t := inRecord(f, "/tag/object"), f.Tag
	switch {
	case f.Record.Tag.Type != "tag":
		return missing(want, "a lightweight tag does not say who made it").at(inRecord(f, "/tag/type")).follows("tag/annotated")
	case !t.Embedded:
		return f.noTagObject(unknown("missing", "the tag object is not there")).wants(want).at(place).follows("sign/tag-object-embedded")
	case f.Trust.Fold(t.Signature.Identity) != "" && !f.Trust.IsBot(t.Signature.Identity):
		return fail("tagged-by-person", want, "%s signed the tag", tagSigner(t.Signature)).at(place)
	}
	for _, id := range identitiesOf(t.Object.Tagger.Email) {
		if p := f.Trust.Fold(id); p != "" && !f.Trust.IsBot(id) {
			return fail("tagged-by-person", want, "the tagger is %s", p).at(place)
		}
	}
	run, known := runOfTag(f)
	switch {
	case !t.Signature.Valid:
		return missing(want, "no signature shows whose tag it is").at(place).follows("sign/tag-signed")
	case !slices.Contains(t.Signature.Roles, roleReleaseCI):
		return fail("not-release-identity", want, "%s signed the tag", tagSigner(t.Signature)).at(place).follows("sign/signer-is-release-ci")
	case run.id == "":
		return missing(want, "the tag names no run: it has no trailer "+trailerRun).at(place)
	case !known:
		return fail("run-unknown", want, "the tag names the run %s, of which the dossier knows nothing", run.id).at(place, inRecord(f, "/build"))
	case !slices.ContainsFunc(f.Params.ReleaseWorkflows, func(word string) bool {
		return strings.Contains(strings.ToLower(run.workflow), strings.ToLower(word))
	}):
		return fail("other-workflow", want, "the run %s is of %q", run.id, run.workflow).at(place, inRecord(f, "/build/workflow"))
	}
	return pass(verify.Weakest(verify.Proof{Grade: verify.Proven, By: tagSigner(t.Signature)}, f.Stated()), "%s, run %s", tagSigner(t.Signature), run.id).
		wants(want).at(place, inRecord(f, "/build"))
}

// exposing are the CI systems that tell which environment a job used.
var exposing = []string{"github", "gitlab", "azure"}

func tagProtectedCredentials(f *Facts) Result {
	const want = "a run that used the credentials of a protected environment"
	run, _ := runOfTag(f)
	place := inRecord(f, "/build/environment")
	switch {
	case run.build == nil:
		return missing(want, "nothing is known of the run that made the tag").at(inRecord(f, "/build")).follows("tag/created-by-ci")
	case run.build.Environment == "" && slices.Contains(exposing, run.build.System):
		return missing(want, "the run "+run.id+" names no environment").at(place)
	case run.build.Environment == "":
		return warn(f.Stated(), "environment-not-shown", "%s does not tell which credentials the run %s used", run.build.System, run.id).wants(want).at(place)
	}
	i := slices.IndexFunc(f.Record.EnvironmentRules, func(e evidence.EnvironmentRules) bool { return e.Name == run.build.Environment })
	if i < 0 {
		return missing(want, "no rules of the environment "+run.build.Environment+" are recorded").at(place, inRecord(f, "/environmentRules"))
	}
	e := f.Record.EnvironmentRules[i]
	if len(e.Reviewers) == 0 && e.RequiredApprovals == 0 && e.Branches != "protected" && e.Branches != "selected" {
		return fail("environment-open", want, "any branch may use the environment %s", e.Name).at(place, inRecord(f, "/environmentRules/%d", i))
	}
	return pass(f.Stated(), "environment %s", e.Name).wants(want).at(place, inRecord(f, "/environmentRules/%d", i))
}

// deviation is an exception from one of some controls that is in force when the
// release is made, with a plan and an end; otherwise why says what is wrong with
// the last one that was looked at.
func (f *Facts) deviation(controls ...string) (found *exempt, why string) {
	for _, e := range f.exceptions() {
		if !slices.ContainsFunc(controls, func(id string) bool { return e.names(Control{ID: id}) }) {
			continue
		}
		switch no := e.uncovered(f, occasion{at: f.releaseMoment()}); {
		case no != "":
			why = "exception " + e.ID + ": " + no
		case e.Type != "temporary" || e.ExpiresAt == nil:
			why = "exception " + e.ID + " has no date on which it ends"
		case len(e.Remediation) == 0:
			why = "exception " + e.ID + " has no plan"
		case placeholder(e.RiskAssessment.Impact):
			why = "exception " + e.ID + " does not say why it can be borne"
		default:
			return &e, ""
		}
	}
	return nil, either(why, "no exception names "+strings.Join(controls, " or "))
}

// releaseAttestation is a statement of another party that the artifacts are this
// release, signed by somebody who may state that: the signed equivalent of a tag.
func (f *Facts) releaseAttestation() *verify.AttestationFact {
	for i, a := range f.Attestations {
		s := a.Summary
		if s == nil || s.Kind != foreign.Release || a.Signer == nil || !a.Signer.Allowed {
			continue
		}
		covers := len(uncovered(f, func(d evidence.Digest) bool { return slices.Contains(a.Names, d) })) == 0 || a.OfSource
		if covers && (s.Tag == "" || s.Tag == f.Record.Tag.Name) {
			return &f.Attestations[i]
		}
	}
	return nil
}

// tagLacks is the control that fails for what the tag is not.
func (f *Facts) tagLacks() string {
	if f.Record.Tag.Type != "tag" {
		return "tag/annotated"
	}
	return "sign/tag-signed"
}

func tagLegacyInterim(f *Facts) Result {
	const want = "a signed release attestation in place of the tag, and a temporary exception with a date and a plan"
	if f.Record.Tag.Type == "tag" && f.Tag.Signature.Scheme != "" {
		return notApplicable("the tag is annotated and signed")
	}
	if f.Record.Tag.Type == "tag" && !f.Tag.Embedded {
		return f.noTagObject(unknown("missing", "the tag object is not there")).wants(want).at(inRecord(f, "/tag/object")).follows("sign/tag-object-embedded")
	}
	place := inRecord(f, "/attestations")
	e, why := f.deviation("tag/present", "tag/annotated", "tag/legacy-interim", "sign/tag-signed")
	a := f.releaseAttestation()
	switch {
	case e == nil:
		return missing(want, why).at(inRecord(f, "/tag")).follows(f.tagLacks())
	case a == nil:
		return missing(want, "no release attestation by a signer whom trust lets state one").at(place, e.fact.Place(""))
	}
	return pass(verify.Weakest(a.Proof, e.fact.Proof), "%s, signed by %s; exception %s until %s", a.Material.Name, a.Signer.Name(), e.ID, stamp(e.ExpiresAt.Time)).
		wants(want).at(inMaterial(a.Material.Digest), e.fact.Place(""))
}

func tagAutomationDeviation(f *Facts) Result {
	const want = "a temporary exception with rationale, plan, owner and date that points at the section in RELEASE.md"
	if tagCreatedByCI(f).Outcome == verify.Pass {
		return notApplicable("the release job made the tag")
	}
	e, why := f.deviation("tag/created-by-ci", "tag/automation-deviation")
	if e == nil {
		return missing(want, why).at(inRecord(f, "/tag")).follows("tag/created-by-ci")
	}
	for i, task := range e.Remediation {
		if task.Owner == nil && placeholder(task.OwnerRole) || task.Due.IsZero() {
			return missing(want, "exception "+e.ID+" has a task without owner or date").at(e.fact.Place(fmt.Sprintf("/remediation/%d", i)))
		}
	}
	if document, place := f.releaseDocument(e); document != "" {
		return pass(e.fact.Proof, "exception %s until %s, %s", e.ID, stamp(e.ExpiresAt.Time), document).wants(want).at(e.fact.Place(""), place)
	}
	return missing(want, "nothing shows the section in RELEASE.md that exception "+e.ID+" needs").at(e.fact.Place("/evidence"))
}

// releaseDocument finds RELEASE.md, by digest, among what an exception or a
// decision about automation points at.
func (f *Facts) releaseDocument(e *exempt) (name string, place verify.Place) {
	is := func(r evidence.ResourceDescriptor) bool {
		return len(r.Digest) > 0 && (path.Base(r.Name) == "RELEASE.md" || path.Base(r.URI) == "RELEASE.md")
	}
	for i, r := range e.Evidence {
		if is(r) {
			return either(r.Name, r.URI), e.fact.Place(fmt.Sprintf("/evidence/%d", i))
		}
	}
	if fact, d := f.decision("automation"); d != nil && d.Document != nil && is(*d.Document) {
		return either(d.Document.Name, d.Document.URI), fact.Place("/document")
	}
	return "", verify.Place{}
}
