package main

import (
	"fmt"
	"time"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify"
	"github.com/release-dossier/dossier/verify/trust"
)

// mayState asks trust whether the signer may state p, as verify does once it is
// signed.
func mayState(t *trust.Trust, s *signer, p evidence.Predicate, repository string, asOf time.Time) (trust.Decision, error) {
	begin, stated := p.Happened().Bounds()
	if stated.IsZero() {
		stated = begin
	}
	if stated.After(asOf.Add(verify.ClockSkew)) {
		return trust.Decision{Code: "after-as-of", Detail: fmt.Sprintf("it is stated of %s, which is yet to come", stated.Format(time.RFC3339))}, nil
	}
	if s.key.Algorithm() != "" {
		var err error
		if t, err = t.Resolve(s.key); err != nil {
			return trust.Decision{}, usageError{err}
		}
	}
	kind, _ := evidence.KindOf(p)
	q := trust.Question{
		Signer: s.identity, Build: s.build, Kind: kind.Type, Repository: repository,
		Stated: stated.Time, AsOf: asOf, NotBefore: s.notBefore, Proof: s.proof,
	}
	if s.proof != "signed" { // a timestamp says so once it is signed
		q.NotAfter = &asOf
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
	if why := verify.Disagrees(s.build, repository, ""); why != "" && d.Allowed {
		d = trust.Decision{Code: verify.CodeCertified, Detail: why}
	}
	return d, nil
}
