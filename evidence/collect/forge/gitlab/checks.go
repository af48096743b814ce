package gitlab

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/collect/forge"
	gitlab "gitlab.com/gitlab-org/api/client-go"
)

// status is what is read of a job or an external status.
type status struct {
	ID           int64             `json:"id"`
	SHA          string            `json:"sha"`
	Status       string            `json:"status"`
	Name         string            `json:"name"`
	TargetURL    string            `json:"target_url"`
	PipelineID   int64             `json:"pipeline_id"`
	AllowFailure bool              `json:"allow_failure"`
	Author       *gitlab.BasicUser `json:"author"`
	CreatedAt    *time.Time        `json:"created_at"`
	StartedAt    *time.Time        `json:"started_at"`
	FinishedAt   *time.Time        `json:"finished_at"`
}

// checks reads the jobs and external statuses of every commit whose checks
// count, retried ones too.
func (c *collector) checks(ctx context.Context) error {
	ids := c.Checked()
	return c.Each(ctx, "checks", len(ids), func(ctx context.Context, i int) error {
		return c.statuses(ctx, ids[i])
	})
}

func (c *collector) statuses(ctx context.Context, commit string) error {
	all, err := pages(c, func(o gitlab.ListOptions) ([]*status, *gitlab.Response, error) {
		var items []*status
		resp, err := c.get(ctx, fmt.Sprintf("projects/%d/repository/commits/%s/statuses", c.id, commit),
			gitlab.GetCommitStatusesOptions{ListOptions: o, All: gitlab.Ptr(true)}, &items)
		return items, resp, err
	})
	var checks []evidence.Check
	pipelines := map[string]int64{}
	for _, s := range all {
		switch {
		case s.SHA != commit:
			err = &forge.ShapeError{Path: "/statuses", Why: "has a status of another commit"}
		case outcome(s.Status) == "":
			c.Note("check %q on commit %s had not finished", s.Name, commit)
		default:
			check := c.check(s)
			issuer, stop := c.actorRef(ctx, s.Author)
			if stop != nil {
				return stop
			}
			check.Issuer = issuer
			pipelines[check.RunID] = s.PipelineID
			checks = append(checks, check)
		}
	}
	forge.NumberAttempts(checks, func(ch evidence.Check) string { return fmt.Sprintf("%d %s", pipelines[ch.RunID], ch.Name) })
	c.Do(func(r *forge.Result) { r.Checks = append(r.Checks, checks...) })
	return c.Miss(statuses(), "commit "+commit, err)
}

func (c *collector) check(s *status) evidence.Check {
	check := evidence.Check{
		Name: s.Name, Outcome: outcome(s.Status), Subject: forge.CommitSubject(s.SHA),
		RunID: "status/" + strconv.FormatInt(s.ID, 10), StartedAt: forge.When(s.StartedAt), FinishedAt: forge.When(s.FinishedAt),
		Conclusion: s.Status, MayFail: s.AllowFailure,
	}
	if check.StartedAt == nil {
		check.StartedAt = forge.When(s.CreatedAt)
	}
	if s.TargetURL != "" {
		check.Evidence = []evidence.ResourceDescriptor{{Name: "log", URI: s.TargetURL}}
	}
	// A job of GitLab's own pipelines links to itself; an external status
	// links elsewhere.
	if strings.HasSuffix(s.TargetURL, fmt.Sprintf("/-/jobs/%d", s.ID)) && strings.HasPrefix(s.TargetURL, c.Result.Repository.URI+"/") {
		check.RunID = "job/" + strconv.FormatInt(s.ID, 10)
	}
	return check
}

// outcome maps a status; "" is one that is not final (controls catalogue, G4).
func outcome(status string) string {
	switch status {
	case "success":
		return "pass"
	case "skipped", "manual":
		return "skipped"
	case "failed", "canceled":
		return "fail"
	}
	return ""
}
