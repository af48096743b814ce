package evidence

import "strings"

// SBOMSummary is what an SBOM says of itself, as far as it is judged: the
// common ground of CycloneDX and SPDX.
type SBOMSummary struct {
	// Format is "CycloneDX" or "SPDX", SpecVersion its version ("1.6", "2.3").
	Format      string
	SpecVersion string
	// Created is the time the document states; zero if it states none.
	Created Time
	// Tools name the programs that made it.
	Tools []string
	// Subjects are the digests of what it says it is about.
	Subjects []DigestSet
	// Components counts all components but the subject; Licensed counts those
	// with a licence; Transitive reports dependencies of dependencies.
	Components int
	Licensed   int
	Transitive bool
	// Problems are violations of the official schema and of the format's own
	// rules; ProblemCount counts them all, Problems keeps the first ones.
	Problems     []SBOMProblem
	ProblemCount int
}

// SBOMProblem is one violation, located by an RFC 6901 pointer.
type SBOMProblem struct {
	Code    string
	Pointer string
	Message string
}

// IsSBOMPredicate reports whether a predicate of this type is an SBOM: the
// types that in-toto lists for SPDX and CycloneDX, of any version.
func IsSBOMPredicate(predicateType string) bool {
	for _, base := range []string{"https://spdx.dev/Document", "https://cyclonedx.org/bom"} {
		if rest, ok := strings.CutPrefix(predicateType, base); ok && (rest == "" || rest[0] == '/') {
			return true
		}
	}
	return false
}
