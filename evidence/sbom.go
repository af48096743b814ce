package evidence

import (
	"fmt"
	"strings"
)

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
	// Depth is the most steps from a subject to a component by dependencies;
	// Unreachable counts components that nothing leads to from a subject, and
	// Cycles groups that depend on each other in a circle.
	Depth, Unreachable, Cycles int
	// Licenses are the different licences of the components, as the document
	// has them, most common first; LicenseCount counts them all.
	Licenses     []SBOMLicense
	LicenseCount int
	// Elements are the minimum elements of the NTIA and the CISA.
	Elements []SBOMElement
	// Problems are violations of the official schema and of the format's own
	// rules; ProblemCount counts them all, Problems keeps the first ones.
	Problems     []SBOMProblem
	ProblemCount int
	// Warnings are what the format allows and makes the document of less use,
	// such as an unknown licence; WarningCount counts them all.
	Warnings     []SBOMProblem
	WarningCount int
}

// SBOMProblem is one violation, located by an RFC 6901 pointer and, in a
// document that is not JSON, by a line.
type SBOMProblem struct {
	Code    string `json:"code"`
	Pointer string `json:"pointer"`
	Line    int    `json:"line,omitempty"`
	Message string `json:"message"`
}

// Place is where the problem is, for people: a line if there is one, the pointer,
// or "the document".
func (p SBOMProblem) Place() string {
	switch {
	case p.Line > 0:
		return fmt.Sprintf("line %d", p.Line)
	case p.Pointer == "":
		return "the document"
	}
	return p.Pointer
}

// SBOMLicense is a licence that components of an SBOM carry: an expression, or a
// name.
type SBOMLicense struct {
	License string
	// Components counts those that carry it; Example is the name of the first.
	Components int
	Example    string
}

// SBOMElement is a minimum element of an SBOM.
type SBOMElement struct {
	// ID is "supplier", "name", "version", "identifier", "hash", "license",
	// "dependency" (of each component), "author", "timestamp", "tool" or
	// "context" (of the document).
	ID string `json:"id"`
	// NTIA and CISA say who asks for it.
	NTIA bool `json:"ntia"`
	CISA bool `json:"cisa"`
	// Present counts the components that have it, of all of them; 1 of 1 is a
	// document that has it.
	Present int `json:"present"`
	Of      int `json:"of"`
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

// SBOMScore counts the minimum elements that an SBOM has for all that they are
// asked of.
type SBOMScore struct {
	Met int `json:"met"`
	Of  int `json:"of"`
}

// SBOMScores returns the scores by what the NTIA and what the CISA ask for. An
// element of components is not met by a document without any.
func SBOMScores(elements []SBOMElement) (ntia, cisa SBOMScore) {
	for _, e := range elements {
		for _, of := range []struct {
			asks  bool
			score *SBOMScore
		}{{e.NTIA, &ntia}, {e.CISA, &cisa}} {
			if !of.asks {
				continue
			}
			of.score.Of++
			if e.Present == e.Of && e.Of > 0 {
				of.score.Met++
			}
		}
	}
	return ntia, cisa
}
