package github

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/google/go-github/v88/github"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/collect/forge"
)

// perPage is the longest page that GitHub gives.
const perPage = 100

// collector is one collection under way.
type collector struct {
	*forge.Collection
	client      *github.Client
	owner, name string
	id          int64 // of the repository
	// organization says that the owner is one, and no person.
	organization bool
}

// Collect asks GitHub for everything about the release that Options describe.
// What it could not read is in Result.Incomplete; an error means that there is
// no result.
func Collect(ctx context.Context, o forge.Options) (*forge.Result, error) {
	base, err := forge.Begin(o, "github", UsualBase)
	if err != nil {
		return nil, err
	}
	c := &collector{Collection: base}
	var ok bool
	if c.owner, c.name, ok = strings.Cut(c.Path, "/"); !ok || strings.Contains(c.name, "/") {
		return nil, fmt.Errorf("%s is not a GitHub repository: want https://host/owner/name", c.Result.Repository.URI)
	}
	c.client, err = github.NewClient(github.WithHTTPClient(c.Client()), github.WithURLs(&c.BaseURL, &c.BaseURL), github.WithDisableRateLimitCheck())
	if err != nil {
		return nil, err
	}
	for _, step := range []func(context.Context) error{
		c.repository, c.changes, c.checks, c.protections, c.environments, c.deployments, c.release, c.packages, c.teams, c.access,
	} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	return c.Finish()
}

// UsualBase is where the interface of the GitHub at a host is.
func UsualBase(host string) string {
	switch {
	case host == "github.com":
		return "https://api.github.com/"
	case strings.HasSuffix(host, ".ghe.com"):
		return "https://api." + host + "/"
	}
	return "https://" + host + "/api/v3/"
}

// repository is asked first: without it nothing else can be judged.
func (c *collector) repository(ctx context.Context) error {
	r, resp, err := c.client.Repositories.Get(ctx, c.owner, c.name)
	if err != nil {
		return forge.Required(repository(), err)
	}
	if r.GetID() == 0 {
		return &forge.ShapeError{Path: "/repos/" + c.Path, Why: "has no id"}
	}
	if full := r.GetFullName(); !strings.EqualFold(full, c.Path) {
		c.Note("the repository is now called %q", full)
	}
	c.id, c.organization = r.GetID(), r.GetOwner().GetType() == "Organization"
	c.Do(func(res *forge.Result) {
		res.Repository.ID = strconv.FormatInt(c.id, 10)
		res.DefaultBranch = r.GetDefaultBranch()
	})
	return c.settings(r, forge.Retrieved(response(resp)))
}

// settings are what is set for all branches. GitHub shows them only to those
// who may write.
func (c *collector) settings(r *github.Repository, taken evidence.Time) error {
	if r.AllowMergeCommit == nil || r.AllowSquashMerge == nil || r.AllowRebaseMerge == nil {
		return c.Miss(settings(), "", &forge.ShapeError{Path: "/repos", Why: "leaves out the merge methods, which GitHub shows only to those who may write", Hidden: true})
	}
	p := evidence.Protection{
		ID: "settings", Source: "repository", Target: "branch", Include: []string{"~ALL"}, Active: true, Whole: true,
		AdminsIncluded: true, BypassKnown: true, TakenAt: taken,
	}
	for _, m := range []struct {
		method  string
		allowed bool
	}{{forge.MergeCommit, *r.AllowMergeCommit}, {forge.Rebase, *r.AllowRebaseMerge}, {forge.Squash, *r.AllowSquashMerge}} {
		if m.allowed {
			p.MergeMethods = append(p.MergeMethods, m.method)
		}
	}
	c.Do(func(res *forge.Result) { res.Protections = append(res.Protections, p) })
	return nil
}

// pages collects a list of GitHub.
func pages[T any](c *collector, fetch func(github.ListOptions) ([]*T, *github.Response, error)) ([]*T, error) {
	return forge.Pages(c.Collection, func(page int) (forge.Page[T], error) {
		items, resp, err := fetch(github.ListOptions{Page: page, PerPage: perPage})
		if err != nil {
			return forge.Page[T]{}, err
		}
		return forge.Page[T]{Items: items, Next: resp.NextPage}, nil
	})
}

// envelope is a page of a list that comes in an object, beside "total_count".
type envelope[T any] struct {
	items []*T
	total *int
}

// counted collects a list that comes in envelopes. An object without the list or
// without its count is no empty list.
func counted[T any](c *collector, fetch func(github.ListOptions) (envelope[T], *github.Response, error)) ([]*T, error) {
	return forge.Pages(c.Collection, func(page int) (forge.Page[T], error) {
		e, resp, err := fetch(github.ListOptions{Page: page, PerPage: perPage})
		switch {
		case err != nil:
			return forge.Page[T]{}, err
		case e.items == nil || e.total == nil:
			return forge.Page[T]{}, &forge.ShapeError{Path: "list", Why: "lacks the list or its total_count"}
		}
		return forge.Page[T]{Items: e.items, Next: resp.NextPage, Total: int64(*e.total)}, nil
	})
}

// response returns the plain response, for its time of retrieval.
func response(r *github.Response) *http.Response {
	if r == nil {
		return nil
	}
	return r.Response
}
