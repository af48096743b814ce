package github

import (
	"context"
	"strings"

	"github.com/google/go-github/v88/github"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/collect/forge"
)

// pullTimeline keeps what happened to a pull request: review requests, pushes,
// labels, dismissals, changes of base. Comments are left out.
func (c *collector) pullTimeline(ctx context.Context, ch *forge.Change, p *github.PullRequest) error {
	list, err := pages(c, func(o github.ListOptions) ([]*github.Timeline, *github.Response, error) {
		return c.client.Issues.ListIssueTimeline(ctx, c.owner, c.name, p.GetNumber(), &o)
	})
	for _, t := range list {
		switch t.GetEvent() {
		case "commented", "line-commented", "commit-commented", "mentioned", "subscribed", "unsubscribed", "cross-referenced", "reviewed", "":
			continue
		}
		ch.Events = append(ch.Events, c.event(t))
	}
	return c.Miss(timeline(), subject(p.GetNumber()), err)
}

func (c *collector) event(t *github.Timeline) forge.Event {
	e := forge.Event{
		Kind: word(t.GetEvent()), At: when(t.CreatedAt), By: c.actorRef(t.Actor), Commit: t.GetCommitID(),
		Reviewer: c.actorRef(t.Reviewer), Label: t.GetLabel().GetName(),
	}
	if t.GetEvent() == "committed" { // these have the commit's own members
		e.Commit = t.GetSHA()
		e.At = committed(t.Committer)
	}
	if slug := t.GetRequestedTeam().GetSlug(); slug != "" {
		e.Team = c.owner + "/" + slug
	}
	return e
}

// word writes GitHub's names with dashes and in lower case.
func word(s string) string { return strings.ReplaceAll(strings.ToLower(s), "_", "-") }

// committed is the time in a commit, as its committer set it.
func committed(by *github.CommitAuthor) *evidence.Time {
	if by == nil {
		return nil
	}
	return when(by.Date)
}
