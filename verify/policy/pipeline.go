package policy

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/foreign"
	"github.com/release-dossier/dossier/evidence/gitobj"
	"github.com/release-dossier/dossier/verify"
	"github.com/release-dossier/dossier/verify/trust"
)

// pipelineControls are the controls of how the pipeline is defined.
var pipelineControls = []Control{{
	ID: "check/stages-present", Level: Must, Sections: "1.13.3.1", Theme: themeChecks,
	Title: "The pipeline has a stage for each of the thirteen intents", Failing: "The pipeline lacks a stage",
	Logic:   "Each intent of the release policy has a stage: lint and unit tests, build, integration tests, the four security gates, package, publish, deployment and verification in dev and staging, approval of production, deployment and verification there. A stage says its intents, or its name does, folded by the parameter stage-aliases; of a called workflow's job, caller / job, so does the job's own name. A library is published: it has no deployments and no dynamic tests.",
	Applies: "*", Waive: "exc",
	Question: 4, Gate: verify.GateTag,
	Evidence: []string{"record.pipeline.stages[].name", "record.pipeline.stages[].intents"},
	Fix: verify.Fix{
		Before: "add the stage to the pipeline, and record the stages under pipeline: dossier new release",
		Now:    "add the stage to the pipeline before the next release",
	},
	Check: checkStages,
}, {
	ID: "check/policy-as-code", Level: Must, Sections: "1.31.3.3", Theme: themeChecks,
	Title: "Machines enforced immutability, evidence and promotion rules for the release", Failing: "Machines did not enforce the rules for the release",
	Logic:   "For each of the three rules (no rebuild, evidence is there, promotion rules) the pipeline recorded a result that passed and that would have stopped it. A passing verification summary of all artifacts by one of the parameter verdict-verifiers, signed by somebody whom a grant lets state it, stands for all three.",
	Applies: "prod", Waive: "exc+",
	Question: 4, Gate: verify.GateProduction,
	Evidence: []string{"record.pipeline.policyChecks[]", "attestation: verification summary"},
	Fix: verify.Fix{
		Before: "let the pipeline enforce the rules (dossier verify --gate, conftest) and record the results under pipeline",
		Now:    "let the pipeline enforce the rules, and record the gap as an exception with compensating controls",
	},
	Check: checkPolicyAsCode,
}, {
	ID: "check/policy-as-code-compensation", Level: Must, Sections: "1.31.3.3 exception", Theme: themeChecks,
	Title: "Where machines cannot enforce the rules, RELEASE.md says what is done instead, and somebody looks regularly", Failing: "Where machines cannot enforce the rules, nothing stands in for them",
	Logic:   "If an exception names check/policy-as-code, it lists compensating controls, a decision about automation that was in force points to RELEASE.md by digest, and the last compliance review ended within the parameter compensation-review before the moment of judgement. Without such an exception there is nothing to judge.",
	Applies: "repo", Waive: "n/a",
	Question: 4, Gate: verify.GateProduction,
	Evidence: []string{"exception.controls", "exception.compensatingControls", "decision.topic", "decision.document", "complianceReview.period"},
	Fix: verify.Fix{
		Before: "write the compensating controls into RELEASE.md, record the decision (dossier new decision) and a review (dossier new compliance-review)",
		Now:    "write the compensating controls into RELEASE.md, and review them: dossier new compliance-review",
	},
	Check: checkCompensation,
}, {
	ID: "check/policy-validations", Level: Should, Sections: "1.31.3.3", Theme: themeChecks,
	Title: "Rules validate pipeline definitions, release metadata and branch protection", Failing: "Rules do not validate pipeline definitions, release metadata and branch protection",
	Logic:   "The pipeline recorded a result that passed for each of the three.",
	Applies: "repo", Waive: "rat",
	Question: 4, Gate: verify.GateTag,
	Evidence: []string{"record.pipeline.policyChecks[]"},
	Fix:      verify.Fix{Before: "validate them with a policy tool (conftest, OPA), and record the results under pipeline"},
	Check:    checkPolicyValidations,
}, {
	ID: "check/templates-reusable", Level: Must, Sections: "1.31.3.2", Theme: themeChecks,
	Title: "The pipeline is built from shared templates", Failing: "The pipeline is built from no shared template",
	Logic:   "The run that made the record takes at least one definition from elsewhere: a reusable workflow, an action, an included file.",
	Applies: "*", Waive: "exc",
	Question: 4, Gate: verify.GateTag,
	Evidence: []string{"record.build.templates[]"},
	Fix: verify.Fix{
		Before: "build the pipeline from shared, versioned templates",
		Now:    "build the pipeline from shared, versioned templates before the next release",
	},
	Check: checkTemplatesReusable,
}, {
	ID: "check/templates-pinned", Level: Must, Sections: "1.31.3.2", Theme: themeChecks,
	Title: "Each template is named by an immutable reference", Failing: "A template is named by a reference that can be moved",
	Logic:   "Each reference ends in a full commit id or a digest, or the run recorded what it stood for. The list is whole: it was read from the pipeline's definition in the released commit, and every included file could be read.",
	Applies: "*", Waive: "exc",
	Question: 4, Gate: verify.GateTag,
	Evidence: []string{"record.build.templates[].ref", "record.build.templates[].digest", "record.build.templatesFrom", "record.build.templatesUnread"},
	Fix: verify.Fix{
		Before: "name each template and action by its full commit id",
		Now:    "name each template and action by its full commit id before the next release",
	},
	Check: checkTemplatesPinned,
}, {
	ID: "check/golden-pipeline", Level: Should, Sections: "1.31.3.2", Theme: themeChecks,
	Title: "The pipeline is a central one, and each way around it was approved", Failing: "The pipeline is no central one, or a way around it was not approved",
	Logic:   "The template of the pipeline is one of the parameter golden-templates, and each escape hatch that was used has an approval by a person.",
	Applies: "repo", Waive: "rat",
	Question: 4, Gate: verify.GateTag,
	Evidence: []string{"record.pipeline.template", "record.pipeline.escapeHatches[].approval"},
	Fix:      verify.Fix{Before: "use a central pipeline, name it in the parameter golden-templates, and have escape hatches approved"},
	Check:    checkGoldenPipeline,
}}

