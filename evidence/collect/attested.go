package collect

import (
	"context"
	"fmt"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/evidence/provenance"
	"github.com/release-dossier/dossier/sbom"
)

// addAttestedSBOMs attaches the SBOMs that are the predicates of attestations,
// such as BuildKit and cosign make, as documents of their own, byte for byte. One
// that does not say what it is about is about what the attestation names.
func (a *assembly) addAttestedSBOMs(ctx context.Context) error {
	for _, f := range a.attestations {
		if err := ctx.Err(); err != nil {
			return err
		}
		d, err := a.readDocument(f)
		if err != nil {
			return fmt.Errorf("attestation %s: %w", f.From, err)
		}
		for _, e := range d.Entries {
			if evidence.IsSBOMPredicate(e.Statement.PredicateType) {
				a.addAttestedSBOM(d, e)
			}
		}
	}
	return nil
}

func (a *assembly) addAttestedSBOM(d document, e provenance.Entry) {
	doc, err := sbom.Read(e.Statement.Predicate)
	if err != nil {
		a.gap(Setting, "an SBOM", fmt.Sprintf("the predicate of %s is no SBOM: %.200s", d.file.name(), err), "attest the SBOM as a JSON document")
		return
	}
	sets := subjects(doc)
	if len(sets) == 0 {
		for _, s := range e.Statement.Subject {
			sets = append(sets, s.Digest)
		}
	}
	about, names := a.about(sets)
	f := d.file
	f.From = "predicate of " + f.From
	a.attachSBOM(doc, bundle.BytesBlob(e.Statement.Predicate), f, about, names)
}
