package checks

// Format is a file format that this package reads.
type Format string

// The formats.
const (
	JUnit         Format = "junit"           // JUnit XML: Ant, Surefire, Gradle, pytest, gotestsum, GoogleTest
	GoTest        Format = "go-test"         // the stream of go test -json (go doc test2json)
	SARIF         Format = "sarif"           // SARIF 2.1.0, and drafts of 2.2
	Cobertura     Format = "cobertura"       // Cobertura XML
	LCOV          Format = "lcov"            // LCOV tracefile (man geninfo)
	CoverProfile  Format = "go-cover"        // go test -coverprofile, text
	CycloneDX     Format = "cyclonedx-vulns" // vulnerabilities of a CycloneDX 1.4 to 1.7 JSON document
	OpenVEX       Format = "openvex"         // OpenVEX 0.2
	TestStatement Format = "in-toto-test"    // in-toto statement, predicate test-result v0.1
	VulnStatement Format = "in-toto-vulns"   // in-toto statement, predicate vulns v0.1 or v0.2
)

// kind is what a format can show.
type kind int

const (
	showsTests kind = iota + 1
	showsFindings
	showsCoverage
)

// trait is what is known of a format.
type trait struct {
	kind      kind
	mediaType string
	extension string
	read      func(*builder, *input) error
}

// traits looks a format up.
func traits(f Format) (trait, bool) {
	switch f {
	case JUnit:
		return trait{showsTests, "application/xml", ".junit.xml", readJUnit}, true
	case GoTest:
		return trait{showsTests, "application/jsonl", ".gotest.jsonl", readGoTest}, true
	case SARIF:
		return trait{showsFindings, "application/sarif+json", ".sarif.json", readSARIF}, true
	case Cobertura:
		return trait{showsCoverage, "application/xml", ".cobertura.xml", readCobertura}, true
	case LCOV:
		return trait{showsCoverage, "text/plain", ".lcov.info", readLCOV}, true
	case CoverProfile:
		return trait{showsCoverage, "text/plain", ".cover.txt", readCoverProfile}, true
	case CycloneDX:
		return trait{showsFindings, "application/vnd.cyclonedx+json", ".cdx.json", readCycloneDX}, true
	case OpenVEX:
		return trait{showsFindings, "application/vnd.openvex+json", ".openvex.json", readOpenVEX}, true
	case TestStatement:
		return trait{showsTests, "application/vnd.in-toto+json", ".intoto.json", readTestStatement}, true
	case VulnStatement:
		return trait{showsFindings, "application/vnd.in-toto+json", ".intoto.json", readVulnStatement}, true
	}
	return trait{}, false
}
