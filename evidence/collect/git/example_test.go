package git_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"github.com/release-dossier/dossier/evidence/collect/git"
	"github.com/release-dossier/dossier/evidence/gitobj"
)

// exampleRepository makes a repository with the release tag v1.0.0.
func exampleRepository(env []string) (string, error) {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		return "", err
	}
	for _, args := range []string{"init -q", "commit -q --allow-empty -m one", "tag -a -m Release v1.0.0"} {
		cmd := exec.Command("git", strings.Fields(args)...)
		cmd.Dir, cmd.Env = dir, env
		if out, err := cmd.CombinedOutput(); err != nil {
			return dir, fmt.Errorf("git %s: %w: %s", args, err, out)
		}
	}
	return dir, nil
}

func ExampleCollect() {
	env := []string{
		"PATH=" + os.Getenv("PATH"), "GIT_CONFIG_GLOBAL=" + os.DevNull, "GIT_CONFIG_NOSYSTEM=1",
		"GIT_AUTHOR_NAME=Ann", "GIT_AUTHOR_EMAIL=ann@example.org",
		"GIT_COMMITTER_NAME=Ann", "GIT_COMMITTER_EMAIL=ann@example.org",
	}
	dir, err := exampleRepository(env)
	defer os.RemoveAll(dir)
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	found, err := git.Collect(ctx, git.Options{Dir: dir, Tag: "v1.0.0", Env: env})
	if err != nil {
		fmt.Println(err)
		return
	}
	var archive bytes.Buffer
	if err := found.WriteObjects(ctx, &archive); err != nil {
		fmt.Println(err)
		return
	}
	// From here on the repository is not needed.
	objects, err := gitobj.ReadArchive(&archive, gitobj.Limits{})
	if err != nil {
		fmt.Println(err)
		return
	}
	commits, err := objects.Range(found.Commit, found.PreviousCommit)
	fmt.Println(found.TagName, found.TagType, len(commits), found.Notes[0].Code, err)
	// Output: v1.0.0 tag 1 first-release <nil>
}
