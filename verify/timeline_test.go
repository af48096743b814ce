package verify_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/internal/testrelease"
	"github.com/release-dossier/dossier/verify"
)

// TestTimeline reads what happened to a release that went all the way.
func TestTimeline(t *testing.T) {
	c := newCast(t)
	tom := evidence.Actor{ID: c.tom.Public().Identity(), Kind: evidence.Human}
	begun, ended, merged := hour(-3), hour(-2), hour(-4)
	d := testrelease.Restate(t, c.release, c.Signer, func(_ *bundle.Dossier, r *evidence.Record) {
		on := evidence.ResourceDescriptor{Digest: evidence.DigestSet{"gitCommit": r.Commit}}
		check := func(name, outcome string) evidence.Check {
			return evidence.Check{Name: name, Outcome: outcome, Subject: on, StartedAt: &begun, FinishedAt: &ended}
		}
		r.Changes = []evidence.Change{{ID: "7", MergedAt: &merged, MergedBy: &tom}, {ID: "8"}}
		r.Checks = []evidence.Check{check("unit", "pass"), check("scan", "fail"), check("lint", "pass")}
	})
	for _, s := range []func(*testing.T, *cast, *bundle.Dossier){
		step(func(c *cast) *attest.KeySigner { return c.tom }, goNoGo),
		step(recorder, deploy("deploy-1", "production", func(p *evidence.Promotion) { end := hour(2.5); p.FinishedAt = &end })),
		step(recorder, sealAt(3)),
	} {
		s(t, c, d)
	}
	r := judge(t, d, c.expect(t), c.options(t, "solo"))
	_, record := testrelease.Release(t, d)
	commit := record.Commit[:8]
	at := -1
	for _, want := range []string{
		"change | 7 merged by tom.okoro | claimed | false",
		"check | scan: fail, on " + commit + " | claimed | true",
		"checks | unit, lint passed on " + commit + " | claimed | true",
		"go-no-go | tom.okoro: go | proven | false",
		"promotion | deploy to production: success | attested | true",
		"seal | seal-3, covers until 19 Nov 17:05 | proven | false",
	} {
		next := slices.IndexFunc(r.Timeline, func(e verify.Event) bool { return describe(e) == want })
		if next <= at {
			t.Errorf("%q is at %d, after %d", want, next, at)
		}
		at = next
	}
	for _, label := range []string{"tag", "commits", "dossier"} {
		if !slices.ContainsFunc(r.Timeline, func(e verify.Event) bool { return e.Label == label }) {
			t.Errorf("nothing about %s", label)
		}
	}
	if t.Failed() {
		for _, e := range r.Timeline {
			t.Log(e.At, describe(e))
		}
	}
}

// describe writes an event, with whether it took time.
func describe(e verify.Event) string {
	return fmt.Sprintf("%s | %s | %s | %v", e.Label, e.Text, e.Proof.Grade, e.Until != nil)
}

// TestReportIsUTF8: git objects may hold any bytes, and JSON may not.
func TestReportIsUTF8(t *testing.T) {
	c := newCast(t)
	o := c.options(t, "solo")
	o.Target = "caf\xe9.dossier"
	if r := judge(t, c.release, c.expect(t), o); r.Target != "caf\ufffd.dossier" {
		t.Errorf("target is %q", r.Target)
	}
}
