package layout

import (
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"time"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify"
)

// Verifier verifies the layouts that came along with a dossier, as
// [verify.Options] asks for in its Layouts.
type Verifier struct{}

var _ verify.LayoutVerifier = Verifier{}

// VerifyLayout implements [verify.LayoutVerifier].
func (Verifier) VerifyLayout(layout []byte, links [][]byte, keys [][]byte, asOf time.Time) verify.Layout {
	var out verify.Layout
	m, err := parse(layout)
	if err != nil || m.layout == nil {
		return out
	}
	var e Expect
	for i, data := range keys {
		block, _ := pem.Decode(data)
		if block == nil {
			continue
		}
		key, err := x509.ParsePKIXPublicKey(block.Bytes)
		if err == nil && m.signedBy(key) {
			out.Owners, e.Owners = append(out.Owners, i), append(e.Owners, crypto.PublicKey(key))
		}
	}
	if len(e.Owners) == 0 {
		return out
	}
	var documents []Document
	for _, l := range links {
		documents = append(documents, Document{Name: evidence.Sum(l).Short(), Data: l})
	}
	r := Verify(Document{Name: "layout", Data: layout}, documents, e, asOf)
	out.Code = string(r.Code)
	for _, c := range r.Checks {
		if c.Code == r.Code && (c.Outcome == Fail || c.Outcome == Unknown) && out.Detail == "" {
			out.Detail = c.ID + ": " + c.Found
		}
	}
	switch r.Code {
	case LinkSignature, LinksDisagree, ArtifactRule:
		out.Contradicted = true
	}
	for _, s := range r.Steps {
		step := verify.LayoutStep{Name: s.Name}
		for _, f := range s.Functionaries {
			step.Functionaries = append(step.Functionaries, evidence.Identity(f))
		}
		out.Steps = append(out.Steps, step)
	}
	for _, p := range r.Products {
		if d, err := evidence.ParseDigest(p); err == nil {
			out.Products = append(out.Products, d)
		}
	}
	return out
}
