package main

import (
	"testing"
	"time"

	"github.com/release-dossier/dossier/evidence"
)

// TestCompletes states an exception and an emergency once more under their ids.
func TestCompletes(t *testing.T) {
	at := func(day int) evidence.Time { return evidence.At(time.Date(2026, 11, day, 8, 0, 0, 0, time.UTC)) }
	moment := func(day int) evidence.TimeOrInterval { return evidence.TimeOrInterval{Time: at(day)} }
	signoff := func(who evidence.Identity, day int) evidence.Signoff {
		return evidence.Signoff{Who: evidence.Actor{ID: who, Kind: evidence.Human}, At: moment(day)}
	}
	exception := func() *evidence.Exception {
		expires := at(28)
		return &evidence.Exception{
			Entry: evidence.Entry{ID: "EX-1", At: moment(10)}, Type: "temporary", ExpiresAt: &expires,
			RequestedBy: evidence.Actor{ID: "account:github.com:1"}, Approvals: []evidence.Signoff{signoff("account:github.com:2", 10)},
		}
	}
	emergency := func() *evidence.Emergency {
		return &evidence.Emergency{
			Entry: evidence.Entry{ID: "EM-1", At: moment(10)}, Approval: signoff("account:github.com:2", 10),
			WaivedChecks: []evidence.WaivedCheck{{Name: "dast"}}, FollowUps: []evidence.FollowUp{{State: "open"}},
		}
	}
	for name, tt := range map[string]struct {
		later func() evidence.Predicate
		want  bool
	}{
		"the same":          {func() evidence.Predicate { return exception() }, false},
		"what it relies on": {func() evidence.Predicate { e := exception(); e.Containment = "switch it off"; return e }, true},
		"a later end":       {func() evidence.Predicate { e := exception(); *e.ExpiresAt = at(30); e.Containment = "x"; return e }, false},
		"an earlier grant":  {func() evidence.Predicate { e := exception(); e.At = moment(1); e.Containment = "x"; return e }, false},
		"one more approval": {func() evidence.Predicate {
			e := exception()
			e.Approvals = append(e.Approvals, signoff("account:github.com:3", 10))
			e.Containment = "x"
			return e
		}, false},
		"another requester": {func() evidence.Predicate {
			e := exception()
			e.RequestedBy.ID = "account:github.com:9"
			e.Containment = "x"
			return e
		}, false},
		"a review of an emergency": {func() evidence.Predicate {
			e := emergency()
			e.Reconciliation = "by the window"
			e.FollowUps[0].State = "done"
			return e
		}, true},
		"an approval that was given earlier": {func() evidence.Predicate {
			e := emergency()
			e.Reconciliation = "x"
			e.Approval.At = moment(9)
			return e
		}, false},
		"one more check that was left out": {func() evidence.Predicate {
			e := emergency()
			e.Reconciliation = "x"
			e.WaivedChecks = append(e.WaivedChecks, evidence.WaivedCheck{Name: "sast"})
			return e
		}, false},
		"the later run of a check": {func() evidence.Predicate {
			e := emergency()
			e.Reconciliation = "x"
			e.WaivedChecks[0].ValidationRun = &evidence.ResourceDescriptor{Name: "run"}
			return e
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			later := tt.later()
			var earlier evidence.Predicate = exception()
			if _, ok := later.(*evidence.Emergency); ok {
				earlier = emergency()
			}
			if got := completes(earlier, later); got != tt.want {
				t.Errorf("completes: %v", got)
			}
		})
	}
}
