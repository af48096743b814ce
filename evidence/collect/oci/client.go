package oci

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"

	"github.com/release-dossier/dossier/evidence"
)

// repository reads from one repository of a registry.
type repository struct {
	name.Repository
	client *http.Client
	limits Limits
}

// open makes itself known to the registry.
func open(ctx context.Context, repo name.Repository, o Options, g *guard) (*repository, error) {
	keychain := o.Keychain
	if keychain == nil {
		keychain = authn.NewMultiKeychain()
	}
	auth, err := authn.Resolve(ctx, keychain, repo)
	if err != nil {
		return nil, fmt.Errorf("find credentials for %s: %w", repo.RegistryStr(), err)
	}
	under := transport.NewRetry(g)
	if o.backoff.Steps > 0 {
		under = transport.NewRetry(g, transport.WithRetryBackoff(o.backoff))
	}
	t, err := transport.NewWithContext(ctx, repo.Registry, auth, under, []string{repo.Scope(transport.PullScope)})
	if err != nil {
		return nil, err
	}
	return &repository{repo, &http.Client{Transport: t, CheckRedirect: checkRedirect}, o.Limits}, nil
}

// checkRedirect keeps a registry from sending us to hosts within the network
// that it may not reach itself. Credentials never go along: the transport adds
// them for the registry's own host alone.
func checkRedirect(r *http.Request, via []*http.Request) error {
	if len(via) > maxRedirects {
		return fmt.Errorf("more than %d redirects", maxRedirects)
	}
	if r.URL.Scheme != "https" && r.URL.Scheme != "http" {
		return fmt.Errorf("%s redirects to %.20q, which is not HTTP", via[0].URL.Host, r.URL.Scheme)
	}
	if r.URL.Hostname() == via[0].URL.Hostname() {
		return nil
	}
	ip, err := netip.ParseAddr(r.URL.Hostname())
	if isLoopback(r.URL.Host) || err == nil && (ip.IsPrivate() || ip.IsLinkLocalUnicast() || ip.IsUnspecified()) {
		return fmt.Errorf("%s redirects to %.100q, an address of the private network", via[0].URL.Host, r.URL.Host)
	}
	return nil
}

// get reads one answer of at most limit bytes.
func (r *repository) get(ctx context.Context, u *url.URL, accept string, limit int64) ([]byte, http.Header, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, nil, err
	}
	req.Header.Set("Accept", accept)
	resp, err := r.client.Do(req)
	if err != nil {
		return nil, nil, err
	}
	defer resp.Body.Close()
	if err := transport.CheckError(resp, http.StatusOK); err != nil {
		return nil, nil, err
	}
	if resp.ContentLength > limit {
		return nil, nil, &limitError{"bytes in an answer of this kind", limit}
	}
	data, err := io.ReadAll(io.LimitReader(resp.Body, limit+1))
	if err != nil {
		return nil, nil, err
	}
	if int64(len(data)) > limit {
		return nil, nil, &limitError{"bytes in an answer of this kind", limit}
	}
	return data, resp.Header, nil
}

// url is the address of something in the repository.
func (r *repository) url(kind, reference string) *url.URL {
	return &url.URL{Scheme: r.Scheme(), Host: r.RegistryStr(), Path: "/v2/" + r.RepositoryStr() + "/" + kind + "/" + reference}
}

// blob reads what d describes and nothing else.
func (r *repository) blob(ctx context.Context, d descriptor, limit int64) ([]byte, error) {
	if d.Size > limit {
		return nil, fmt.Errorf("it has %d bytes, at most %d are read", d.Size, limit)
	}
	digest, err := d.digest()
	if err != nil {
		return nil, err
	}
	data, _, err := r.get(ctx, r.url("blobs", digest.String()), "*/*", limit)
	if err != nil {
		return nil, err
	}
	return data, d.check(data)
}

// byDigest reads the manifest that d describes.
func (r *repository) byDigest(ctx context.Context, d descriptor) (*manifest, error) {
	digest, err := d.digest()
	if err != nil {
		return nil, err
	}
	m, err := r.manifest(ctx, digest.String())
	if err != nil {
		return nil, err
	}
	if m.MediaType != d.MediaType {
		return nil, fmt.Errorf("it is listed as %.100q and is %.100q", d.MediaType, m.MediaType)
	}
	return m, d.check(m.raw)
}

// manifest reads a manifest or an index by tag or digest. The bytes have that
// digest, or the one that the registry states for the tag.
func (r *repository) manifest(ctx context.Context, reference string) (*manifest, error) {
	raw, header, err := r.get(ctx, r.url("manifests", reference), strings.Join(manifestTypes, ", "), r.limits.Manifest)
	if err != nil {
		return nil, err
	}
	digest, stated := evidence.Sum(raw), header.Get("Docker-Content-Digest")
	if strings.HasPrefix(reference, "sha256:") {
		stated = reference
	}
	if strings.HasPrefix(stated, "sha256:") && stated != digest.String() {
		return nil, fmt.Errorf("the registry says that it is %s and sends %s: do not trust it", stated, digest)
	}
	return parseManifest(raw, header.Get("Content-Type"))
}

// found returns nil for an error that only says that there is nothing.
func found(err error) error {
	var t *transport.Error
	if errors.As(err, &t) && t.StatusCode == http.StatusNotFound {
		return nil
	}
	return err
}
