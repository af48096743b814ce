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
	"github.com/release-dossier/dossier/evidence/gitobj"
	gitlab "gitlab.com/gitlab-org/api/client-go"
)

// versions reads the pushes: each makes a version of the merge request.
func (c *collector) versions(ctx context.Context, ch *forge.Change, m *gitlab.MergeRequest) error {
	all, err := list[gitlab.MergeRequestDiffVersion](ctx, c, fmt.Sprintf("projects/%d/merge_requests/%d/versions", c.id, m.IID))
	slices.Reverse(all) // GitLab lists the newest first
	for _, v := range all {
		if !gitobj.IsID(v.HeadCommitSHA) || v.CreatedAt == nil {
			err = &forge.ShapeError{Path: "/merge_requests/versions", Why: "has a version without head or time"}
			continue
		}
		ch.Events = append(ch.Events, evidence.ChangeEvent{Kind: "pushed", At: forge.When(v.CreatedAt), Commit: evidence.ObjectID(v.HeadCommitSHA)})
	}
	return c.Miss(versions(), subject(m.IID), err)
}

// headAt returns the head at a time: that of the last version made by then.
// Merging makes a last version of its own after the fact, which changes
// nothing about earlier times.
func headAt(ch *forge.Change, at *evidence.Time) (head evidence.ObjectID) {
	for _, e := range ch.Events {
		if e.Kind == "pushed" && at != nil && e.At != nil && !e.At.After(at.Time) {
			head = e.Commit
		}
	}
	return head
}

// reviews puts the history of approvals together from the system's notes, and
// adds what the list of present approvals has beyond.
func (c *collector) reviews(ctx context.Context, ch *forge.Change, m *gitlab.MergeRequest) error {
	if err := c.notes(ctx, ch, m); err != nil {
		return err
	}
	if err := c.approvals(ctx, ch, m); err != nil {
		return err
	}
	slices.SortStableFunc(ch.Reviews, func(a, b evidence.ChangeReview) int { return forge.CompareTimes(a.At, b.At) })
	slices.SortStableFunc(ch.Events, func(a, b evidence.ChangeEvent) int { return forge.CompareTimes(a.At, b.At) })
	return nil
}

// note is what is read of a note.
type note struct {
	ID        int64             `json:"id"`
	Body      string            `json:"body"`
	Author    *gitlab.BasicUser `json:"author"`
	System    bool              `json:"system"`
	Imported  bool              `json:"imported"`
	CreatedAt *time.Time        `json:"created_at"`
}

func (c *collector) notes(ctx context.Context, ch *forge.Change, m *gitlab.MergeRequest) error {
	all, err := pages(c, func(o gitlab.ListOptions) ([]*note, *gitlab.Response, error) {
		var items []*note
		o.OrderBy, o.Sort = "created_at", "asc"
		resp, err := c.get(ctx, fmt.Sprintf("projects/%d/merge_requests/%d/notes", c.id, m.IID), o, &items)
		if resp != nil {
			resp.TotalItems = 0 // it counts notes on what this account may not see, which are not given
		}
		return items, resp, err
	})
	for _, n := range all {
		if !n.System || n.Imported {
			continue // what people write, or another instance, proves nothing
		}
		if stop := c.note(ctx, ch, m, n); stop != nil {
			return stop
		}
	}
	return c.Miss(notes(), subject(m.IID), err)
}

// note reads one of the system's notes.
func (c *collector) note(ctx context.Context, ch *forge.Change, m *gitlab.MergeRequest, n *note) error {
	state, kind := reviewState(n.Body), eventKind(n.Body)
	if state == "" && kind == "" {
		return nil
	}
	by, err := c.actorRef(ctx, n.Author)
	if err != nil || by == nil {
		return err
	}
	at := forge.When(n.CreatedAt)
	if state != "" {
		ch.Reviews = append(ch.Reviews, evidence.ChangeReview{
			ID: "note/" + strconv.FormatInt(n.ID, 10), By: *by, State: state, At: at, Commit: headAt(ch, at),
			URI: fmt.Sprintf("%s#note_%d", m.WebURL, n.ID),
		})
		return nil
	}
	e := evidence.ChangeEvent{Kind: kind, At: at, By: by}
	switch kind {
	case "approvals-reset":
		reset(ch, n.Body, at, by)
	case "review-requested":
		if e.Reviewer, err = c.actorRef(ctx, named(n.Body, m.Reviewers)); err != nil {
			return err
		}
	}
	ch.Events = append(ch.Events, e)
	return nil
}

