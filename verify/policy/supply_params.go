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
	number("key-days", "age in days at which a signing key should have been replaced", "1.31.3.5", 730, 1, 36500, func(p *Params) *int { return &p.KeyDays }),
}
