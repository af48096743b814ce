package evidence_test

import (
	"math"
	"testing"
	"time"

	"github.com/release-dossier/dossier/evidence"
)

// TestConditions changes each kind's smallest valid predicate so that a
// condition holds, or is met.
func TestConditions(t *testing.T) {
	later, before := "2026-11-21T09:00:00Z", "2026-11-19T09:00:00Z"
	signoff := object{"who": other, "at": day}
	own := object{"who": human, "at": day}
	review := object{"by": human, "at": day, "outcome": "good"}
	window := object{"window": "w-1"}
	tests := []struct {
		name, kind string
		set        object // pointer to value; nil removes
		pointer    string // of the error; "-" is none
	}{
		{"production without ticket", "promotion", object{"/environment": "production"}, "/changeRequests"},
		{"production without window", "promotion", object{"/environment": "prod", "/changeRequests": []any{thing}}, "/window"},
		{"production in window", "promotion", object{"/environment": "live", "/changeRequests": []any{thing}, "/window": window}, "-"},
		{"production in emergency", "promotion", object{"/environment": "live", "/changeRequests": []any{thing}, "/emergency": "e-1"}, "-"},
		{"approval for a branch", "approval", object{"/scope/branches": []any{"main"}}, "/scope"},
		{"approval for a time", "approval", object{"/scope/interval": object{"notAfter": later}}, "/scope"},
		{"ended without end", "promotion", object{"/finishedAt": nil}, "/finishedAt"},
		{"in progress", "promotion", object{"/finishedAt": nil, "/result": "in-progress"}, "-"},
		{"ends before it begins", "promotion", object{"/finishedAt": before}, "/finishedAt"},
		{"rollback", "promotion", object{"/action": "rollback"}, "/rollbackMechanism"},
		{"submit", "promotion", object{"/action": "submit"}, "/track"},
		{"stage for nobody", "promotion", object{"/stages": []any{object{"digest": object{"sha256": hex64}, "startedAt": day}}}, "/stages/0/percent"},
		{"stage for too many", "promotion", object{"/stages": []any{object{"digest": object{"sha256": hex64}, "startedAt": day, "percent": 101}}}, "/stages/0/percent"},
		{"skipped without reason", "promotion", object{"/verification": []any{object{"kind": "smoke", "result": "skipped", "at": day}}}, "/verification/0/rationale"},
		{"negative number", "promotion", object{"/exitCode": -1}, "/exitCode"},
		{"import of what is not there", "import", object{"/materials": nil}, "/attestations/0/material"},
		{"import of the same twice", "import", object{"/attestations": []any{
			object{"material": object{"sha256": hex64}}, object{"material": object{"sha256": hex64}},
		}}, "/attestations"},
		{"temporary without end", "exception", object{"/expiresAt": nil}, "/expiresAt"},
		{"temporary until an event", "exception", object{"/expiresAt": nil, "/expiryCondition": "new builders"}, "-"},
		{"expired before it began", "exception", object{"/expiresAt": before}, "/expiresAt"},
		{"never reviewed", "exception", object{"/reviewAt": nil}, "/reviewAt"},
		{"temporary without plan", "exception", object{"/remediation": nil}, "/remediation"},
		{"permanent without reasons", "exception", object{"/type": "permanent"}, "/permanent"},
		{"production at risk", "exception", object{"/productionAtRisk": true}, "/containment"},
		{"own exception", "exception", object{"/approvals": []any{own}}, "/approvals"},
		{"refused exception", "exception", object{"/approvals/*/decision": "rejected"}, "/approvals"},
		{"follow-up without owner", "exception", object{"/remediation/*/owner": nil}, "/remediation/0/owner"},
		{"reviewed and not reconciled", "emergency", object{"/review": review}, "/reconciliation"},
		{"own break-glass", "break-glass", object{"/approval": own}, "/approval"},
		{"expired access", "break-glass", object{"/expiresAt": before}, "/expiresAt"},
		{"reviewed, not revoked", "break-glass", object{"/review": review}, "/revokedAt"},
		{"reviewed, not rotated", "break-glass", object{"/review": review, "/revokedAt": later}, "/credentialsRotatedAt"},
		{"security review left out", "hotfix", object{"/securityReview/exception": nil}, "/securityReview/by"},
		{"security review without time", "hotfix", object{"/securityReview/by": human}, "/securityReview/at"},
		{"resolved incident", "incident", object{"/state": "resolved"}, "/impactEndedAt"},
		{"no way back", "incident", object{"/rollbackMechanism": "none"}, "/noRollback"},
		{"freeze without begin", "freeze", object{"/scope/interval": nil}, "/scope/interval"},
		{"freeze without known begin", "freeze", object{"/scope/interval": object{"notAfter": day}}, "/scope/interval"},
		{"lifted early", "freeze", object{"/liftedAt": before, "/exitEvidence": []any{thing}}, "/liftedAt"},
		{"lifted without evidence", "freeze", object{"/liftedAt": later}, "/exitEvidence"},
		{"window that closes first", "window", object{"/end": before}, "/end"},
		{"released branch", "release-branch", object{"/state": "released"}, "/goNoGo"},
		{"closed branch", "release-branch", object{
			"/state": "closed", "/goNoGo": []any{signoff}, "/tag": "v1", "/digests": []any{object{"sha256": hex64}}, "/window": window,
		}, "/closure"},
		{"candidate without digest", "go-no-go", object{"/subject/digests": nil}, "/subject/digests"},
		{"candidate with manifest", "go-no-go", object{"/subject/digests": nil, "/subject/manifest": thing}, "-"},
		{"unexplained no", "go-no-go", object{"/checklist": []any{object{"item": "sbom-linked", "result": "no"}}}, "/checklist/0/rationale"},
		{"train without branch", "train", object{"/branch": nil}, "/skipBranchRationale"},
		{"forward-port without pull request", "forward-port", object{"/pullRequest": nil}, "/pullRequest"},
		{"forward-port not needed", "forward-port", object{
			"/pullRequest": nil, "/method": nil, "/notApplicable": object{"rationale": "gone", "approver": other},
		}, "-"},
		{"flag in production", "flag-change", object{"/environment": "production"}, "/ticket"},
		{"flag in production, not approved", "flag-change", object{"/environment": "production", "/ticket": thing}, "/approval"},
		{"flag changed by hand", "flag-change", object{"/source": "ui"}, "/export"},
		{"configuration in production", "config-change", object{"/environment": "production"}, "/window"},
		{"maker is checker", "config-change", object{"/approvals": []any{own}}, "/approvals"},
		{"destructive migration", "migration", object{"/destructive": "yes"}, "/checkpoint"},
		{"contract", "migration", object{"/phase": "contract"}, "/cooldownSeconds"},
		{"quarantine that ended", "quarantine", object{"/expiresAt": before}, "/expiresAt"},
		{"delegation without end", "delegation", object{"/valid/notAfter": nil}, "/valid/notAfter"},
		{"delegation to oneself", "delegation", object{"/to": human}, "/to"},
		{"train rules", "decision", object{"/topic": "train"}, "/train"},
		{"area left out", "compliance-review", object{"/areas": areas("pass")[1:]}, "/areas"},
		{"area failed", "compliance-review", object{"/areas": areas("fail")}, "/findings"},
		{"more passed than ran", "monthly-report", object{"/pipelines/*/passed": 2}, "/pipelines/0/passed"},
		{"rolled back without verification", "rollback", object{"/verification": nil}, "/verification"},
		{"second choice", "rollback", object{"/mechanism": "redeploy"}, "/lowerPreference"},
		{"own change", "review", object{"/reviewer": human}, "/reviewer"},
		{"comment on own change", "review", object{"/reviewer": human, "/state": "commented"}, "-"},
		{"owner of nothing", "review", object{"/codeOwner": true}, "/paths"},
		{"nowhere verified", "verification", object{"/environment": nil}, "/environment"},
		{"verified signature of nobody", "verification", object{"/kind": "signature"}, "/identity"},
		{"monitoring without limits", "verification", object{"/kind": "monitoring"}, "/thresholds"},
		{"first seal with previous", "seal", object{"/previous": object{"sha256": hex64}}, "/previous"},
		{"second seal without previous", "seal", object{"/sequence": 2}, "/previous"},
		{"next seal in the past", "seal", object{"/nextDue": before}, "/nextDue"},
		{"blob twice", "redaction", object{"/blobs": []any{
			object{"digest": object{"sha256": hex64}, "reason": "a"}, object{"digest": object{"sha256": hex64}, "reason": "b"},
		}}, "/blobs"},
		{"deprecation in the wrong order", "policy-change", object{"/deprecations": []any{
			object{"id": "a", "lastAdoption": later, "lastSupport": day, "steps": []any{"b"}},
		}}, "/deprecations/0/lastSupport"},
	}
	for _, tt := range tests {
		t.Run(tt.kind+", "+tt.name, func(t *testing.T) {
			k, ok := evidence.LookupKind(tt.kind)
			if !ok {
				t.Fatal("no such kind")
			}
			o := minimal(k)
			for pointer, v := range tt.set {
				inside(o, pointer, func(in object, name string) {
					in[name] = v
					if v == nil {
						delete(in, name)
					}
				})
			}
			_, err := evidence.DecodeKind(k.Type, encode(t, o))
			wantField(t, err, tt.pointer)
		})
	}
}

