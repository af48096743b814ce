package github

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/google/go-github/v88/github"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/collect/forge"
)

// publishAsset notes where and when a file of the release page was published: once
// it was there and the page was. A page may be published before it has all files,
// and a file may be there before its page is.
func (c *collector) publishAsset(page *github.RepositoryRelease, a *github.ReleaseAsset) {
	if a.GetState() != "uploaded" {
		return
	}
	p := evidence.Publication{
		Registry: c.Host + "/" + c.Path + "/releases", Coordinates: a.GetBrowserDownloadURL(), Immutable: page.GetImmutable(),
	}
	if out, there := when(page.PublishedAt), when(a.CreatedAt); out != nil && there != nil {
		p.PublishedAt = later(out, there)
	}
	c.Do(func(r *forge.Result) { r.Publish(a.GetDigest(), p) })
}

func later(a, b *evidence.Time) *evidence.Time {
	if b.After(a.Time) {
		return b
	}
	return a
}

// containerHost is the registry of github.com's packages.
const containerHost = "ghcr.io"

// packages reads when the release's images were pushed, where they are among the
// packages of the repository's owner.
func (c *collector) packages(ctx context.Context) error {
	names := map[string][]evidence.Digest{}
	for _, a := range c.Artifacts {
		if a.Image == nil || c.Host != "github.com" {
			continue
		}
		if name, ok := strings.CutPrefix(a.Image.Repository, containerHost+"/"+strings.ToLower(c.owner)+"/"); ok {
			names[name] = append(names[name], a.Digest)
		}
	}
	for name, wanted := range names {
		if err := c.packageVersions(ctx, name, wanted); err != nil {
			return err
		}
	}
	return nil
}

// packageVersions reads the versions of one package, those of an organisation page
// by page until all images are found: the newest come first.
func (c *collector) packageVersions(ctx context.Context, name string, wanted []evidence.Digest) error {
	if !c.organization {
		versions, _, err := c.client.Users.ListUserPackageVersions(ctx, url.PathEscape(c.owner), "container", name)
		c.publishVersions(name, versions, wanted)
		return c.Miss(packageVersions(), "package "+name, err)
	}
	found := 0
	_, err := pages(c, func(o github.ListOptions) ([]*github.PackageVersion, *github.Response, error) {
		versions, resp, err := c.client.Organizations.PackageGetAllVersions(ctx, url.PathEscape(c.owner), "container", name, &github.PackageListOptions{ListOptions: o})
		if err != nil {
			return nil, resp, err
		}
		if found += c.publishVersions(name, versions, wanted); found >= len(wanted) {
			resp.NextPage = 0
		}
		return versions, resp, nil
	})
	return c.Miss(packageVersions(), "package "+name, err)
}

// publishVersions notes when the images that are wanted were pushed, and how many
// there are in the list. A version's name is the digest of its manifest.
func (c *collector) publishVersions(name string, versions []*github.PackageVersion, wanted []evidence.Digest) (n int) {
	for _, v := range versions {
		d, err := evidence.ParseDigest(v.GetName())
		if err != nil || !slices.Contains(wanted, d) {
			continue
		}
		n++
		p := evidence.Publication{Registry: containerHost + "/" + strings.ToLower(c.owner) + "/" + name, PublishedAt: when(v.CreatedAt)}
		c.Do(func(r *forge.Result) { r.Publish(v.GetName(), p) })
	}
	return n
}
