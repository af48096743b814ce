package oci

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync/atomic"
	"time"
)

// maxRedirects is the most redirects that one request may meet.
const maxRedirects = 10

// guard is the transport under the client of the registry: nothing passes it
// without a bound, and nothing but TLS leaves this machine unless allowed.
type guard struct {
	inner    http.RoundTripper
	plain    bool
	limits   Limits
	requests atomic.Int64
	bytes    atomic.Int64
}

func newGuard(o Options) *guard {
	g := &guard{inner: o.Transport, plain: o.PlainHTTP, limits: o.Limits}
	if g.inner == nil {
		t := http.DefaultTransport.(*http.Transport).Clone()
		t.ResponseHeaderTimeout = 30 * time.Second
		t.MaxResponseHeaderBytes = 1 << 20
		g.inner = t
	}
	return g
}

// RoundTrip implements http.RoundTripper.
func (g *guard) RoundTrip(r *http.Request) (*http.Response, error) {
	if n := g.requests.Add(1); n > g.limits.Requests {
		return nil, &limitError{"requests", g.limits.Requests}
	}
	if r.URL.Scheme != "https" && !g.plain && !isLoopback(r.URL.Host) {
		return nil, fmt.Errorf("%.100q would be asked without TLS: allow plain HTTP if that is meant", r.URL.Host)
	}
	if redirects(r) > maxRedirects {
		return nil, fmt.Errorf("more than %d redirects", maxRedirects)
	}
	resp, err := g.inner.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if resp.ContentLength > g.limits.Document {
		resp.Body.Close()
		return nil, &limitError{"bytes in an answer", g.limits.Document}
	}
	resp.Body = &guardedBody{resp.Body, g, g.limits.Document}
	return resp, nil
}

// redirects counts the answers that led to r.
func redirects(r *http.Request) int {
	n := 0
	for ; r.Response != nil && r.Response.Request != nil && n <= maxRedirects; r = r.Response.Request {
		n++
	}
	return n
}

// guardedBody fails where an answer, or all of them, become too large.
type guardedBody struct {
	io.ReadCloser
	guard *guard
	left  int64
}

func (b *guardedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, &limitError{"bytes in an answer", b.guard.limits.Document}
	}
	if b.guard.bytes.Add(int64(n)) > b.guard.limits.Total {
		return 0, &limitError{"bytes in all", b.guard.limits.Total}
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = errCut
	}
	return n, err
}

var errCut = errors.New("the answer was cut short")

// limitError says that a limit was reached.
type limitError struct {
	what  string
	limit int64
}

func (e *limitError) Error() string {
	return fmt.Sprintf("more than %d %s, the most that is read", e.limit, e.what)
}