// intents are what the stages of a pipeline are there for (controls catalogue,
// 3.30).
var intents = []string{
	"lint", "unit-test", "build", "integration-test", "sast", "dependency-license-scan", "sbom-generate", "dast", "package", "publish",
	"deploy-dev", "verify-dev", "deploy-staging", "verify-staging", "approve-production", "deploy-production", "verify-production",
}

// intentsOf returns the intents of a stage: those that it says, else what its
// name stands for. Of a job in a workflow that another calls, "caller / job", the
// job's own name may say it.
func (f *Facts) intentsOf(s evidence.PipelineStage) []string {
	if len(s.Intents) > 0 {
		return s.Intents
	}
	list := f.intentsNamed(s)
	if _, own, ok := cutLast(s.Name, " / "); ok {
		list = append(list, f.intentsNamed(evidence.PipelineStage{Name: own})...)
	}
	return list
}

// intentsNamed are what a stage's name stands for.
func (f *Facts) intentsNamed(s evidence.PipelineStage) []string {
	name := strings.ReplaceAll(strings.ToLower(strings.TrimSpace(s.Name)), " ", "-")
	var list []string
	for _, alias := range f.Params.StageAliases {
		if from, to, ok := strings.Cut(alias, "="); ok && strings.EqualFold(strings.TrimSpace(from), strings.TrimSpace(s.Name)) {
			list = append(list, strings.TrimSpace(to))
		}
	}
	if len(list) > 0 {
		return list
	}
	if to, ok := checkNames[name]; ok {
		return []string{to}
	}
	return []string{name}
}

// intended are the intents that the pipeline of this type of repository has.
func (f *Facts) intended() []string {
	if f.Record.Kind != evidence.KindLibrary {
		return intents
	}
	return slices.DeleteFunc(slices.Clone(intents), func(i string) bool {
		return i == "dast" || strings.HasPrefix(i, "deploy-") || strings.HasPrefix(i, "verify-")
	})
}

func checkStages(f *Facts) Result {
	const want = "a stage for each intent of the release policy"
	place := inRecord(f, "/pipeline/stages")
	if f.Record.Pipeline == nil || len(f.Record.Pipeline.Stages) == 0 {
		return missing(want, "no stage of the pipeline is recorded").at(place)
	}
	has := map[string]bool{}
	for _, s := range f.Record.Pipeline.Stages {
		for _, i := range f.intentsOf(s) {
			has[i] = true
		}
	}
	var lacking []string
	for _, i := range f.intended() {
		if !has[i] {
			lacking = append(lacking, i)
		}
	}
	if len(lacking) > 0 {
		return fail("stage-missing", want, "no stage for %s", strings.Join(lacking, ", ")).at(place)
	}
	return pass(f.Stated(), "%s for %s", plural(len(f.Record.Pipeline.Stages), "stage", "stages"), plural(len(f.intended()), "intent", "intents")).wants(want).at(place)
}

