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
	list = slices.DeleteFunc(list, func(d *github.Deployment) bool { return !c.Wants(d.GetEnvironment()) })
	reviews, err := c.runReviews(ctx)
	if err != nil {
		return err
	}
	return c.Each(ctx, "deployments", len(list), func(ctx context.Context, i int) error {
		return c.deployment(ctx, list[i], reviews)
	})
}

func (c *collector) deployment(ctx context.Context, d *github.Deployment, reviews []review) error {
	out := evidence.Deployment{
		ID: strconv.FormatInt(d.GetID(), 10), System: "github", Environment: d.GetEnvironment(), Ref: d.GetRef(), Commit: evidence.ObjectID(d.GetSHA()),
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
		out.Statuses = append(out.Statuses, evidence.DeploymentStatus{State: deployState(s.GetState()), At: when(s.CreatedAt), By: c.actorRef(s.Creator)})
		if out.RunID == "" {
			out.RunID, _, _ = strings.Cut(actionsRun(s.GetLogURL()), "/")
		}
	}
	for _, r := range reviews {
		// Without a run a review of the same environment may be another's.
		if out.RunID != "" && r.run == out.RunID && slices.Contains(r.environments, out.Environment) {
			out.Approvals = append(out.Approvals, r.signoff(out.Statuses))
		}
	}
	c.Do(func(r *forge.Result) { r.Deployments = append(r.Deployments, out) })
	return nil
}

// deployState is our word for a deployment's state.
func deployState(s string) string {
	switch s {
	case "success", "inactive", "failure", "waiting", "queued":
		return s
	case "error":
		return "failure"
	case "pending":
		return "queued"
	case "in_progress":
		return "in-progress"
	}
	return "unknown"
}

// review is one decision of an environment's reviewer. GitHub gives no time of
// it: it lies between the run's creation and the first progress of what it
// held back, or the moment it was read.
type review struct {
	by           evidence.Actor
	decision     string
	rationale    string
	run          string
	page         string
	environments []string
	created      *evidence.Time
	read         evidence.Time
}

func (r review) signoff(course []evidence.DeploymentStatus) evidence.Signoff {
	span := evidence.Interval{NotBefore: r.created, NotAfter: &r.read}
	for _, s := range course {
		if s.State != "queued" && s.State != "waiting" && s.At != nil {
			span.NotAfter = s.At
			break
		}
	}
	if span.NotBefore != nil && span.NotAfter.Before(span.NotBefore.Time) {
		span.NotBefore = nil // the forge contradicts itself: less is known
	}
	return evidence.Signoff{
		Who: r.by, Decision: r.decision, At: evidence.TimeOrInterval{Interval: &span}, Rationale: r.rationale, System: "github",
		Refs: []evidence.ResourceDescriptor{{Name: "run " + r.run, URI: r.page}},
	}
}

// runReviews reads the review history of all workflow runs on the released
// commit.
func (c *collector) runReviews(ctx context.Context) ([]review, error) {
	list, err := counted(c, func(o github.ListOptions) (envelope[github.WorkflowRun], *github.Response, error) {
		r, resp, err := c.client.Actions.ListRepositoryWorkflowRuns(ctx, c.owner, c.name, &github.ListWorkflowRunsOptions{HeadSHA: c.Commit, ListOptions: o})
		if err != nil {
			return envelope[github.WorkflowRun]{}, resp, err
		}
		return envelope[github.WorkflowRun]{r.WorkflowRuns, r.TotalCount}, resp, nil
	})
	if err := c.Miss(runs(), "commit "+c.Commit, err); err != nil {
		return nil, err
	}
	c.runStart(list)
	found := make([][]review, len(list))
	err = c.Each(ctx, "workflow runs", len(list), func(ctx context.Context, i int) (err error) {
		found[i], err = c.reviewsOf(ctx, list[i])
		return err
	})
	return slices.Concat(found...), err
}

// runStart finds out when the run that collects began. The list has the latest
// attempt of each run.
func (c *collector) runStart(list []*github.WorkflowRun) {
	for _, run := range list {
		if c.Run != "" && strconv.FormatInt(run.GetID(), 10) == c.Run && int64(run.GetRunAttempt()) == c.Attempt {
			c.Result.RunStartedAt = when(run.RunStartedAt)
		}
	}
}

// approval is one entry of a run's review history; the client has no call for
// it.
type approval struct {
	State        string                `json:"state"`
	Comment      string                `json:"comment"`
	User         *github.User          `json:"user"`
	Environments []*github.Environment `json:"environments"`
}

