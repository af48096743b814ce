package verify

import (
	"errors"
	"fmt"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
)

// Appendable reports whether a new statement may build upon what r verified:
// layers 1 to 3 hold, and every statement counts (rules of format, R14). The
// new statement's parents are then r.Heads. The error names what is in the way.
func (r *Report) Appendable() error {
	if r.Release == nil || !r.Relied {
		return errors.New("the release statement is not signed by a party you trust")
	}
	for _, c := range r.Checks {
		if c.Layer != Linkage && c.Layer != Controls && c.Blocks() {
			return fmt.Errorf("%s (%s): %s", c.Title, c.Code, c.Found)
		}
	}
	for _, s := range r.Signers {
		if !s.Allowed {
			return fmt.Errorf("statement %s, signature %s by %s does not count (%s): name the signer in the trust document, or remove it",
				s.Statement, s.Signature, s.Name(), s.Code)
		}
	}
	if len(r.Heads) == 0 {
		return errors.New("the dossier has no heads to build upon")
	}
	return nil
}

// Approve returns the payload of an approval of the release in d, which r must
// be the report of. Release, parents, subjects and materials are filled in; the
// rest of a is the approver's. Unless key is in d already it goes along as a
// material, which Approve adds to d. What is returned is signed with key
// ([attest.Sign]) and added with [bundle.Dossier.AddSignature].
//
// It fails if nothing may be built upon what r verified (see Appendable), or if
// a is not valid.
func (r *Report) Approve(d *bundle.Dossier, a evidence.Approval, key attest.PublicKey) ([]byte, error) {
	if err := r.Appendable(); err != nil {
		return nil, err
	}
	st, ok := d.Statement(r.Release.Statement)
	if !ok {
		return nil, errors.New("the report is about another dossier")
	}
	record, err := evidence.DecodeRecord(st.Statement.Predicate)
	if err != nil {
		return nil, err
	}
	a.Release = &evidence.Reference{Digest: st.ID}
	a.Parents = r.Heads
	pem := bundle.BytesBlob(key.PEM())
	if _, there := d.Blob(pem.Digest); !there {
		a.Materials = append(a.Materials[:len(a.Materials):len(a.Materials)], evidence.Material{
			Name: "keys/" + pem.Digest.Short() + ".pem", MediaType: evidence.MediaTypePublicKey,
			Digest: pem.Digest, Size: pem.Size,
		})
	}
	if err := a.Validate(); err != nil {
		return nil, err
	}
	payload, err := attest.NewStatement(evidence.OwnSubjects(st.ID, record.Artifacts), evidence.ApprovalType, a)
	if err == nil {
		d.AddBlob(pem)
	}
	return payload, err
}
