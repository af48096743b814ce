package provenance

import (
	"errors"
	"fmt"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/gitobj"
)

const (
	// BuildType is the build type of the provenance that New writes: the
	// release's artifacts were made by one run from one commit. Its external
	// parameters are {"source": "git+<repository>@<ref>"}, and "workflow", the
	// reference of the workflow's definition, if there was one. Its internal
	// parameters are "system", "event" and "runner", as the CI system names
	// them.
	BuildType = "https://release-dossier.github.io/dossier/buildtypes/release/v1"
	// LocalBuilder is the builder id of a build outside of any CI system. A
	// policy that asks for a trusted builder refuses it (controls catalogue,
	// provenance/trusted-builder).
	LocalBuilder = "https://release-dossier.github.io/dossier/builders/local"
)

// Build is what New states about a build.
type Build struct {
	// Artifacts are what was built, at least one.
	Artifacts []evidence.Artifact
	// Repository is the source in the form of evidence.NormalRepository.
	Repository string
	// Commit is the full object id that was built: 40 hex, or 64 in a SHA-256
	// repository.
	Commit string
	// Ref is the git reference that was built, such as "refs/tags/v1.4.0".
	Ref string
	// BuilderID names the builder; BuilderVersion says which version of which
	// component it ran and may be nil.
	BuilderID      string
	BuilderVersion map[string]string
	// RunID identifies the run, best by its address; "" if there is none.
	RunID string
	// System, Event, Runner and Workflow describe the run; each may be "".
	System, Event, Runner, Workflow string
	// StartedAt and FinishedAt may be zero.
	StartedAt, FinishedAt evidence.Time
	// Byproducts are what the run made besides, such as an SBOM, by digest.
	Byproducts []evidence.ResourceDescriptor
}

// New returns the payload of an in-toto statement with SLSA provenance v1
// about b, ready to be signed by the builder.
func New(b Build) (payload []byte, err error) {
	if err := b.validate(); err != nil {
		return nil, fmt.Errorf("provenance: %w", err)
	}
	subjects := make([]evidence.ResourceDescriptor, 0, len(b.Artifacts))
	for _, a := range b.Artifacts {
		subjects = append(subjects, a.Subject())
	}
	return attest.NewStatement(subjects, TypeV1, b.predicate())
}

func (b Build) validate() error {
	if len(b.Artifacts) == 0 {
		return errors.New("no artifact was built")
	}
	if uri, err := evidence.NormalRepository(b.Repository); err != nil {
		return err
	} else if uri != b.Repository {
		return fmt.Errorf("the repository %.200q is not in its normal form %.200q", b.Repository, uri)
	}
	if !gitobj.IsID(b.Commit) {
		return fmt.Errorf("the commit %.70q is not a full lower-case object id", b.Commit)
	}
	if b.BuilderID == "" {
		return errors.New("no builder is named: give the workflow's address, or LocalBuilder")
	}
	return nil
}

type written struct {
	BuildDefinition definition `json:"buildDefinition"`
	RunDetails      details    `json:"runDetails"`
}

type definition struct {
	BuildType string                        `json:"buildType"`
	External  external                      `json:"externalParameters"`
	Internal  *internal                     `json:"internalParameters,omitempty"`
	Inputs    []evidence.ResourceDescriptor `json:"resolvedDependencies"`
}

type external struct {
	Source   string `json:"source"`
	Workflow string `json:"workflow,omitempty"`
}

type internal struct {
	System string `json:"system,omitempty"`
	Event  string `json:"event,omitempty"`
	Runner string `json:"runner,omitempty"`
}

type details struct {
	Builder    builder                       `json:"builder"`
	Metadata   *metadata                     `json:"metadata,omitempty"`
	Byproducts []evidence.ResourceDescriptor `json:"byproducts,omitempty"`
}

type builder struct {
	ID      string            `json:"id"`
	Version map[string]string `json:"version,omitempty"`
}

type metadata struct {
	InvocationID string        `json:"invocationId,omitempty"`
	StartedOn    evidence.Time `json:"startedOn,omitzero"`
	FinishedOn   evidence.Time `json:"finishedOn,omitzero"`
}

func (b Build) predicate() written {
	source := "git+" + b.Repository
	if b.Ref != "" {
		source += "@" + b.Ref
	}
	digest := evidence.DigestSet{"gitCommit": b.Commit}
	if len(b.Commit) == 64 {
		digest = evidence.DigestSet{"sha256": b.Commit} // rules of format, R10
	}
	w := written{
		BuildDefinition: definition{
			BuildType: BuildType,
			External:  external{source, b.Workflow},
			Inputs:    []evidence.ResourceDescriptor{{URI: source, Digest: digest}},
		},
		RunDetails: details{Builder: builder{b.BuilderID, b.BuilderVersion}, Byproducts: b.Byproducts},
	}
	if in := (internal{b.System, b.Event, b.Runner}); in != (internal{}) {
		w.BuildDefinition.Internal = &in
	}
	if m := (metadata{b.RunID, b.StartedAt, b.FinishedAt}); m != (metadata{}) {
		w.RunDetails.Metadata = &m
	}
	return w
}
