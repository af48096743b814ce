package verify

import (
	"slices"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/evidence/provenance"
	"github.com/release-dossier/dossier/evidence/vsa"
)

// Basis is what a verdict rests on, for a summary of it (rules of format, R23).
type Basis struct {
	// Artifacts are those that were expected or, if it was the release, all of
	// the release.
	Artifacts []Artifact
	// Statements are all that count, own and imported, sorted. A summary of an
	// earlier verification of the same release is none of them.
	Statements []evidence.Digest
	// State is the dossier's state without what only brought such a summary
	// along; nil if there is none.
	State *evidence.Digest
	// Expects reports that a release or artifact was expected, not just any.
	Expects bool
}

// signedImport is an imported attestation and who signed it.
type signedImport struct {
	signer    *Signer
	statement attest.Statement
}

// basis collects what the verdict rests on.
func (r *run) basis() Basis {
	b := Basis{Expects: !r.expect.any && !r.expect.none(), Artifacts: slices.Clone(r.expect.artifacts)}
	if r.release == nil {
		return b
	}
	for _, a := range r.facts.Record.Artifacts {
		at := slices.IndexFunc(b.Artifacts, func(e Artifact) bool { return e.Digest == a.Digest })
		switch {
		case at >= 0:
			b.Artifacts[at].Name = a.Name // and not where it happens to lie
		case len(r.expect.artifacts) == 0:
			b.Artifacts = append(b.Artifacts, Artifact{Name: a.Name, Digest: a.Digest})
		}
	}
	summaries := r.broughtSummaries()
	for p, counts := range r.counted {
		if counts && !summaries[p.Statement] {
			b.Statements = append(b.Statements, p.Statement)
		}
	}
	for _, in := range r.signedImports {
		if in.signer.Allowed && !vsa.Of(in.statement, r.release.ID) {
			b.Statements = append(b.Statements, in.signer.Statement)
		}
	}
	slices.SortFunc(b.Statements, evidence.Digest.Compare)
	b.Statements = slices.Compact(b.Statements)
	b.State = r.stateWithout(summaries)
	return b
}

// stateWithout is the state without some statements, nil if nothing is left.
func (r *run) stateWithout(statements map[evidence.Digest]bool) *evidence.Digest {
	if len(statements) == 0 && len(r.report.Heads) > 0 {
		return r.report.State
	}
	heads := r.d.Heads(func(p bundle.Pair) bool { return r.counted[p] && !statements[p.Statement] })
	if state, err := r.d.State(heads); err == nil && len(heads) > 0 {
		return &state
	}
	return nil
}

// broughtSummaries are the statements that count and do nothing but bring
// summaries along.
func (r *run) broughtSummaries() map[evidence.Digest]bool {
	var set map[evidence.Digest]bool
	for _, st := range r.all {
		if r.counts(st) && r.bringsSummary(st.ID) {
			if set == nil {
				set = map[evidence.Digest]bool{}
			}
			set[st.ID] = true
		}
	}
	return set
}

// bringsSummary reports whether a statement does nothing but bring summaries of
// an earlier verification of this release along. One that lists anything else
// but keys, such as a forge's token, is part of what the verdict rests on.
func (r *run) bringsSummary(id evidence.Digest) bool {
	in, ok := r.predicates[id].own.(*evidence.Import)
	if !ok || len(in.Attestations) == 0 {
		return false
	}
	st, ok := r.d.Statement(id)
	if !ok || slices.ContainsFunc(st.Links.Materials, func(m evidence.Material) bool {
		return m.MediaType != evidence.MediaTypePublicKey && !slices.ContainsFunc(in.Attestations, func(a evidence.Attachment) bool { return a.Material == m.Digest })
	}) {
		return false
	}
	for _, a := range in.Attestations {
		_, b, ok := r.attachedTo(st, a)
		if !ok {
			return false
		}
		entries, err := r.readImported(b)
		if err != nil || len(entries) == 0 || slices.ContainsFunc(entries, func(e provenance.Entry) bool { return !vsa.Of(e.Statement, r.release.ID) }) {
			return false
		}
	}
	return true
}
