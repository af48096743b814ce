package github

import (
	"context"
	"net/url"
	"strconv"
	"strings"

	"github.com/google/go-github/v88/github"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/collect/forge"
)

// checks reads check runs and statuses of every commit whose checks count.
func (c *collector) checks(ctx context.Context) error {
	ids := c.Checked()
	return c.Each(ctx, "checks", len(ids), func(ctx context.Context, i int) error {
		if err := c.checkRuns(ctx, ids[i]); err != nil {
			return err
		}
		return c.statuses(ctx, ids[i])
	})
}

// checkRuns reads all attempts. A check that is started anew is a further run
// of the same name in the same suite.
func (c *collector) checkRuns(ctx context.Context, commit string) error {
	list, err := counted(c, func(o github.ListOptions) (envelope[github.CheckRun], *github.Response, error) {
		r, resp, err := c.client.Checks.ListCheckRunsForRef(ctx, c.owner, c.name, commit, &github.ListCheckRunsOptions{Filter: github.Ptr("all"), ListOptions: o})
		if err != nil {
			return envelope[github.CheckRun]{}, resp, err
		}
		return envelope[github.CheckRun]{r.CheckRuns, r.Total}, resp, nil
	})
	var checks []evidence.Check
	suites := map[string]string{}
	for _, run := range list {
		if run.GetHeadSHA() != commit {
			err = &forge.ShapeError{Path: "/check-runs", Why: "has a run on another commit"}
			continue
		}
		if run.GetStatus() != "completed" {
			c.Note("check %q on commit %s had not finished", run.GetName(), commit)
			continue
		}
		check := c.checkRun(run, commit)
		suites[check.RunID] = strconv.FormatInt(run.GetCheckSuite().GetID(), 10)
		checks = append(checks, check)
	}
	forge.NumberAttempts(checks, func(ch evidence.Check) string { return suites[ch.RunID] + " " + ch.Name })
	c.Do(func(r *forge.Result) { r.Checks = append(r.Checks, checks...) })
	return c.Miss(checkRuns(), "commit "+commit, err)
}

func (c *collector) checkRun(run *github.CheckRun, commit string) evidence.Check {
	check := evidence.Check{
		Name: run.GetName(), Outcome: outcome(run.GetConclusion()), Subject: forge.CommitSubject(commit),
		RunID: "check-run/" + strconv.FormatInt(run.GetID(), 10), StartedAt: when(run.StartedAt), FinishedAt: when(run.CompletedAt),
		Issuer: c.app(run.App), Conclusion: run.GetConclusion(),
	}
	if run.GetHTMLURL() != "" {
		check.Evidence = []evidence.ResourceDescriptor{{Name: "log", URI: run.GetHTMLURL()}}
	}
	if id := actionsRun(run.GetDetailsURL()); id != "" {
		check.RunID = "actions/" + id
	}
	return check
}

// actionsRun returns "RUN/JOB" from the address of a job of GitHub Actions,
// .../actions/runs/RUN/job/JOB, or "".
func actionsRun(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	_, rest, ok := strings.Cut(u.Path, "/actions/runs/")
	run, job, ok2 := strings.Cut(rest, "/job/")
	if !ok || !ok2 || run == "" || job == "" || strings.Trim(run+job, "0123456789") != "" {
		return ""
	}
	return run + "/" + job
}

// outcome maps a conclusion. Neutral is not pass (controls catalogue, G4), and
// what is unknown here is a failure.
func outcome(conclusion string) string {
	switch conclusion {
	case "success":
		return "pass"
	case "neutral", "skipped":
		return "skipped"
	}
	return "fail"
}

// statuses reads the history of commit statuses: each final state is one
// attempt.
func (c *collector) statuses(ctx context.Context, commit string) error {
	list, err := pages(c, func(o github.ListOptions) ([]*github.RepoStatus, *github.Response, error) {
		return c.client.Repositories.ListStatuses(ctx, c.owner, c.name, commit, &o)
	})
	var checks []evidence.Check
	for _, s := range list {
		if s.GetState() == "pending" {
			continue
		}
		check := evidence.Check{
			Name: s.GetContext(), Outcome: outcome(s.GetState()), Subject: forge.CommitSubject(commit),
			RunID: "status/" + strconv.FormatInt(s.GetID(), 10), StartedAt: when(s.CreatedAt), FinishedAt: when(s.CreatedAt),
			Issuer: c.actorRef(s.Creator), Conclusion: s.GetState(),
		}
		if s.GetTargetURL() != "" {
			check.Evidence = []evidence.ResourceDescriptor{{Name: "log", URI: s.GetTargetURL()}}
		}
		checks = append(checks, check)
	}
	forge.NumberAttempts(checks, func(ch evidence.Check) string { return ch.Name })
	c.Do(func(r *forge.Result) { r.Checks = append(r.Checks, checks...) })
	return c.Miss(statuses(), "commit "+commit, err)
}
