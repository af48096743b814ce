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
func (c *collector) mergeMethod(ctx context.Context, ch *forge.Change) error {
	commit, _, err := c.client.Git.GetCommit(ctx, c.owner, c.name, string(ch.MergedAs))
	if err != nil {
		return c.Miss(gitCommit(), "commit "+string(ch.MergedAs), err)
	}
	ch.Free.Commits = append(ch.Free.Commits, commit.GetMessage())
	ch.MergeMethod, ch.MergeProof = methodOf(ch, commit)
	return nil
}

// methodOf tells merge commits by their parents, squashes by the number that
// GitHub puts at the end of the subject, and rebases by several commits that
// landed and are not the change's own. What is left may be either.
func methodOf(ch *forge.Change, merged *github.Commit) (method, proof string) {
	subject, _, _ := strings.Cut(merged.GetMessage(), "\n")
	switch {
	case len(merged.Parents) > 1:
		return forge.MergeCommit, "parents"
	case slices.Contains(ch.Commits, ch.MergedAs):
		return forge.FastForward, "own-commit"
	case len(ch.Landed) > 1:
		return forge.Rebase, "several-commits"
	case strings.HasSuffix(subject, fmt.Sprintf("(#%d)", ch.Number)):
		return forge.Squash, "subject"
	}
	return forge.SquashOrRebase, "parents"
}
