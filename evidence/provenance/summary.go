package provenance

import (
	"errors"
	"fmt"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
)

// Predicate types of SLSA provenance (slsa.dev/spec).
const (
	TypeV1  = "https://slsa.dev/provenance/v1"
	TypeV02 = "https://slsa.dev/provenance/v0.2"
	// TypeV01 is what Google Cloud Build wrote until 2023.
	TypeV01 = "https://slsa.dev/provenance/v0.1"
)

// maxMaterials bounds the build inputs that one statement may list, and its
// byproducts.
const maxMaterials = 20_000

// ErrNotProvenance is returned for a statement with another predicate type
// than those that are read here.
var ErrNotProvenance = errors.New("not SLSA provenance v1, v0.2 or v0.1")

var errTooMany = fmt.Errorf("more than %d variables of the build", maxVariables)

// IsType reports whether a predicate type is one that Parse reads.
func IsType(predicateType string) bool {
	return predicateType == TypeV1 || predicateType == TypeV02 || predicateType == TypeV01
}

// Summary is what one provenance statement says, in the terms that both
// versions share. It is what the builder says and nothing more.
type Summary struct {
	// PredicateType is TypeV1, TypeV02 or TypeV01.
	PredicateType string
	// BuildType says how the build's parameters are to be read.
	BuildType string
	// BuilderID names the builder (controls catalogue, provenance/trusted-builder).
	BuilderID string
	// SourceURI is the source repository in the form of
	// evidence.NormalRepository, or as written where that is not possible; ""
	// if the statement names none or more than one.
	SourceURI string
	// SourceCommits are the full object ids stated for SourceURI, each once.
	// More than one is a contradiction, which Problems names too.
	SourceCommits []string
	// SourceRef is the git reference that was built, such as
	// "refs/tags/v1.4.0"; "" if not stated.
	SourceRef string
	// SourceBranch and SourceTag are the short names of what was built. A build of
	// a tag has a branch too where the event that started it names one.
	SourceBranch, SourceTag string
	// Workflow is the path of the file that defines the build, in the repository
	// that it was started from; "" if not stated.
	Workflow string
	// Trigger is the event that started the build, in the CI system's words.
	Trigger string
	// Inputs are what whoever dispatched the build by hand gave it; nil if nobody
	// did, or the statement does not tell.
	Inputs map[string]string
	// Claims are what the statement says of its run of GitHub Actions.
	Claims Claims
	// RunID is the builder's id of the run: invocationId, buildInvocationID.
	RunID string
	// StartedAt and FinishedAt are zero if not stated.
	StartedAt, FinishedAt evidence.Time
	// Parameters are the texts among the parameters that whoever started the
	// build chose (externalParameters, invocation.parameters), each as
	// "name=value" with the names of the objects around it: "inputs.target=prod".
	Parameters []string
	// Materials counts the build inputs listed (resolvedDependencies,
	// materials), PinnedMaterials those with a well-formed digest.
	Materials, PinnedMaterials int
	// Dependencies are these inputs, in their order.
	Dependencies []evidence.ResourceDescriptor
	// Subjects are the artifacts that were built.
	Subjects []evidence.ResourceDescriptor
	// Byproducts are the digests of what the build made besides, such as an SBOM
	// (runDetails.byproducts); v0.2 has none.
	Byproducts []evidence.DigestSet
	// Problems are contradictions within the statement and required fields
	// that are missing, each a sentence without full stop.
	Problems []string
}

// Parse reads a provenance statement. Fields it does not know are ignored, as
// SLSA asks of readers. It returns ErrNotProvenance for other predicate types.
func Parse(st attest.Statement) (*Summary, error) {
	var read func([]byte) (facts, error)
	switch st.PredicateType {
	case TypeV1:
		read = readV1
	case TypeV02:
		read = readV02
	case TypeV01:
		read = readV01
	default:
		return nil, fmt.Errorf("%w: predicate type %.100q", ErrNotProvenance, st.PredicateType)
	}
	f, err := read(st.Predicate)
	if err != nil {
		return nil, fmt.Errorf("provenance: in the predicate: %w", err)
	}
	if len(f.inputs) > maxMaterials {
		return nil, fmt.Errorf("provenance: %d build inputs, at most %d are read", len(f.inputs), maxMaterials)
	}
	if len(f.byproducts) > maxMaterials {
		return nil, fmt.Errorf("provenance: %d byproducts, at most %d are read", len(f.byproducts), maxMaterials)
	}
	s := &Summary{PredicateType: st.PredicateType, Subjects: st.Subject}
	return s, s.fill(f)
}

// facts are what the readers of both versions find.
type facts struct {
	buildType, builderID string
	runIDs               []string
	started, finished    string
	declared             []origin // the source, as the parameters name it
	inputs, byproducts   []input
	parameters           jsontext.Value
	workflow, trigger    string
	givenInputs          map[string]string // of a run dispatched by hand
	claims               Claims
	tag, branch          string // where stated apart from the source's reference
}

func (s *Summary) fill(f facts) error {
	s.BuildType, s.BuilderID = f.buildType, f.builderID
	if s.BuildType == "" {
		s.problem("no build type is stated")
	}
	if s.BuilderID == "" {
		s.problem("no builder is named")
	}
	s.setRun(f.runIDs)
	s.Claims, s.Workflow, s.Trigger, s.Inputs = f.claims, f.workflow, f.trigger, f.givenInputs
	s.setSource(f.declared, f.inputs)
	s.setNames(f.tag, f.branch)
	s.Parameters = texts(f.parameters)
	for _, in := range f.inputs {
		s.Materials++
		s.Dependencies = append(s.Dependencies, evidence.ResourceDescriptor{URI: in.URI, Digest: in.Digest})
		if in.pinned() {
			s.PinnedMaterials++
		}
	}
	for _, b := range f.byproducts {
		if len(b.Digest) > 0 {
			s.Byproducts = append(s.Byproducts, b.Digest)
		}
	}
	return s.setTimes(f.started, f.finished)
}

func (s *Summary) problem(format string, args ...any) {
	s.Problems = append(s.Problems, fmt.Sprintf(format, args...))
}

func (s *Summary) setRun(ids []string) {
	for _, id := range ids {
		switch {
		case s.RunID == "":
			s.RunID = id
		case id != "" && id != s.RunID:
			s.problem("two run ids are stated: %.100q and %.100q", s.RunID, id)
		}
	}
}

func (s *Summary) setTimes(started, finished string) (err error) {
	if s.StartedAt, err = readTime(started); err != nil {
		return fmt.Errorf("provenance: start of the build: %w", err)
	}
	if s.FinishedAt, err = readTime(finished); err != nil {
		return fmt.Errorf("provenance: end of the build: %w", err)
	}
	if !s.StartedAt.IsZero() && !s.FinishedAt.IsZero() && s.FinishedAt.Before(s.StartedAt.Time) {
		s.problem("the build ended before it started")
	}
	return nil
}

// readTime reads a time that may be left out. Some builders write the year 1
// where they mean that.
func readTime(s string) (evidence.Time, error) {
	if s == "" || s == "0001-01-01T00:00:00Z" {
		return evidence.Time{}, nil
	}
	return evidence.ParseTime(s)
}
