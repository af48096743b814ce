package policy

// CheckParams are the values that the controls of checks, gates and the pipeline take.
type CheckParams struct {
	// CheckAliases map names of checks to required ones: "go vet=lint".
	CheckAliases []string `json:"checkAliases"`
}

var checkParameters = []Parameter{
	words("check-aliases", "names of checks and the required checks they count for, as go vet=lint", "A1", []string{}, func(p *Params) *[]string { return &p.CheckAliases }),
}