// reset says of the approvals that a note names until when they stood.
func reset(ch *forge.Change, body string, at *evidence.Time, by *evidence.Actor) {
	for i := range ch.Reviews {
		r := &ch.Reviews[i]
		if r.State == "approved" && r.DismissedAt == nil && names(body, r.By.Display) {
			r.DismissedAt, r.DismissedBy = at, by
		}
	}
}

// names reports whether a note names an account: "@ana" and not "@anaïs".
func names(body, login string) bool {
	return login != "" && slices.Contains(strings.FieldsFunc(body, func(r rune) bool { return strings.ContainsRune(" ,\n", r) }), "@"+login)
}

// reviewState knows the words of GitLab's notes about reviews.
func reviewState(body string) string {
	switch body {
	case "approved this merge request":
		return "approved"
	case "unapproved this merge request":
		return "withdrawn"
	case "requested changes":
		return "changes-requested"
	}
	return ""
}

// eventKind knows the words of other notes that matter.
func eventKind(body string) string {
	switch {
	case strings.HasPrefix(body, "requested review from "):
		return "review-requested"
	case strings.HasPrefix(body, "removed review request for "):
		return "review-request-removed"
	case strings.HasPrefix(body, "marked this merge request as **ready**"):
		return "ready-for-review"
	case strings.HasPrefix(body, "marked this merge request as **draft**"):
		return "converted-to-draft"
	case strings.HasPrefix(body, "changed target branch from "):
		return "base-changed"
	case strings.HasPrefix(body, "reset approvals from "):
		return "approvals-reset"
	}
	return ""
}

// named returns the reviewer whose name ends the note, if it is one of them.
func named(body string, reviewers []*gitlab.BasicUser) *gitlab.BasicUser {
	for _, u := range reviewers {
		if u != nil && u.Username != "" && strings.HasSuffix(body, " from @"+u.Username) {
			return u
		}
	}
	return nil
}

// present is the list of present approvals.
type present struct {
	ApprovedBy []struct {
		User       *gitlab.BasicUser `json:"user"`
		ApprovedAt *time.Time        `json:"approved_at"` // from GitLab 17 on
	} `json:"approved_by"`
}

// approvals compares the history with the list of present approvals, which
// decides. What only the list has is added; an approval that stands by the
// history and is not in the list was taken away, nobody says when.
func (c *collector) approvals(ctx context.Context, ch *forge.Change, m *gitlab.MergeRequest) error {
	var p present
	if _, err := c.get(ctx, fmt.Sprintf("projects/%d/merge_requests/%d/approvals", c.id, m.IID), nil, &p); err != nil {
		return c.Miss(approvals(), subject(m.IID), err)
	}
	stands := map[evidence.Identity]bool{}
	for _, a := range p.ApprovedBy {
		by, err := c.actorRef(ctx, a.User)
		if err != nil {
			return err
		}
		if by == nil {
			continue
		}
		stands[by.ID] = true
		if !approvedBy(ch, by.ID) {
			at := forge.When(a.ApprovedAt)
			ch.Reviews = append(ch.Reviews, evidence.ChangeReview{
				ID: fmt.Sprintf("approval/%d", a.User.ID), By: *by, State: "approved", At: at, Commit: headAt(ch, at),
			})
		}
	}
	for i := range ch.Reviews {
		if r := &ch.Reviews[i]; r.State == "approved" && r.DismissedAt == nil && !stands[r.By.ID] && !withdrawn(ch.Reviews[i+1:], r.By.ID) {
			r.State = "dismissed"
		}
	}
	return nil
}

// approvedBy reports whether the history has an approval that stands.
func approvedBy(ch *forge.Change, id evidence.Identity) bool {
	last := ""
	for _, r := range ch.Reviews {
		switch {
		case r.By.ID != id:
		case r.State == "approved" && r.DismissedAt == nil, r.State == "withdrawn":
			last = r.State
		}
	}
	return last == "approved"
}

// withdrawn reports whether an account took its approval back later on.
func withdrawn(later []evidence.ChangeReview, id evidence.Identity) bool {
	return slices.ContainsFunc(later, func(r evidence.ChangeReview) bool { return r.By.ID == id && r.State == "withdrawn" })
}
