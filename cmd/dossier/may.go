package main

import (
	"fmt"
	"time"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify"
	"github.com/release-dossier/dossier/verify/trust"
)

// mayState asks trust whether the holder of a key may state p, as verify does
// once it is signed.
func mayState(t *trust.Trust, key attest.PublicKey, p evidence.Predicate, repository string, asOf time.Time) (trust.Decision, error) {
	begin, stated := p.Happened().Bounds()
	if stated.IsZero() {
		stated = begin
	}
	if stated.After(asOf.Add(verify.ClockSkew)) {
		return trust.Decision{Code: "after-as-of", Detail: fmt.Sprintf("it is stated of %s, which is yet to come", stated.Format(time.RFC3339))}, nil
	}
	t, err := t.Resolve(key)
	if err != nil {
		return trust.Decision{}, usageError{err}
	}
	kind, _ := evidence.KindOf(p)
	q := trust.Question{
		Signer: key.Identity(), Kind: kind.Type, Repository: repository,
		Stated: stated.Time, AsOf: asOf, Proof: "signed",
	}
	environments := evidence.Environments(p)
	if environments == nil {
		environments = []string{""}
	}
	var d trust.Decision
	for _, q.Environment = range environments {
		if d = t.Allows(q); !d.Allowed {
			break
		}
	}
	return d, nil
}
