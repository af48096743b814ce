// Package tuf fetches a trusted root, and the signing configuration beside it, from
// a TUF repository (The Update Framework, specification 1.0.34), as Sigstore's
// instances publish them.
//
// It is the only package of verification that goes out, and no verifying package
// imports it: what it fetches is written to files, and verifying reads files.
package tuf

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/sigstore/sigstore-go/pkg/tuf"
	"github.com/theupdateframework/go-tuf/v2/metadata"
)

// Names of the files in the repository.
const (
	trustedRootTarget   = "trusted_root.json"
	signingConfigTarget = "signing_config.v0.2.json"
)

const (
	maxTarget      = 8 << 20
	defaultTimeout = 2 * time.Minute
	maxRedirects   = 3
)

// PublicMirror is the repository of Sigstore's public-good instance.
const PublicMirror = tuf.DefaultMirror

// Options say from where to fetch.
type Options struct {
	// Mirror is the repository's URL; "" is [PublicMirror].
	Mirror string
	// Root is the root.json in which trust begins: whoever has its keys says what
	// is fetched. Nil is that of Sigstore's public-good instance, as sigstore-go
	// carries it, whatever the mirror.
	Root []byte
	// CacheDir remembers what was fetched, so that a later fetch notices an older
	// state. "" remembers nothing: then only the expiry of the metadata bounds how
	// old an answer a mirror can give.
	CacheDir string
	// Timeout is for everything; zero is two minutes.
	Timeout time.Duration
	// Transport is what requests go through; nil is http.DefaultTransport.
	Transport http.RoundTripper
}

// Fetched is what a repository publishes.
type Fetched struct {
	TrustedRoot []byte
	// SigningConfig is nil if the repository has none.
	SigningConfig []byte
}

// Fetch fetches and verifies the repository's metadata, and then the files.
func Fetch(ctx context.Context, o Options) (*Fetched, error) {
	if o.Mirror == "" {
		o.Mirror = PublicMirror
	}
	switch u, err := url.Parse(o.Mirror); {
	case err == nil && u.User != nil: // it would stand in errors and in the names of the cache
		return nil, fmt.Errorf("the URL of the repository holds a password or user: want one without, %.200s", u.Redacted())
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return nil, fmt.Errorf("%.200q is not the URL of a repository", o.Mirror)
	}
	if len(o.Root) == 0 {
		o.Root = tuf.DefaultRoot()
	}
	if _, err := metadata.Root().FromBytes(o.Root); err != nil {
		return nil, fmt.Errorf("root.json: %w", err)
	}
	if o.Timeout <= 0 {
		o.Timeout = defaultTimeout
	}
	ctx, cancel := context.WithTimeoutCause(ctx, o.Timeout, fmt.Errorf("not done within %s", o.Timeout))
	defer cancel()
	d := &downloads{ctx: ctx, client: &http.Client{Transport: o.Transport, CheckRedirect: sameScheme}}
	options := &tuf.Options{Root: o.Root, RepositoryBaseURL: o.Mirror, Fetcher: d, CachePath: o.CacheDir, DisableLocalCache: o.CacheDir == ""}
	client, err := tuf.New(options)
	if err != nil {
		return nil, d.explain(o.Mirror, err)
	}
	f := &Fetched{}
	if f.TrustedRoot, err = client.GetTarget(trustedRootTarget); err != nil {
		return nil, d.explain(o.Mirror, err)
	}
	if f.SigningConfig, err = client.GetTarget(signingConfigTarget); err != nil && !missing(err) {
		return nil, d.explain(o.Mirror, err)
	}
	return f, nil
}

// missing reports whether the repository lists no such file. The library has no
// type for it.
func missing(err error) bool { return bytes.HasSuffix([]byte(err.Error()), []byte("not found")) }

// explain says what to do where that is known.
func (d *downloads) explain(mirror string, err error) error {
	var expired *metadata.ErrExpiredMetadata
	var unsigned *metadata.ErrUnsignedMetadata
	var older *metadata.ErrBadVersionNumber
	switch {
	case d.ctx.Err() != nil:
		err = context.Cause(d.ctx)
	case errors.As(err, &expired):
		err = fmt.Errorf("%w: the mirror is not kept up to date, or holds back what is newer; use another one", err)
	case errors.As(err, &unsigned):
		err = fmt.Errorf("%w: the mirror is not of the repository that root.json is of", err)
	case errors.As(err, &older):
		err = fmt.Errorf("%w: the mirror answers with an older state than one that was fetched before", err)
	}
	return fmt.Errorf("repository %s: %w", mirror, err)
}

// sameScheme follows a few redirects, and none from https to http.
func sameScheme(req *http.Request, via []*http.Request) error {
	switch {
	case len(via) > maxRedirects:
		return fmt.Errorf("more than %d redirects", maxRedirects)
	case via[0].URL.Scheme == "https" && req.URL.Scheme != "https":
		return errors.New("a redirect from https to http")
	}
	return nil
}

// downloads is the one way out (fetcher.Fetcher of go-tuf).
type downloads struct {
	ctx    context.Context
	client *http.Client
}

// DownloadFile downloads a file of at most limit bytes.
func (d *downloads) DownloadFile(address string, limit int64, _ time.Duration) ([]byte, error) {
	req, err := http.NewRequestWithContext(d.ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	resp, err := d.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, &metadata.ErrDownloadHTTP{StatusCode: resp.StatusCode, URL: address}
	}
	limit = min(limit, maxTarget)
	data, err := io.ReadAll(io.LimitReader(resp.Body, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = &metadata.ErrDownloadLengthMismatch{Msg: fmt.Sprintf("%s has more than %d bytes", address, limit)}
	}
	return data, err
}
