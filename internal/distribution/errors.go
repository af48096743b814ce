package distribution

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

// LieError says that a registry sent or stored something else than it should.
type LieError struct{ text string }

func (e *LieError) Error() string { return e.text }

// liesf returns a LieError.
func liesf(format string, args ...any) error { return &LieError{fmt.Sprintf(format, args...)} }

// StatusOf returns the HTTP status that err is about, or 0.
func StatusOf(err error) int {
	var t *transport.Error
	if errors.As(err, &t) {
		return t.StatusCode
	}
	return 0
}

// Found returns nil for an error that only says that there is nothing.
func Found(err error) error {
	if StatusOf(err) == http.StatusNotFound {
		return nil
	}
	return err
}

// Explain says in one sentence what went wrong at a registry, and what to do.
// What the registry itself said is quoted, shortened and printable.
func Explain(err error, registry string) *Error {
	var done *Error
	if errors.As(err, &done) {
		return done
	}
	var t *transport.Error
	if errors.As(err, &t) {
		return &Error{Status: t.StatusCode, text: answered(t, registry), err: err}
	}
	var limit *LimitError
	switch {
	case errors.As(err, &limit):
		return &Error{text: limit.Error(), err: err}
	case errors.Is(err, errCut):
		return &Error{text: errCut.Error() + ": try again", err: err}
	case errors.Is(err, errIdle):
		return &Error{text: errIdle.Error() + ": check the network, or try again", err: err}
	case errors.Is(err, context.DeadlineExceeded):
		return &Error{text: "it takes longer than is allowed: check the network, or try again", err: err}
	}
	var u *url.Error
	for errors.As(err, &u) {
		err = u.Err // without the address, which may carry a token
	}
	return &Error{text: Printable(err.Error(), 300), err: err}
}

// Error is what went wrong at a registry.
type Error struct {
	// Status is the HTTP status; 0 if there was none or it was not the reason.
	Status int
	text   string
	err    error
}

func (e *Error) Error() string { return e.text }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.err }

func answered(t *transport.Error, registry string) string {
	said, action, thing := "", "pull", "there is no such image, or the credentials do not allow to see it"
	for _, d := range t.Errors {
		said = fmt.Sprintf(" (%s)", Printable(strings.TrimSpace(string(d.Code)+" "+d.Message), 200))
		break
	}
	text := fmt.Sprintf("%s answered %d %s%s", registry, t.StatusCode, http.StatusText(t.StatusCode), said)
	if t.Request != nil {
		text += " for " + Printable(t.Request.URL.Path, 200)
		if m := t.Request.Method; m != http.MethodGet && m != http.MethodHead {
			action, thing = "push to", "there is no such repository, or the credentials do not allow to push to it"
		}
	}
	switch {
	case t.StatusCode == http.StatusUnauthorized:
		return text + ": log in with \"docker login " + registry + "\", or check that the image exists"
	case t.StatusCode == http.StatusForbidden:
		return text + ": the credentials do not allow to " + action + " it"
	case t.StatusCode == http.StatusNotFound:
		return text + ": " + thing
	case t.StatusCode == http.StatusTooManyRequests:
		return text + ": the rate limit is used up: log in, or try again later"
	case t.StatusCode >= 500:
		return text + ": try again later"
	}
	return text
}

// Printable cuts text from outside to n bytes of printable ASCII.
func Printable(s string, n int) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f {
			return ' '
		}
		return r
	}, s)
	if len(s) > n {
		s = s[:n] + "..."
	}
	return s
}

// IsTransport reports whether err is about the way to a registry or its answer,
// and not about what an answer held. That there is nothing is no such error.
func IsTransport(err error) bool {
	if status := StatusOf(err); status != 0 {
		return status != http.StatusNotFound
	}
	var u *url.Error
	return errors.As(err, &u) || errors.Is(err, errCut) || errors.Is(err, errIdle)
}
