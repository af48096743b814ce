package distribution

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

// Repository is one repository of a registry. Its methods may be called by
// several goroutines.
type Repository struct {
	name.Repository
	client  *http.Client
	limits  Limits
	backoff Backoff
}

// Open makes itself known to the registry.
func Open(ctx context.Context, repo name.Repository, o Options, g *Guard) (*Repository, error) {
	keychain := o.Keychain
	if keychain == nil {
		keychain = authn.NewMultiKeychain()
	}
	auth, err := authn.Resolve(ctx, keychain, repo)
	if err != nil {
		return nil, fmt.Errorf("find credentials for %s: %w", repo.RegistryStr(), err)
	}
	scope := repo.Scope(transport.PullScope)
	if o.Push {
		scope = repo.Scope(transport.PushScope)
	}
	r := &Repository{Repository: repo, limits: o.Limits, backoff: o.Backoff}
	if r.backoff.Attempts == 0 {
		r.backoff = Patient
	}
	err = r.again(ctx, func() error {
		t, err := transport.NewWithContext(ctx, repo.Registry, auth, g, []string{scope})
		if err == nil {
			r.client = &http.Client{Transport: t, CheckRedirect: checkRedirect}
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return r, nil
}

// Parse reads a reference with tag or digest.
func Parse(reference string, plain bool) (name.Reference, error) {
	ref, err := name.ParseReference(reference, nameOptions(plain)...)
	if err != nil {
		return nil, fmt.Errorf("%.200q is no image: want REGISTRY/NAME:TAG or REGISTRY/NAME@sha256:<64 hex>", reference)
	}
	return ref, nil
}

// ParseRepository reads the name of a repository, without tag or digest.
func ParseRepository(repository string, plain bool) (name.Repository, error) {
	repo, err := name.NewRepository(repository, nameOptions(plain)...)
	if err != nil {
		return repo, fmt.Errorf("%.200q is no repository: want REGISTRY/NAME", repository)
	}
	return repo, nil
}

func nameOptions(plain bool) []name.Option {
	options := []name.Option{name.StrictValidation}
	if plain {
		options = append(options, name.Insecure)
	}
	return options
}

// IsReference reports whether s names something in a registry and no file: it
// begins with a registry's host, which has a dot or a port or is localhost, and
// ends with a tag or a digest.
func IsReference(s string) bool {
	host, rest, ok := strings.Cut(s, "/")
	if !ok || !strings.ContainsAny(host, ".:") && host != "localhost" || strings.HasPrefix(host, ".") {
		return false
	}
	if !strings.ContainsAny(rest, ":@") {
		return false
	}
	_, err := name.ParseReference(s, name.StrictValidation)
	return err == nil
}

// checkRedirect keeps a registry from sending us to hosts within the network
// that it may not reach itself. Credentials never go along: the transport adds
// them for the registry's own host alone.
func checkRedirect(r *http.Request, via []*http.Request) error {
	if len(via) > maxRedirects {
		return fmt.Errorf("more than %d redirects", maxRedirects)
	}
	return checkHost(r.URL, via[0].URL, "redirects")
}

// checkHost refuses to follow a registry from one address to another within the
// private network.
func checkHost(to, from *url.URL, how string) error {
	if to.Scheme != "https" && to.Scheme != "http" {
		return fmt.Errorf("%s %s to %.20q, which is not HTTP", from.Host, how, to.Scheme)
	}
	if to.Hostname() == from.Hostname() {
		return nil
	}
	ip, err := netip.ParseAddr(to.Hostname())
	if isLoopback(to.Host) || err == nil && (ip.IsPrivate() || ip.IsLinkLocalUnicast() || ip.IsUnspecified()) {
		return fmt.Errorf("%s %s to %.100q, an address of the private network", from.Host, how, to.Host)
	}
	return nil
}

// answerLimit is what a [LimitError] says of one answer that is too large for what
// it is.
const answerLimit = "bytes in an answer of this kind"

// get reads one answer of at most limit bytes.
func (r *Repository) get(ctx context.Context, u *url.URL, accept string, limit int64) (data []byte, header http.Header, err error) {
	err = r.again(ctx, func() error {
		data, header, err = r.getOnce(ctx, u, accept, limit)
		return err
	})
	return data, header, err
}

func (r *Repository) getOnce(ctx context.Context, u *url.URL, accept string, limit int64) ([]byte, http.Header, error) {
	resp, err := r.send(ctx, http.MethodGet, u, http.Header{"Accept": {accept}}, http.StatusOK)
	if err != nil {
		return nil, nil, err
	}
	defer resp.Body.Close()
	if resp.ContentLength > limit {
		return nil, nil, &LimitError{answerLimit, limit}
	}
	data, err := io.ReadAll(io.LimitReader(resp.Body, limit+1))
	if err != nil {
		return nil, nil, err
	}
	if int64(len(data)) > limit {
		return nil, nil, &LimitError{answerLimit, limit}
	}
	return data, resp.Header, nil
}

// send sends a request without a body. An answer with another status than those
// wanted is an error.
func (r *Repository) send(ctx context.Context, method string, u *url.URL, header http.Header, want ...int) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, u.String(), nil)
	if err != nil {
		return nil, err
	}
	req.Header = header
	resp, err := r.client.Do(req)
	if err != nil {
		return nil, err
	}
	if err := checkStatus(resp, want...); err != nil {
		resp.Body.Close()
		return nil, err
	}
	return resp, nil
}

// url is the address of something in the repository.
func (r *Repository) url(kind, reference string) *url.URL {
	return &url.URL{Scheme: r.Scheme(), Host: r.RegistryStr(), Path: "/v2/" + r.RepositoryStr() + "/" + kind + "/" + reference}
}

// Blob reads what d describes and nothing else.
func (r *Repository) Blob(ctx context.Context, d Descriptor, limit int64) ([]byte, error) {
	if d.Size > limit {
		return nil, fmt.Errorf("it has %d bytes, at most %d are read", d.Size, limit)
	}
	digest, err := d.ID()
	if err != nil {
		return nil, err
	}
	data, _, err := r.get(ctx, r.url("blobs", digest.String()), "*/*", limit)
	var more *LimitError
	if errors.As(err, &more) && more.What == answerLimit {
		// What is listed as small and is large may be anybody's doing.
		return nil, fmt.Errorf("it is listed with %d bytes and has more than %d", d.Size, limit)
	}
	if err != nil {
		return nil, err
	}
	return data, d.check(data)
}

// OpenBlob begins to read a blob at an offset and returns where it begins: at 0
// if the registry sends whole blobs only. Nothing is compared with the digest.
func (r *Repository) OpenBlob(ctx context.Context, id evidence.Digest, offset int64) (io.ReadCloser, int64, error) {
	header, want := http.Header{"Accept": {"*/*"}}, []int{http.StatusOK}
	if offset > 0 {
		header.Set("Range", fmt.Sprintf("bytes=%d-", offset))
		want = append(want, http.StatusPartialContent)
	}
	resp, err := r.send(ctx, http.MethodGet, r.url("blobs", id.String()), header, want...)
	if err != nil {
		return nil, 0, err
	}
	if resp.StatusCode == http.StatusOK {
		return resp.Body, 0, nil
	}
	if !strings.HasPrefix(resp.Header.Get("Content-Range"), fmt.Sprintf("bytes %d-", offset)) {
		resp.Body.Close()
		return nil, 0, fmt.Errorf("the registry was asked for the bytes from %d and sends %.60q", offset, resp.Header.Get("Content-Range"))
	}
	return resp.Body, offset, nil
}

// Again calls try as [Options.Backoff] says while its error is of a kind that
// may pass.
func (r *Repository) Again(ctx context.Context, try func() error) error { return r.again(ctx, try) }

// ByDigest reads the manifest that d describes.
func (r *Repository) ByDigest(ctx context.Context, d Descriptor) (*Manifest, error) {
	digest, err := d.ID()
	if err != nil {
		return nil, err
	}
	m, err := r.Manifest(ctx, digest.String())
	if err != nil {
		return nil, err
	}
	if m.MediaType != d.MediaType {
		return nil, fmt.Errorf("it is listed as %.100q and is %.100q", d.MediaType, m.MediaType)
	}
	return m, d.check(m.Raw)
}

// Manifest reads a manifest or an index by tag or digest. The bytes have that
// digest, or the one that the registry states for the tag.
func (r *Repository) Manifest(ctx context.Context, reference string) (*Manifest, error) {
	raw, header, err := r.get(ctx, r.url("manifests", reference), strings.Join(manifestTypes, ", "), r.limits.Manifest)
	if err != nil {
		return nil, err
	}
	digest, stated := evidence.Sum(raw), header.Get("Docker-Content-Digest")
	if strings.HasPrefix(reference, "sha256:") {
		stated = reference
	}
	if strings.HasPrefix(stated, "sha256:") && stated != digest.String() {
		return nil, liesf("the registry says that it is %s and sends %s: do not trust it", stated, digest)
	}
	return parseManifest(raw, header.Get("Content-Type"))
}

// HasManifest reports whether the repository has a manifest.
func (r *Repository) HasManifest(ctx context.Context, id evidence.Digest) (bool, error) {
	_, err := r.head(ctx, r.url("manifests", id.String()))
	return err == nil, Found(err)
}

// BlobSize returns the size of a blob, or -1 if the repository does not have it.
func (r *Repository) BlobSize(ctx context.Context, id evidence.Digest) (int64, error) {
	size, err := r.head(ctx, r.url("blobs", id.String()))
	if err != nil {
		return -1, Found(err)
	}
	return size, nil
}

func (r *Repository) head(ctx context.Context, u *url.URL) (size int64, err error) {
	err = r.again(ctx, func() error {
		resp, err := r.send(ctx, http.MethodHead, u, http.Header{"Accept": {strings.Join(manifestTypes, ", ")}}, http.StatusOK)
		if err != nil {
			return err
		}
		size = resp.ContentLength
		return resp.Body.Close()
	})
	return size, err
}