func testCounts(total, failures, errors, skipped int64) *evidence.CheckTests {
	return &evidence.CheckTests{Total: &total, Failures: &failures, Errors: &errors, Skipped: &skipped}
}

func findingCounts(open, critical int64) *evidence.CheckFindings {
	none := new(int64(0))
	return &evidence.CheckFindings{Open: &open, Critical: &critical, High: none, Medium: none, Low: none, Info: none, Unknown: none, Suppressed: none}
}

// TestRecordParts checks the parts of the release record.
func TestRecordParts(t *testing.T) {
	tests := []struct {
		name, pointer string
		edit          func(*evidence.Record)
	}{
		{"what controls ask for may lack", "-", func(r *evidence.Record) {
			r.ReleaseRecord = &evidence.ReleaseRecord{KnownIssues: []string{"slow"}}
			r.RollbackPlan = &evidence.RollbackPlan{Method: "redeploy"}
		}},
		{"risk", "/releaseRecord/risk", func(r *evidence.Record) { r.ReleaseRecord = &evidence.ReleaseRecord{Risk: "little"} }},
		{"origin", "/origins/0/from", func(r *evidence.Record) { r.Origins = []evidence.Origin{{Fields: []string{"/rollbackPlan"}}} }},
		{"unread", "/collected/0/unread/0/unknown", func(r *evidence.Record) {
			r.Collected = []evidence.Collected{{Source: "github", Unread: []evidence.Unread{{What: "GET /x", Why: "403"}}}}
		}},
		{"metadata", "/metadata/primaryType", func(r *evidence.Record) { r.Metadata = new(evidence.RepositoryMetadata) }},
		{"required check", "/requiredChecks/0/outcome", func(r *evidence.Record) {
			r.RequiredChecks = []evidence.RequiredCheck{{Name: "lint", When: []string{"merge"}, Outcome: "green", Evidence: "log"}}
		}},
		{"environment", "/environments/0/gate/0", func(r *evidence.Record) {
			r.Environments = []evidence.Environment{{Name: "dev", Source: "build", Gate: []string{"hope"}}}
		}},
		{"rollback plan", "/rollbackPlan/method", func(r *evidence.Record) { r.RollbackPlan = &evidence.RollbackPlan{Method: "pray"} }},
		{"notes", "/notes/summary", func(r *evidence.Record) { r.Notes = new(evidence.ReleaseNotes) }},
		{"changelog", "/changelog/file", func(r *evidence.Record) { r.Changelog = &evidence.Changelog{Scheme: "other"} }},
		{"compatibility", "/compatibility/supportedMajors", func(r *evidence.Record) { r.Compatibility = new(evidence.CompatibilityContract) }},
		{"manifest", "/manifest/id", func(r *evidence.Record) { r.Manifest = new(evidence.Manifest) }},
		{"flag", "/flags/0/key", func(r *evidence.Record) { r.Flags = make([]evidence.Flag, 1) }},
		{"check without rationale", "/checks/0/rationale", func(r *evidence.Record) { r.Checks[0].Outcome = "na" }},
		{"check category", "/checks/0/category", func(r *evidence.Record) { r.Checks[0].Category = "tests" }},
		{"check ends early", "/checks/0/finishedAt", func(r *evidence.Record) {
			r.Checks[0].StartedAt, r.Checks[0].FinishedAt = &at, new(evidence.At(at.Add(-time.Second)))
		}},
		{"check tool", "/checks/0/tools/0/name", func(r *evidence.Record) { r.Checks[0].Tools = make([]evidence.CheckTool, 1) }},
		{"check issuer", "/checks/0/issuer", func(r *evidence.Record) { r.Checks[0].Issuer = new(evidence.Actor) }},
		{"tests without a count", "/checks/0/tests/total", func(r *evidence.Record) { r.Checks[0].Tests = new(evidence.CheckTests) }},
		{"tests that do not add up", "/checks/0/tests/total", func(r *evidence.Record) { r.Checks[0].Tests = testCounts(3, 2, 1, 1) }},
		{"tests that overflow", "/checks/0/tests/total", func(r *evidence.Record) { r.Checks[0].Tests = testCounts(3, math.MaxInt64, math.MaxInt64, 5) }},
		{"fewer than no tests", "/checks/0/tests/skipped", func(r *evidence.Record) { r.Checks[0].Tests = testCounts(3, 0, 0, -1) }},
		{"tests", "-", func(r *evidence.Record) { r.Checks[0].Tests = testCounts(4, 2, 1, 1) }},
		{"findings without a class", "/checks/0/findings/unknown", func(r *evidence.Record) {
			r.Checks[0].Findings = findingCounts(0, 0)
			r.Checks[0].Findings.Unknown = nil
		}},
		{"findings that do not add up", "/checks/0/findings/open", func(r *evidence.Record) { r.Checks[0].Findings = findingCounts(2, 1) }},
		{"hidden findings", "/checks/0/findings/open", func(r *evidence.Record) { r.Checks[0].Findings = findingCounts(0, 1) }},
		{"findings", "-", func(r *evidence.Record) { r.Checks[0].Findings = findingCounts(1, 1) }},
		{"coverage", "/checks/0/coverage/covered", func(r *evidence.Record) {
			r.Checks[0].Coverage = &evidence.CheckCoverage{Unit: "lines", Covered: new(int64(2)), Total: new(int64(1))}
		}},
		{"least coverage", "/checks/0/coverage/minimum", func(r *evidence.Record) {
			r.Checks[0].Coverage = &evidence.CheckCoverage{Unit: "lines", Covered: new(int64(1)), Total: new(int64(1)), Minimum: new(int64(101))}
		}},
		{"description left empty", "-", func(r *evidence.Record) { r.Changes[0].Details = new(evidence.ChangeDetails) }},
		{"test without run", "/changes/0/details/testing/0/run", func(r *evidence.Record) {
			r.Changes[0].Details = &evidence.ChangeDetails{Testing: []evidence.ChangeTest{{Name: "unit"}}}
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newRecord()
			tt.edit(r)
			wantField(t, r.Validate(), tt.pointer)
		})
	}
}

