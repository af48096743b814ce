package http

import (
	"context"
	"crypto/rand"
	"io"
	"net/http"
	"time"

	"github.com/release-dossier/dossier/evidence"
)

// Source is one system and what of it is asked.
type Source struct {
	Mapping *Mapping
	// Base is the system's address, "https://fintech.atlassian.net", with a
	// path if the system lives below one.
	Base       string
	Credential Credential
	// Parameters are the values of variables that do not depend on the release:
	// a namespace, the name of an application.
	Parameters map[string]string
	// Include names requests of the mapping that are made only on demand.
	Include []string
	// ReferenceOnly makes records of the ids without asking.
	ReferenceOnly bool
}

// Targets are what the release is known by. Each variable of a mapping that is
// not among the parameters takes every value in turn.
type Targets struct {
	// Tickets fill {ticket}, Versions {version}, Digests ("sha256:<hex>")
	// {digest}, Commits {commit} and Environments {environment}.
	Tickets, Versions, Digests, Commits, Environments []string
}

func (t Targets) of(variable string) []string {
	switch variable {
	case "ticket":
		return t.Tickets
	case "version":
		return t.Versions
	case "digest":
		return t.Digests
	case "commit":
		return t.Commits
	case "environment":
		return t.Environments
	}
	return nil
}

// Options say who asks, and by what means.
type Options struct {
	// Environ holds the variables that credentials are taken from.
	Environ map[string]string
	// Now is the clock.
	Now func() time.Time
	// Retriever is who signs for what was retrieved; it stands in the material.
	Retriever evidence.Identity
	// Transport makes the requests; nil means the network, without a proxy. A
	// [Recorded] answers from a file.
	Transport http.RoundTripper
	// Sleep waits before a request is repeated; nil means a timer.
	Sleep func(context.Context, time.Duration) error
	// Random gives the material's salt; nil means crypto/rand.
	Random io.Reader
	// Limits of zero mean the defaults.
	Limits Limits
}

// Limits bound what a source can cost.
type Limits struct {
	// Requests is the most requests of one Collect; 1,000.
	Requests int
	// Answer and Total are the most bytes of one answer and of all; 8 and 64
	// MiB.
	Answer, Total int64
	// Attempts is the most attempts of a request that may be made again; 4.
	Attempts int
	// Wait is the longest time before another attempt, one minute; TotalWait
	// that of all waiting together, 15 minutes.
	Wait, TotalWait time.Duration
	// Timeout is the longest time for one answer; 30 seconds.
	Timeout time.Duration
}

func (l Limits) withDefaults() Limits {
	return Limits{
		Requests: either(l.Requests, 1000),
		Answer:   either(l.Answer, 8<<20),
		Total:    either(l.Total, 64<<20),
		Attempts: either(l.Attempts, 4),
		Wait:     either(l.Wait, time.Minute), TotalWait: either(l.TotalWait, 15*time.Minute),
		Timeout: either(l.Timeout, 30*time.Second),
	}
}

func either[T int | int64 | time.Duration](given, usual T) T {
	if given > 0 {
		return given
	}
	return usual
}

func (o Options) withDefaults() Options {
	o.Limits = o.Limits.withDefaults()
	if o.Transport == nil {
		o.Transport = &http.Transport{
			TLSHandshakeTimeout:    10 * time.Second,
			MaxResponseHeaderBytes: 64 << 10,
			ForceAttemptHTTP2:      true,
		}
	}
	if o.Sleep == nil {
		o.Sleep = sleep
	}
	if o.Random == nil {
		o.Random = rand.Reader
	}
	return o
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
