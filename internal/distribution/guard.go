package distribution

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"
)

// maxRedirects is the most redirects that one request may meet.
const maxRedirects = 10

// Guard is the transport under the client of a registry: nothing passes it
// without a bound, and nothing but TLS leaves this machine unless allowed. What
// it counts, it counts for all clients that share it.
type Guard struct {
	inner    http.RoundTripper
	plain    bool
	limits   Limits
	requests atomic.Int64
	bytes    atomic.Int64
}

// NewGuard returns a guard by the options' limits.
func NewGuard(o Options) *Guard {
	g := &Guard{inner: o.Transport, plain: o.PlainHTTP, limits: o.Limits}
	if g.inner == nil {
		t := http.DefaultTransport.(*http.Transport).Clone()
		t.ResponseHeaderTimeout = 30 * time.Second
		t.MaxResponseHeaderBytes = 1 << 20
		g.inner = t
	}
	return g
}

// RoundTrip implements http.RoundTripper.
func (g *Guard) RoundTrip(r *http.Request) (*http.Response, error) {
	if n := g.requests.Add(1); n > g.limits.Requests {
		return nil, &LimitError{"requests", g.limits.Requests}
	}
	if r.URL.Scheme != "https" && !g.plain && !isLoopback(r.URL.Host) {
		return nil, fmt.Errorf("%.100q would be asked without TLS: allow plain HTTP if that is meant", r.URL.Host)
	}
	if redirects(r) > maxRedirects {
		return nil, fmt.Errorf("more than %d redirects", maxRedirects)
	}
	if first := origin(r); r.Header.Get("Content-Type") == "application/x-www-form-urlencoded" && r.URL.Host != first.Host {
		// The form in which a token is asked for holds the credentials.
		return nil, fmt.Errorf("%.100q redirects a request with credentials to %.100q", first.Host, r.URL.Host)
	}
	ctx, cancel := context.WithCancelCause(r.Context())
	resp, err := g.inner.RoundTrip(r.WithContext(ctx))
	if err != nil {
		cancel(nil)
		return nil, err
	}
	if r.Method != http.MethodHead && resp.ContentLength > g.limits.Document {
		cancel(nil)
		resp.Body.Close()
		return nil, &LimitError{"bytes in an answer", g.limits.Document}
	}
	body := &guardedBody{ReadCloser: resp.Body, guard: g, left: g.limits.Document, cancel: cancel, ctx: ctx}
	if idle := g.limits.Idle; idle > 0 {
		body.idle = time.AfterFunc(idle, func() { cancel(errIdle) })
	}
	resp.Body = body
	return resp, nil
}

// origin is the address whose answers led to r.
func origin(r *http.Request) *url.URL {
	for n := 0; r.Response != nil && r.Response.Request != nil && n <= maxRedirects; n++ {
		r = r.Response.Request
	}
	return r.URL
}

// redirects counts the answers that led to r.
func redirects(r *http.Request) int {
	n := 0
	for ; r.Response != nil && r.Response.Request != nil && n <= maxRedirects; r = r.Response.Request {
		n++
	}
	return n
}

// guardedBody fails where an answer, or all of them, become too large, or where
// nothing comes any more.
type guardedBody struct {
	io.ReadCloser
	guard  *Guard
	left   int64
	ctx    context.Context
	cancel context.CancelCauseFunc
	idle   *time.Timer
}

func (b *guardedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if b.idle != nil && n > 0 {
		b.idle.Reset(b.guard.limits.Idle)
	}
	if b.left -= int64(n); b.left < 0 {
		return 0, &LimitError{"bytes in an answer", b.guard.limits.Document}
	}
	if b.guard.bytes.Add(int64(n)) > b.guard.limits.Total {
		return 0, &LimitError{"bytes in all", b.guard.limits.Total}
	}
	switch {
	case err == nil || err == io.EOF:
	case errors.Is(context.Cause(b.ctx), errIdle):
		err = errIdle
	case errors.Is(err, io.ErrUnexpectedEOF):
		err = errCut
	}
	return n, err
}

func (b *guardedBody) Close() error {
	if b.idle != nil {
		b.idle.Stop()
	}
	defer b.cancel(nil)
	return b.ReadCloser.Close()
}

var (
	errCut  = errors.New("the answer was cut short")
	errIdle = errors.New("the answer stopped coming")
)

// LimitError says that a limit was reached.
type LimitError struct {
	What  string
	Limit int64
}

func (e *LimitError) Error() string {
	return fmt.Sprintf("more than %d %s, the most that is read", e.Limit, e.What)
}
