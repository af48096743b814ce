package github

import (
	"cmp"
	"context"
	"slices"

	"github.com/google/go-github/v88/github"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/collect/forge"
	"github.com/release-dossier/dossier/evidence/gitobj"
)

// pushes reads when the head branch was made and pushed to, which the pull
// request itself does not tell. The branch of a fork is not this repository's.
func (c *collector) pushes(ctx context.Context, ch *forge.Change, p *github.PullRequest) error {
	defer sortEvents(ch)
	if ch.HeadRepository != "" || ch.HeadBranch == "" {
		return nil
	}
	list, err := c.activities(ctx, ch.HeadBranch)
	for _, a := range ofChange(list, ch) {
		at := when(a.Timestamp)
		e := evidence.ChangeEvent{At: at, By: c.pusher(a.Actor)}
		for _, id := range []struct {
			field *evidence.ObjectID
			text  string
		}{{&e.Commit, a.After}, {&e.Before, a.Before}} {
			if gitobj.IsID(id.text) && id.text != noCommit {
				*id.field = evidence.ObjectID(id.text)
			}
		}
		switch a.ActivityType {
		case "branch_creation":
			e.Kind, ch.BranchCreatedAt = "branch-created", at
		case "push":
			e.Kind = "pushed"
		case "force_push": // the timeline has it too, without the commits
			e.Kind = "force-pushed"
			ch.Events = slices.DeleteFunc(ch.Events, func(x evidence.ChangeEvent) bool {
				return x.Kind == "force-pushed" && x.Commit == "" && sameTime(x.At, at)
			})
		default:
			continue
		}
		ch.Events = append(ch.Events, e)
	}
	return c.Miss(activity(), subject(p.GetNumber()), err)
}

const noCommit = "0000000000000000000000000000000000000000"

// activities lists what happened to a branch, the oldest first. The list goes
// on by cursors, not by page numbers.
func (c *collector) activities(ctx context.Context, branch string) ([]*github.RepositoryActivity, error) {
	o := &github.ListRepositoryActivityOptions{Direction: "asc", PerPage: perPage, Ref: "refs/heads/" + branch}
	var all []*github.RepositoryActivity
	seen := map[string]bool{}
	for range c.Limits.Pages {
		list, resp, err := c.client.Repositories.ListRepositoryActivities(ctx, c.owner, c.name, o)
		if err != nil {
			return all, err
		}
		if slices.Contains(list, nil) {
			return all, &forge.ShapeError{Path: "/activity", Why: "holds null where an object is documented"}
		}
		all = append(all, list...)
		switch {
		case resp.After == "":
			return all, nil
		case seen[resp.After]:
			return all, &forge.ShapeError{Path: "/activity", Why: "names a next page that was read before"}
		}
		seen[resp.After] = true
		o.After = resp.After
	}
	return all, &forge.LimitError{What: "pages in one list", Limit: int64(c.Limits.Pages), Answer: true}
}

// ofChange cuts a branch's activities down to those of one change: a name may
// be used again. They begin with the last creation before the change was
// opened, and end when it was merged.
func ofChange(list []*github.RepositoryActivity, ch *forge.Change) []*github.RepositoryActivity {
	list = slices.DeleteFunc(slices.Clone(list), func(a *github.RepositoryActivity) bool {
		at := when(a.Timestamp)
		return a.Ref != "refs/heads/"+ch.HeadBranch || at == nil || ch.MergedAt != nil && at.After(ch.MergedAt.Time)
	})
	slices.SortStableFunc(list, func(a, b *github.RepositoryActivity) int {
		return cmp.Or(a.Timestamp.Compare(b.Timestamp.Time), cmp.Compare(a.ID, b.ID))
	})
	for i := len(list) - 1; i >= 0; i-- {
		opened := ch.OpenedAt == nil || !list[i].Timestamp.After(ch.OpenedAt.Time)
		if list[i].ActivityType == "branch_creation" && opened {
			return list[i:]
		}
	}
	return list
}

// pusher is the actor of an activity, which carries less than other accounts
// but its type.
func (c *collector) pusher(a *github.RepositoryActor) *evidence.Actor {
	if a == nil {
		return nil
	}
	return c.actorRef(&github.User{ID: a.ID, Login: a.Login, Type: a.Type})
}

// sortEvents orders a change's events by time; those without one stand first.
func sortEvents(ch *forge.Change) {
	slices.SortStableFunc(ch.Events, func(a, b evidence.ChangeEvent) int { return forge.CompareTimes(a.At, b.At) })
}

func sameTime(a, b *evidence.Time) bool { return a != nil && b != nil && a.Equal(b.Time) }
