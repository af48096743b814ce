package oci

import (
	"net/http"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"

	"github.com/release-dossier/dossier/evidence/provenance"
	"github.com/release-dossier/dossier/internal/distribution"
)

// Options say which images, and how to reach them.
type Options struct {
	// Images are references with registry, repository, and tag or digest:
	// "ghcr.io/acme/hello:v1.4.0", "ghcr.io/acme/hello@sha256:...".
	Images []string
	// Keychain has the credentials; nil means none. authn.DefaultKeychain reads
	// what "docker login" stored.
	Keychain authn.Keychain
	// Transport reaches the network; nil means one that verifies TLS, uses the
	// proxy of the environment, and waits 30 seconds for an answer to begin.
	Transport http.RoundTripper
	// PlainHTTP allows HTTP without TLS to any registry, not only to this
	// machine's own.
	PlainHTTP bool
	// Now is when tags are resolved.
	Now time.Time
	// Limits bound what is read.
	Limits Limits

	backoff distribution.Backoff
}

// Limits bound one collection. A zero field means its default.
type Limits struct {
	// Requests is the most requests, redirects included: 5,000.
	Requests int64
	// Referrers is the most documents attached to one image: 500.
	Referrers int
	// Manifest is the most bytes of a manifest, index or configuration: 4 MiB.
	Manifest int64
	// Document is the most bytes of an attached document: 32 MiB.
	Document int64
	// Total is the most bytes in all: 512 MiB.
	Total int64
	// Time is the longest that it may take: 10 minutes.
	Time time.Duration
}

func (l Limits) withDefaults() Limits {
	if l.Requests == 0 {
		l.Requests = 5000
	}
	if l.Referrers == 0 {
		l.Referrers = 500
	}
	if l.Manifest == 0 {
		l.Manifest = 4 << 20
	}
	if l.Document == 0 {
		l.Document = provenance.MaxImport
	}
	if l.Total == 0 {
		l.Total = 512 << 20
	}
	if l.Time == 0 {
		l.Time = 10 * time.Minute
	}
	return l
}

// IsReference reports whether s names an image in a registry and no file: it
// begins with a registry's host, which has a dot or a port or is localhost, and
// ends with a tag or a digest.
func IsReference(s string) bool { return distribution.IsReference(s) }

// client are the options of the client that reads.
func (o Options) client() distribution.Options {
	return distribution.Options{
		Keychain: o.Keychain, Transport: o.Transport, PlainHTTP: o.PlainHTTP, Backoff: o.backoff,
		Limits: distribution.Limits{
			Requests: o.Limits.Requests, Manifest: o.Limits.Manifest, Document: o.Limits.Document, Total: o.Limits.Total,
			Referrers: maxListed,
		},
	}
}

// maxListed is the most referrers of one image that are listed at all.
const maxListed = 100_000
