package verify_test

import (
	"testing"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/internal/testrelease"
	"github.com/release-dossier/dossier/verify"
)

// TestWritten tells what the signed tag says from what only the record says.
func TestWritten(t *testing.T) {
	c := newCast(t)
	const message = "hello 1.0.1\n\nRollback: redeploy 1.0.0\nKnown-issues: none\nRisk: Low\nWindow: W-1\nTicket: PAY-1, PAY-2\n"
	signed := c.Tagged(t, "tag", "-s", "-m", message, "v1.0.1")
	change := func(f func(*evidence.Record)) *bundle.Dossier {
		return testrelease.Restate(t, signed, c.Signer, func(_ *bundle.Dossier, r *evidence.Record) { f(r) })
	}
	all := []string{"/rollbackPlan", "/rollbackPlan/method", "/releaseRecord/knownIssues", "/releaseRecord/risk",
		"/releaseRecord/productionWindow", "/releaseRecord/changeRequests", "/releaseRecord/changeRequests/1"}
	for _, tt := range []struct {
		name, trust string
		d           *bundle.Dossier
		pointers    []string
		proven      bool
	}{
		{"in the tag", "", signed, all, true},
		{"elsewhere", "", signed, []string{"/releaseRecord/changes", "/releaseRecord", "/notes", "", "/releaseRecord/changeRequests/9", "/rollbackPlanned", "/releaseRecord/changeRequests/10"}, false},
		{"the record says otherwise", "", change(func(r *evidence.Record) {
			r.RollbackPlan.TargetVersion = "0.9.0"
			r.ReleaseRecord.KnownIssues, r.ReleaseRecord.Risk, r.ReleaseRecord.ProductionWindow = []string{"a leak"}, "high", "W-2"
			r.ReleaseRecord.ChangeRequests[1].Name = "PAY-3"
		}), all, false},
		{"one more ticket", "", change(func(r *evidence.Record) {
			r.ReleaseRecord.ChangeRequests = append(r.ReleaseRecord.ChangeRequests, evidence.ResourceDescriptor{Name: "PAY-4"})
		}), []string{"/releaseRecord/changeRequests", "/releaseRecord/changeRequests/2"}, false},
		{"and the others of it", "", change(func(r *evidence.Record) {
			r.ReleaseRecord.ChangeRequests = append(r.ReleaseRecord.ChangeRequests, evidence.ResourceDescriptor{Name: "PAY-4"})
		}), []string{"/releaseRecord/changeRequests/0"}, true},
		{"an address that the tag lacks", "", change(func(r *evidence.Record) { r.ReleaseRecord.ChangeRequests[0].URI = "https://x.example/PAY-1" }),
			[]string{"/releaseRecord/changeRequests", "/releaseRecord/changeRequests/0/uri"}, false},
		{"without origins", "", change(func(r *evidence.Record) { r.Origins = nil }), all, true},
		{"a tag that nobody signed", "", c.Tagged(t, "tag", "-a", "--no-sign", "-m", message, "v1.0.1"), all, false},
		{"a stranger's tag", "", c.Tagged(t, "-c", "user.signingkey="+c.Dir+"/stranger-key", "tag", "-s", "-m", message, "v1.0.1"), all, false},
		{"only the record's origins name the tag", "", testrelease.Restate(t, c.release, c.Signer, func(_ *bundle.Dossier, r *evidence.Record) {
			r.ReleaseRecord = &evidence.ReleaseRecord{Risk: "low"}
			r.Origins = []evidence.Origin{{Fields: []string{"/releaseRecord/risk"}, Trailers: []string{"Risk"},
				From: evidence.ResourceDescriptor{Name: "tag " + r.Tag.Name, Digest: evidence.DigestSet{"gitTag": r.Tag.Object}}}}
		}), []string{"/releaseRecord/risk"}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := c.factsOf(t, tt.d)
			for _, pointer := range tt.pointers {
				p := f.Written(pointer)
				if want := map[bool]verify.Grade{true: verify.Proven, false: verify.Claimed}[tt.proven]; p.Grade != want || p.By == "" {
					t.Errorf("%s is %s by %s, want %s", pointer, p.Grade, p.By, want)
				}
			}
		})
	}
}

// TestWrittenByRecorder: what a recorder states that it found is attested.
func TestWrittenByRecorder(t *testing.T) {
	f := &verify.Facts{Record: new(evidence.Record), Signers: []verify.Signer{{Person: "ana"}, {Person: "the recorder", Roles: []string{"recorder"}}}}
	if p := f.Written("/releaseRecord/risk"); p != (verify.Proof{Grade: verify.Attested, By: "the recorder"}) {
		t.Errorf("got %+v", p)
	}
}