func (c *collector) reviewsOf(ctx context.Context, run *github.WorkflowRun) ([]review, error) {
	var list []approval
	name := fmt.Sprintf("run %d", run.GetID())
	req, err := c.client.NewRequest(ctx, http.MethodGet, fmt.Sprintf("repos/%s/%s/actions/runs/%d/approvals", c.owner, c.name, run.GetID()), nil)
	if err != nil {
		return nil, err
	}
	resp, err := c.client.Do(req, &list)
	if err != nil {
		return nil, c.Miss(runApprovals(), name, err)
	}
	var reviews []review
	for _, a := range list {
		by, ok := c.actor(a.User)
		if !ok || a.State != "approved" && a.State != "rejected" {
			if a.State != "pending" {
				err = &forge.ShapeError{Path: "/approvals", Why: "has a decision without account, or of a state that is not documented"}
			}
			continue
		}
		r := review{
			by: by, decision: a.State, rationale: forge.Rationale(a.Comment), run: strconv.FormatInt(run.GetID(), 10), page: run.GetHTMLURL(),
			created: when(run.CreatedAt), read: forge.Retrieved(response(resp)),
		}
		for _, e := range a.Environments {
			r.environments = append(r.environments, e.GetName())
		}
		reviews = append(reviews, r)
	}
	return reviews, c.Miss(runApprovals(), name, err)
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
	page := &evidence.ReleasePage{
		ID: strconv.FormatInt(r.GetID(), 10), Tag: r.GetTagName(), URI: r.GetHTMLURL(), Author: c.actorRef(r.Author),
		CreatedAt: when(r.CreatedAt), PublishedAt: when(r.PublishedAt), Prerelease: r.GetPrerelease(), Immutable: r.GetImmutable(),
	}
	for _, a := range r.Assets {
		page.Assets = append(page.Assets, asset(a))
		c.publishAsset(r, a)
	}
	slices.SortFunc(page.Assets, func(a, b evidence.ResourceDescriptor) int { return strings.Compare(a.Name, b.Name) })
	c.Do(func(res *forge.Result) { res.Release = page })
	return nil
}

func asset(a *github.ReleaseAsset) evidence.ResourceDescriptor {
	out := evidence.ResourceDescriptor{Name: a.GetName(), URI: a.GetBrowserDownloadURL()}
	if d, err := evidence.ParseDigest(a.GetDigest()); err == nil {
		out.Digest = d.Set()
	}
	return out
}

// teams reads who is in the teams that were asked for reviews, own code or
// stand for a role.
func (c *collector) teams(ctx context.Context) error {
	roles := map[string]string{}
	var names []string
	for name, role := range c.Roles {
		name = c.teamName(name)
		roles[name] = role
		names = append(names, name)
	}
	for _, name := range c.Teams {
		names = append(names, c.teamName(name))
	}
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
		return c.team(ctx, names[i], roles[names[i]])
	})
}

// teamName is "org/slug" for a team that may be named by its slug alone, and as
// CODEOWNERS does.
func (c *collector) teamName(name string) string {
	name = strings.TrimPrefix(name, "@")
	if !strings.Contains(name, "/") {
		return c.owner + "/" + name
	}
	return name
}

func (c *collector) team(ctx context.Context, name, role string) error {
	org, slug, _ := strings.Cut(name, "/")
	var taken evidence.Time
	list, err := pages(c, func(o github.ListOptions) ([]*github.User, *github.Response, error) {
		users, resp, err := c.client.Teams.ListTeamMembersBySlug(ctx, url.PathEscape(org), url.PathEscape(slug), &github.TeamListTeamMembersOptions{ListOptions: o})
		taken = forge.Retrieved(response(resp))
		return users, resp, err
	})
	if err != nil {
		return c.Miss(teamMembers(), "team "+name, err)
	}
	team := evidence.Team{Name: name, Role: role, TakenAt: taken}
	took := c.Result.Participants()
	for _, u := range list {
		if a, ok := c.actor(u); ok && (role != "" || forge.Has(took, a.ID)) {
			team.Members = forge.Add(team.Members, a)
		}
	}
	c.Do(func(r *forge.Result) { r.Teams = append(r.Teams, team) })
	return nil
}

// access reads who may write to the repository.
func (c *collector) access(ctx context.Context) error {
	var taken evidence.Time
	list, err := pages(c, func(o github.ListOptions) ([]*github.User, *github.Response, error) {
		users, resp, err := c.client.Repositories.ListCollaborators(ctx, c.owner, c.name, &github.ListCollaboratorsOptions{Permission: "push", ListOptions: o})
		taken = forge.Retrieved(response(resp))
		return users, resp, err
	})
	for _, u := range list {
		who, ok := c.actor(u)
		if !ok {
			err = &forge.ShapeError{Path: "/collaborators", Why: "has a collaborator without account"}
			continue
		}
		c.Result.Access = append(c.Result.Access, evidence.AccessGrant{Who: who, Permission: permission(u.GetPermissions()), Role: forge.Printable(u.GetRoleName()), TakenAt: taken})
	}
	return c.Miss(collaborators(), "", err)
}

// permission is the highest of those that allow to write.
func permission(p *github.RepositoryPermissions) string {
	switch {
	case p.GetAdmin():
		return "admin"
	case p.GetMaintain():
		return "maintain"
	}
	return "write"
}
