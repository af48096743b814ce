package evidence_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/release-dossier/dossier/evidence"
)

func TestDeploymentAsPromotion(t *testing.T) {
	minute := func(n int) *evidence.Time {
		at := evidence.At(time.Date(2026, 11, 20, 9, n, 0, 0, time.UTC))
		return &at
	}
	r := newRecord()
	r.Tickets = []evidence.Ticket{{ID: "PAY-1", Basis: "referenced-only"}}
	d := evidence.Deployment{
		ID: "301", System: "github", Environment: "staging", By: &evidence.Actor{ID: "account:github.com:5", Kind: evidence.Human}, CreatedAt: minute(0),
		Statuses:  []evidence.DeploymentStatus{{State: "waiting", At: minute(1)}, {State: "in-progress", At: minute(2)}, {State: "success", At: minute(3)}, {State: "inactive", At: minute(9)}},
		Approvals: []evidence.Signoff{{Who: evidence.Actor{ID: "account:github.com:6", Kind: evidence.Human}, At: evidence.Moment(*minute(1))}},
	}
	p := d.Promotion(r)
	if err := evidence.ValidateFacts(p); err != nil {
		t.Fatal(err)
	}
	if p.ID != "github/301" || p.Result != "success" || !p.FinishedAt.Equal(minute(3).Time) || !p.At.Time.Equal(minute(2).Time) || p.RequestedBy == nil || p.ExecutedBy != nil {
		t.Errorf("%+v", p)
	}
	if diff := cmp.Diff([]evidence.ResourceDescriptor{{Name: r.Artifacts[0].Name, Digest: r.Artifacts[0].Digest.Set()}}, p.Artifacts); diff != "" || p.ChangeRequests[0].Name != "PAY-1" {
		t.Error(diff, p.ChangeRequests)
	}
	for _, state := range []string{"failure", "cancelled"} {
		d.Statuses[2].State = state
		if got := d.Promotion(r).Result; got != state {
			t.Errorf("%s became %s", state, got)
		}
	}
	// In production somebody has to say by which window or emergency.
	d.Environment = "production"
	if err := evidence.ValidateFacts(d.Promotion(r)); err == nil {
		t.Error("a production change without a window is a good promotion")
	}
}
