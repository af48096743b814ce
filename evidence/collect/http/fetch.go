package http

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/internal/strictjson"
)

const (
	maxRedirects = 5
	// maxRefusal is how much of an answer that refuses is kept, in bytes.
	maxRefusal = 64 << 10
	// maxValues bounds the values in one answer: each costs far more memory
	// than its bytes in the answer.
	maxValues = 1 << 20
	// maxSkew is the difference between two clocks that is not worth a note.
	maxSkew = 5 * time.Minute
)

// leadsAway is a redirect that is not followed, now or later.
type leadsAway string

func (e leadsAway) Error() string { return string(e) }

var errRepeats = errors.New("the answer repeats the credential and is not kept: tell those who run the system")

// fetch gets and parses one answer, which is kept also if it is a refusal; then
// err is not nil. Its status is 0 if there was none.
func (c *collection) fetch(ctx context.Context, address string) (a Answer, value any, err error) {
	if r := c.recorded(); r != nil {
		a, err = r.take(address)
	} else {
		a, err = c.ask(ctx, address)
	}
	if err == nil {
		value, err = c.parse(&a)
	}
	if err != nil {
		err = c.secret.clean(err)
		a.Failure = err.Error()
	}
	return a, value, err
}

// ask makes one request, with further attempts if the system asks to wait.
func (c *collection) ask(ctx context.Context, address string) (Answer, error) {
	for attempt := 1; ; attempt++ {
		if c.requests++; c.requests > c.options.Limits.Requests {
			return Answer{}, fmt.Errorf("more than %d requests", c.options.Limits.Requests)
		}
		a, err := c.try(ctx, address)
		wait, again := a.mayRetry(attempt, c.options)
		if !again || errors.As(err, new(leadsAway)) || attempt >= c.options.Limits.Attempts || ctx.Err() != nil || c.waited+wait > c.options.Limits.TotalWait {
			return a, err
		}
		c.waited += wait
		if err := c.options.Sleep(ctx, wait); err != nil {
			return a, err
		}
	}
}

// try makes one attempt.
func (c *collection) try(ctx context.Context, address string) (Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, c.options.Limits.Timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return Answer{}, errors.New("the address cannot be requested")
	}
	req.Header.Set("Accept", "application/json")
	c.secret.addTo(req.Header)
	client := http.Client{Transport: c.options.Transport, CheckRedirect: c.redirect}
	resp, err := client.Do(req)
	a := Answer{URL: address, RetrievedAt: evidence.At(c.options.Now())}
	if err != nil {
		return a, withoutAddress(err)
	}
	defer resp.Body.Close()
	a.header(resp, c.secret)
	return a, c.read(&a, resp)
}

// withoutAddress takes the address out of an error of net/http: a Failure
// names it already, and one of a redirect is the system's own text.
func withoutAddress(err error) error {
	var e *url.Error
	if !errors.As(err, &e) {
		return err
	}
	if e.Timeout() {
		return errors.New("no answer in time: try again later")
	}
	return e.Err
}

// redirect follows redirects to what is below the base address only.
func (c *collection) redirect(req *http.Request, via []*http.Request) error {
	if len(via) > maxRedirects {
		return leadsAway(fmt.Sprintf("more than %d redirects", maxRedirects))
	}
	if !c.base.same(req.URL) {
		return leadsAway(fmt.Sprintf("redirected to %.100s://%.100s, and other hosts are not asked: correct the base address",
			req.URL.Scheme, req.URL.Host))
	}
	if !c.base.below(req.URL) {
		return leadsAway("redirected to what is not below the base address, and that is not asked: correct the base address")
	}
	return nil
}

// read reads and judges the body.
func (c *collection) read(a *Answer, resp *http.Response) error {
	limit := c.options.Limits.Answer
	if a.Status != http.StatusOK {
		limit = min(limit, maxRefusal)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, limit+1))
	c.bytes += int64(len(body))
	switch {
	case a.Status != http.StatusOK:
		a.keep(body[:min(int64(len(body)), limit)], c.secret)
		wait, _ := a.mayRetry(1, c.options)
		return c.refusal(a.Status, wait)
	case int64(len(body)) > limit:
		return fmt.Errorf("the answer has more than %d bytes, the most that are read", limit)
	case c.bytes > c.options.Limits.Total:
		return fmt.Errorf("the answers have more than %d bytes together, the most that are kept", c.options.Limits.Total)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("the answer ends early: try again")
	case err != nil:
		return withoutAddress(err)
	}
	if !a.keep(body, c.secret) {
		return errRepeats
	}
	return nil
}

// parse reads the body as JSON.
func (c *collection) parse(a *Answer) (any, error) {
	if t, _, err := mime.ParseMediaType(a.MediaType); err != nil || t != "application/json" && !strings.HasSuffix(t, "+json") {
		return nil, fmt.Errorf("the answer is %.80q and not JSON: is it a sign-in page, or the wrong base address?", a.MediaType)
	}
	if bytes.Count(a.Body, []byte(","))+bytes.Count(a.Body, []byte("[")) > maxValues {
		return nil, fmt.Errorf("the answer may hold more than %d values", maxValues)
	}
	var value any
	if err := strictjson.Unmarshal(a.Body, &value); err != nil {
		return nil, fmt.Errorf("the answer is not JSON that can be relied on: %w", err)
	}
	if c.secret.inValue(value) {
		a.Body = nil
		return nil, errRepeats
	}
	return value, nil
}

// mayRetry returns how long to wait before another attempt, and whether one is
// worth it: if the system asks to wait (429, 503), if something before it failed
// (502, 504) or did not answer, and not longer than allowed.
func (a Answer) mayRetry(attempt int, o Options) (time.Duration, bool) {
	wait := time.Second << (attempt - 1)
	switch a.Status {
	case 0, http.StatusBadGateway, http.StatusGatewayTimeout:
		return wait, wait <= o.Limits.Wait
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
	default:
		return 0, false
	}
	if n, err := strconv.ParseUint(a.retryAfter, 10, 31); err == nil {
		wait = time.Duration(n) * time.Second
	} else if at, err := http.ParseTime(a.retryAfter); err == nil {
		now := a.RetrievedAt.Time
		if a.ServerTime != nil {
			now = a.ServerTime.Time // both by the clock of the system
		}
		wait = max(at.Sub(now), time.Second)
	}
	return wait, wait <= o.Limits.Wait
}
