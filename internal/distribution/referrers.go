package distribution

import (
	"context"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"github.com/release-dossier/dossier/internal/strictjson"
)

// maxPages is the most pages of one list.
const maxPages = 100

// errNoList says that the answer is no list of referrers at all.
var errNoList = errors.New("the registry has no referrers interface")

// Referrers lists what is attached to a manifest, by its digest: from the
// referrers interface or, with byTag, from the tag that stands in for it where a
// registry has none (OCI distribution specification 1.1, referrers tag schema).
func (r *Repository) Referrers(ctx context.Context, digest string) (list []Descriptor, byTag bool, err error) {
	list, err = r.referrers(ctx, digest)
	if !noReferrers(err) {
		return list, false, err
	}
	index, err := r.Manifest(ctx, FallbackTag(digest))
	if err != nil {
		return nil, true, Found(err)
	}
	if n := len(index.Manifests); n > r.limits.Referrers {
		return nil, true, r.tooMany()
	}
	return index.Manifests, true, nil
}

func (r *Repository) tooMany() error {
	return &LimitError{"referrers of one manifest", int64(r.limits.Referrers)}
}

// FallbackTag is the tag of the index that lists the referrers of a manifest.
func FallbackTag(digest string) string { return strings.Replace(digest, ":", "-", 1) }

// noReferrers reports whether a registry knows no referrers interface: it should
// answer 404 then, and some answer otherwise.
func noReferrers(err error) bool {
	switch StatusOf(err) {
	case http.StatusNotFound, http.StatusBadRequest, http.StatusMethodNotAllowed, http.StatusNotAcceptable:
		return true
	}
	return errors.Is(err, errNoList)
}

// referrers reads all pages of the list of referrers.
func (r *Repository) referrers(ctx context.Context, digest string) ([]Descriptor, error) {
	var all []Descriptor
	err := r.pages(ctx, r.url("referrers", digest), TypeIndex, func(raw []byte, header http.Header) error {
		sent, _, _ := mime.ParseMediaType(header.Get("Content-Type"))
		if sent != TypeIndex {
			return errNoList
		}
		index, err := parseManifest(raw, sent)
		if err != nil {
			return err
		}
		if all = append(all, index.Manifests...); len(all) > r.limits.Referrers {
			return r.tooMany()
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

// Tags lists the tags of the repository that begin with prefix.
func (r *Repository) Tags(ctx context.Context, prefix string) ([]string, error) {
	var all []string
	u := r.url("tags", "list")
	// Registries that page their lists begin after this one; others ignore it.
	u.RawQuery = url.Values{"last": {prefix[:len(prefix)-1]}, "n": {"1000"}}.Encode()
	err := r.pages(ctx, u, "application/json", func(raw []byte, _ http.Header) error {
		var list struct {
			Tags []string `json:"tags"`
		}
		if err := strictjson.Unmarshal(raw, &list); err != nil {
			return fmt.Errorf("the list of tags is not valid: %w", err)
		}
		for _, tag := range list.Tags {
			if strings.HasPrefix(tag, prefix) {
				all = append(all, tag)
			}
		}
		if len(all) > r.limits.Referrers {
			return r.tooMany()
		}
		return nil
	})
	return all, err
}

// pages reads a list page by page.
func (r *Repository) pages(ctx context.Context, next *url.URL, accept string, take func([]byte, http.Header) error) error {
	for range maxPages {
		raw, header, err := r.get(ctx, next, accept, r.limits.Manifest)
		if err != nil {
			return err
		}
		if err := take(raw, header); err != nil {
			return err
		}
		if next, err = nextPage(next, header); err != nil || next == nil {
			return err
		}
	}
	return fmt.Errorf("the list has more than %d pages", maxPages)
}

// nextPage reads the header Link (RFC 8288, as the distribution specification
// uses it): </v2/...>; rel="next".
func nextPage(from *url.URL, header http.Header) (*url.URL, error) {
	link := header.Get("Link")
	if link == "" {
		return nil, nil
	}
	target, rest, ok := strings.Cut(strings.TrimPrefix(link, "<"), ">")
	if !ok || !strings.HasPrefix(link, "<") || !strings.Contains(rest, `rel="next"`) && !strings.Contains(rest, "rel=next") {
		return nil, fmt.Errorf("the registry's link to the next page, %.100q, is not readable", link)
	}
	next, err := from.Parse(target)
	if err != nil || next.Host != from.Host || next.Scheme != from.Scheme || next.User != nil {
		return nil, fmt.Errorf("the registry's next page, %.100q, is not on the same host", target)
	}
	return next, nil
}
