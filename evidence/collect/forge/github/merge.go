package github

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/go-github/v88/github"
	"github.com/release-dossier/dossier/evidence/collect/forge"
)

// mergeMethod reads from the merged commit how it came about: GitHub does not
// say.
func (c *collector) mergeMethod(ctx context.Context, ch *forge.Change, p *github.PullRequest) error {
	commit, _, err := c.client.Git.GetCommit(ctx, c.owner, c.name, ch.MergedAs)
	if err != nil {
		return c.Miss(gitCommit(), "commit "+ch.MergedAs, err)
	}
	ch.MergeMethod = methodOf(ch, commit)
	return nil
}

// methodOf tells merge commits by their parents and squashes by the number that
// GitHub puts at the end of the subject; a changed message leaves it open.
func methodOf(ch *forge.Change, merged *github.Commit) forge.MergeMethod {
	subject, _, _ := strings.Cut(merged.GetMessage(), "\n")
	switch {
	case len(merged.Parents) > 1:
		return forge.MergeCommit
	case slices.Contains(ch.Commits, ch.MergedAs):
		return forge.FastForward
	case strings.HasSuffix(subject, fmt.Sprintf("(#%d)", ch.Number)):
		return forge.Squash
	}
	return forge.SquashOrRebase
}
