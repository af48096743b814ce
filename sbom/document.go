package sbom

import "github.com/release-dossier/dossier/evidence"

// The formats.
const (
	CycloneDX = "CycloneDX"
	SPDX      = "SPDX"
)

// The encodings. SPDX 3's JSON-LD is JSON.
const (
	JSON     = "JSON"
	XML      = "XML"
	TagValue = "tag-value"
)

// Limits of what is read. A document beyond MaxSize or MaxDepth is an error;
// beyond the others it is read in part and has a problem [CodeLimit].
const (
	// MaxSize is the largest document, in bytes.
	MaxSize = 256 << 20
	// MaxDepth is the deepest nesting. Components nest within components.
	MaxDepth = 512
	// MaxComponents is the most components that are kept; all are counted.
	MaxComponents = 1 << 20
	// MaxProblems is the most problems that are kept, and the most warnings;
	// all are counted.
	MaxProblems = 100
)

// Document is what an SBOM says, in the terms that both formats share. Text is
// as the document has it: nothing is trusted, trimmed or escaped.
type Document struct {
	// Bytes are the original bytes, as they were given.
	Bytes []byte
	// Digest is the SHA-256 of Bytes.
	Digest evidence.Digest
	// Format is [CycloneDX] or [SPDX].
	Format string
	// Encoding is [JSON], [XML] or [TagValue].
	Encoding string
	// SpecVersion is the version of the format, such as "1.6" or "2.3".
	SpecVersion string
	// ID is CycloneDX's serialNumber or SPDX's documentNamespace.
	ID string
	// Name is the name of the document (SPDX) or of its subject (CycloneDX).
	Name string
	// Tools are the tools that made the document, "name version" each.
	Tools []string
	// Authors are the people and organizations that made the document.
	Authors []string
	// Context is the phase of the life of the software in which the document was
	// made, such as "build" (CycloneDX lifecycles, SPDX 3 types of SBOM).
	Context []string
	// Created is when the document says it was made, normally RFC 3339.
	Created string
	// Subjects are what the document says it is about.
	Subjects []Subject
	// Components are the components in document order, those within others
	// after their parent: CycloneDX components without metadata.component
	// itself, SPDX packages.
	Components []Component
	// ComponentCount is the number of components in the document. It is more
	// than len(Components) only beyond [MaxComponents].
	ComponentCount int
	// FileCount is the number of SPDX files, which are not components.
	FileCount int
	// Dependencies lists, by ref, the refs that a component depends on. A ref
	// that is no key says nothing about its dependencies; one with an empty
	// list says it has none (CycloneDX only).
	Dependencies map[string][]string
	// Graph is what the dependencies come to.
	Graph Graph
	// Problems are the first [MaxProblems] things wrong with the document.
	Problems []Problem
	// ProblemCount is the number of all problems that were found. After some
	// ten thousand the schema is not asked any more.
	ProblemCount int
	// Warnings are the first [MaxProblems] things that the format allows, or
	// leaves to others to define, and that make the document of less use.
	Warnings []Problem
	// WarningCount is the number of all warnings.
	WarningCount int
}

// Valid reports whether the document was judged by the official schema of its
// version and has no problems. It may have warnings.
func (d *Document) Valid() bool { return d.ProblemCount == 0 }

// Subject is something that a document says it describes: CycloneDX's
// metadata.component, or what SPDX's document DESCRIBES.
type Subject struct {
	// Ref is the bom-ref or SPDXID; it may be empty in CycloneDX.
	Ref     string
	Name    string
	Version string
	PURL    string
	// Digests are its hashes of known algorithms. A container image without
	// hashes gets the digest that its version or its pkg:oci purl carries.
	Digests evidence.DigestSet
	// Licenses, Supplier and Identified are as in [Component].
	Licenses   []string
	Supplier   string
	Identified bool
	// Part is true for a component nested within metadata.component: the
	// document is about the whole, of which this is a declared part.
	Part bool
}

// Component is one entry of the inventory.
type Component struct {
	// Ref is the bom-ref or SPDXID; it may be empty in CycloneDX.
	Ref     string
	Name    string
	Version string
	PURL    string
	// Digests are its hashes of known algorithms and right length, in lower
	// case. It is nil if there are none.
	Digests evidence.DigestSet
	// Licenses are SPDX ids, names or expressions; NONE and NOASSERTION are
	// left out.
	Licenses []string
	// Supplier is who supplies the component, or else who made it. NOASSERTION
	// is left out.
	Supplier string
	// Identified is true if the component has a purl, CPE, SWID tag or another
	// identifier that is known beyond the document.
	Identified bool
	// Related is true if the document says what the component depends on or is
	// a part of, or which others depend on it or are parts of it.
	Related bool
	// Direct is true if a subject's dependencies name the component.
	Direct bool
	// Subject is true for an SPDX package that is also one of the subjects.
	Subject bool
}

// Problem is something wrong with a document, or a warning: one of the Code
// constants, its place, and what to tell people. The pointer of a problem in a
// document that is not JSON is that of the place in the same document as JSON,
// or empty.
type Problem = evidence.SBOMProblem

// Codes of problems and, from CodePURL on, of warnings.
const (
	// CodeSchema is a violation of the official schema.
	CodeSchema = "schema-violation"
	// CodeVersion is a version without an embedded schema: read, not judged.
	CodeVersion = "version-not-validated"
	// CodeDuplicateRef is a bom-ref or SPDXID that is used twice.
	CodeDuplicateRef = "duplicate-ref"
	// CodeDanglingRef is a reference to nothing in the document.
	CodeDanglingRef = "dangling-ref"
	// CodeDigest is a digest whose value does not fit its algorithm.
	CodeDigest = "malformed-digest"
	// CodeByteOrderMark is a byte order mark, which RFC 8259 forbids.
	CodeByteOrderMark = "byte-order-mark"
	// CodeLimit is a part of the document that is too large to be examined.
	CodeLimit = "limit-reached"
	// CodeSyntax is a line of a tag-value document that cannot be read.
	CodeSyntax = "syntax"

	// CodePURL is a package URL that is none.
	CodePURL = "bad-purl"
	// CodeLicense is what should be a licence expression and is none.
	CodeLicense = "bad-license"
	// CodeUnknownLicense is a licence or exception that is neither on the SPDX
	// list nor in the document.
	CodeUnknownLicense = "unknown-license"
	// CodeUnreachable is a component that nothing leads to from what the
	// document describes.
	CodeUnreachable = "unreachable-component"
	// CodeCycle is components that depend on each other in a circle.
	CodeCycle = "dependency-cycle"
	// CodeForeignRef is a reference to an element of another document (SPDX 3)
	// that the document does not import.
	CodeForeignRef = "foreign-ref"
)
