package collect

import (
	"context"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
)

// joinChecks makes one check of what the forge says of a job of this run and of
// what the job's files in the workspace say: the forge knows how and when it
// ended, the files what it found. Apart, each would lack what the other has.
func (a *assembly) joinChecks(context.Context) error {
	r := a.draft.Record
	if r.Build == nil {
		return nil
	}
	joined := map[int]bool{}
	for i := range r.Checks {
		file := &r.Checks[i]
		if file.Issuer != nil || file.RunID != r.Build.RunID {
			continue
		}
		if job := a.jobOf(file); job != nil {
			join(job, file)
			joined[i] = true
		}
	}
	var checks []evidence.Check
	for i := range r.Checks {
		if !joined[i] {
			checks = append(checks, r.Checks[i])
		}
	}
	r.Checks = checks
	return nil
}

// jobOf is what the forge says of the check of that name on that subject, in its
// last attempt in this run; nil if it says nothing.
func (a *assembly) jobOf(file *evidence.Check) *evidence.Check {
	r := a.draft.Record
	var last *evidence.Check
	for i := range r.Checks {
		job := &r.Checks[i]
		same := job.Name == file.Name && job.Subject.Digest["gitCommit"] == r.Commit && file.Subject.Digest["gitCommit"] == r.Commit
		if same && job.Issuer != nil && strings.HasPrefix(job.RunID, "actions/"+r.Build.RunID+"/") && (last == nil || job.Attempt > last.Attempt) {
			last = job
		}
	}
	return last
}

// join adds to a job what its files say. Whatever did not pass in either did not
// pass.
func join(job, file *evidence.Check) {
	if job.Outcome == "pass" {
		job.Outcome = file.Outcome
	}
	if job.Category == "" {
		job.Category = file.Category
	}
	if job.MaxRetries == nil {
		job.MaxRetries = file.MaxRetries
	}
	if job.Rationale == "" {
		job.Rationale = file.Rationale
	}
	job.Attempt = max(job.Attempt, file.Attempt)
	job.Tools = append(job.Tools, file.Tools...)
	job.Tests, job.Findings, job.Coverage = file.Tests, file.Findings, file.Coverage
	for _, e := range file.Evidence {
		if !slices.ContainsFunc(job.Evidence, func(have evidence.ResourceDescriptor) bool { return have.Name == e.Name && have.URI == e.URI }) {
			job.Evidence = append(job.Evidence, e)
		}
	}
}
