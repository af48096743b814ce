package git

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/release-dossier/dossier/evidence/gitobj"
)

// Info is what a clone says about itself, for setting things up.
type Info struct {
	// TopLevel is the top directory of the working tree; "" if there is none.
	TopLevel string
	// Prefix is the directory that was looked at, with slashes and from TopLevel;
	// "." is TopLevel itself.
	Prefix string
	// Format is the object format.
	Format gitobj.Format
	// Shallow says that the clone's history was cut off.
	Shallow bool
	// RemoteURL is as in [Result].
	RemoteURL string
	// SigningFormat and SigningKey are git's gpg.format ("openpgp", "ssh" or
	// "x509") and user.signingkey; "" if they are not set.
	SigningFormat string
	SigningKey    string
	// UserEmail is git's user.email; "" if it is not set.
	UserEmail string
	// Releases are the names of the release tags, highest version first.
	Releases []string
	// Tagged is when the tag of the highest version says that it was made; zero
	// if there is none or it is lightweight.
	Tagged time.Time
}

// Detect looks at the repository that dir is in. What is not configured is
// left empty; only a missing or unreadable repository is an error. The pattern
// is that of Options.TagPattern.
func Detect(ctx context.Context, dir, pattern string, env []string) (Info, error) {
	if pattern == "" {
		pattern = defaultPattern
	}
	g, err := newRunner(dir, env)
	if err != nil {
		return Info{}, err
	}
	var info Info
	if info.Format, info.Shallow, err = g.probe(ctx); err != nil {
		return Info{}, err
	}
	refs, err := g.tags(ctx, "")
	if err != nil {
		return Info{}, err
	}
	for _, r := range sortReleases(pattern, refs) {
		info.Releases = append(info.Releases, r.tag)
	}
	if len(info.Releases) > 0 {
		info.Tagged = g.tagged(ctx, info.Releases[0])
	}
	// A bare repository has no top level: that is no failure.
	if out, err := g.output(ctx, "rev-parse", "--show-toplevel"); err == nil && len(out) == 1 {
		info.TopLevel, info.Prefix = out[0], "."
	}
	if out, err := g.output(ctx, "rev-parse", "--show-prefix"); err == nil && len(out) == 1 && out[0] != "" {
		info.Prefix = strings.TrimSuffix(out[0], "/")
	}
	info.RemoteURL = g.origin(ctx)
	info.SigningFormat = g.config(ctx, "gpg.format")
	info.SigningKey = g.config(ctx, "user.signingkey")
	info.UserEmail = g.config(ctx, "user.email")
	return info, nil
}

// Commit returns the commit that the tag of that name leads to. It is for
// display and templates: nothing in it is proven.
func Commit(ctx context.Context, dir, tag string, env []string) (gitobj.ID, error) {
	g, err := newRunner(dir, env)
	if err != nil {
		return "", err
	}
	refs, err := g.tags(ctx, "")
	if err != nil {
		return "", err
	}
	ref, err := g.findTag(ctx, refs, tag)
	if err != nil {
		return "", err
	}
	out, err := g.output(ctx, "rev-parse", "--verify", "--end-of-options", string(ref.object)+"^{commit}")
	if err != nil {
		return "", err
	}
	if len(out) != 1 {
		return "", fmt.Errorf("tag %q leads to no commit", tag)
	}
	id, _, err := gitobj.ParseID(out[0])
	return id, err
}

// tagged returns the time in the tag object of that name, if there is one.
func (g *runner) tagged(ctx context.Context, name string) time.Time {
	out, err := g.output(ctx, "for-each-ref", "--format=%(taggerdate:unix)", "refs/tags/"+name)
	if err != nil || len(out) != 1 {
		return time.Time{}
	}
	seconds, err := strconv.ParseInt(out[0], 10, 64)
	if err != nil {
		return time.Time{}
	}
	return time.Unix(seconds, 0).UTC()
}

// config returns the value of a configuration key, or "" if it is not set, or
// holds a line break as no address or key does.
func (g *runner) config(ctx context.Context, key string) string {
	out, err := g.output(ctx, "config", "--get", key)
	if err != nil || len(out) != 1 {
		return ""
	}
	return out[0]
}
