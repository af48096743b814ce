package github

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/google/go-github/v88/github"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/collect/forge"
	"github.com/release-dossier/dossier/evidence/gitobj"
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
		byNumber[numbers[i]] = ch // nil if it could not be read
	}
	c.land(found, byNumber)
	changes = slices.DeleteFunc(changes, func(ch *forge.Change) bool { return ch == nil })
	err = c.Each(ctx, "merges", len(changes), func(ctx context.Context, i int) error { return c.mergeMethod(ctx, changes[i]) })
	for _, ch := range changes {
		c.Result.Changes = append(c.Result.Changes, *ch)
	}
	return err
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

// land says which commits of the release each change brought, and by what
// record.
func (c *collector) land(found [][]*github.PullRequest, changes map[int]*forge.Change) {
	for i, commit := range c.Commits {
		if len(found[i]) == 0 {
			c.Result.Unlinked = append(c.Result.Unlinked, commit)
		}
		for _, p := range found[i] {
			ch := changes[p.GetNumber()]
			if ch == nil {
				continue
			}
			proof := forge.ByForge
			switch id := evidence.ObjectID(commit); {
			case ch.MergedAs == id:
				proof = forge.ByMergeCommit
			case slices.Contains(ch.Commits, id):
				proof = forge.ByCommitList
			}
			ch.Landed = append(ch.Landed, evidence.LandedCommit{Commit: evidence.ObjectID(commit), Proof: proof})
		}
	}
}

// change reads one pull request; nil if it could not be read at all.
func (c *collector) change(ctx context.Context, number int) (*forge.Change, error) {
	p, resp, err := c.client.PullRequests.Get(ctx, c.owner, c.name, number)
	if err == nil {
		err = c.checkPull(p, number)
	}
	if err != nil {
		return nil, c.Miss(pull(), subject(number), err)
	}
	ch := c.pullFields(p, forge.Retrieved(response(resp)))
	for _, step := range []func(context.Context, *forge.Change, *github.PullRequest) error{
		c.pullCommits, c.pullReviews, c.pullTimeline, c.pushes,
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
	case !gitobj.IsID(p.GetHead().GetSHA()):
		return &forge.ShapeError{Path: "/pulls", Why: "has no head commit"}
	case !gitobj.IsID(p.GetMergeCommitSHA()):
		return &forge.ShapeError{Path: "/pulls", Why: "has no merge commit"}
	case p.MergedAt == nil:
		return &forge.ShapeError{Path: "/pulls", Why: "says that the pull request is not merged, unlike the commit's own list"}
	}
	return nil
}

func (c *collector) pullFields(p *github.PullRequest, taken evidence.Time) *forge.Change {
	ch := &forge.Change{
		Change: evidence.Change{
			ID: strconv.Itoa(p.GetNumber()), URI: p.GetHTMLURL(), Opener: c.actorRef(p.User),
			HeadBranch: p.GetHead().GetRef(), BaseBranch: p.GetBase().GetRef(),
			HeadCommit: evidence.ObjectID(p.GetHead().GetSHA()), MergedAs: evidence.ObjectID(p.GetMergeCommitSHA()),
			MergedAt: when(p.MergedAt), MergedBy: c.actorRef(p.MergedBy), OpenedAt: when(p.CreatedAt), UpdatedAt: when(p.UpdatedAt),
			TakenAt: &taken,
		},
		Number: int64(p.GetNumber()), Free: forge.Text{Title: p.GetTitle(), Body: p.GetBody()},
	}
	if base := p.GetBase().GetSHA(); gitobj.IsID(base) {
		ch.BaseCommit = evidence.ObjectID(base)
	}
	if n := p.ChangedFiles; n != nil {
		ch.Size = &evidence.ChangeSize{Files: new(int64(*n)), Added: int64(p.GetAdditions()), Deleted: int64(p.GetDeletions())}
	}
	if p.GetHead().GetRepo().GetID() != c.id {
		ch.HeadRepository = cmp.Or(p.GetHead().GetRepo().GetFullName(), "deleted")
	}
	c.addAuthor(ch, p.User)
	for _, u := range p.Assignees {
		if a, ok := c.actor(u); ok {
			ch.Assignees = forge.Add(ch.Assignees, a)
		}
	}
	for _, l := range p.Labels {
		if l.GetName() != "" {
			ch.Labels = append(ch.Labels, l.GetName())
		}
	}
	slices.Sort(ch.Labels)
	return ch
}

func (c *collector) addAuthor(ch *forge.Change, u *github.User) bool {
	a, ok := c.actor(u)
	if ok && (c.Host != "github.com" || u.GetID() != webFlow) {
		ch.Authors = forge.Add(ch.Authors, a)
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
		err = &forge.ShapeError{Path: "/pulls/commits", Why: fmt.Sprintf("lists fewer or more commits than the pull request has; GitHub lists at most %d", maxListed),
			Remedy: fmt.Sprintf("release changes of at most %d commits; what this one holds beyond stays unknown", maxListed)}
	}
	for _, commit := range list {
		if !gitobj.IsID(commit.GetSHA()) {
			err = &forge.ShapeError{Path: "/pulls/commits", Why: "has a commit without id"}
			continue
		}
		id := evidence.ObjectID(commit.GetSHA())
		ch.Commits = append(ch.Commits, id)
		ch.Free.Commits = append(ch.Free.Commits, commit.GetCommit().GetMessage())
		if !c.addAuthor(ch, commit.Author) {
			ch.UnlinkedCommits = append(ch.UnlinkedCommits, id)
		}
		c.addAuthor(ch, commit.Committer)
		for _, id := range forge.CoAuthors(commit.GetCommit().GetMessage(), c.Host, "+") {
			a, _ := c.Account(id, evidence.Human, "")
			ch.Authors = forge.Add(ch.Authors, a)
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
		state := reviewState(r.GetState())
		switch {
		case r.GetState() == "PENDING": // its writer's own draft
			continue
		case !ok:
			err = &forge.ShapeError{Path: "/pulls/reviews", Why: "has a review without account"}
			continue
		case state == "":
			err = &forge.ShapeError{Path: "/pulls/reviews", Why: "has a review of a state that is not documented"}
			continue
		}
		review := evidence.ChangeReview{
			ID: strconv.FormatInt(r.GetID(), 10), By: by, State: state, At: when(r.SubmittedAt), URI: r.GetHTMLURL(),
		}
		if gitobj.IsID(r.GetCommitID()) {
			review.Commit = evidence.ObjectID(r.GetCommitID())
		}
		ch.Reviews = append(ch.Reviews, review)
	}
	return c.Miss(pullReviews(), subject(p.GetNumber()), err)
}

// reviewState knows GitHub's words for reviews, which it writes in upper case
// in one place and in lower case in another; "" for others.
func reviewState(s string) string {
	switch word(s) {
	case "approved", "changes-requested", "commented", "dismissed":
		return word(s)
	}
	return ""
}
