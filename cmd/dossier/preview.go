package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/verify"
	"github.com/release-dossier/dossier/verify/policy"
	"github.com/release-dossier/dossier/verify/report"
	"github.com/release-dossier/dossier/verify/trust"
)

// preview is what a verifier who trusts the signer will say of a new dossier.
type preview struct {
	Verdict verify.Verdict `json:"verdict,omitempty"`
	Policy  string         `json:"policy,omitempty"`
	Failed  []failed       `json:"failed,omitempty"`
	flags   []string       // of verify, to judge by the same trust and policy
}

// failed is a check that keeps the release from being accepted.
type failed struct {
	Check string `json:"check"`
	Title string `json:"title"`
	Found string `json:"found,omitempty"`
	Fix   string `json:"fix,omitempty"`
}

// preview verifies the dossier before it is written: by the trust and policy
// that were given, otherwise by the profile solo under trust in the signer
// alone. Two keys are more than that trusts, so then there is no verdict.
func (c *Cmd) preview(ctx context.Context, d *bundle.Dossier, signer *attest.KeySigner, f *createFlags) (*preview, error) {
	o, err := f.judge.options(c.Now())
	if err != nil {
		return nil, err
	}
	p := &preview{flags: f.judge.given()}
	if o.Trust == nil {
		fingerprint := signer.Public().Fingerprint()
		p.flags = append(p.flags, "--signer", fingerprint)
		if f.twoKeys {
			return p, nil
		}
		if o.Trust, err = trust.ForSigner(fingerprint); err != nil {
			return nil, err
		}
	}
	if o.Policy == nil {
		if o.Policy, err = policy.Profile(policy.Solo); err != nil {
			return nil, err
		}
	}
	r, err := verify.Bundle(ctx, d, verify.ExpectAnyUnsafe(), o)
	if err != nil {
		return nil, err
	}
	p.read(r)
	return p, nil
}

func (p *preview) read(r *verify.Report) {
	p.Verdict = r.Verdict
	if r.Policy != nil {
		p.Policy = r.Policy.ID
	}
	for _, k := range r.Checks {
		if k.Blocks() && k.FollowsFrom == "" {
			p.Failed = append(p.Failed, failed{k.ID, k.Title, k.Found, firstOf(k.Fix.Before, k.Fix.Now)})
		}
	}
}

// text says it in a line, and in up to three more for each failure.
func (p *preview) text() string {
	if p.Verdict == "" {
		return "preview: two keys sign: give --trust or --policy to see what a verifier will say\n"
	}
	w := &strings.Builder{}
	fmt.Fprintf(w, "preview: %s by %s\n", p.Verdict, report.Safe(p.Policy))
	for _, x := range p.Failed {
		fmt.Fprintf(w, "  %s\n", wrap(report.Safe(x.Check+": "+x.Title), 4, columns))
		for _, l := range [][2]string{{"found", x.Found}, {"fix", x.Fix}} {
			if l[1] != "" {
				fmt.Fprintf(w, "    %-6s%s\n", l[0], wrap(report.Safe(l[1]), 10, columns))
			}
		}
	}
	return w.String()
}