func TestTimeOrInterval(t *testing.T) {
	tests := []struct{ in, notBefore, notAfter, err string }{
		{`"2026-11-20T09:00:00Z"`, day, day, ""},
		{`{"notBefore":"2026-11-20T09:00:00Z"}`, day, "", ""},
		{`{"notAfter":"2026-11-20T09:00:00Z"}`, "", day, ""},
		{`{"notBefore":"2026-11-20T09:00:00Z","notAfter":"2026-11-20T09:00:00Z"}`, day, day, ""},
		{`{"notBefore":"2026-11-20T09:00:00Z","notAfter":"2026-11-20T08:00:00Z"}`, "", "", "before notBefore"},
		{`{}`, "", "", "notBefore, notAfter or both"},
		{`{"notBefore":null}`, "", "", "null"},
		{`1`, "", "", "string"},
		{`[]`, "", "", "string"},
	}
	for _, tt := range tests {
		var got evidence.TimeOrInterval
		err := got.UnmarshalJSON([]byte(tt.in))
		if err == nil {
			err = got.Validate()
		}
		wantError(t, err, tt.err)
		if tt.err != "" {
			continue
		}
		a, b := got.Bounds()
		if text(a) != tt.notBefore || text(b) != tt.notAfter {
			t.Errorf("%s: bounds %s and %s", tt.in, a, b)
		}
		if raw := encode(t, got); string(raw) != tt.in {
			t.Errorf("%s became %s", tt.in, raw)
		}
	}
}

