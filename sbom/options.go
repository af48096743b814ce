package sbom

import (
	"io"
	"time"

	"github.com/release-dossier/dossier/evidence"
)

// Options say what cannot be found in the input. The zero value is useful.
type Options struct {
	// Name is the subject's name. By default it is the name that go install
	// would give the binary, or the module's path.
	Name string
	// Version is the version of the release, such as "v1.2.3". By default it
	// is that of the main module, if it has one.
	Version string
	// Time is when the document was made; a zero Time leaves it out. The
	// package reads no clock, so equal input gives equal bytes.
	Time time.Time
	// ToolVersion is the version of the program that makes the document.
	ToolVersion string
	// Digest is the SHA-256 of the artifact the document is about, for
	// [ForModule]: of the module's zip or source archive. For [ForBinary] it
	// is what the binary must hash to. Zero is none.
	Digest evidence.Digest
	// Graph is the output of "go mod graph" for [ForModule]. It adds who
	// requires whom.
	Graph io.Reader
}
