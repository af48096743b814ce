package gitlab

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/collect/forge"
	"github.com/release-dossier/dossier/evidence/gitobj"
	gitlab "gitlab.com/gitlab-org/api/client-go"
)

// changes finds the merged merge requests of all commits, then reads each.
func (c *collector) changes(ctx context.Context) error {
	found := make([][]*gitlab.BasicMergeRequest, len(c.Commits))
	err := c.Each(ctx, "commits", len(c.Commits), func(ctx context.Context, i int) (err error) {
		found[i], err = c.requestsOf(ctx, c.Commits[i])
		return err
	})
	if err != nil {
		return err
	}
	numbers := mergedNumbers(found)
	changes := make([]*forge.Change, len(numbers))
	err = c.Each(ctx, "merge requests", len(numbers), func(ctx context.Context, i int) (err error) {
		changes[i], err = c.change(ctx, numbers[i])
		return err
	})
	if err != nil {
		return err
	}
	byNumber := map[int64]*forge.Change{}
	for i, ch := range changes {
		byNumber[numbers[i]] = ch // nil if it could not be read
	}
	c.land(found, byNumber)
	for _, ch := range changes {
		if ch != nil {
			c.Result.Changes = append(c.Result.Changes, *ch)
		}
	}
	return nil
}

// requestsOf returns the merged merge requests of this project that a commit
// belongs to.
func (c *collector) requestsOf(ctx context.Context, commit string) ([]*gitlab.BasicMergeRequest, error) {
	all, err := list[gitlab.BasicMergeRequest](ctx, c, fmt.Sprintf("projects/%d/repository/commits/%s/merge_requests", c.id, commit))
	all = slices.DeleteFunc(all, func(m *gitlab.BasicMergeRequest) bool {
		return m.State != "merged" || m.TargetProjectID != c.id || m.IID <= 0
	})
	return all, c.Miss(commitRequests(), "commit "+commit, err)
}

func mergedNumbers(found [][]*gitlab.BasicMergeRequest) []int64 {
	var numbers []int64
	for _, list := range found {
		for _, m := range list {
			numbers = append(numbers, m.IID)
		}
	}
	slices.Sort(numbers)
	return slices.Compact(numbers)
}

// land says which commits of the release each change brought, and by what
// record.
func (c *collector) land(found [][]*gitlab.BasicMergeRequest, changes map[int64]*forge.Change) {
	for i, commit := range c.Commits {
		if len(found[i]) == 0 {
			c.Result.Unlinked = append(c.Result.Unlinked, commit)
		}
		for _, m := range found[i] {
			ch := changes[m.IID]
			if ch == nil {
				continue
			}
			proof := forge.ByForge
			switch {
			case commit == m.MergeCommitSHA, commit == m.SquashCommitSHA:
				proof = forge.ByMergeCommit
			case slices.Contains(ch.Commits, evidence.ObjectID(commit)):
				proof = forge.ByCommitList
			}
			ch.Landed = append(ch.Landed, evidence.LandedCommit{Commit: evidence.ObjectID(commit), Proof: proof})
		}
	}
}

// change reads one merge request; nil if it could not be read at all.
func (c *collector) change(ctx context.Context, number int64) (*forge.Change, error) {
	m, resp, err := c.client.MergeRequests.GetMergeRequest(c.id, number, nil, gitlab.WithContext(ctx))
	if err == nil {
		err = checkRequest(m, number)
	}
	if err != nil {
		return nil, c.Miss(mergeRequest(), subject(number), err)
	}
	ch, err := c.requestFields(ctx, m, retrieved(resp))
	if err != nil {
		return nil, err
	}
	for _, step := range []func(context.Context, *forge.Change, *gitlab.MergeRequest) error{c.requestCommits, c.versions, c.reviews} {
		if err := step(ctx, ch, m); err != nil {
			return nil, err
		}
	}
	return ch, nil
}

func subject(number int64) string { return fmt.Sprintf("merge request %d", number) }

// checkRequest refuses a merge request without what everything else rests on.
func checkRequest(m *gitlab.MergeRequest, number int64) error {
	switch {
	case m.IID != number:
		return &forge.ShapeError{Path: "/merge_requests", Why: "is about another merge request"}
	case !gitobj.IsID(m.SHA) || !gitobj.IsID(mergedAs(m)):
		return &forge.ShapeError{Path: "/merge_requests", Why: "has no head or merge commit"}
	case m.MergedAt == nil:
		return &forge.ShapeError{Path: "/merge_requests", Why: "says that the request is not merged, unlike the commit's own list"}
	}
	return nil
}

