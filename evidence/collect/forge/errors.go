package forge

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// StatusError is an answer with a status of 400 or more.
type StatusError struct {
	Path    string // of the address
	Status  int
	Message string // what the forge said, shortened and printable
}

// Error implements error.
func (e *StatusError) Error() string {
	s := fmt.Sprintf("%s: the forge answered %d %s", e.Path, e.Status, http.StatusText(e.Status))
	if e.Message != "" {
		s += fmt.Sprintf(" (%s)", e.Message)
	}
	switch e.Status {
	case http.StatusUnauthorized:
		return s + ": the token is missing, expired or revoked; give a valid one"
	case http.StatusForbidden:
		return s + ": the token lacks a permission"
	case http.StatusNotFound:
		return s + ": it does not exist or the token may not see it"
	}
	if e.Status >= 500 {
		return s + ": try again when the forge works"
	}
	return s
}

// RateLimitError says that the forge asks to wait longer than allowed.
type RateLimitError struct {
	Path  string
	Wait  time.Duration // asked for by the forge; 0 if it did not say
	Limit time.Duration // of all waiting together
}

// Error implements error.
func (e *RateLimitError) Error() string {
	when := "when its limit allows more"
	if e.Wait > 0 {
		when = fmt.Sprintf("in %s, as it asks (at most %s are waited for here)", e.Wait, e.Limit)
	}
	return fmt.Sprintf("%s: the forge's rate limit is used up: run again %s, or use a token with a higher limit", e.Path, when)
}

// LimitError says that a limit of ours was reached.
type LimitError struct {
	What  string
	Limit int64
	// Answer says that one answer was refused, not the whole collection.
	Answer bool
}

// Error implements error.
func (e *LimitError) Error() string {
	s := fmt.Sprintf("more than %d %s, the most that is read", e.Limit, e.What)
	if e.Answer {
		return s
	}
	return s + ": release fewer commits at once"
}

// HostError says that a request was about to leave the forge.
type HostError struct{ Host string }

// Error implements error.
func (e *HostError) Error() string {
	return fmt.Sprintf("the forge redirects to %.100q, which was not asked for and gets no token: give that host's address if it is the right one", e.Host)
}

// ShapeError says that an answer is not what the forge's documentation
// promises: cut short, not JSON, of the wrong type, or without a member that
// is needed.
type ShapeError struct {
	Path string
	Why  string
	// Hidden says that the forge leaves out what the token may not see.
	Hidden bool
	// Remedy is what to do about it, if anything is known.
	Remedy string
}

// Error implements error.
func (e *ShapeError) Error() string { return e.Path + ": the forge's answer " + e.Why }

// NotRecordedError says that a recording holds no answer for an address.
type NotRecordedError struct{ Path string }

// Error implements error.
func (e *NotRecordedError) Error() string {
	return e.Path + ": no answer was recorded: take the answers that were recorded for this release, or ask the forge"
}

// NoAnswerError says that the forge could not be reached. Why is not kept: a
// recording must give the same error again.
type NoAnswerError struct {
	Path     string
	Attempts int
}

// Error implements error.
func (e *NoAnswerError) Error() string {
	return fmt.Sprintf("%s: no answer after attempt %d: check the address and the network", e.Path, e.Attempts)
}

// fatal reports whether a collection that meets err cannot go on: everything
// asked afterwards would fail alike.
func fatal(err error) bool {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return true
	}
	var rate *RateLimitError
	var limit *LimitError
	var status *StatusError
	switch {
	case errors.As(err, &rate):
		return true
	case errors.As(err, &limit):
		return !limit.Answer
	case errors.As(err, &status):
		return status.Status == http.StatusUnauthorized
	}
	return false
}

// hidden reports whether a permission that the token lacks may be the reason.
func hidden(err error) bool {
	var status *StatusError
	var shape *ShapeError
	switch {
	case errors.As(err, &status):
		return status.Status == http.StatusUnauthorized || status.Status == http.StatusForbidden || status.Status == http.StatusNotFound
	case errors.As(err, &shape):
		return shape.Hidden
	}
	return false
}

// remedy says what to do about an endpoint that could not be read.
func remedy(e Endpoint, err error) string {
	var status *StatusError
	var shape *ShapeError
	switch {
	case errors.As(err, &status) && status.Status == http.StatusNotFound:
		return "make sure that it exists and that the token has the permission " + e.Scope
	case hidden(err):
		return "give the token the permission " + e.Scope
	case errors.As(err, &status) && status.Status >= 500:
		return "try again when the forge works"
	case errors.As(err, new(*NotRecordedError)):
		return "take the answers that were recorded for this release, or ask the forge"
	case errors.As(err, new(*NoAnswerError)):
		return "check the forge's address and the network, and try again"
	case errors.As(err, new(*HostError)):
		return "configure the address of the host that it redirects to, if that is the right one"
	case errors.As(err, new(*LimitError)):
		return "make sure that the address is that of the forge's own interface; a larger answer is not read"
	case errors.As(err, &shape) && shape.Remedy != "":
		return shape.Remedy
	}
	return "try again; if the answer stays as it is, make sure that the address is that of the forge's own interface and that nothing between changes its answers"
}

// cause strips what net/http and the clients put around an error: it repeats
// the address.
func cause(err error) error {
	var u *url.Error
	for errors.As(err, &u) {
		err = u.Err
	}
	return err
}

// Printable is text from outside for people: short, and without what could hide
// or act in a terminal. It identifies nothing.
func Printable(s string) string { return printable(s, 100) }

// Rationale is what somebody wrote about a decision, at most 2,000 bytes of it.
func Rationale(s string) string { return printable(strings.Join(strings.Fields(s), " "), 2000) }

// printable cuts text from outside to n bytes and leaves out what could hide
// or act in a terminal.
func printable(s string, n int) string {
	s = strings.ToValidUTF8(strings.Map(func(r rune) rune {
		if r < 0x20 || r >= 0x7f && r < 0xa0 || r >= 0x200b && r <= 0x200f || r >= 0x2028 && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0xfeff {
			return -1
		}
		return r
	}, s), "")
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "")
}
