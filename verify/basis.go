package verify

import (
	"maps"
	"slices"
	"strings"

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
	signer *Signer
	bundle *attest.Bundle
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
			b.Artifacts = append(b.Artifacts, Artifact{a.Name, a.Digest})
		}
	}
	used := map[evidence.Digest]bool{}
	for p := range r.counted {
		if r.counted[p] && !r.bringsSummary(p.Statement) {
			used[p.Statement] = true
		}
	}
	for _, in := range r.signedImports {
		if st, err := attest.ParseImported(in.bundle.Payload); err == nil && in.signer.Allowed && !vsa.Of(st, r.release.ID) {
			used[in.signer.Statement] = true
		}
	}
	b.Statements = slices.SortedFunc(maps.Keys(used), func(x, y evidence.Digest) int { return strings.Compare(x.String(), y.String()) })
	heads := r.d.Heads(func(p bundle.Pair) bool { return r.counted[p] && !r.bringsSummary(p.Statement) })
	if state, err := r.d.State(heads); err == nil && len(heads) > 0 {
		b.State = &state
	}
	return b
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
		entries, err := readImported(b)
		if err != nil || len(entries) == 0 || slices.ContainsFunc(entries, func(e provenance.Entry) bool { return !vsa.Of(e.Statement, r.release.ID) }) {
			return false
		}
	}
	return true
}
