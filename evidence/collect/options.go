package collect

import (
	"regexp"
	"time"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/records"
)

// Options say what the release is and where its evidence lies.
type Options struct {
	// Dir is a directory in the git repository.
	Dir string
	// Tag is the release tag. If there is none of that name, OrTags are tried in
	// their order: what else a version may be tagged as. PreviousTag is the previous release's tag; ""
	// means the highest release that is an ancestor. TagPattern says what
	// release tags look like, as in package git.
	Tag, PreviousTag, TagPattern string
	OrTags                       []string
	// Version is the version without tag prefix; "" means from the tag.
	Version string
	// Name is what people call the release; "" means Component or else the
	// repository's last path element.
	Name string
	// Component is the component's name in a repository with several.
	Component string
	// Kind is the type of the repository; "" means evidence.KindApp.
	Kind evidence.Kind
	// Repository is the repository's address in any form that
	// evidence.NormalRepository reads; "" means the remote "origin".
	Repository string

	// Artifacts are paths of regular files. At least one artifact is given here
	// or found by a source.
	Artifacts []string
	// IncludeArtifacts embeds the artifacts' bytes.
	IncludeArtifacts bool
	// SBOMs are paths of CycloneDX or SPDX documents.
	SBOMs []string
	// GenerateSBOM makes an SBOM for each Go binary that no given SBOM is
	// about.
	GenerateSBOM bool
	// Provenance and Attestations are paths of documents as
	// provenance.ReadAny takes them.
	Provenance, Attestations []string
	// PublicKeys are signers' public keys, PEM or a line as OpenSSH writes it.
	PublicKeys [][]byte
	// Files are paths in the repository whose content at the released commit
	// is embedded, beside git.DefaultFiles. One that is not there is a
	// [*git.FileError].
	Files []string

	// ReleaseBranches are patterns of names of active release branches, and
	// DefaultBranch is the branch that changes go to first, as in package git.
	ReleaseBranches []string
	DefaultBranch   string
	// PatchIDs states the patch ids of the commits, for which git reads every
	// changed file.
	PatchIDs bool

	// Sources are the systems that are asked besides.
	Sources []Source
	// TicketPattern matches an id of a ticket in a text; nil means that no text
	// is searched for any.
	TicketPattern *regexp.Regexp
	// RecordsDir returns the directory, from Dir, of the records that people wrote
	// about a version of a component; nil means [records.Dir]. It need not be
	// there.
	RecordsDir func(component, version string) (string, error)
	// Components are all components of the repository, none if it has none. Records
	// of others would be left out, and are refused.
	Components []string
	// SignRecord signs a record of such a file that stands by its scope, such as
	// an exception, and returns the Sigstore bundle; nil means that none is
	// signed.
	SignRecord func(f records.File, payload []byte) (bundle []byte, err error)
	// AllowIncomplete names the sources without which the run goes on. What
	// they did not give stands in the record.
	AllowIncomplete []string
	// Withhold names the parts of sources' answers, as "github.emails", that are
	// listed and left out.
	Withhold []string

	// Environ is the environment as os.Environ gives it, to find git and the
	// CI run in.
	Environ []string
	// Now is the time at which the record says it was assembled.
	Now time.Time
	// First says that this is the repository's first release statement.
	First bool
	// Predecessor is the repository's last release statement; nil, without
	// First, means unknown.
	Predecessor *evidence.Predecessor
	// BuildProvenance signs a provenance statement with the builder's key and
	// returns the Sigstore bundle. It is called once at most, for the
	// artifacts that no given provenance is about; nil means never.
	BuildProvenance func(payload []byte) (bundle []byte, err error)
	// ToolVersion is the version of the calling program, for generated SBOMs.
	ToolVersion string
	// TempDir is where the git objects are kept until Close; "" means the
	// system's directory for temporary files.
	TempDir string
	// Progress, if not nil, is told how far a collector is: "artifacts" in
	// bytes, "git" in objects, sources by their name. It is called by one
	// goroutine at a time.
	Progress func(stage string, done, total int64)
}
