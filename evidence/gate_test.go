package evidence_test

import (
	"testing"

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
}

// TestKindsSayWhoAndWhere asks every kind, so that none is forgotten when one
// is added: what it is about must not panic on an empty record.
func TestKindsSayWhoAndWhere(t *testing.T) {
	owners, gates := 0, 0
	for _, k := range evidence.Kinds() {
		p := k.New()
		evidence.Environments(p)
		evidence.References(p)
		evidence.Artifacts(p)
		owners += min(1, len(evidence.Owners(p)))
		gates += min(1, len(evidence.GateFields(p)))
	}
	if owners < 14 {
		t.Errorf("%d kinds name who is responsible for the fact", owners)
	}
	if gates != 0 {
		t.Errorf("%d kinds decide something when empty", gates)
	}
}
