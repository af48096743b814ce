package evidence_test

import (
	"testing"
	"time"

	"github.com/release-dossier/dossier/evidence"
)

func TestGateFields(t *testing.T) {
	type values map[string]evidence.GateField
	fields := func(p evidence.Predicate) values {
		v := values{}
		for _, f := range evidence.GateFields(p) {
			v[f.Pointer] = f
		}
		return v
	}
	sum := evidence.Sum([]byte("a"))
	done := fields(&evidence.Promotion{
		Environment: "staging", Result: "failure",
		Artifacts: []evidence.ResourceDescriptor{{Name: "b", Digest: evidence.Sum([]byte("b")).Set()}, {Name: "a", Digest: sum.Set()}},
	})
	if got := done["/result"]; got.Rank != 3 {
		t.Errorf("result %+v, want the worst of three", got)
	}
	again := fields(&evidence.Promotion{
		Result:    "in-progress",
		Artifacts: []evidence.ResourceDescriptor{{Name: "other name", Digest: sum.Set()}, {Digest: evidence.Sum([]byte("b")).Set()}},
	})
	if _, ok := again["/result"]; ok {
		t.Error("what is in progress says how it ended")
	}
	if done["/artifacts"] != again["/artifacts"] || done["/artifacts"].Value == "" {
		t.Errorf("artifacts %+v and %+v", done["/artifacts"], again["/artifacts"])
	}
	decision := fields(&evidence.GoNoGo{Decision: "go", Subject: evidence.Candidate{Commit: "abc"}})
	if decision["/decision"].Rank != 1 || decision["/subject/commit"].Value != `"abc"` {
		t.Errorf("decision %+v", decision)
	}
	a := fields(&evidence.Freeze{Entry: evidence.Entry{Scope: &evidence.Scope{Repository: "https://example.com/a/b", Branches: []string{"main"}}}})
	b := fields(&evidence.Freeze{Entry: evidence.Entry{Scope: &evidence.Scope{Repository: "https://example.com/a/b"}}})
	if a["/scope"] == b["/scope"] {
		t.Error("a freeze of one branch is one of all")
	}
	if lifted, ok := a["/liftedAt"]; !ok || lifted.Value != "" {
		t.Errorf("a freeze that is not lifted says so: %+v, %v", lifted, ok)
	}
	open, over := fields(&evidence.Incident{State: "open"})["/state"], fields(&evidence.Incident{State: "resolved"})["/state"]
	if open.Rank <= over.Rank || over.Rank == 0 {
		t.Errorf("an open incident %+v is worse than one that is over %+v", open, over)
	}
	silent, granted := fields(&evidence.Exception{})["/state"], fields(&evidence.Exception{State: "approved"})["/state"]
	if silent != granted || silent.Rank >= fields(&evidence.Exception{State: "closed"})["/state"].Rank {
		t.Errorf("an exception without a state %+v is an approved one %+v", silent, granted)
	}
	ana, ben := evidence.Signoff{Who: evidence.Actor{ID: "mailto:ana@acme.example"}}, evidence.Signoff{Who: evidence.Actor{ID: "mailto:ben@acme.example"}}
	worded := ana
	worded.Decision, worded.Rationale = "approved", "in other words"
	approvals := func(list ...evidence.Signoff) evidence.GateField {
		return fields(&evidence.Exception{Approvals: list})["/approvals"]
	}
	if approvals(ana, ben) != approvals(ben, worded) {
		t.Errorf("the same approvals in other words: %+v and %+v", approvals(ana, ben), approvals(ben, worded))
	}
	if approvals(ana) == approvals(ana, ben) {
		t.Error("an exception that one more person approved is the same")
	}
	now, before := evidence.Signoff{At: evidence.TimeOrInterval{Time: evidence.At(time.Unix(1e9, 0))}}, evidence.Signoff{At: evidence.TimeOrInterval{Time: evidence.At(time.Unix(9e8, 0))}}
	if fields(&evidence.Emergency{Approval: now})["/approval/at"] == fields(&evidence.Emergency{Approval: before})["/approval/at"] {
		t.Error("an emergency that was approved earlier is the same")
	}
	by := evidence.Signoff{Who: evidence.Actor{ID: "mailto:ana@acme.example"}, Decision: "rejected"}
	for _, p := range []evidence.Predicate{&evidence.Emergency{Approval: by}, &evidence.BreakGlass{Approval: by}, &evidence.Freeze{Approval: by}} {
		if f := fields(p); f["/approval/who"].Value != string(by.Who.ID) || f["/approval/decision"].Rank != 2 {
			t.Errorf("%T: decided by %+v, %+v", p, f["/approval/who"], f["/approval/decision"])
		}
	}
	if f := fields(&evidence.Hotfix{Base: evidence.HotfixBase{Commit: "abc"}}); f["/base/commit"].Value != `"abc"` {
		t.Errorf("hotfix of %+v", f["/base/commit"])
	}
}

// TestKindsSayWhoAndWhere asks every kind, so that none is forgotten when one
// is added: what it is about must not panic on an empty record.
func TestKindsSayWhoAndWhere(t *testing.T) {
	owners := 0
	for _, k := range evidence.Kinds() {
		p := k.New()
		evidence.Environments(p)
		evidence.References(p)
		evidence.Artifacts(p)
		owners += min(1, len(evidence.Owners(p)))
		for _, f := range evidence.GateFields(p) {
			if f.Value != "" && f.Rank != 1 { // the best outcome may be what silence means
				t.Errorf("%s: %s is %q when empty", k.Name, f.Pointer, f.Value)
			}
		}
	}
	if owners < 14 {
		t.Errorf("%d kinds name who is responsible for the fact", owners)
	}
}
