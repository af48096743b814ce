package gitlab

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/collect/forge"
	gitlab "gitlab.com/gitlab-org/api/client-go"
)

// perPage is the longest page that GitLab gives.
const perPage = 100

// collector is one collection under way.
type collector struct {
	*forge.Collection
	client  *gitlab.Client
	project *gitlab.Project
	id      int64 // of the project
}

// Collect asks GitLab for everything about the release that Options describe.
// What it could not read is in Result.Incomplete; an error means that there is
// no result.
func Collect(ctx context.Context, o forge.Options) (*forge.Result, error) {
	base, err := forge.Begin(o, "gitlab", UsualBase)
	if err != nil {
		return nil, err
	}
	c := &collector{Collection: base}
	if !strings.HasSuffix(c.BaseURL, "/api/v4/") {
		return nil, fmt.Errorf("the address of GitLab's interface ends in /api/v4/, not as in %.200q", c.BaseURL)
	}
	// The recorder limits, tries again and sends the token.
	c.client, err = gitlab.NewAuthSourceClient(gitlab.Unauthenticated{}, gitlab.WithBaseURL(c.BaseURL),
		gitlab.WithHTTPClient(c.Client()), gitlab.WithoutRetries(), gitlab.WithCustomLimiter(unlimited{}))
	if err != nil {
		return nil, err
	}
	for _, step := range []func(context.Context) error{
		c.findProject, c.changes, c.checks, c.protections, c.environments, c.deployments, c.release, c.packages, c.groups, c.access,
	} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	return c.Finish()
}

// UsualBase is where the interface of the GitLab at a host is.
func UsualBase(host string) string { return "https://" + host + "/api/v4/" }

// unlimited keeps the client from limiting rates itself.
type unlimited struct{}

// Wait implements gitlab.RateLimiter.
func (unlimited) Wait(context.Context) error { return nil }

// findProject is asked first: without it nothing else can be judged.
func (c *collector) findProject(ctx context.Context) error {
	p, resp, err := c.client.Projects.GetProject(c.Path, nil, gitlab.WithContext(ctx))
	if err != nil {
		return forge.Required(projectItself(), err)
	}
	if p.ID <= 0 {
		return &forge.ShapeError{Path: "/projects", Why: "has no id"}
	}
	if !strings.EqualFold(p.PathWithNamespace, c.Path) {
		c.Note("the project is now called %q", p.PathWithNamespace)
	}
	c.project, c.id = p, p.ID
	c.Result.Repository.ID = strconv.FormatInt(p.ID, 10)
	c.Result.DefaultBranch = p.DefaultBranch
	c.Result.Protections = append(c.Result.Protections, settingsOf(p, retrieved(resp)))
	return nil
}

// pages collects a list of GitLab.
func pages[T any](c *collector, fetch func(gitlab.ListOptions) ([]*T, *gitlab.Response, error)) ([]*T, error) {
	return forge.Pages(c.Collection, func(page int) (forge.Page[T], error) {
		items, resp, err := fetch(gitlab.ListOptions{Page: int64(page), PerPage: perPage})
		if err != nil {
			return forge.Page[T]{}, err
		}
		return forge.Page[T]{Items: items, Next: int(resp.NextPage), Total: resp.TotalItems}, nil
	})
}

// list asks for a path that the client has no fitting type for.
func list[T any](ctx context.Context, c *collector, path string) ([]*T, error) {
	return pages(c, func(o gitlab.ListOptions) ([]*T, *gitlab.Response, error) {
		var items []*T
		resp, err := c.get(ctx, path, o, &items)
		return items, resp, err
	})
}

func (c *collector) get(ctx context.Context, path string, options, into any) (*gitlab.Response, error) {
	req, err := c.client.NewRequest(http.MethodGet, path, options, []gitlab.RequestOptionFunc{gitlab.WithContext(ctx)})
	if err != nil {
		return nil, err
	}
	return c.client.Do(req, into)
}

// retrieved is when the answer behind a response was retrieved.
func retrieved(r *gitlab.Response) evidence.Time {
	if r == nil {
		return evidence.Time{}
	}
	return forge.Retrieved(r.Response)
}
