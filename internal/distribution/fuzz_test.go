package distribution

import (
	"net/http"
	"net/url"
	"testing"
)

// FuzzParseManifest checks that what is read as a manifest is one or the other,
// and never both.
func FuzzParseManifest(f *testing.F) {
	f.Add([]byte(`{"schemaVersion":2,"mediaType":"`+TypeIndex+`","manifests":[]}`), TypeIndex)
	f.Add([]byte(`{"schemaVersion":2,"config":{"digest":"sha256:00","size":1},"layers":[]}`), TypeManifest)
	f.Add([]byte(`{"schemaVersion":2,"config":null,"manifests":[{"platform":{"os":"linux"}}]}`), TypeDockerList)
	f.Fuzz(func(t *testing.T, raw []byte, contentType string) {
		m, err := parseManifest(raw, contentType)
		if err != nil {
			return
		}
		if m.IsIndex() == (m.Config != nil) || m.IsIndex() == IsImage(m.MediaType) {
			t.Errorf("%q is %s", raw, m.MediaType)
		}
		for _, d := range append(m.Layers, m.Manifests...) {
			if digest, err := d.ID(); err == nil && digest.String() != d.Digest {
				t.Errorf("digest %q is read as %s", d.Digest, digest)
			}
		}
	})
}

// FuzzNextPage checks that a list never leads to another host.
func FuzzNextPage(f *testing.F) {
	f.Add(`</v2/a/referrers/sha256:00?n=1>; rel="next"`)
	f.Add(`<//evil.example/x>; rel=next`)
	f.Add(`<https://evil.example@registry.example/>; rel="next"`)
	f.Fuzz(func(t *testing.T, link string) {
		from := &url.URL{Scheme: "https", Host: "registry.example", Path: "/v2/a/referrers/x"}
		next, err := nextPage(from, http.Header{"Link": {link}})
		if err == nil && next != nil && (next.Host != from.Host || next.Scheme != from.Scheme || next.User != nil) {
			t.Errorf("%q leads to %s", link, next)
		}
	})
}
