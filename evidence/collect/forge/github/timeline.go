package github

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/google/go-github/v88/github"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/collect/forge"
	"github.com/release-dossier/dossier/evidence/gitobj"
)

// happening is one entry of a timeline, with what the client's type lacks.
type happening struct {
	github.Timeline
	Dismissed *github.DismissedReview `json:"dismissed_review"`
}

// pullTimeline keeps what happened to a pull request: review requests, forced
// pushes, labels, dismissals, changes of base.
func (c *collector) pullTimeline(ctx context.Context, ch *forge.Change, p *github.PullRequest) error {
	list, err := pages(c, func(o github.ListOptions) ([]*happening, *github.Response, error) {
		path := fmt.Sprintf("repos/%s/%s/issues/%d/timeline?page=%d&per_page=%d", c.owner, c.name, p.GetNumber(), o.Page, o.PerPage)
		req, err := c.client.NewRequest(ctx, http.MethodGet, path, nil)
		if err != nil {
			return nil, nil, err
		}
		var items []*happening
		resp, err := c.client.Do(req, &items)
		return items, resp, err
	})
	for _, t := range list {
		kind := eventKind(t.GetEvent())
		if kind == "" {
			continue
		}
		ch.Events = append(ch.Events, c.event(kind, &t.Timeline))
		if t.Dismissed != nil {
			c.dismiss(ch, t)
		}
	}
	return c.Miss(timeline(), subject(p.GetNumber()), err)
}

// eventKind is our word for an event; "" for what no control asks about.
// "committed" has no time but the one its author wrote.
func eventKind(event string) string {
	switch event {
	case "review_requested", "review_request_removed", "review_dismissed", "ready_for_review", "labeled", "unlabeled", "merged", "closed", "reopened":
		return word(event)
	case "convert_to_draft":
		return "converted-to-draft"
	case "head_ref_force_pushed":
		return "force-pushed"
	case "head_ref_deleted":
		return "branch-deleted"
	case "head_ref_restored":
		return "branch-restored"
	case "base_ref_changed", "automatic_base_change_succeeded":
		return "base-changed"
	case "auto_merge_enabled", "auto_squash_enabled", "auto_rebase_enabled":
		return "auto-merge-enabled"
	case "auto_merge_disabled":
		return word(event)
	case "added_to_merge_queue":
		return "queued"
	case "removed_from_merge_queue":
		return "unqueued"
	}
	return ""
}

func (c *collector) event(kind string, t *github.Timeline) evidence.ChangeEvent {
	e := evidence.ChangeEvent{
		Kind: kind, At: when(t.CreatedAt), By: c.actorRef(t.Actor), Reviewer: c.actorRef(t.Reviewer), Label: t.GetLabel().GetName(),
	}
	if gitobj.IsID(t.GetCommitID()) {
		e.Commit = evidence.ObjectID(t.GetCommitID())
	}
	if slug := t.GetRequestedTeam().GetSlug(); slug != "" {
		e.Team = c.owner + "/" + slug
	}
	return e
}

// dismiss says of the review that an event dismissed what it was and until
// when it stood: the list of reviews tells neither.
func (c *collector) dismiss(ch *forge.Change, t *happening) {
	id := strconv.FormatInt(t.Dismissed.GetReviewID(), 10)
	for i := range ch.Reviews {
		r := &ch.Reviews[i]
		if r.ID != id || r.State != "dismissed" {
			continue
		}
		if state := reviewState(t.Dismissed.GetState()); state != "" && t.CreatedAt != nil {
			r.State = state
		}
		r.DismissedAt, r.DismissedBy = when(t.CreatedAt), c.actorRef(t.Actor)
	}
}

// word writes GitHub's names with dashes and in lower case.
func word(s string) string { return strings.ReplaceAll(strings.ToLower(s), "_", "-") }
