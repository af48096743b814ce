package forge

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/collect/internal/cut"
)

// Collection is one collection under way. The collectors of single forges
// drive it. Its methods may be called at once from several goroutines.
type Collection struct {
	Options
	// Host is the forge's host as identities and addresses name it; Path is the
	// repository's path on it.
	Host, Path string
	// Result is what was found so far; [Collection.Do] guards it.
	Result *Result

	forge    string
	recorder *Recorder
	mu       sync.Mutex
}

// Begin checks the options. The name of the forge goes into the material;
// usual gives the address of the interface at a host, for Options.BaseURL "".
func Begin(o Options, name string, usual func(host string) string) (*Collection, error) {
	uri, err := evidence.NormalRepository(o.Repository)
	if err != nil {
		return nil, err
	}
	u, err := url.Parse(uri)
	if err != nil {
		return nil, err
	}
	if p, ok := o.Transport.(player); ok && o.BaseURL == "" {
		o.BaseURL = p.base
	}
	if o.BaseURL == "" {
		o.BaseURL = usual(u.Host)
	}
	r, err := NewRecorder(o)
	if err != nil {
		return nil, err
	}
	c := &Collection{Options: r.o, Host: u.Hostname(), Path: strings.TrimPrefix(u.Path, "/"), forge: name, recorder: r}
	c.BaseURL = r.base.String()
	c.Result = &Result{Repository: evidence.Repository{URI: uri}}
	return c, nil
}

// Client returns a client whose requests are recorded.
func (c *Collection) Client() *http.Client { return &http.Client{Transport: c.recorder} }

// Do changes the Result while nobody else does.
func (c *Collection) Do(change func(*Result)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	change(c.Result)
}

// Note adds an observation, once.
func (c *Collection) Note(format string, args ...any) {
	text := printable(fmt.Sprintf(format, args...), 500)
	c.Do(func(r *Result) {
		if !slices.Contains(r.Notes, text) {
			r.Notes = append(r.Notes, text)
		}
	})
}

// Miss records that an endpoint could not be read, and returns nil: the
// collection goes on. It returns an error if the collection cannot go on.
func (c *Collection) Miss(e Endpoint, subject string, err error) error {
	if err == nil {
		return nil
	}
	err = cause(err)
	if fatal(err) {
		return err
	}
	unread := evidence.Unread{What: e.Name, Subject: printable(subject, 200), Why: reason(err), Remedy: remedy(e, err), Unknown: e.Controls}
	if status := (*StatusError)(nil); errors.As(err, &status) {
		unread.Status = int64(status.Status)
	}
	if hidden(err) {
		unread.Needs = e.Scope
	}
	c.Do(func(r *Result) { r.Unread = append(r.Unread, unread) })
	return nil
}

// reason says why, without addresses that differ from one subject to the next.
func reason(err error) string {
	var status *StatusError
	var shape *ShapeError
	switch {
	case errors.As(err, &status):
		text := http.StatusText(status.Status)
		if status.Message != "" {
			text += ": " + status.Message
		}
		return text
	case errors.As(err, &shape):
		return "the answer " + shape.Why
	}
	for _, known := range []any{new(*NotRecordedError), new(*NoAnswerError), new(*HostError), new(*LimitError)} {
		if errors.As(err, known) {
			return printable(err.Error(), 300)
		}
	}
	return "the answer does not have the documented form: " + printable(err.Error(), 200)
}

// Required returns err with the permission that the endpoint needs, if that may
// be the reason.
func Required(e Endpoint, err error) error {
	err = cause(err)
	var form *json.UnmarshalTypeError
	if errors.As(err, &form) {
		return &ShapeError{Path: e.Name, Why: "does not have the documented form: is this the address of its API? " + printable(form.Error(), 200)}
	}
	if !hidden(err) {
		return err
	}
	return fmt.Errorf("%w (%s needs: %s)", err, e.Name, e.Scope)
}

