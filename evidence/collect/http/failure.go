package http

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Failure is a request that gave no whole answer.
type Failure struct {
	// Mapping and Request name the request.
	Mapping, Request string
	// URL is its address; "" if it could not be made.
	URL string
	// Status is the HTTP status; 0 if there was no answer.
	Status int
	// Kinds are the kinds of records that are unknown or incomplete by it.
	Kinds []string
	// Err says why, and what to do.
	Err error
}

func (f *Failure) Error() string {
	var b strings.Builder
	b.WriteString(f.Mapping + ": request " + f.Request)
	if f.URL != "" {
		fmt.Fprintf(&b, ": GET %.300s", f.URL)
	}
	fmt.Fprintf(&b, ": %v (unknown or incomplete by it: %s)", f.Err, strings.Join(f.Kinds, ", "))
	return b.String()
}

func (f *Failure) Unwrap() error { return f.Err }

func (c *collection) failure(rule requestRule, url string, status int, err error) error {
	var kinds []string
	for _, r := range rule.Records {
		kinds = append(kinds, r.Value.Kind.Value)
	}
	slices.Sort(kinds)
	return &Failure{
		Mapping: c.source.name(), Request: rule.Name.Value, URL: url, Status: status,
		Kinds: slices.Compact(kinds), Err: c.secret.clean(err),
	}
}

// refusal says what a status other than 200 means here.
func (c *collection) refusal(status int, wait time.Duration) error {
	text := fmt.Sprintf("status %d: ", status)
	switch status {
	case http.StatusUnauthorized:
		if c.secret.variable == "" {
			return errors.New(text + "the system wants a credential: name its environment variable")
		}
		return errors.New(text + "the credential in " + c.secret.variable + " was refused: renew it")
	case http.StatusForbidden:
		return errors.New(text + "the credential may not read this: it needs " + c.access())
	case http.StatusNotFound:
		return errors.New(text + "there is no such thing, or it is hidden from a credential without " + c.access())
	case http.StatusTooManyRequests:
		return fmt.Errorf("%stoo many requests: try again after %s", text, wait)
	}
	if status >= 500 {
		return errors.New(text + "the system failed: try again later")
	}
	return errors.New(text + "an answer that is not foreseen: check the base address and the mapping")
}

// refused reports whether a credential that may read more would have helped.
func refused(status int) bool {
	return status == http.StatusUnauthorized || status == http.StatusForbidden || status == http.StatusNotFound
}

// remedy says what to do about a request that failed; access is what the mapping
// says that it needs.
func remedy(status int, access string) string {
	if access == "" {
		access = "the right to read it"
	}
	switch {
	case status == http.StatusUnauthorized:
		return "give a valid credential with " + access
	case status == http.StatusForbidden:
		return "give the credential " + access
	case status == http.StatusNotFound:
		return "make sure that it exists and that the credential has " + access
	case status == http.StatusTooManyRequests:
		return "try again when the system's rate limit allows more"
	case status >= 500:
		return "try again when the system works"
	case status >= 300:
		return "check the base address and the mapping"
	}
	return "check the base address, the network and the mapping, and try again"
}

func (c *collection) access() string {
	if len(c.source.Mapping.Access) == 0 {
		return "the right to read it"
	}
	return strings.Join(c.source.Mapping.Access, ", ")
}
