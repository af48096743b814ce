package registry

import (
	"net/http"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"

	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/internal/distribution"
)

// Options say how to reach a registry.
type Options struct {
	// Keychain has the credentials; nil means none. authn.DefaultKeychain reads
	// what "docker login" stored.
	Keychain authn.Keychain
	// Transport reaches the network; nil means one that verifies TLS, uses the
	// proxy of the environment, and waits 30 seconds for an answer to begin.
	Transport http.RoundTripper
	// PlainHTTP allows HTTP without TLS to any registry, not only to this
	// machine's own.
	PlainHTTP bool
	// Limits bound what is read.
	Limits Limits

	backoff distribution.Backoff
	pause   time.Duration
}

// Limits bound one call. A zero field means its default.
type Limits struct {
	// Requests is the most requests, redirects and repetitions included:
	// 200,000.
	Requests int64
	// Referrers is the most manifests attached to one image or release: 25,000.
	Referrers int
	// Manifest is the most bytes of a manifest or list: 4 MiB.
	Manifest int64
	// Total is the most bytes in all: 16 GiB.
	Total int64
	// Set bounds the signatures and their memory, as for a file.
	Set bundle.Limits
	// Idle is the longest that an answer may pause: 1 minute.
	Idle time.Duration
	// Time is the longest that it may take: 2 hours.
	Time time.Duration
}

func (l Limits) withDefaults() Limits {
	set := func(v *int64, to int64) {
		if *v == 0 {
			*v = to
		}
	}
	set(&l.Requests, 200_000)
	set(&l.Manifest, 4<<20)
	set(&l.Total, 16<<30)
	set((*int64)(&l.Idle), int64(time.Minute))
	set((*int64)(&l.Time), int64(2*time.Hour))
	set(&l.Set.Memory, 256<<20)
	if l.Referrers == 0 {
		l.Referrers = 25_000
	}
	if l.Set.Statements == 0 {
		l.Set.Statements = 10_000
	}
	return l
}

// client are the options of the client, by limits with defaults.
func (o Options) client(push bool) distribution.Options {
	l := o.Limits
	return distribution.Options{
		Keychain: o.Keychain, Transport: o.Transport, PlainHTTP: o.PlainHTTP, Push: push, Backoff: o.backoff,
		Limits: distribution.Limits{
			Requests: l.Requests, Manifest: l.Manifest, Document: l.Total, Total: l.Total, Referrers: l.Referrers, Idle: l.Idle,
		},
	}
}
