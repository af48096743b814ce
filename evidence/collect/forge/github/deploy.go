package github

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/google/go-github/v88/github"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/collect/forge"
)

// deployments reads the deployments of the released commit, their steps, and
// the decisions of the environments' reviewers.
func (c *collector) deployments(ctx context.Context) error {
	list, err := pages(c, func(o github.ListOptions) ([]*github.Deployment, *github.Response, error) {
		return c.client.Repositories.ListDeployments(ctx, c.owner, c.name, &github.DeploymentsListOptions{SHA: c.Commit, ListOptions: o})
	})
	if err := c.Miss(deployments(), "commit "+c.Commit, err); err != nil {
		return err
	}
	reviews, err := c.runReviews(ctx)
	if err != nil {
		return err
	}
	return c.Each(ctx, "deployments", len(list), func(ctx context.Context, i int) error {
		return c.deployment(ctx, list[i], reviews)
	})
}

func (c *collector) deployment(ctx context.Context, d *github.Deployment, reviews []forge.DeploymentReview) error {
	out := forge.Deployment{
		ID: strconv.FormatInt(d.GetID(), 10), Environment: d.GetEnvironment(), Ref: d.GetRef(), Commit: d.GetSHA(),
		By: c.actorRef(d.Creator), CreatedAt: when(d.CreatedAt),
	}
	list, err := pages(c, func(o github.ListOptions) ([]*github.DeploymentStatus, *github.Response, error) {
		return c.client.Repositories.ListDeploymentStatuses(ctx, c.owner, c.name, d.GetID(), &o)
	})
	if err := c.Miss(deploymentStatuses(), "deployment "+out.ID, err); err != nil {
		return err
	}
	slices.SortStableFunc(list, func(a, b *github.DeploymentStatus) int { return cmp.Compare(a.GetID(), b.GetID()) })
	for _, s := range list {
		out.Statuses = append(out.Statuses, forge.DeploymentStatus{State: word(s.GetState()), At: when(s.CreatedAt), By: c.actorRef(s.Creator)})
		if out.RunID == "" {
			run, _, _ := strings.Cut(actionsRun(s.GetLogURL()), "/")
			out.RunID = run
		}
	}
	for _, r := range reviews {
		// Without a run a review of the same environment may be another's.
		if out.RunID != "" && r.RunID == out.RunID && slices.Contains(r.Environments, out.Environment) {
			out.Reviews = append(out.Reviews, r)
		}
	}
	c.Do(func(r *forge.Result) { r.Deployments = append(r.Deployments, out) })
	return nil
}

// runReviews reads the review history of all workflow runs on the released
// commit.
func (c *collector) runReviews(ctx context.Context) ([]forge.DeploymentReview, error) {
	list, err := pages(c, func(o github.ListOptions) ([]*github.WorkflowRun, *github.Response, error) {
		r, resp, err := c.client.Actions.ListRepositoryWorkflowRuns(ctx, c.owner, c.name, &github.ListWorkflowRunsOptions{HeadSHA: c.Commit, ListOptions: o})
		if err != nil {
			return nil, resp, err
		}
		return r.WorkflowRuns, resp, nil
	})
	if err := c.Miss(runs(), "commit "+c.Commit, err); err != nil {
		return nil, err
	}
	found := make([][]forge.DeploymentReview, len(list))
	err = c.Each(ctx, "workflow runs", len(list), func(ctx context.Context, i int) (err error) {
		found[i], err = c.reviewsOf(ctx, list[i].GetID())
		return err
	})
	return slices.Concat(found...), err
}

// approval is one entry of a run's review history; the client has no call for
// it.
type approval struct {
	State        string                `json:"state"`
	User         *github.User          `json:"user"`
	Environments []*github.Environment `json:"environments"`
}

