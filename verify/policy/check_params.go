package policy

import "time"

// CheckParams are the values that the controls of checks, gates and the pipeline take.
type CheckParams struct {
	// CheckAliases map names of checks to required ones: "go vet=lint".
	CheckAliases []string `json:"checkAliases"`
	// RequiredChecks are the checks that must have passed, and when.
	RequiredChecks Requirements `json:"requiredChecks"`
	// UntestedTraits are traits of repositories that have no integration tests.
	UntestedTraits []string `json:"untestedTraits"`
	// SBOMOnPullRequests asks for an SBOM of each pull request (A19).
	SBOMOnPullRequests bool `json:"sbomOnPullRequests"`
	// RationaleLength is how many characters a reason has at least.
	RationaleLength int `json:"rationaleLength"`
	// CIIssuers are the accounts under which CI reports results, CISystems the
	// addresses of its runs outside of the repository's forge.
	CIIssuers []string `json:"ciIssuers"`
	CISystems []string `json:"ciSystems"`
	// CriticalSeverity is the least severity of a finding that stops a promotion.
	CriticalSeverity string `json:"criticalSeverity"`
	// CheckAttempts is in how many attempts a check may pass on one commit.
	CheckAttempts int `json:"checkAttempts"`
	// InfrastructureConclusions are the CI system's words for runs that say
	// nothing of what they checked.
	InfrastructureConclusions []string `json:"infrastructureConclusions"`
	// StageAliases map names of stages to intents: "static=lint".
	StageAliases []string `json:"stageAliases"`
	// GoldenTemplates are the central pipeline templates, with * for any
	// characters but "/".
	GoldenTemplates []string `json:"goldenTemplates"`
	// VerdictVerifiers are the verifiers whose passing verdict on the release
	// stands for the results of policy-as-code.
	VerdictVerifiers []string `json:"verdictVerifiers"`
	// CompensationReview is how long ago compensating controls may have been
	// looked at last.
	CompensationReview Span `json:"compensationReview"`
	// DevVerification, StagingVerification and ProductionVerification are what is
	// looked at after a deployment there.
	DevVerification        []string `json:"devVerification"`
	StagingVerification    []string `json:"stagingVerification"`
	ProductionVerification []string `json:"productionVerification"`
	// VerificationGrace is how long after a deployment to production it may be
	// looked at.
	VerificationGrace Span `json:"verificationGrace"`
	// StandardMeasures are words of which each stands in the name of a measure at
	// every gate.
	StandardMeasures []string `json:"standardMeasures"`
	// OutageValidationDays is within how many business days a check runs that an
	// outage prevented.
	OutageValidationDays int `json:"outageValidationDays"`
}

var checkParameters = []Parameter{
	words("check-aliases", "names of checks and the required checks they count for, as go vet=lint", "A1", []string{}, func(p *Params) *[]string { return &p.CheckAliases }),
	requirements("required-checks", "checks that must have passed, by which moment (merge, tag, publish, production), and for which repository types, exposures and kinds of release", "controls 3.14", func(p *Params) *Requirements { return &p.RequiredChecks }),
	words("untested-traits", "traits of a repository, in its metadata, that say that it has no integration tests", "1.13.3.1", []string{"no integration tests"}, func(p *Params) *[]string { return &p.UntestedTraits }),
	toggle("sbom-on-pull-requests", "whether an SBOM is generated on each pull request as well", "A19", false, func(p *Params) *bool { return &p.SBOMOnPullRequests }),
	number("rationale-length", "how many characters a reason has at least", "A18", 15, 1, maxWord, func(p *Params) *int { return &p.RationaleLength }),
	words("ci-issuers", "accounts under which CI reports the results of checks, as their identities", "1.5.2", []string{"account:github.com:app/15368"}, func(p *Params) *[]string { return &p.CIIssuers }),
	words("ci-systems", "addresses of CI systems outside of the repository's own forge, whose runs count: https://ci.example/team", "1.10.5.3", []string{}, func(p *Params) *[]string { return &p.CISystems }),
	choice("critical-severity", "least severity of an open finding that stops a promotion", "1.7.3", "critical", severities, func(p *Params) *string { return &p.CriticalSeverity }),
	number("check-attempts", "in how many attempts a check may pass on one commit without a ticket", "1.29.2", 2, 1, maxPeople, func(p *Params) *int { return &p.CheckAttempts }),
	words("infrastructure-conclusions", "the CI system's words for runs that ended for reasons of its own", "1.29.2", []string{"cancelled", "canceled", "startup_failure", "stale", "runner_system_failure", "scheduler_failure", "data_integrity_failure"}, func(p *Params) *[]string { return &p.InfrastructureConclusions }),
	words("stage-aliases", "names of pipeline stages and what they are there for, as static=lint", "A44", []string{}, func(p *Params) *[]string { return &p.StageAliases }),
	words("golden-templates", "central pipeline templates, * for any characters but /", "1.31.3.2", []string{}, func(p *Params) *[]string { return &p.GoldenTemplates }),
	words("verdict-verifiers", "verifiers whose passing verification summary of the release stands for the results of policy-as-code", "1.31.3.3", []string{"https://release-dossier.github.io/dossier"}, func(p *Params) *[]string { return &p.VerdictVerifiers }),
	length("compensation-review", "how long ago the compensating controls of a missing policy-as-code may have been looked at last", "1.31.3.3", 92*24*time.Hour, 731*24*time.Hour, func(p *Params) *Span { return &p.CompensationReview }),
	lookWords("dev-verification", "what is looked at after a deployment to dev", "1.13.3.1", []string{"smoke", "monitoring"}, func(p *Params) *[]string { return &p.DevVerification }),
	lookWords("staging-verification", "what is looked at after a deployment to staging, with what release candidates need", "1.13.3.1", []string{"smoke", "monitoring"}, func(p *Params) *[]string { return &p.StagingVerification }),
	lookWords("production-verification", "what is looked at after a deployment to production", "1.13.3.1", []string{"smoke", "monitoring", "rollback-readiness"}, func(p *Params) *[]string { return &p.ProductionVerification }),
	length("verification-grace", "how long after a deployment to production it must have been looked at", "1.13.5.3", 24*time.Hour, 30*24*time.Hour, func(p *Params) *Span { return &p.VerificationGrace }),
	words("standard-measures", "words of which each stands in the name of a measure that is watched at every gate", "1.19.3.6", []string{"health", "error rate", "latency"}, func(p *Params) *[]string { return &p.StandardMeasures }),
	number("outage-validation-days", "within how many business days a check runs that could not run because the platform was down", "A42", 1, 0, 365, func(p *Params) *int { return &p.OutageValidationDays }),
}
