package gitlab

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/collect/forge"
	gitlab "gitlab.com/gitlab-org/api/client-go"
)

// deploy is what is read of a deployment. Approvals stand only in the answer
// about a single one.
type deploy struct {
	ID          int64             `json:"id"`
	SHA         string            `json:"sha"`
	Ref         string            `json:"ref"`
	Status      string            `json:"status"`
	CreatedAt   *time.Time        `json:"created_at"`
	UpdatedAt   *time.Time        `json:"updated_at"`
	User        *gitlab.BasicUser `json:"user"`
	Environment struct {
		Name string `json:"name"`
	} `json:"environment"`
	Deployable *struct {
		ID         int64      `json:"id"`
		StartedAt  *time.Time `json:"started_at"`
		FinishedAt *time.Time `json:"finished_at"`
	} `json:"deployable"`
	Approvals []struct {
		User      *gitlab.BasicUser `json:"user"`
		Status    string            `json:"status"`
		CreatedAt *time.Time        `json:"created_at"`
	} `json:"approvals"`
}

// since searches deployments by time, GitLab's only way.
type since struct {
	gitlab.ListOptions
	UpdatedAfter *time.Time `url:"updated_after,omitempty"`
}

// deployments reads the deployments of the released commit.
func (c *collector) deployments(ctx context.Context) error {
	all, err := pages(c, func(o gitlab.ListOptions) ([]*deploy, *gitlab.Response, error) {
		var items []*deploy
		o.OrderBy, o.Sort = "updated_at", "asc"
		query := since{ListOptions: o}
		if !c.Since.IsZero() {
			query.UpdatedAfter = &c.Since
		}
		resp, err := c.get(ctx, fmt.Sprintf("projects/%d/deployments", c.id), query, &items)
		return items, resp, err
	})
	if err := c.Miss(deployments(), "", err); err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(d *deploy) bool { return d.SHA != c.Commit })
	return c.Each(ctx, "deployments", len(all), func(ctx context.Context, i int) error {
		return c.deployment(ctx, all[i].ID)
	})
}

func (c *collector) deployment(ctx context.Context, id int64) error {
	var d deploy
	_, err := c.get(ctx, fmt.Sprintf("projects/%d/deployments/%d", c.id, id), nil, &d)
	if err == nil && (d.ID != id || d.SHA != c.Commit) {
		err = &forge.ShapeError{Path: "/deployments", Why: "is about another deployment"}
	}
	if err != nil {
		return c.Miss(deployment(), fmt.Sprintf("deployment %d", id), err)
	}
	by, err := c.actorRef(ctx, d.User)
	if err != nil {
		return err
	}
	out := forge.Deployment{
		ID: strconv.FormatInt(d.ID, 10), Environment: d.Environment.Name, Ref: d.Ref, Commit: d.SHA, By: by,
		CreatedAt: forge.When(d.CreatedAt), Statuses: steps(&d),
	}
	if d.Deployable != nil {
		out.RunID = "job/" + strconv.FormatInt(d.Deployable.ID, 10)
	}
	for _, a := range d.Approvals {
		by, err := c.actorRef(ctx, a.User)
		if err != nil {
			return err
		}
		if by != nil {
			out.Reviews = append(out.Reviews, forge.DeploymentReview{
				By: *by, State: a.Status, At: forge.When(a.CreatedAt), RunID: out.RunID, Environments: []string{out.Environment},
			})
		}
	}
	c.Do(func(r *forge.Result) { r.Deployments = append(r.Deployments, out) })
	return nil
}

// steps are what GitLab keeps of a deployment's course: when its job began,
// and the last status.
func steps(d *deploy) []forge.DeploymentStatus {
	var list []forge.DeploymentStatus
	last := d.UpdatedAt
	if d.Deployable != nil {
		if d.Deployable.StartedAt != nil {
			list = append(list, forge.DeploymentStatus{State: "running", At: forge.When(d.Deployable.StartedAt)})
		}
		if d.Deployable.FinishedAt != nil {
			last = d.Deployable.FinishedAt
		}
	}
	return append(list, forge.DeploymentStatus{State: d.Status, At: forge.When(last)})
}

// release reads the release page. None is no gap: a release may do without.
func (c *collector) release(ctx context.Context) error {
	if c.Tag == "" {
		return nil
	}
	r, _, err := c.client.Releases.GetRelease(c.id, c.Tag, gitlab.WithContext(ctx))
	if notFound(err) {
		c.Note("there is no release page for tag %q", c.Tag)
		return nil
	}
	if err != nil {
		return c.Miss(releasePage(), "tag "+c.Tag, err)
	}
	author, err := c.actorRef(ctx, &r.Author)
	if err != nil {
		return err
	}
	page := &forge.Release{
		ID: r.TagName, Tag: r.TagName, URI: r.Links.Self, Author: author,
		CreatedAt: forge.When(r.CreatedAt), PublishedAt: forge.When(r.ReleasedAt), Prerelease: r.UpcomingRelease,
	}
	for _, l := range r.Assets.Links {
		if l != nil {
			page.Assets = append(page.Assets, forge.Asset{Name: l.Name})
		}
	}
	slices.SortFunc(page.Assets, func(a, b forge.Asset) int { return strings.Compare(a.Name, b.Name) })
	c.Result.Release = page
	return nil
}

// groups reads which reviewers are in the groups that Options.Teams names.
func (c *collector) groups(ctx context.Context) error {
	names := slices.Sorted(slices.Values(c.Teams))
	names = slices.Compact(names)
	return c.Each(ctx, "groups", len(names), func(ctx context.Context, i int) error {
		return c.group(ctx, strings.TrimPrefix(names[i], "@"))
	})
}

func (c *collector) group(ctx context.Context, name string) error {
	var taken evidence.Time
	members, err := pages(c, func(o gitlab.ListOptions) ([]*gitlab.GroupMember, *gitlab.Response, error) {
		items, resp, err := c.client.Groups.ListAllGroupMembers(name, &gitlab.ListGroupMembersOptions{ListOptions: o}, gitlab.WithContext(ctx))
		taken = retrieved(resp)
		return items, resp, err
	})
	if err != nil {
		return c.Miss(groupMembers(), "group "+name, err)
	}
	team := forge.Team{Name: name, TakenAt: taken}
	reviewers := c.Result.Reviewers()
	for _, m := range members {
		if a, ok := c.Account(m.ID, evidence.Human, m.Username); ok && reviewers.Has(a.ID) {
			a, _, err := c.actor(ctx, m.ID, m.Username)
			if err != nil {
				return err
			}
			team.Members.Add(a)
		}
	}
	c.Do(func(r *forge.Result) { r.Teams = append(r.Teams, team) })
	return nil
}
