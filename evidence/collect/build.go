package collect

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/evidence/collect/ci"
	"github.com/release-dossier/dossier/evidence/provenance"
)

// buildProvenance lets the builder sign provenance for the artifacts that have
// none. It states nothing that the run contradicts.
func (a *assembly) buildProvenance() error {
	missing := a.notContradicted(a.without(coverage(a.draft.Record.Provenance)))
	if len(missing) == 0 {
		return nil
	}
	if why := a.notBuiltHere(); why != "" {
		a.gap(Setting, "provenance", fmt.Sprintf("%d artifacts have none, %s", len(missing), why),
			"give the builder's own (Options.Provenance), or create the dossier in the job that builds the tag")
		return nil
	}
	payload, err := provenance.New(a.build(missing))
	if err != nil {
		return err
	}
	raw, err := a.BuildProvenance(payload)
	if err != nil {
		return fmt.Errorf("sign provenance: %w", err)
	}
	b, err := attest.ParseBundle(raw)
	if err != nil {
		return fmt.Errorf("signed provenance: %w", err)
	}
	if !bytes.Equal(b.Payload, payload) {
		return fmt.Errorf("signed provenance: the bundle signs other bytes than the statement")
	}
	a.attachBuilt(raw, missing)
	return nil
}

// notBuiltHere says why no provenance can be made here; "" if it can.
func (a *assembly) notBuiltHere() string {
	r, run := a.draft.Record, a.draft.Run
	switch {
	case a.BuildProvenance == nil:
		return "and no builder's key signs any here"
	case run.System == ci.Local:
		return ""
	case run.Repository != r.Repository.URI:
		return "and this run belongs to another repository"
	case run.Commit != r.Commit:
		return fmt.Sprintf("and this run is one of commit %s, not of the tagged one", run.Commit)
	}
	return ""
}

// notContradicted leaves out the artifacts that say themselves that they were
// built from something else than the tagged commit, for nobody signs the
// opposite, and those that are no files here, for who built them is not known.
func (a *assembly) notContradicted(list []evidence.Artifact) []evidence.Artifact {
	var kept []evidence.Artifact
	for _, art := range list {
		i := slices.IndexFunc(a.draft.Record.Artifacts, func(b evidence.Artifact) bool { return b.Digest == art.Digest })
		if i >= len(a.artifacts) {
			a.gap(Setting, "provenance", art.Name+" has none", "let its builder publish signed provenance beside it")
			continue
		}
		built := a.artifacts[i]
		if built.modified || built.revision != "" && built.revision != a.draft.Record.Commit {
			a.gap(Habit, "provenance", art.Name+" says that it was not built from the tagged commit, so none is signed",
				"build it from a clean checkout of the tag")
			continue
		}
		kept = append(kept, art)
	}
	return kept
}

func (a *assembly) without(covered map[evidence.Digest]bool) []evidence.Artifact {
	var list []evidence.Artifact
	for _, art := range a.draft.Record.Artifacts {
		if !art.Covered(func(d evidence.Digest) bool { return covered[d] }) {
			list = append(list, art)
		}
	}
	return list
}

func (a *assembly) build(artifacts []evidence.Artifact) provenance.Build {
	r, run := a.draft.Record, a.draft.Run
	var started evidence.Time
	if r.Build != nil && r.Build.StartedAt != nil {
		started = *r.Build.StartedAt
	}
	return provenance.Build{
		StartedAt:  started,
		Byproducts: a.madeHere(),
		Artifacts:  artifacts,
		Repository: r.Repository.URI,
		Commit:     r.Commit,
		Ref:        "refs/tags/" + r.Tag.Name,
		BuilderID:  run.BuilderID,
		RunID:      run.URI,
		System:     run.System,
		Event:      run.Event,
		Runner:     run.Runner,
		Workflow:   run.WorkflowRef,
	}
}

// madeHere are the SBOMs that this run made.
func (a *assembly) madeHere() (list []evidence.ResourceDescriptor) {
	r := a.draft.Record
	for _, s := range r.SBOMs {
		i := slices.IndexFunc(r.Materials, func(m evidence.Material) bool { return m.Digest == s.Material })
		if i >= 0 && s.RunID != "" && s.RunID == a.runID() {
			list = append(list, evidence.ResourceDescriptor{Name: r.Materials[i].Name, Digest: s.Material.Set()})
		}
	}
	return list
}

func (a *assembly) attachBuilt(raw []byte, artifacts []evidence.Artifact) {
	blob := bundle.BytesBlob(raw)
	at := evidence.Attachment{Material: blob.Digest, RunID: a.runID()}
	for _, art := range artifacts {
		at.About = append(at.About, art.Digest)
	}
	name := "release"
	if len(artifacts) == 1 {
		name = artifacts[0].Name
	}
	a.draft.Record.Provenance = append(a.draft.Record.Provenance, at)
	a.addMaterial("provenance", name+".sigstore.json", evidence.MediaTypeSigstoreBundle, blob)
	a.found("provenance", fmt.Sprintf("%s, about %s, signed here", a.draft.Run.BuilderID, count(len(artifacts), "artifact")), proven, "this run")
}
