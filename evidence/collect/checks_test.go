package collect

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/release-dossier/dossier/evidence"
)

// TestJoinChecks: what a job's files say goes to what the forge says of the job,
// if it is the same check, on the tagged commit, in the same run.
func TestJoinChecks(t *testing.T) {
	commit := strings.Repeat("a", 40)
	on := func(commit string) evidence.ResourceDescriptor {
		return evidence.ResourceDescriptor{Name: evidence.SubjectCommit, Digest: evidence.DigestSet{"gitCommit": commit}}
	}
	app := &evidence.Actor{ID: "account:github.com:app/15368", Kind: evidence.Service}
	total := int64(7)
	job := evidence.Check{Name: "unit-test", Outcome: "pass", Subject: on(commit), RunID: "actions/520/2", Attempt: 1, Issuer: app, Conclusion: "success"}
	file := evidence.Check{Name: "unit-test", Outcome: "pass", Subject: on(commit), RunID: "520", Attempt: 1, Tests: &evidence.CheckTests{Total: &total}}
	change := func(c evidence.Check, f func(*evidence.Check)) evidence.Check { f(&c); return c }
	joined := change(job, func(c *evidence.Check) { c.Tests = file.Tests })
	rerun := change(job, func(c *evidence.Check) { c.Attempt, c.RunID = 2, "actions/520/9" })
	otherRun := change(job, func(c *evidence.Check) { c.RunID = "actions/521/2" })
	otherCommit := change(job, func(c *evidence.Check) { c.Subject = on(strings.Repeat("b", 40)) })
	otherName := change(file, func(c *evidence.Check) { c.Name = "end-to-end" })
	failed := change(file, func(c *evidence.Check) { c.Outcome = "fail" })
	red := change(job, func(c *evidence.Check) { c.Outcome = "fail" })
	for name, test := range map[string]struct{ checks, want []evidence.Check }{
		"one":               {[]evidence.Check{file, job}, []evidence.Check{joined}},
		"the last attempt":  {[]evidence.Check{job, rerun, file}, []evidence.Check{job, change(rerun, func(c *evidence.Check) { c.Tests = file.Tests })}},
		"another run":       {[]evidence.Check{otherRun, file}, []evidence.Check{otherRun, file}},
		"another commit":    {[]evidence.Check{otherCommit, file}, []evidence.Check{otherCommit, file}},
		"another name":      {[]evidence.Check{job, otherName}, []evidence.Check{job, otherName}},
		"the files failed":  {[]evidence.Check{job, failed}, []evidence.Check{change(joined, func(c *evidence.Check) { c.Outcome = "fail" })}},
		"the job failed":    {[]evidence.Check{red, file}, []evidence.Check{change(joined, func(c *evidence.Check) { c.Outcome = "fail" })}},
		"no job of a forge": {[]evidence.Check{file}, []evidence.Check{file}},
	} {
		t.Run(name, func(t *testing.T) {
			r := &evidence.Record{Commit: commit, Checks: test.checks, Build: &evidence.Build{System: "github", RunID: "520"}}
			a := &assembly{draft: &Draft{Record: r}}
			if err := a.joinChecks(t.Context()); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, r.Checks); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// TestStateRollback: the trailer says how to go back and to what, a file the
// rest; both must not say the same.
func TestStateRollback(t *testing.T) {
	const text = "redeploy v4.1.0"
	standing := func() *evidence.RollbackPlan {
		return &evidence.RollbackPlan{Steps: []string{"tell support"}, Triggers: []evidence.RollbackTrigger{{Metric: "errors", Threshold: "2 %"}}}
	}
	a := &assembly{draft: &Draft{Record: new(evidence.Record)}}
	r := &evidence.Record{RollbackPlan: standing()}
	if err := a.stateRollback(r, text); err != nil {
		t.Fatal(err)
	}
	want := standing()
	want.Method, want.TargetVersion, want.Steps = "redeploy", "v4.1.0", []string{text, "tell support"}
	if diff := cmp.Diff(want, r.RollbackPlan); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	r.RollbackPlan = &evidence.RollbackPlan{TargetVersion: "4.0.0"}
	if err := a.stateRollback(r, text); err == nil || !strings.Contains(err.Error(), "leave one out") {
		t.Errorf("two targets: %v", err)
	}
}
