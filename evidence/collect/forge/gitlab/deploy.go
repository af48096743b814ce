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
		Comment   string            `json:"comment"`
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
	all = slices.DeleteFunc(all, func(d *deploy) bool { return d.SHA != c.Commit || !c.Wants(d.Environment.Name) })
	return c.Each(ctx, "deployments", len(all), func(ctx context.Context, i int) error {
		return c.deployment(ctx, all[i].ID)
	})
}

func (c *collector) deployment(ctx context.Context, id int64) error {
	var d deploy
	resp, err := c.get(ctx, fmt.Sprintf("projects/%d/deployments/%d", c.id, id), nil, &d)
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
	out := evidence.Deployment{
		ID: strconv.FormatInt(d.ID, 10), System: "gitlab", Environment: d.Environment.Name, Ref: d.Ref, Commit: evidence.ObjectID(d.SHA), By: by,
		CreatedAt: forge.When(d.CreatedAt), Statuses: steps(&d),
	}
	if d.Deployable != nil {
		out.RunID = "job/" + strconv.FormatInt(d.Deployable.ID, 10)
	}
	if err := c.signoffs(ctx, &out, &d, retrieved(resp)); err != nil {
		return err
	}
	c.Do(func(r *forge.Result) { r.Deployments = append(r.Deployments, out) })
	return nil
}

// signoffs are the decisions about a deployment. Where GitLab gives no time,
// one lies between the deployment's creation and its reading.
func (c *collector) signoffs(ctx context.Context, out *evidence.Deployment, d *deploy, read evidence.Time) error {
	for _, a := range d.Approvals {
		by, err := c.actorRef(ctx, a.User)
		if err != nil {
			return err
		}
		if by == nil || a.Status != "approved" && a.Status != "rejected" {
			if err := c.Miss(deployment(), "deployment "+out.ID, &forge.ShapeError{Path: "/deployments", Why: "has a decision without account, or of a state that is not documented"}); err != nil {
				return err
			}
			continue
		}
		s := evidence.Signoff{
			Who: *by, Decision: a.Status, Rationale: forge.Rationale(a.Comment), System: "gitlab",
			Refs: []evidence.ResourceDescriptor{{Name: "deployment " + out.ID}},
		}
		if at := forge.When(a.CreatedAt); at != nil {
			s.At = evidence.Moment(*at)
		} else {
			s.At.Interval = &evidence.Interval{NotBefore: out.CreatedAt, NotAfter: &read}
		}
		out.Approvals = append(out.Approvals, s)
	}
	return nil
}

// steps are what GitLab keeps of a deployment's course: when its job began,
// and the last status.
func steps(d *deploy) []evidence.DeploymentStatus {
	var list []evidence.DeploymentStatus
	last := d.UpdatedAt
	if d.Deployable != nil {
		if d.Deployable.StartedAt != nil {
			list = append(list, evidence.DeploymentStatus{State: "in-progress", At: forge.When(d.Deployable.StartedAt)})
		}
		if d.Deployable.FinishedAt != nil {
			last = d.Deployable.FinishedAt
		}
	}
	return append(list, evidence.DeploymentStatus{State: deployState(d.Status), At: forge.When(last)})
}

// deployState is our word for a deployment's state.
func deployState(s string) string {
	switch s {
	case "success", "skipped":
		return s
	case "created":
		return "queued"
	case "running":
		return "in-progress"
	case "blocked":
		return "waiting"
	case "failed":
		return "failure"
	case "canceled":
		return "cancelled"
	}
	return "unknown"
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
	page := &evidence.ReleasePage{
		ID: r.TagName, Tag: r.TagName, URI: r.Links.Self, Author: author,
		CreatedAt: forge.When(r.CreatedAt), PublishedAt: forge.When(r.ReleasedAt), Prerelease: r.UpcomingRelease,
	}
	for _, l := range r.Assets.Links {
		if l != nil {
			page.Assets = append(page.Assets, evidence.ResourceDescriptor{Name: l.Name, URI: l.URL})
		}
	}
	slices.SortFunc(page.Assets, func(a, b evidence.ResourceDescriptor) int { return strings.Compare(a.Name, b.Name) })
	c.Result.Release = page
	return nil
}

// groups reads which reviewers are in the groups that own code, and everybody
// in those that stand for a role.
func (c *collector) groups(ctx context.Context) error {
	roles := map[string]string{}
	var names []string
	for name, role := range c.Roles {
		name = strings.TrimPrefix(name, "@")
		roles[name] = role
		names = append(names, name)
	}
	for _, name := range c.Teams {
		names = append(names, strings.TrimPrefix(name, "@"))
	}
	slices.Sort(names)
	names = slices.Compact(names)
	return c.Each(ctx, "groups", len(names), func(ctx context.Context, i int) error {
		return c.group(ctx, names[i], roles[names[i]])
	})
}

func (c *collector) group(ctx context.Context, name, role string) error {
	var taken evidence.Time
	members, err := pages(c, func(o gitlab.ListOptions) ([]*gitlab.GroupMember, *gitlab.Response, error) {
		items, resp, err := c.client.Groups.ListAllGroupMembers(name, &gitlab.ListGroupMembersOptions{ListOptions: o}, gitlab.WithContext(ctx))
		taken = retrieved(resp)
		return items, resp, err
	})
	if err != nil {
		return c.Miss(groupMembers(), "group "+name, err)
	}
	team := evidence.Team{Name: name, Role: role, TakenAt: taken}
	took := c.Result.Participants()
	for _, m := range members {
		a, ok := c.Account(m.ID, evidence.Human, m.Username)
		if !ok || role == "" && !forge.Has(took, a.ID) {
			continue
		}
		a, _, err := c.actor(ctx, m.ID, m.Username)
		if err != nil {
			return err
		}
		team.Members = forge.Add(team.Members, a)
	}
	c.Do(func(r *forge.Result) { r.Teams = append(r.Teams, team) })
	return nil
}

// access reads who may write to the project. Whether they are bots is not
// asked: it takes a request for each.
func (c *collector) access(ctx context.Context) error {
	var taken evidence.Time
	members, err := pages(c, func(o gitlab.ListOptions) ([]*gitlab.ProjectMember, *gitlab.Response, error) {
		items, resp, err := c.client.ProjectMembers.ListAllProjectMembers(c.id, &gitlab.ListProjectMembersOptions{ListOptions: o}, gitlab.WithContext(ctx))
		taken = retrieved(resp)
		return items, resp, err
	})
	for _, m := range members {
		who, ok := c.Account(m.ID, evidence.Unspecified, m.Username)
		grant := evidence.AccessGrant{Who: who, Role: fmt.Sprintf("access level %d", m.AccessLevel), TakenAt: taken}
		switch {
		case !ok || m.AccessLevel < gitlab.DeveloperPermissions:
			continue
		case m.AccessLevel >= gitlab.OwnerPermissions:
			grant.Permission = "admin"
		case m.AccessLevel >= gitlab.MaintainerPermissions:
			grant.Permission = "maintain"
		default:
			grant.Permission = "write"
		}
		c.Result.Access = append(c.Result.Access, grant)
	}
	return c.Miss(projectMembers(), "", err)
}