// policyChecked judges that each rule has a result of policy-as-code that passed.
func (f *Facts) policyChecked(want string, rules []string, enforced bool) Result {
	place := inRecord(f, "/pipeline/policyChecks")
	if f.Record.Pipeline == nil || len(f.Record.Pipeline.PolicyChecks) == 0 {
		return missing(want, "no result of policy-as-code is recorded").at(place)
	}
	var where []verify.Place
	for _, rule := range rules {
		found := false
		for i, c := range f.Record.Pipeline.PolicyChecks {
			here := inRecord(f, "/pipeline/policyChecks/%d", i)
			switch {
			case c.Rule != rule:
				continue
			case c.Result != "pass":
				return fail("rule-"+c.Result, want, "%s: %s", rule, c.Result).at(here)
			case enforced && !c.Enforced:
				return fail("not-enforced", want, "%s was looked at, and would not have stopped the pipeline", rule).at(here)
			}
			found, where = true, append(where, here)
		}
		if !found {
			return missing(want, "no result for "+rule).at(place)
		}
	}
	return pass(f.Stated(), "%s", strings.Join(rules, ", ")).wants(want).at(where...)
}

func checkPolicyAsCode(f *Facts) Result {
	const want = "machines enforced immutability, evidence and promotion rules"
	res := f.policyChecked(want, []string{"immutability", "evidence", "promotion"}, true)
	if res.Outcome == verify.Pass || res.Code != codeMissing {
		return res
	}
	for _, a := range f.Attestations {
		if f.ownVerdict(a) {
			return pass(a.Proof, "a passing verdict by %s", a.Summary.Tool).wants(want).at(inMaterial(a.Material.Digest))
		}
	}
	return res
}

// ownVerdict reports whether an attestation is a passing verdict on the whole
// release by a verifier that the policy names.
func (f *Facts) ownVerdict(a verify.AttestationFact) bool {
	return a.Summary != nil && a.Summary.Kind == foreign.Verification && a.Summary.Result == "PASSED" &&
		a.Signer != nil && a.Signer.Allowed && len(f.Record.Artifacts) > 0 &&
		slices.Contains(f.Params.VerdictVerifiers, a.Summary.Tool) &&
		!slices.ContainsFunc(f.Record.Artifacts, func(x evidence.Artifact) bool { return !slices.Contains(a.Names, x.Digest) })
}

func checkPolicyValidations(f *Facts) Result {
	return f.policyChecked("rules validated pipeline definitions, release metadata and branch protection",
		[]string{"pipeline-definition", "release-metadata", "branch-protection"}, false)
}

func checkCompensation(f *Facts) Result {
	const want = "compensating controls in RELEASE.md, and a recent review"
	i := slices.IndexFunc(f.exceptions(), func(e exempt) bool { return e.names(Control{ID: "check/policy-as-code"}) })
	if i < 0 {
		return notApplicable("no exception says that machines cannot enforce the rules")
	}
	e := f.exceptions()[i]
	if len(e.CompensatingControls) == 0 || slices.ContainsFunc(e.CompensatingControls, placeholder) {
		return missing(want, "exception "+e.ID+" lists no compensating controls").at(e.fact.Place("/compensatingControls")).onRecord(e.Exception)
	}
	proofs, where := []verify.Proof{e.fact.Proof}, []verify.Place{e.fact.Place("/compensatingControls")}
	fact, d := f.decision("automation")
	if d == nil || d.Document == nil || len(d.Document.Digest) == 0 || path.Base(d.Document.Name) != "RELEASE.md" {
		return missing(want, "no decision about automation points to RELEASE.md").at(where...)
	}
	proofs, where = append(proofs, fact.Proof), append(where, fact.Place("/document"))
	var last time.Time
	for fact, r := range verify.Standing[*evidence.ComplianceReview](f.Facts) {
		if end := r.Period.NotAfter; end != nil && !end.After(f.AsOf) && end.After(last) {
			last = end.Time
			proofs, where = append(proofs, fact.Proof), append(where, fact.Place("/period"))
		}
	}
	switch {
	case last.IsZero():
		return missing(want, "no compliance review is recorded").at(where...)
	case f.AsOf.Sub(last) > f.Params.CompensationReview.Duration():
		return fail("review-too-old", want, "the last review ended %s", stamp(last)).at(where...)
	}
	return pass(weakest(proofs, f.Stated()), "exception %s, reviewed until %s", e.ID, stamp(last)).wants(want).at(where...)
}

