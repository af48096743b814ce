package distribution

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"syscall"
	"time"

	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

// later is an answer that says when to ask again.
type later struct {
	error
	after time.Duration
}

func (l *later) Unwrap() error { return l.error }

// again calls try until it succeeds, fails for a reason that does not pass, or
// was called as often as the backoff says.
func (r *Repository) again(ctx context.Context, try func() error) error {
	wait := r.backoff.Wait
	for n := 1; ; n++ {
		err := try()
		if err == nil || n >= r.backoff.Attempts || !passes(err) || ctx.Err() != nil {
			return err
		}
		pause := wait + rand.N(wait/2+1)
		var l *later
		if errors.As(err, &l) {
			pause = max(pause, l.after)
		}
		if err := sleep(ctx, pause); err != nil {
			return err
		}
		wait *= 2
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// passes reports whether a request that failed may succeed when it is sent
// again.
func passes(err error) bool {
	var limit *LimitError
	switch {
	case errors.As(err, &limit) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded):
		return false
	case errors.Is(err, errCut) || errors.Is(err, errIdle):
		return true
	}
	switch StatusOf(err) {
	case http.StatusTooManyRequests, http.StatusRequestTimeout, http.StatusInternalServerError,
		http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	case 0:
		var t interface{ Temporary() bool }
		var n interface{ Timeout() bool }
		return errors.As(err, &t) && t.Temporary() || errors.As(err, &n) && n.Timeout() || isReset(err)
	}
	return false
}

// checkStatus is transport.CheckError with the time that the registry asks to
// wait.
func checkStatus(resp *http.Response, codes ...int) error {
	err := transport.CheckError(resp, codes...)
	if err == nil {
		return nil
	}
	seconds, bad := strconv.Atoi(resp.Header.Get("Retry-After"))
	if bad != nil || seconds <= 0 {
		return err
	}
	return &later{err, min(time.Duration(min(seconds, int(maxWait/time.Second)))*time.Second, maxWait)}
}

// isReset reports whether a connection ended instead of an answer.
func isReset(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}
