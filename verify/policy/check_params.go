package policy

// CheckParams are the values that the controls of checks, gates and the pipeline take.
type CheckParams struct {
	// CheckAliases map names of checks to required ones: "go vet=lint".
	CheckAliases []string `json:"checkAliases"`
	// RequiredChecks are the checks that must have passed, and when.
	RequiredChecks Requirements `json:"requiredChecks"`
}

var checkParameters = []Parameter{
	words("check-aliases", "names of checks and the required checks they count for, as go vet=lint", "A1", []string{}, func(p *Params) *[]string { return &p.CheckAliases }),
	requirements("required-checks", "checks that must have passed, by which moment (merge, tag, publish, production), and for which repository types, exposures and kinds of release", "controls 3.14", func(p *Params) *Requirements { return &p.RequiredChecks }),
}