// notPinned says why a template's reference can be moved; "" if it cannot.
func notPinned(t evidence.BuildTemplate) string {
	_, version, ok := cutLast(t.Ref, "@")
	for algorithm, sum := range t.Digest {
		if gitobj.IsID(sum) && (algorithm == "gitCommit" || algorithm == "sha1" || algorithm == "sha256") {
			return ""
		}
	}
	switch algorithm, sum, digest := strings.Cut(version, ":"); {
	case !ok:
		return t.Ref + " names no version"
	case digest && algorithm == "sha256" && len(sum) == 64 && gitobj.IsID(sum), gitobj.IsID(version):
		return ""
	}
	return t.Ref + " can be moved"
}

// cutLast cuts s around the last sep.
func cutLast(s, sep string) (before, after string, ok bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

func checkTemplatesReusable(f *Facts) Result {
	const want = "at least one shared template"
	place := inRecord(f, "/build/templates")
	if f.Record.Build == nil || len(f.Record.Build.Templates) == 0 {
		return missing(want, "no template is recorded").at(place)
	}
	return pass(f.Stated(), "%s", plural(len(f.Record.Build.Templates), "template", "templates")).wants(want).at(place)
}

func checkTemplatesPinned(f *Facts) Result {
	const want = "each template by a full commit id or digest"
	b := f.Record.Build
	if b == nil || len(b.Templates) == 0 {
		return missing(want, "no template is recorded").at(inRecord(f, "/build/templates")).follows("check/templates-reusable")
	}
	var movable []string
	var where []verify.Place
	for i, t := range b.Templates {
		if why := notPinned(t); why != "" {
			movable, where = append(movable, why), append(where, inRecord(f, "/build/templates/%d", i))
		}
	}
	switch {
	case len(movable) > 0:
		return fail("movable-reference", want, "%s", several(movable)).at(where...)
	case b.TemplatesFrom == nil:
		return missing(want, "the list was not read from the pipeline's definition, so that it may lack some").at(inRecord(f, "/build/templatesFrom"))
	case len(b.TemplatesUnread) > 0:
		return unknown(codeNotRead, "could not be read: %s", several(b.TemplatesUnread)).wants(want).at(inRecord(f, "/build/templatesUnread"))
	}
	return pass(f.Stated(), "%s", plural(len(b.Templates), "template", "templates")).wants(want).at(inRecord(f, "/build/templates"))
}

func checkGoldenPipeline(f *Facts) Result {
	const want = "a central template, and an approval of each way around it"
	p := f.Record.Pipeline
	switch {
	case p == nil || p.Template == "":
		return missing(want, "no template of the pipeline is recorded").at(inRecord(f, "/pipeline/template"))
	case !slices.ContainsFunc(f.Params.GoldenTemplates, func(g string) bool { return matchesTemplate(g, p.Template) }):
		return fail("not-golden", want, "%s is none of the parameter golden-templates", p.Template).at(inRecord(f, "/pipeline/template"))
	}
	for i, h := range p.EscapeHatches {
		if h.Approval == nil || h.Approval.Decision == string(evidence.Rejected) || !f.person(h.Approval.Who) {
			return missing(want, fmt.Sprintf("no person approved the way around it %q", h.Name)).at(inRecord(f, "/pipeline/escapeHatches/%d/approval", i))
		}
	}
	return pass(f.Stated(), "%s, %s around it", p.Template, plural(len(p.EscapeHatches), "way", "ways")).wants(want).at(inRecord(f, "/pipeline"))
}

// matchesTemplate reports whether a template is one of a pattern, in which *
// stands for any characters but "/". What follows the last "@" of the template
// is its version, which a pattern need not name.
func matchesTemplate(pattern, template string) bool {
	name, _, _ := cutLast(template, "@")
	for _, t := range []string{template, name} {
		if trust.Match(pattern, t) {
			return true
		}
	}
	return false
}
