package verify_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/internal/testrelease"
	"github.com/release-dossier/dossier/verify"
)

// goNoGo is Tom's decision about the release of d.
func goNoGo(t *testing.T, c *cast, d *bundle.Dossier) evidence.Predicate {
	_, record := testrelease.Release(t, d)
	tom := evidence.Actor{ID: c.tom.Public().Identity(), Kind: evidence.Human}
	return &evidence.GoNoGo{
		Entry: evidence.Entry{ID: "go-1", At: evidence.Moment(hour(0.5))}, Decision: "go", Approver: tom, ApproverRole: "release-manager",
		Attendees: []evidence.Actor{tom}, RisksAccepted: []string{"none"}, RollbackPlan: "redeploy 1.0.0", Notes: "all green",
		Subject: evidence.Candidate{Tag: record.Tag.Name, Commit: evidence.ObjectID(record.Commit), Digests: []evidence.DigestSet{record.Artifacts[0].Digest.Set()}},
	}
}

// TestLines reads the lines about a release that went all the way.
func TestLines(t *testing.T) {
	c := newCast(t)
	bot := evidence.Actor{ID: "account:github.com:41898282", Kind: evidence.Bot, Display: "deploy-bot"}
	tom := evidence.Actor{ID: c.tom.Public().Identity(), Kind: evidence.Human}
	d := testrelease.Restate(t, c.release, c.Signer, func(_ *bundle.Dossier, r *evidence.Record) {
		head := evidence.ObjectID(r.Commit)
		review := func(n int, state string, commit evidence.ObjectID) evidence.ChangeReview {
			return evidence.ChangeReview{ID: fmt.Sprint(n), By: evidence.Actor{ID: evidence.Identity(fmt.Sprintf("account:github.com:%d", n)), Kind: evidence.Human, Display: fmt.Sprintf("reviewer %d", n)}, State: state, Commit: commit}
		}
		r.Changes = []evidence.Change{
			{ID: "7", HeadCommit: head, Reviews: []evidence.ChangeReview{review(1, "approved", head), review(2, "approved", head), review(2, "changes-requested", head)}},
			{ID: "8", HeadCommit: head},
		}
	})
	for _, s := range []func(*testing.T, *cast, *bundle.Dossier){
		step(func(c *cast) *attest.KeySigner { return c.tom }, goNoGo),
		step(recorder, deploy("deploy-1", "staging", failed)),
		step(recorder, deploy("deploy-2", "staging", func(p *evidence.Promotion) {
			p.Verification = []evidence.Verification{{Kind: "smoke", Result: "pass", At: evidence.Moment(hour(1.5))}}
		})),
		step(recorder, deploy("deploy-3", "production", func(p *evidence.Promotion) { p.ExecutedBy, p.RequestedBy = &bot, &tom })),
		step(recorder, deploy("deploy-4", "sealed", nil)),
		step(recorder, sealAt(2)),
	} {
		s(t, c, d)
	}
	r := judge(t, d, c.expect(t), c.options(t, "solo"))
	for _, want := range []string{
		"staging | 19 Nov 15:35, same digest, smoke pass | attested",
		"production | 19 Nov 15:35, same digest, window weekday | attested",
		"promoted | sealed, 19 Nov 15:35, same digest | attested",
		"sealed | 19 Nov 16:05, covers until 19 Nov 16:05 | proven",
		"reviewed | reviewer 1: 1 of 2 changes, on the merged head | claimed",
		"go/no-go | tom.okoro, release-manager, 19 Nov 14:35: go | proven",
		"deployed | deploy-bot, production, asked by tom.okoro | attested",
	} {
		if !slices.ContainsFunc(slices.Concat(r.Chain, r.People), func(l verify.FactLine) bool {
			return fmt.Sprintf("%s | %s | %s", l.Label, l.Text, l.Proof.Grade) == want && (len(l.Exhibits) > 0 || l.Label == "signed")
		}) {
			t.Errorf("no line %q", want)
		}
	}
	if t.Failed() {
		for _, l := range slices.Concat(r.Chain, r.People) {
			t.Logf("%s | %s | %s %v", l.Label, l.Text, l.Proof.Grade, l.Exhibits)
		}
	}
	if n := strings.Count(fmt.Sprint(r.Chain), "staging"); n != 1 {
		t.Errorf("%d lines about staging", n)
	}
}
