package policy

// ExceptionParams are the values that the controls of exceptions and quarantines take.
type ExceptionParams struct {
	// ExceptionOwners are roles that may own an exception, beside those of the
	// role directories in the dossier.
	ExceptionOwners []string `json:"exceptionOwners"`
	// ExceptionLinks are the kinds of evidence that an exception links, or says of
	// that they are not relevant.
	ExceptionLinks []string `json:"exceptionLinks"`
	// RationaleThemes are the themes whose recommendations touch auditability, the
	// separation of duties or the risk of production, by the prefixes of their ids.
	RationaleThemes []string `json:"rationaleThemes"`
	// ReleasableControls are patterns of controls: an exception from one of them
	// lets main be unreleasable.
	ReleasableControls []string `json:"releasableControls"`
	// SecurityChecks are checks that are never in quarantine.
	SecurityChecks []string `json:"securityChecks"`
	// HighRiskPaths are patterns of paths, and HighRiskLevels words for the risk of
	// a change, for which tests must not be missing.
	HighRiskPaths  []string `json:"highRiskPaths"`
	HighRiskLevels []string `json:"highRiskLevels"`
}

var exceptionParameters = []Parameter{
	words("exception-owners", "roles that may own an exception, beside those of role directories", "1.32.3.1", []string{"compliance", "engineering-manager", "incident-commander", "platform", "product-owner", "release-manager", "security", "service-owner"}, func(p *Params) *[]string { return &p.ExceptionOwners }),
	words("exception-links", "kinds of evidence that an exception links or says are not relevant", "1.32.3.1", []string{"build", "deployment", "incident", "promotion", "provenance", "pull-request", "sbom"}, func(p *Params) *[]string { return &p.ExceptionLinks }),
	words("rationale-themes", "prefixes of recommendations that touch auditability, separation of duties or the risk of production, so that departing from them needs a reason", "1.3.1", []string{"approval", "artifact", "check", "emergency", "exception", "pr", "promotion", "provenance", "sbom", "sign", "sod", "tag", "trace", "window"}, func(p *Params) *[]string { return &p.RationaleThemes }),
	words("releasable-controls", "patterns of controls, exceptions from which let main be unreleasable", "1.32.3.1", []string{"main/*", "freeze/main-releasable"}, func(p *Params) *[]string { return &p.ReleasableControls }),
	words("security-checks", "checks that are never in quarantine", "1.29.3.1", []string{"dast", "dependency-license-scan", "sast", "sbom-generate"}, func(p *Params) *[]string { return &p.SecurityChecks }),
	words("high-risk-paths", "patterns of paths that tests must cover even while one is in quarantine, beside those of migrations", "1.13.3.5", []string{"**/auth/**", "**/crypto/**", "**/security/**"}, func(p *Params) *[]string { return &p.HighRiskPaths }),
	words("high-risk-levels", "words for the risk of a change for which tests must not be missing", "A31", []string{"critical", "high"}, func(p *Params) *[]string { return &p.HighRiskLevels }),
}
