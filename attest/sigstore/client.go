package sigstore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
	"unicode"
)

const (
	maxAnswer       = 1 << 20
	maxAttempts     = 3
	firstPause      = 300 * time.Millisecond // then twice as long
	defaultPatience = 30 * time.Second       // for one service
)

// client talks to one service.
type client struct {
	name    string // for errors: "Fulcio", "timestamp authority"
	http    *http.Client
	timeout time.Duration
	// once forbids to repeat a request that may have arrived.
	once bool
}

// newClient returns a client of a service. Redirects are not followed: a token
// must not travel to where somebody else says.
func (o *Options) newClient(name string) *client {
	timeout := o.Timeout
	if timeout <= 0 {
		timeout = defaultPatience
	}
	h := &http.Client{Transport: o.Transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return &client{name: name, http: h, timeout: timeout}
}

// refusal is an answer that is not a success.
type refusal struct {
	service, url string
	status       int
	said         string
}

func (r *refusal) Error() string {
	text := fmt.Sprintf("%s at %s answers %d %s", r.service, r.url, r.status, http.StatusText(r.status))
	if r.said != "" {
		text += ": " + r.said
	}
	return text
}

// do sends a request and returns the body of a successful answer.
func (c *client) do(ctx context.Context, method, url string, header map[string]string, body []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, c.timeout, fmt.Errorf("no answer within %s", c.timeout))
	defer cancel()
	pause := firstPause
	for attempt := 1; ; attempt++ {
		answer, again, err := c.attempt(ctx, method, url, header, body)
		if err == nil || !again || attempt == maxAttempts {
			return answer, err
		}
		select {
		case <-ctx.Done():
			return nil, err
		case <-time.After(pause):
			pause *= 2
		}
	}
}

// attempt sends a request once; again reports whether another one may help.
func (c *client) attempt(ctx context.Context, method, url string, header map[string]string, body []byte) (answer []byte, again bool, err error) {
	req, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(body))
	if err != nil {
		return nil, false, fmt.Errorf("%s: %w", c.name, err)
	}
	for k, v := range header {
		req.Header.Set(k, v)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		if ctx.Err() != nil {
			return nil, false, fmt.Errorf("%s at %s: %w", c.name, url, context.Cause(ctx))
		}
		return nil, !c.once, fmt.Errorf("%s: %w", c.name, err)
	}
	defer resp.Body.Close()
	answer, err = io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	switch {
	case err != nil && ctx.Err() != nil:
		return nil, false, fmt.Errorf("%s at %s: %w", c.name, url, context.Cause(ctx))
	case err != nil:
		return nil, !c.once, fmt.Errorf("%s at %s breaks off its answer: %w", c.name, url, err)
	case len(answer) > maxAnswer:
		return nil, false, fmt.Errorf("%s at %s answers with more than %d bytes", c.name, url, maxAnswer)
	case resp.StatusCode/100 == 2:
		return answer, false, nil
	}
	busy := resp.StatusCode == http.StatusTooManyRequests || resp.StatusCode == http.StatusServiceUnavailable
	again = busy || resp.StatusCode >= 500 && !c.once
	return nil, again, &refusal{c.name, url, resp.StatusCode, excerpt(answer)}
}

// excerpt is the beginning of what a service said, in one line.
func excerpt(body []byte) string {
	text := strings.Join(strings.FieldsFunc(strings.ToValidUTF8(string(body[:min(len(body), 400)]), "?"), func(r rune) bool {
		return unicode.IsSpace(r) || !unicode.IsPrint(r)
	}), " ")
	return text
}

// remedy adds what to do to a refusal with one of the statuses.
func remedy(err error, advice string, statuses ...int) error {
	var r *refusal
	if errors.As(err, &r) {
		for _, s := range statuses {
			if r.status == s {
				return fmt.Errorf("%w; %s", err, advice)
			}
		}
	}
	return err
}
