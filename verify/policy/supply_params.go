package policy

// SupplyParams are the values that the controls of SBOMs, provenance and signing take.
type SupplyParams struct {
	// EvidenceStores are places that may keep SBOMs and provenance, besides the
	// artifact's own registry: host and path.
	EvidenceStores []string `json:"evidenceStores"`
	// ArtifactSignatures are the predicate types of statements that sign an
	// artifact and say nothing more.
	ArtifactSignatures []string `json:"artifactSignatures"`
	// ArtifactSigning is "required" where every artifact must be signed, which
	// the release policy only recommends (A10).
	ArtifactSigning string `json:"artifactSigning"`
	// BuildBranches are the branches that a release may be built from, BuildTag
	// asks that a build of a tag is one of the release's own.
	BuildBranches []string `json:"buildBranches"`
	BuildTag      bool     `json:"buildTag"`
	// BuildWorkflows are paths of workflows that may start the build, BuildInputs
	// inputs, as NAME=VALUE, that it must have been dispatched with.
	BuildWorkflows []string `json:"buildWorkflows"`
	BuildInputs    []string `json:"buildInputs"`
	// KeyDays is the age in days at which a signing key should have been replaced.
	KeyDays int `json:"keyDays"`
}

// The values of the parameter artifact-signing.
const (
	signingRecommended = "recommended"
	signingRequired    = "required"
)

var supplyParameters = []Parameter{
	words("evidence-stores", "places that may keep SBOMs and provenance besides the artifact's own registry, as host and path", "1.31.3.5", []string{}, func(p *Params) *[]string { return &p.EvidenceStores }),
	words("artifact-signatures", "predicate types of statements that sign an artifact and say nothing more", "1.31.3.5", []string{"https://sigstore.dev/cosign/sign/v1"}, func(p *Params) *[]string { return &p.ArtifactSignatures }),
	choice("artifact-signing", "whether the signature of every artifact must be verified before production", "A10", signingRecommended, []string{signingRecommended, signingRequired}, func(p *Params) *string { return &p.ArtifactSigning }),
	words("build-branches", "branches that a release may be built from, * for any characters but /; a build of a tag is not asked", "1.14.3", []string{}, func(p *Params) *[]string { return &p.BuildBranches }),
	toggle("build-tag", "whether a build of a tag must be of the release's own tag, and not of an earlier one on the same commit", "1.14.3", false, func(p *Params) *bool { return &p.BuildTag }),
	words("build-workflows", "paths of workflows that may start the build of a release, * for any characters but /", "1.31.3.2", []string{}, func(p *Params) *[]string { return &p.BuildWorkflows }),
	words("build-inputs", "inputs, each as NAME=VALUE, that the build must have been dispatched with", "1.31.3.2", []string{}, func(p *Params) *[]string { return &p.BuildInputs }),
	number("key-days", "age in days at which a signing key should have been replaced", "1.31.3.5", 730, 1, 36500, func(p *Params) *int { return &p.KeyDays }),
}