func text(t evidence.Time) string {
	if t.IsZero() {
		return ""
	}
	b, _ := t.MarshalText()
	return string(b)
}

func TestHappened(t *testing.T) {
	for kind, end := range map[string]string{"promotion": "/finishedAt", "incident": "/impactEndedAt"} {
		k, _ := evidence.LookupKind(kind)
		o := minimal(k)
		put(o, end, "2026-11-20T10:00:00Z")
		p, err := evidence.DecodeKind(k.Type, encode(t, o))
		if err != nil {
			t.Fatal(err)
		}
		if from, to := p.Happened().Bounds(); text(from) != day || text(to) != "2026-11-20T10:00:00Z" {
			t.Errorf("%s: from %s to %s", kind, from, to)
		}
	}
}

// TestScopeSubjects checks the subjects of statements that name no release.
func TestScopeSubjects(t *testing.T) {
	scope := evidence.Scope{Repository: "https://example.com/acme/hello", Branches: []string{"main"}}
	list, err := scope.Subjects()
	if err != nil || len(list) != 1 || list[0].Name != evidence.SubjectScope {
		t.Fatalf("got %v, %v", list, err)
	}
	want := evidence.Sum([]byte(`{"branches":["main"],"repository":"https://example.com/acme/hello"}`)).Set()
	if !list[0].Digest.Equal(want) {
		t.Errorf("digest %s, want %s", list[0].Digest, want)
	}
	scope.Commits = []string{oid}
	scope.Artifacts = []evidence.ResourceDescriptor{{Name: "hello", Digest: want}}
	list, err = scope.Subjects()
	if err != nil || len(list) != 2 || list[0].Name != evidence.SubjectCommit || list[1].Name != "hello" {
		t.Errorf("got %v, %v", list, err)
	}
}
