package forge

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"
)

// limited reports whether a 403 of GitHub means its rate limit and not a
// missing permission.
func limited(h http.Header) bool {
	return h.Get("X-RateLimit-Remaining") == "0" || h.Get("Retry-After") != ""
}

// again says whether to ask once more, and after how long. Statuses of 400 and
// more are final, unless they ask to come back.
func (r *Recorder) again(a *Answer, h http.Header) (time.Duration, bool) {
	retriable := a.Status >= 500 || a.Fault == FaultRate || a.Fault == FaultCut || a.Fault == FaultNoAnswer
	if !retriable || a.Attempt >= r.o.Limits.Attempts {
		return 0, false
	}
	now := r.o.Now()
	if a.ServerDate != nil {
		now = a.ServerDate.Time // what it asks for is by its own clock
	}
	if wait, ok := asked(h, now); ok {
		return wait, true
	}
	first := time.Second
	if a.Fault == FaultRate {
		first = time.Minute // as GitHub asks for where it names no time
	}
	return first << (a.Attempt - 1), true
}

// asked returns how long the forge asks to wait: Retry-After in seconds or as
// a date (RFC 9110, section 10.2.3), else the reset time of the rate limit as
// GitHub and GitLab give it.
func asked(h http.Header, now time.Time) (time.Duration, bool) {
	if v := h.Get("Retry-After"); v != "" {
		if n, err := strconv.ParseInt(v, 10, 32); err == nil && n >= 0 {
			return time.Duration(n) * time.Second, true
		}
		if t, err := http.ParseTime(v); err == nil {
			return max(0, t.Sub(now)), true
		}
	}
	if h.Get("X-RateLimit-Remaining") != "0" && h.Get("RateLimit-Remaining") != "0" {
		return 0, false
	}
	for _, name := range []string{"X-RateLimit-Reset", "RateLimit-Reset"} {
		if n, err := strconv.ParseInt(h.Get(name), 10, 64); err == nil && n > 0 {
			return max(0, time.Unix(n, 0).Sub(now)), true
		}
	}
	return 0, false
}

// pause waits, if all waiting together stays within its limit; otherwise it
// returns what failed.
func (r *Recorder) pause(ctx context.Context, a *Answer, wait time.Duration, failure error) error {
	r.mu.Lock()
	allowed := wait <= r.o.Limits.Wait-r.waited
	if allowed {
		r.waited += wait
	}
	r.mu.Unlock()
	if allowed {
		return r.o.Sleep(ctx, wait)
	}
	var rate *RateLimitError
	if errors.As(failure, &rate) {
		return &RateLimitError{Path: a.path(), Wait: wait, Limit: r.o.Limits.Wait}
	}
	return failure
}
