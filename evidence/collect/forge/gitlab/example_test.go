package gitlab_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"github.com/release-dossier/dossier/evidence/collect/forge"
	"github.com/release-dossier/dossier/evidence/collect/forge/gitlab"
	"github.com/release-dossier/dossier/internal/fakeforge"
)

// A collection from GitLab. Here a local server stands for it.
func ExampleCollect() {
	server, err := fakeforge.Start("testdata/answers.json")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer server.Close()

	result, err := gitlab.Collect(context.Background(), forge.Options{
		Repository: "gitlab.example.com/bank/core/ledger",
		BaseURL:    server.URL + "/api/v4/", // leave out for the host's own
		Commit:     id("a1"),
		Commits:    []string{id("a1")},
		Token:      func(context.Context) (string, error) { return fakeforge.Token, nil },
		Now:        time.Now,
		Rand:       rand.Reader,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, r := range result.Changes[0].Reviews {
		fmt.Println(r.By.Display, r.State, "on", r.Commit[:4])
	}
	// Output:
	// ben approved on d4d4
	// ben withdrawn on d4d4
	// cleo approved on 1717
	// project_300_bot_x approved on 1717
}