// mergedAs is the commit at the tip of the target branch right after.
func mergedAs(m *gitlab.MergeRequest) string {
	switch {
	case m.MergeCommitSHA != "":
		return m.MergeCommitSHA
	case m.SquashCommitSHA != "":
		return m.SquashCommitSHA
	}
	return m.SHA
}

// methodOf reads the merge method from which commits there are.
func methodOf(m *gitlab.MergeRequest) string {
	switch {
	case m.MergeCommitSHA != "" && m.MergeCommitSHA != m.SquashCommitSHA:
		return forge.MergeCommit
	case m.SquashCommitSHA != "":
		return forge.Squash
	}
	return forge.FastForward
}

func (c *collector) requestFields(ctx context.Context, m *gitlab.MergeRequest, taken evidence.Time) (*forge.Change, error) {
	ch := &forge.Change{
		Change: evidence.Change{
			ID: strconv.FormatInt(m.IID, 10), URI: m.WebURL, HeadBranch: m.SourceBranch, BaseBranch: m.TargetBranch,
			HeadCommit: evidence.ObjectID(m.SHA), MergedAs: evidence.ObjectID(mergedAs(m)), MergedAt: forge.When(m.MergedAt),
			MergeMethod: methodOf(m), MergeProof: "forge", OpenedAt: forge.When(m.CreatedAt), UpdatedAt: forge.When(m.UpdatedAt),
			Labels: slices.DeleteFunc(slices.Sorted(slices.Values(m.Labels)), func(s string) bool { return s == "" }), TakenAt: &taken,
		},
		Number: m.IID, Free: forge.Text{Title: m.Title, Body: m.Description},
	}
	if gitobj.IsID(m.DiffRefs.BaseSha) {
		ch.BaseCommit = evidence.ObjectID(m.DiffRefs.BaseSha)
	}
	if m.SourceProjectID != m.TargetProjectID {
		ch.HeadRepository = fmt.Sprintf("project %d", m.SourceProjectID)
	}
	return ch, c.requestPeople(ctx, ch, m)
}

// requestPeople are who opened, merged and owns the merge request.
func (c *collector) requestPeople(ctx context.Context, ch *forge.Change, m *gitlab.MergeRequest) (err error) {
	merger := m.MergeUser
	if merger == nil {
		//lint:ignore SA1019 GitLab before 14.7 has no other
		merger = m.MergedBy //nolint:staticcheck // see above
	}
	if ch.Opener, err = c.actorRef(ctx, m.Author); err != nil {
		return err
	}
	if ch.MergedBy, err = c.actorRef(ctx, merger); err != nil {
		return err
	}
	if err := c.add(ctx, &ch.Authors, m.Author); err != nil {
		return err
	}
	return c.add(ctx, &ch.Assignees, m.Assignees...)
}

// requestCommits lists the commits, oldest first, and the authors that can be
// known by number.
func (c *collector) requestCommits(ctx context.Context, ch *forge.Change, m *gitlab.MergeRequest) error {
	all, err := list[gitlab.Commit](ctx, c, fmt.Sprintf("projects/%d/merge_requests/%d/commits", c.id, m.IID))
	slices.Reverse(all) // GitLab lists the newest first
	for _, commit := range all {
		if !gitobj.IsID(commit.ID) {
			err = &forge.ShapeError{Path: "/merge_requests/commits", Why: "has a commit without id"}
			continue
		}
		ch.Commits = append(ch.Commits, evidence.ObjectID(commit.ID))
		ch.Free.Commits = append(ch.Free.Commits, commit.Message)
		if stop := c.commitAuthors(ctx, ch, commit); stop != nil {
			return stop
		}
	}
	return c.Miss(requestCommits(), subject(m.IID), err)
}

func (c *collector) commitAuthors(ctx context.Context, ch *forge.Change, commit *gitlab.Commit) error {
	ids := forge.CoAuthors(commit.Message, c.Host, "-")
	if id, ok := forge.NoReply(commit.AuthorEmail, c.Host, "-"); ok {
		ids = append(ids, id)
	} else {
		ch.UnlinkedCommits = append(ch.UnlinkedCommits, evidence.ObjectID(commit.ID))
	}
	if id, ok := forge.NoReply(commit.CommitterEmail, c.Host, "-"); ok {
		ids = append(ids, id)
	}
	for _, id := range ids {
		a, ok, err := c.actor(ctx, id, "")
		if err != nil {
			return err
		}
		if ok {
			ch.Authors = forge.Add(ch.Authors, a)
		}
	}
	return nil
}
