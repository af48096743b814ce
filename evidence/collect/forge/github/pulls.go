package github

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/google/go-github/v88/github"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/collect/forge"
)

// changes finds the merged pull requests of all commits, then reads each.
func (c *collector) changes(ctx context.Context) error {
	found := make([][]*github.PullRequest, len(c.Commits))
	err := c.Each(ctx, "commits", len(c.Commits), func(ctx context.Context, i int) (err error) {
		found[i], err = c.pullsOf(ctx, c.Commits[i])
		return err
	})
	if err != nil {
		return err
	}
	numbers := mergedNumbers(found)
	changes := make([]*forge.Change, len(numbers))
	err = c.Each(ctx, "pull requests", len(numbers), func(ctx context.Context, i int) (err error) {
		changes[i], err = c.change(ctx, numbers[i])
		return err
	})
	if err != nil {
		return err
	}
	byNumber := map[int]*forge.Change{}
	for i, ch := range changes {
		if ch != nil {
			byNumber[numbers[i]] = ch
			c.Result.Changes = append(c.Result.Changes, *ch)
		}
	}
	for i, commit := range c.Commits {
		c.Result.Commits = append(c.Result.Commits, link(commit, found[i], byNumber))
	}
	return nil
}

// pullsOf returns the merged pull requests of this repository that a commit
// belongs to.
func (c *collector) pullsOf(ctx context.Context, commit string) ([]*github.PullRequest, error) {
	list, err := pages(c, func(o github.ListOptions) ([]*github.PullRequest, *github.Response, error) {
		return c.client.PullRequests.ListPullRequestsWithCommit(ctx, c.owner, c.name, commit, &o)
	})
	list = slices.DeleteFunc(list, func(p *github.PullRequest) bool {
		return p.MergedAt == nil || p.GetBase().GetRepo().GetID() != c.id || p.GetNumber() <= 0
	})
	return list, c.Miss(commitPulls(), "commit "+commit, err)
}

func mergedNumbers(found [][]*github.PullRequest) []int {
	var numbers []int
	for _, list := range found {
		for _, p := range list {
			numbers = append(numbers, p.GetNumber())
		}
	}
	slices.Sort(numbers)
	return slices.Compact(numbers)
}

// link says which changes a commit came with, and by what record.
func link(commit string, pulls []*github.PullRequest, changes map[int]*forge.Change) forge.CommitLink {
	l := forge.CommitLink{Commit: commit}
	for _, p := range pulls {
		l.Changes = append(l.Changes, strconv.Itoa(p.GetNumber()))
		proof := forge.ByForge
		switch ch := changes[p.GetNumber()]; {
		case p.GetMergeCommitSHA() == commit:
			proof = forge.ByMergeCommit
		case ch != nil && slices.Contains(ch.Commits, commit):
			proof = forge.ByCommitList
		}
		l.Proof = stronger(l.Proof, proof)
	}
	slices.Sort(l.Changes)
	return l
}

func stronger(a, b forge.Proof) forge.Proof {
	for _, p := range []forge.Proof{forge.ByMergeCommit, forge.ByCommitList} {
		if a == p || b == p {
			return p
		}
	}
	return b
}

// change reads one pull request; nil if it could not be read at all.
func (c *collector) change(ctx context.Context, number int) (*forge.Change, error) {
	p, _, err := c.client.PullRequests.Get(ctx, c.owner, c.name, number)
	if err == nil {
		err = c.checkPull(p, number)
	}
	if err != nil {
		return nil, c.Miss(pull(), subject(number), err)
	}
	ch := c.pullFields(p)
	for _, step := range []func(context.Context, *forge.Change, *github.PullRequest) error{
		c.pullCommits, c.pullReviews, c.pullTimeline, c.mergeMethod,
	} {
		if err := step(ctx, ch, p); err != nil {
			return nil, err
		}
	}
	return ch, nil
}

func subject(number int) string { return fmt.Sprintf("pull request %d", number) }

// checkPull refuses a pull request without what everything else rests on. Its
// commit ids go into addresses.
func (c *collector) checkPull(p *github.PullRequest, number int) error {
	switch {
	case p.GetNumber() != number:
		return &forge.ShapeError{Path: "/pulls", Why: "is about another pull request"}
	case !forge.ObjectID(p.GetHead().GetSHA()):
		return &forge.ShapeError{Path: "/pulls", Why: "has no head commit"}
	case !forge.ObjectID(p.GetMergeCommitSHA()):
		return &forge.ShapeError{Path: "/pulls", Why: "has no merge commit"}
	case p.MergedAt == nil:
		return &forge.ShapeError{Path: "/pulls", Why: "says that the pull request is not merged, unlike the commit's own list"}
	}
	return nil
}

