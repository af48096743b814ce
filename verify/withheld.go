package verify

import (
	"fmt"
	"maps"
	"slices"

	"github.com/release-dossier/dossier/evidence"
)

// Codes of materials that are not there.
const (
	codeMissing  = "missing"
	codeWithheld = "withheld"
)

// WithheldFact is a material that a granted redactor left out of this copy.
type WithheldFact struct {
	evidence.Material
	// Reason and Contact are the redactor's words.
	Reason, Contact string
	// Redaction is the statement that says so.
	Redaction evidence.Digest
	Proof     Proof
}

// redactions gathers what may be absent, by the word of those who may say so. A
// redaction made after the moment of judgement counts as well: it is about this
// copy of the file, not about the release.
func (r *run) redactions() {
	r.redacted = map[evidence.Digest]WithheldFact{}
	signed := r.signedMaterials()
	for _, st := range r.all {
		redaction, ok := r.predicates[st.ID].own.(*evidence.Redaction)
		if !ok || r.release == nil || st.Links.Release.Digest != r.release.ID {
			continue
		}
		for _, sig := range st.Signatures {
			p := pairOf(st, sig)
			s := r.signers[p]
			if !r.counted[p] && s.Code != CodeLater {
				continue
			}
			for _, b := range redaction.Blobs {
				if _, named := r.redacted[b.Digest]; !named && !signed[b.Digest] {
					r.redacted[b.Digest] = WithheldFact{
						Reason: b.Reason, Contact: b.Contact, Redaction: st.ID, Proof: Proof{Proven, s.Name()},
					}
				}
			}
		}
	}
}

// signedMaterials are the materials that nobody may withhold: attestations, by
// their type or by what lists them, and keys. To leave out a rejection that came
// along as a file would be to leave out a statement.
func (r *run) signedMaterials() map[evidence.Digest]bool {
	signed := map[evidence.Digest]bool{}
	for _, st := range r.all {
		for _, m := range st.Links.Materials {
			if evidence.IsSigned(m.MediaType) {
				signed[m.Digest] = true
			}
		}
		p := r.predicates[st.ID]
		var attached []evidence.Attachment
		if p.record != nil {
			attached = slices.Concat(p.record.Attestations, p.record.Provenance)
		}
		if in, ok := p.own.(*evidence.Import); ok {
			attached = in.Attestations
		}
		for _, a := range attached {
			signed[a.Material] = true
		}
	}
	return signed
}

// redactedNothing tells of redactions that name what no statement lists.
func (r *run) redactedNothing() []Check {
	if len(r.redacted) == 0 {
		return nil
	}
	listed := map[evidence.Digest]bool{}
	for _, st := range r.statements() {
		for _, m := range st.Links.Materials {
			listed[m.Digest] = true
		}
	}
	var list []Check
	for _, id := range slices.SortedFunc(maps.Keys(r.redacted), evidence.Digest.Compare) {
		if listed[id] || len(list) == maxListed {
			continue
		}
		w := r.redacted[id]
		list = append(list, Check{
			ID: "integrity/withheld", Layer: Integrity, Outcome: Warn, Code: "redaction-of-nothing",
			Title: "A redaction names something that no statement lists", Expected: "the digest of a listed material",
			Found: id.String(), Inputs: []Place{at(w.Redaction, "/predicate/blobs")}, Proof: w.Proof,
			Fix: Fix{Now: "ask the redactor which document is meant"},
		})
	}
	return list
}

// withheld turns the failure c, of the absent material m, into what it is: that
// it is not there is no secret and no damage. What needs it is unknown.
func (r *run) withheld(c Check, m evidence.Material, w WithheldFact) Check {
	w.Material = m
	r.facts.Withheld = append(r.facts.Withheld, w)
	c.ID, c.Outcome, c.Code, c.Why = "integrity/withheld", Warn, codeWithheld, codeWithheld
	c.Title = "A document is withheld from this copy"
	c.Found = fmt.Sprintf("withheld by %s: %s", w.Proof.By, w.Reason)
	c.Inputs, c.Proof = append(c.Inputs, at(w.Redaction, "/predicate/blobs")), w.Proof
	c.Fix = Fix{Now: "ask the sender for the whole file"}
	if w.Contact != "" {
		c.Fix.Now = "ask for it: " + w.Contact
	}
	return c
}

// absent says in c why the document m is not there, and what follows from that.
func (r *run) absent(c *Check, id evidence.Digest, title string) {
	c.Outcome, c.Why, c.Title = Unknown, r.whyAbsent(id), title
	c.FollowsFrom = "integrity/materials"
	if c.Why == codeWithheld {
		c.FollowsFrom = "integrity/withheld"
	}
}

// whyAbsent is the code for a document that is not there.
func (r *run) whyAbsent(id evidence.Digest) string {
	if _, named := r.redacted[id]; named {
		return codeWithheld
	}
	return codeMissing
}