// Each calls fn for 0 to n-1, several at a time, and stops at the first error.
func (c *Collection) Each(ctx context.Context, stage string, n int, fn func(context.Context, int) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var wg sync.WaitGroup
	var mu sync.Mutex
	next, done := 0, 0
	take := func() int {
		mu.Lock()
		defer mu.Unlock()
		next++
		return next - 1
	}
	for range min(c.Parallel, n) {
		wg.Go(func() {
			for i := take(); i < n && ctx.Err() == nil; i = take() {
				if err := fn(ctx, i); err != nil {
					cancel(err) // the first one counts
					return
				}
				mu.Lock()
				if done++; c.Progress != nil {
					c.Progress(stage, done, n)
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return context.Cause(ctx)
}

// Page is one page of a list.
type Page[T any] struct {
	Items []*T
	// Next is the number of the next page; 0 after the last.
	Next int
	// Total is how many items all pages have, as this page says; 0 if it does not
	// say.
	Total int64
}

// Pages collects all pages of a list. fetch gets the page to ask for, from 1. A
// list that ends before the total that was said last is incomplete: forges cut
// long lists short without a next page.
func Pages[T any](c *Collection, fetch func(page int) (Page[T], error)) ([]*T, error) {
	var all []*T
	var total int64
	for page, n := 1, 1; ; n++ {
		p, err := fetch(page)
		if err != nil {
			return all, err
		}
		if slices.Contains(p.Items, nil) {
			return all, &ShapeError{Path: "list", Why: "holds null where an object is documented"}
		}
		all = append(all, p.Items...)
		total = cmp.Or(p.Total, total)
		switch {
		case p.Next == 0 && int64(len(all)) < total:
			return all, &ShapeError{Path: "list", Why: fmt.Sprintf("is incomplete: it gives %d of the %d items that it says there are", len(all), total),
				Remedy: "try again; if the list stays short, the forge gives no more of it and the rest stays unknown"}
		case p.Next == 0:
			return all, nil
		case p.Next <= page:
			return all, &ShapeError{Path: "list", Why: "names a next page that is not after this one"}
		case n >= c.Limits.Pages:
			return all, &LimitError{What: "pages in one list", Limit: int64(c.Limits.Pages), Answer: true}
		}
		page = p.Next
	}
}

// Checked returns the commits whose checks count: the released one, the head of
// each change, and the merge of a change that waited in a merge queue, which
// checks what will be merged.
func (c *Collection) Checked() []string {
	ids := []string{c.Commit}
	for _, ch := range c.Result.Changes {
		ids = append(ids, string(ch.HeadCommit))
		if slices.ContainsFunc(ch.Events, func(e evidence.ChangeEvent) bool { return e.Kind == "queued" }) {
			ids = append(ids, string(ch.MergedAs))
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// Finish sorts the Result and attaches the answers.
func (c *Collection) Finish() (*Result, error) {
	answers, err := c.recorder.Answers(c.forge)
	if err != nil {
		return nil, err
	}
	if skew := clockSkew(answers.List); skew != 0 {
		c.Note("the forge's clock differs from the retriever's by %s", skew)
	}
	r := c.Result
	r.Answers = answers
	r.sort()
	c.settle()
	if slices.Contains(c.Separate, PartEmails) {
		for i := range r.Changes {
			free := &r.Changes[i].Free
			free.Title, free.Body = cut.Emails(free.Title), cut.Emails(free.Body)
		}
	}
	if r.Texts, err = newTexts(c.forge, c.Rand, r.Changes); err != nil {
		return nil, err
	}
	for _, part := range []string{PartTexts, PartEmails} {
		if slices.Contains(c.Separate, part) {
			s, err := answers.separate(part, c.Rand)
			if err != nil {
				return nil, err
			}
			r.Separated = append(r.Separated, s)
		}
	}
	return r, nil
}

// maxSkew is how far two clocks may be apart without a note.
const maxSkew = 2 * time.Minute

// clockSkew returns the largest difference between the forge's and the
// retriever's clock if that is worth a note, else 0.
func clockSkew(list []Answer) time.Duration {
	var worst time.Duration
	for _, a := range list {
		if a.ServerDate == nil {
			continue
		}
		if d := a.ServerDate.Sub(a.RetrievedAt.Time); d.Abs() > worst.Abs() {
			worst = d
		}
	}
	if worst.Abs() <= maxSkew {
		return 0
	}
	return worst
}

// sort brings what several goroutines added into one order.
func (r *Result) sort() {
	slices.SortFunc(r.Changes, func(a, b Change) int { return cmp.Compare(a.Number, b.Number) })
	slices.SortFunc(r.Checks, compareChecks)
	slices.SortFunc(r.Protections, func(a, b evidence.Protection) int {
		return cmp.Or(cmp.Compare(a.Target, b.Target), cmp.Compare(a.Source, b.Source), cmp.Compare(a.ID, b.ID))
	})
	slices.SortFunc(r.Environments, func(a, b evidence.EnvironmentRules) int { return cmp.Compare(a.Name, b.Name) })
	slices.SortFunc(r.Deployments, func(a, b evidence.Deployment) int {
		return cmp.Or(cmp.Compare(len(a.ID), len(b.ID)), cmp.Compare(a.ID, b.ID)) // ids are numbers
	})
	slices.SortFunc(r.Teams, func(a, b evidence.Team) int { return cmp.Compare(a.Name, b.Name) })
	slices.SortFunc(r.Access, func(a, b evidence.AccessGrant) int { return cmp.Compare(a.Who.ID, b.Who.ID) })
	slices.Sort(r.Notes)
	slices.Sort(r.Unlinked)
	r.foldUnread()
}

func compareChecks(a, b evidence.Check) int {
	return cmp.Or(
		strings.Compare(a.Subject.Digest.String(), b.Subject.Digest.String()),
		strings.Compare(a.Name, b.Name),
		CompareTimes(a.StartedAt, b.StartedAt),
		cmp.Compare(a.Attempt, b.Attempt),
		strings.Compare(a.RunID, b.RunID),
	)
}

// CompareTimes orders times; what has none stands first.
func CompareTimes(a, b *evidence.Time) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return -1
	case b == nil:
		return 1
	}
	return a.Compare(b.Time)
}

// foldUnread counts what failed alike, and names the first subject.
func (r *Result) foldUnread() {
	order := func(a, b evidence.Unread) int {
		return cmp.Or(strings.Compare(a.What, b.What), cmp.Compare(a.Status, b.Status), strings.Compare(a.Why, b.Why))
	}
	slices.SortFunc(r.Unread, func(a, b evidence.Unread) int {
		return cmp.Or(order(a, b), cmp.Compare(len(a.Subject), len(b.Subject)), strings.Compare(a.Subject, b.Subject))
	})
	var folded []evidence.Unread
	for _, m := range r.Unread {
		if n := len(folded); n > 0 && order(folded[n-1], m) == 0 {
			folded[n-1].Count = max(folded[n-1].Count, 1) + max(m.Count, 1)
			continue
		}
		folded = append(folded, m)
	}
	r.Unread = folded
}
