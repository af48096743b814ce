package github_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"github.com/release-dossier/dossier/evidence/collect/forge"
	"github.com/release-dossier/dossier/evidence/collect/forge/github"
	"github.com/release-dossier/dossier/internal/fakeforge"
)

// A collection from GitHub. Here a local server stands for it.
func ExampleCollect() {
	server, err := fakeforge.Start("testdata/answers.json")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer server.Close()

	result, err := github.Collect(context.Background(), forge.Options{
		Repository: "github.com/fintech/payments",
		BaseURL:    server.URL, // leave out for github.com
		Commit:     id("c3"),
		Commits:    []string{id("a1"), id("b2"), id("c3")},
		Tag:        "v4.2.0",
		Token:      func(context.Context) (string, error) { return fakeforge.Token, nil },
		Now:        time.Now,
		Rand:       rand.Reader,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range result.Changes {
		fmt.Printf("#%d opened by %s, %d reviews, merged by %s as %s\n", c.Number, c.Opener.ID, len(c.Reviews), c.MergedBy.ID, c.MergeMethod)
	}
	for _, m := range result.Unread {
		fmt.Println("not read:", m.What)
	}
	// Output:
	// #12 opened by account:github.com:101, 4 reviews, merged by account:github.com:102 as squash
	// #13 opened by account:github.com:49699333, 1 reviews, merged by account:github.com:104 as merge
	// not read: GET /repos/{owner}/{repo}/rulesets/{id}
}

// What was collected can be read again from its material, without a network.
func Example_offline() {
	var material bytes.Buffer // from a dossier: forge/github.jsonl
	server, err := fakeforge.Start("testdata/answers.json")
	if err != nil {
		fmt.Println(err)
		return
	}
	options := options(server)
	online, err := github.Collect(context.Background(), options)
	server.Close()
	if err != nil || online.Answers.Write(&material) != nil {
		fmt.Println(err)
		return
	}

	answers, err := forge.ReadAnswers(&material, forge.Limits{})
	if err != nil {
		fmt.Println(err)
		return
	}
	options.Transport = forge.Recorded(answers)
	offline, err := github.Collect(context.Background(), options)
	fmt.Println(len(offline.Changes), "changes,", len(answers.List), "answers,", err)
	// Output: 2 changes, 38 answers, <nil>
}
