package verify

import (
	"fmt"
	"strings"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify/trust"
)

// LayoutFact is an in-toto layout that came along, with the links beside it.
type LayoutFact struct {
	Material evidence.Material
	// Signer is the owner whom trust knows; nil if it knows none.
	Signer *Signer
	Layout
	// Names are the artifacts of the release that its last step produced.
	Names []evidence.Digest
	Proof Proof
}

// plan is an imported layout or link.
type plan struct {
	listing
	raw []byte
}

// layouts verifies each layout with all links, by its own owner.
func (r *run) layouts(layouts []plan, links [][]byte) {
	for _, p := range layouts {
		f := LayoutFact{Material: p.m, Proof: Proof{Claimed, "an unknown owner"}}
		c := link("layout", Proof{})
		c.Inputs = []Place{p.at, material(p.m.Digest)}
		c.Expected = "a layout by an owner whom trust lets plan this repository, its links, and an artifact of this release as product"
		switch {
		case r.o.Layouts == nil:
			notJudged(&c, codeNoVerifier, p.m.Name+": layouts were not looked at")
		case r.o.Trust == nil:
			notJudged(&c, codeNoTrust, p.m.Name+": no owner is trusted yet")
		default:
			r.layout(&c, &f, p, links)
		}
		r.facts.Layouts = append(r.facts.Layouts, f)
		c.Proof = f.Proof
		r.add(c)
	}
}

// layout judges one layout.
func (r *run) layout(c *Check, f *LayoutFact, p plan, links [][]byte) {
	keys := r.o.Trust.Keys()
	pems := make([][]byte, len(keys))
	for i, k := range keys {
		pems[i] = k.PEM()
	}
	f.Layout = r.o.Layouts.VerifyLayout(p.raw, links, pems, r.o.AsOf)
	if len(f.Owners) == 0 {
		notJudged(c, "layout-owner-not-trusted", p.m.Name+": no key that trust names has signed it")
		return
	}
	f.Signer = r.owner(p, keys, f.Owners)
	var products []evidence.DigestSet
	for _, d := range f.Products {
		products = append(products, d.Set())
	}
	f.Names = named(r.facts.Record.Artifacts, products)
	switch {
	case !f.Signer.Allowed:
		notJudged(c, f.Signer.Code, p.m.Name+": "+f.Signer.Detail)
		return
	case f.Code != "" && f.Contradicted:
		c.fails(f.Code, "The links do not carry an in-toto layout out", Fix{Now: "find out which step was not done as planned, and by whom"})
		c.Found = p.m.Name + ": " + f.Detail
		return
	case f.Code != "":
		notJudged(c, f.Code, p.m.Name+": "+f.Detail)
		return
	case len(f.Names) == 0:
		notJudged(c, codeElsewhere, p.m.Name+": its last step produced no artifact of this release")
		return
	}
	f.Proof = Proof{Proven, f.Signer.Name()}
	var steps []string
	for _, s := range f.Steps {
		steps = append(steps, fmt.Sprintf("%s by %d", s.Name, len(s.Functionaries)))
	}
	c.Found = p.m.Name + ": " + strings.Join(steps, ", ")
}

func notJudged(c *Check, code, found string) {
	c.Outcome, c.Code, c.Why, c.Found = Warn, code, code, found
	c.Title = "An in-toto layout counts only as a claim"
}

// owner asks whether one of those who signed a layout may plan the repository.
func (r *run) owner(p plan, keys []attest.PublicKey, owners []int) *Signer {
	var s *Signer
	for _, i := range owners {
		id := keys[i].Identity()
		s = &Signer{Statement: p.m.Digest, Signature: p.m.Digest, Identity: id, Fingerprint: keys[i].Fingerprint(), Person: r.o.Trust.Name(id)}
		q := r.question(s, trust.KindLayout, "signed")
		q.Repository, q.Stated = r.facts.Record.Repository.URI, r.facts.Record.CreatedAt.Time
		if r.ask(s, q); s.Allowed {
			return s
		}
	}
	return s
}
