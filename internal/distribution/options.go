package distribution

import (
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
)

// Options say how to reach a registry.
type Options struct {
	// Keychain has the credentials; nil means none.
	Keychain authn.Keychain
	// Transport reaches the network; nil means one that verifies TLS, uses the
	// proxy of the environment, and waits 30 seconds for an answer to begin.
	Transport http.RoundTripper
	// PlainHTTP allows HTTP without TLS to any registry, not only to this
	// machine's own.
	PlainHTTP bool
	// Push asks for the right to push as well.
	Push bool
	// Limits bound what is read; none of them has a default here.
	Limits Limits
	// Backoff says how often and after what time a request is repeated that
	// failed for a reason that may pass. The zero value means [Patient].
	Backoff Backoff
}

// Limits bound what one client does.
type Limits struct {
	// Requests is the most requests, redirects and repetitions included.
	Requests int64
	// Manifest is the most bytes of a manifest, index or list.
	Manifest int64
	// Referrers is the most referrers of one subject, and the most tags that are
	// listed.
	Referrers int
	// Document is the most bytes of one answer.
	Document int64
	// Total is the most bytes in all.
	Total int64
	// Idle is the longest that an answer may pause; 0 means that it may.
	Idle time.Duration
}

// Backoff is the time between repetitions: Wait, then twice that, and so on.
type Backoff struct {
	// Attempts is the most times that a request is sent.
	Attempts int
	// Wait is the time before the second of them.
	Wait time.Duration
}

// Patient is the backoff for real registries: five attempts in about six
// seconds, or when the registry says that it will answer again.
var Patient = Backoff{Attempts: 5, Wait: 400 * time.Millisecond}

// maxWait is the longest that a registry may ask to wait (Retry-After).
const maxWait = time.Minute

// isLoopback reports whether a host, with or without port, is this machine.
func isLoopback(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.Trim(host, "[]")
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
