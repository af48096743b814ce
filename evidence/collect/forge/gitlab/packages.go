package gitlab

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/collect/forge"
	gitlab "gitlab.com/gitlab-org/api/client-go"
)

// packages reads the files of the project's packages of the release's version. It
// is asked only if the release has files: links of a release page have no digest,
// and when an image was pushed GitLab does not say.
func (c *collector) packages(ctx context.Context) error {
	isFile := func(a evidence.Artifact) bool { return a.Image == nil }
	if c.Version == "" || !slices.ContainsFunc(c.Artifacts, isFile) {
		return nil
	}
	list, err := pages(c, func(o gitlab.ListOptions) ([]*gitlab.Package, *gitlab.Response, error) {
		return c.client.Packages.ListProjectPackages(c.id, &gitlab.ListProjectPackagesOptions{ListOptions: o, PackageVersion: &c.Version}, gitlab.WithContext(ctx))
	})
	if err := c.Miss(packages(), "version "+c.Version, err); err != nil {
		return err
	}
	return c.Each(ctx, "packages", len(list), func(ctx context.Context, i int) error {
		return c.packageFiles(ctx, list[i])
	})
}

func (c *collector) packageFiles(ctx context.Context, p *gitlab.Package) error {
	files, err := pages(c, func(o gitlab.ListOptions) ([]*gitlab.PackageFile, *gitlab.Response, error) {
		return c.client.Packages.ListPackageFiles(c.id, p.ID, &gitlab.ListPackageFilesOptions{ListOptions: o}, gitlab.WithContext(ctx))
	})
	for _, f := range files {
		if f.PackageID != p.ID {
			err = &forge.ShapeError{Path: "/package_files", Why: "has a file of another package"}
			continue
		}
		// The file itself has an address for each kind of package; the page that
		// lists it has one.
		registry := c.Host + "/" + c.Path + "/-/packages"
		at := evidence.Publication{
			Registry: registry, Package: forge.Printable(p.Name), PublishedAt: forge.When(f.CreatedAt),
			Coordinates: fmt.Sprintf("https://%s/%d#%s", registry, p.ID, url.PathEscape(f.FileName)),
		}
		c.Do(func(r *forge.Result) { r.Publish("sha256:"+strings.ToLower(f.FileSHA256), at) })
	}
	return c.Miss(packageFiles(), fmt.Sprintf("package %d", p.ID), err)
}
