package evidence

// Pipeline is how the repository's pipeline is defined, and what machines
// enforced in it for the release (3.30; short name pipeline).
type Pipeline struct {
	// Definition is the file that defines it, by digest.
	Definition *ResourceDescriptor `json:"definition,omitempty" rec:"O;1.31.3.2"`
	// Template is the central template it is built from, as it names it.
	Template string `json:"template,omitempty" rec:"O;1.31.3.2"`
	// Stages are its stages, in their order.
	Stages []PipelineStage `json:"stages,omitempty" rec:"O;1.13.3.1"`
	// EscapeHatches are the ways around the template that were used.
	EscapeHatches []EscapeHatch `json:"escapeHatches,omitempty" rec:"C;1.31.3.2;when one was used"`
	// PolicyChecks are the results of rules that machines enforced or validated.
	PolicyChecks []PolicyCheck `json:"policyChecks,omitempty" rec:"O;1.31.3.3"`
}

// PipelineStage is one stage of a pipeline.
type PipelineStage struct {
	// Name is its name in the pipeline.
	Name string `json:"name" rec:"R;1.13.3.1"`
	// Intents are what it is there for, if its name does not say.
	Intents []string `json:"intents,omitempty" rec:"O;1.13.3.1" enum:"lint|unit-test|build|integration-test|sast|dependency-license-scan|sbom-generate|dast|package|publish|deploy-dev|verify-dev|deploy-staging|verify-staging|approve-production|deploy-production|verify-production|other"`
}

// EscapeHatch is one use of a documented way around the central template.
type EscapeHatch struct {
	// Name says which.
	Name string `json:"name" rec:"R;1.31.3.2"`
	// Reason is why it was used.
	Reason string `json:"reason" rec:"R;1.31.3.2"`
	// Approval is who allowed it.
	Approval *Signoff `json:"approval,omitempty" rec:"O;1.31.3.2"`
}

// PolicyCheck is one result of policy-as-code for the release.
type PolicyCheck struct {
	// Rule says what was enforced: that artifacts are not rebuilt, that the
	// evidence is there, that promotions follow the rules; or validated: pipeline
	// definitions, release metadata, branch protection.
	Rule string `json:"rule" rec:"R;1.31.3.3" enum:"immutability|evidence|promotion|pipeline-definition|release-metadata|branch-protection"`
	// Result is the outcome.
	Result string `json:"result" rec:"R;1.31.3.3" enum:"pass|fail|skipped"`
	// Tool is the program that judged: "conftest", "kyverno".
	Tool string `json:"tool,omitempty" rec:"O;1.31.3.3"`
	// Enforced says that a failure stopped the pipeline.
	Enforced bool `json:"enforced,omitempty" rec:"O;1.31.3.3"`
	// At is when.
	At *Time `json:"at,omitempty" rec:"O;1.31.3.3"`
	// RunID is the run it was part of.
	RunID string `json:"runId,omitempty" rec:"O;1.31.3.3"`
	// Evidence is its log or report.
	Evidence []ResourceDescriptor `json:"evidence,omitempty" rec:"O;1.31.3.3"`
}
