package forge

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/collect/forge/description"
	"github.com/release-dossier/dossier/evidence/gitobj"
)

// Options say what to collect and how to ask for it.
type Options struct {
	// Repository is the repository's address in any form that
	// evidence.NormalRepository reads.
	Repository string
	// BaseURL is the address of the forge's REST interface; "" means the usual
	// one of the repository's host.
	BaseURL string
	// Commit is the released commit, Commits are all commits of the release
	// (controls catalogue, G2). Both are full object ids.
	Commit  string
	Commits []string
	// Tag is the release tag's short name; "" means no release page is asked
	// for.
	Tag string
	// Version is the release's version without tag prefix, and Artifacts are what
	// it released: they are searched for among the forge's packages.
	Version   string
	Artifacts []evidence.Artifact
	// Run is the forge's own run that collects, and Attempt which one of it; "" if
	// it is none of this forge, or of another repository.
	Run     string
	Attempt int64
	// Since is where the search for deployments begins, for forges that cannot
	// search by commit; usually the time of the released commit.
	Since time.Time
	// Teams are teams whose members are asked for, beside those that were asked
	// for a review: the slugs or paths that CODEOWNERS names.
	Teams []string
	// Roles are teams that stand for a role, by the team's slug or path: their
	// members are listed in full.
	Roles map[string]string
	// Environments are the only ones whose rules and deployments count; none
	// means all.
	Environments []string
	// ReleaseLabel is the label of the change that releases: the description of
	// the one that became the released commit may hold the release's trailers.
	// "" is none.
	ReleaseLabel string
	// Template says by which names the fields of the pull-request template are
	// known in descriptions; nil means the usual ones.
	Template *description.Form
	// Separate names the parts of the answers that are kept out of them, each a
	// material of its own: [PartEmails], [PartTexts].
	Separate []string
	// Tickets matches a ticket's key; nil means that texts are not searched.
	Tickets *regexp.Regexp

	// Transport sends the requests; nil means a new http.Transport without
	// proxy. [Recorded] makes one that plays answers back.
	Transport http.RoundTripper
	// Token returns the access token; nil means none is sent.
	Token func(context.Context) (string, error)
	// Now is the clock that says when an answer was retrieved.
	Now func() time.Time
	// Sleep waits between attempts; nil means the real clock.
	Sleep func(context.Context, time.Duration) error
	// Rand is where the material's salt comes from: crypto/rand.Reader.
	Rand io.Reader
	// Retriever names the program that asks, with its version.
	Retriever string
	// Parallel is how many requests are on their way at once; 0 means 4.
	Parallel int
	// Limits bound the collection; zero fields mean their defaults.
	Limits Limits
	// Progress, if not nil, is told how far a stage is. It is called by one
	// goroutine at a time.
	Progress func(stage string, done, total int)
}

// Limits bound what one collection asks for and holds. A zero field means the
// default that its comment gives.
type Limits struct {
	Requests  int           // attempts counted; 20,000
	Bytes     int64         // of all answers together; 256 MiB
	PerAnswer int64         // bytes of one answer, uncompressed; 16 MiB
	Pages     int           // of one list; 300
	Attempts  int           // for one answer; 4
	Wait      time.Duration // for all waiting together; 15 minutes
	Timeout   time.Duration // for one attempt; 1 minute
	Commits   int           // in Options.Commits; 50,000
}

// withDefaults returns l with its zero fields filled in.
func (l Limits) withDefaults() Limits {
	fill(&l.Requests, 20_000)
	fill(&l.Bytes, 256<<20)
	fill(&l.PerAnswer, 16<<20)
	fill(&l.Pages, 300)
	fill(&l.Attempts, 4)
	fill(&l.Wait, 15*time.Minute)
	fill(&l.Timeout, time.Minute)
	fill(&l.Commits, 50_000)
	return l
}

func fill[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// withDefaults checks o and returns it with its zero fields filled in.
func (o Options) withDefaults() (Options, error) {
	switch {
	case o.Now == nil:
		return o, errors.New("no clock was given: set Options.Now")
	case o.Rand == nil:
		return o, errors.New("no source for the salt was given: set Options.Rand to crypto/rand.Reader")
	}
	var err error
	if o.Repository, err = evidence.NormalRepository(o.Repository); err != nil {
		return o, err
	}
	o.Limits = o.Limits.withDefaults()
	fill(&o.Retriever, "release-dossier")
	fill(&o.Parallel, 4)
	if o.Template == nil {
		o.Template = description.New()
	}
	if o.Transport == nil {
		o.Transport = &http.Transport{MaxResponseHeaderBytes: 1 << 20, ForceAttemptHTTP2: true}
	}
	if o.Sleep == nil {
		o.Sleep = sleep
	}
	return o, errors.Join(checkParts(o.Separate), o.checkCommits())
}

// Wants reports whether an environment is one of those that count.
func (o Options) Wants(environment string) bool {
	return len(o.Environments) == 0 || slices.Contains(o.Environments, environment)
}

func (o Options) checkCommits() error {
	if len(o.Commits) > o.Limits.Commits {
		return &LimitError{What: "commits in the release", Limit: int64(o.Limits.Commits)}
	}
	for _, id := range append([]string{o.Commit}, o.Commits...) {
		if !gitobj.IsID(id) {
			return fmt.Errorf("commit %.70q is not a full lower-case object id", id)
		}
	}
	return nil
}

// CheckBaseURL refuses an address that cannot be [Options.BaseURL].
func CheckBaseURL(address string) error {
	_, err := Options{BaseURL: address}.base()
	return err
}

// base parses the address of the REST interface.
func (o Options) base() (*url.URL, error) {
	u, err := url.Parse(o.BaseURL)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, errors.New("the forge's base address is not a plain URL: want https://host/path/") // it may hold a password
	}
	if u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())) {
		return nil, fmt.Errorf("the forge's base address has the scheme %.20q: want https, so that the token stays secret", u.Scheme)
	}
	if !strings.HasSuffix(u.Path, "/") {
		u.Path += "/"
	}
	return u, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// sleep waits for d or until ctx ends.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