func (c *collector) reviewsOf(ctx context.Context, run int64) ([]forge.DeploymentReview, error) {
	var list []approval
	req, err := c.client.NewRequest(ctx, http.MethodGet, fmt.Sprintf("repos/%s/%s/actions/runs/%d/approvals", c.owner, c.name, run), nil)
	if err != nil {
		return nil, err
	}
	if _, err := c.client.Do(req, &list); err != nil {
		return nil, c.Miss(runApprovals(), fmt.Sprintf("run %d", run), err)
	}
	var reviews []forge.DeploymentReview
	for _, a := range list {
		by, ok := c.actor(a.User)
		if !ok {
			continue
		}
		r := forge.DeploymentReview{By: by, State: word(a.State), RunID: strconv.FormatInt(run, 10)}
		for _, e := range a.Environments {
			r.Environments = append(r.Environments, e.GetName())
		}
		reviews = append(reviews, r)
	}
	return reviews, nil
}

// release reads the release page. None is no gap: a release may do without.
func (c *collector) release(ctx context.Context) error {
	if c.Tag == "" {
		return nil
	}
	r, _, err := c.client.Repositories.GetReleaseByTag(ctx, c.owner, c.name, url.PathEscape(c.Tag))
	var status *forge.StatusError
	if errors.As(err, &status) && status.Status == http.StatusNotFound {
		c.Note("there is no published release page for tag %q", c.Tag)
		return nil
	}
	if err != nil {
		return c.Miss(releasePage(), "tag "+c.Tag, err)
	}
	page := &forge.Release{
		ID: strconv.FormatInt(r.GetID(), 10), Tag: r.GetTagName(), URI: r.GetHTMLURL(), Author: c.actorRef(r.Author),
		CreatedAt: when(r.CreatedAt), PublishedAt: when(r.PublishedAt), Draft: r.GetDraft(), Prerelease: r.GetPrerelease(), Immutable: r.GetImmutable(),
	}
	for _, a := range r.Assets {
		page.Assets = append(page.Assets, asset(a))
	}
	slices.SortFunc(page.Assets, func(a, b forge.Asset) int { return strings.Compare(a.Name, b.Name) })
	c.Do(func(res *forge.Result) { res.Release = page })
	return nil
}

func asset(a *github.ReleaseAsset) forge.Asset {
	out := forge.Asset{Name: a.GetName(), Size: int64(a.GetSize())}
	if d, err := evidence.ParseDigest(a.GetDigest()); err == nil {
		out.Digest = d.Set()
	}
	return out
}

// teams reads who is in the teams that were asked for reviews.
func (c *collector) teams(ctx context.Context) error {
	names := slices.Clone(c.Teams)
	for _, ch := range c.Result.Changes {
		for _, e := range ch.Events {
			if e.Team != "" {
				names = append(names, e.Team)
			}
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	return c.Each(ctx, "teams", len(names), func(ctx context.Context, i int) error {
		return c.team(ctx, names[i])
	})
}

// team reads one team, named "org/slug" or by its slug alone.
func (c *collector) team(ctx context.Context, name string) error {
	org, slug, ok := strings.Cut(strings.TrimPrefix(name, "@"), "/")
	if !ok {
		org, slug = c.owner, org
	}
	var taken evidence.Time
	list, err := pages(c, func(o github.ListOptions) ([]*github.User, *github.Response, error) {
		users, resp, err := c.client.Teams.ListTeamMembersBySlug(ctx, url.PathEscape(org), url.PathEscape(slug), &github.TeamListTeamMembersOptions{ListOptions: o})
		taken = forge.Retrieved(response(resp))
		return users, resp, err
	})
	if err != nil {
		return c.Miss(teamMembers(), "team "+name, err)
	}
	team := forge.Team{Name: org + "/" + slug, TakenAt: taken}
	reviewers := c.Result.Reviewers()
	for _, u := range list {
		if a, ok := c.actor(u); ok && reviewers.Has(a.ID) {
			team.Members.Add(a)
		}
	}
	c.Do(func(r *forge.Result) { r.Teams = append(r.Teams, team) })
	return nil
}