func (c *collector) pullFields(p *github.PullRequest) *forge.Change {
	ch := &forge.Change{
		Change: evidence.Change{
			ID: strconv.Itoa(p.GetNumber()), URI: p.GetHTMLURL(), Opener: c.actorRef(p.User),
			HeadCommit: p.GetHead().GetSHA(), MergedAs: p.GetMergeCommitSHA(),
			MergedAt: when(p.MergedAt), MergedBy: c.actorRef(p.MergedBy),
		},
		Number: int64(p.GetNumber()), Milestone: p.GetMilestone().GetTitle(),
		HeadBranch: p.GetHead().GetRef(), HeadRepository: p.GetHead().GetRepo().GetFullName(),
		BaseBranch: p.GetBase().GetRef(), BaseCommit: p.GetBase().GetSHA(), OpenedAt: when(p.CreatedAt),
		Text: forge.Text{Title: p.GetTitle(), Body: p.GetBody()},
	}
	c.addAuthor(ch, p.User)
	for _, u := range p.Assignees {
		if a, ok := c.actor(u); ok {
			ch.Assignees.Add(a)
		}
	}
	for _, l := range p.Labels {
		ch.Labels = append(ch.Labels, l.GetName())
	}
	slices.Sort(ch.Labels)
	return ch
}

func (c *collector) addAuthor(ch *forge.Change, u *github.User) bool {
	a, ok := c.actor(u)
	if ok && (c.Host != "github.com" || u.GetID() != webFlow) {
		ch.Authors.Add(a)
	}
	return ok
}

// maxListed is where GitHub's list of a pull request's commits ends.
const maxListed = 250

// pullCommits lists the commits and who wrote them.
func (c *collector) pullCommits(ctx context.Context, ch *forge.Change, p *github.PullRequest) error {
	list, err := pages(c, func(o github.ListOptions) ([]*github.RepositoryCommit, *github.Response, error) {
		return c.client.PullRequests.ListCommits(ctx, c.owner, c.name, p.GetNumber(), &o)
	})
	if err == nil && len(list) != p.GetCommits() {
		err = &forge.ShapeError{Path: "/pulls/commits", Why: fmt.Sprintf("lists fewer or more commits than the pull request has; GitHub lists at most %d", maxListed)}
	}
	for _, commit := range list {
		if !forge.ObjectID(commit.GetSHA()) {
			err = &forge.ShapeError{Path: "/pulls/commits", Why: "has a commit without id"}
			continue
		}
		ch.Commits = append(ch.Commits, commit.GetSHA())
		if !c.addAuthor(ch, commit.Author) {
			ch.UnlinkedCommits++
		}
		c.addAuthor(ch, commit.Committer)
		for _, id := range forge.CoAuthors(commit.GetCommit().GetMessage(), c.Host, "+") {
			a, _ := c.Account(id, evidence.Human, "")
			ch.Authors.Add(a)
		}
	}
	return c.Miss(pullCommits(), subject(p.GetNumber()), err)
}

// pullReviews keeps every review with the commit it was given on.
func (c *collector) pullReviews(ctx context.Context, ch *forge.Change, p *github.PullRequest) error {
	list, err := pages(c, func(o github.ListOptions) ([]*github.PullRequestReview, *github.Response, error) {
		return c.client.PullRequests.ListReviews(ctx, c.owner, c.name, p.GetNumber(), &o)
	})
	for _, r := range list {
		by, ok := c.actor(r.User)
		if !ok {
			err = &forge.ShapeError{Path: "/pulls/reviews", Why: "has a review without account"}
			continue
		}
		ch.ReviewEvents = append(ch.ReviewEvents, forge.Review{
			ID: strconv.FormatInt(r.GetID(), 10), By: by, State: word(r.GetState()),
			At: when(r.SubmittedAt), Commit: r.GetCommitID(), URI: r.GetHTMLURL(),
		})
	}
	ch.Reviews = forge.Approvals(c.Result.Repository.URI, ch.ReviewEvents)
	return c.Miss(pullReviews(), subject(p.GetNumber()), err)
}
