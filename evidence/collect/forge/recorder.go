package forge

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/release-dossier/dossier/evidence"
)

// Recorder is a transport that keeps every answer. It sends GET requests to
// one host, adds the token, tries again where that may help, and asks for no
// address twice: a collection sees one state of each.
//
// Unlike other transports it returns a [StatusError] for a status of 400 or
// more, and other errors of this package for answers that cannot be used. A
// Recorder is safe for concurrent use.
type Recorder struct {
	o    Options
	base *url.URL

	mu       sync.Mutex
	calls    map[string]*call
	answers  []Answer
	requests int
	bytes    int64
	waited   time.Duration
}

// call is one address, asked once.
type call struct {
	once   sync.Once
	answer Answer
	err    error
}

// NewRecorder returns a Recorder for the forge at o.BaseURL.
func NewRecorder(o Options) (*Recorder, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	base, err := o.base()
	if err != nil {
		return nil, err
	}
	return &Recorder{o: o, base: base, calls: map[string]*call{}}, nil
}

// RoundTrip implements http.RoundTripper.
func (r *Recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		req.Body.Close()
	}
	if req.Method != http.MethodGet {
		return nil, fmt.Errorf("a recorder only reads: %.20q is not GET", req.Method)
	}
	if req.URL.Host != r.base.Host || req.URL.Scheme != r.base.Scheme || req.URL.User != nil {
		return nil, &HostError{printable(req.URL.Host, 100)}
	}
	c := r.call(address(req.URL))
	c.once.Do(func() { c.answer, c.err = r.fetch(req) })
	switch {
	case c.err != nil:
		return nil, c.err
	case c.answer.Status == http.StatusOK && bytes.Equal(bytes.TrimSpace(c.answer.Body), []byte("null")):
		return nil, &ShapeError{Path: req.URL.Path, Why: "is null, which is neither an object nor a list"}
	}
	return c.answer.response(req), nil
}

func (r *Recorder) call(url string) *call {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.calls[url] == nil {
		r.calls[url] = &call{}
	}
	return r.calls[url]
}

// Answers returns what was kept so far, sorted, with a salt from Options.Rand or
// that of the recording that is played back.
func (r *Recorder) Answers(forge string) (*Answers, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := &Answers{Forge: forge, BaseURL: r.base.String(), Repository: r.o.Repository, List: append([]Answer(nil), r.answers...)}
	if p, ok := r.o.Transport.(player); ok {
		s.Salt = p.salt
	} else if _, err := io.ReadFull(r.o.Rand, s.Salt[:]); err != nil {
		return nil, fmt.Errorf("no salt for the forge's answers: %w", err)
	}
	s.finish()
	return s, nil
}

// fetch asks until there is an answer or no point in asking again.
func (r *Recorder) fetch(req *http.Request) (Answer, error) {
	if p, ok := r.o.Transport.(player); ok {
		return r.replay(p, address(req.URL))
	}
	for attempt := 1; ; attempt++ {
		a, h, err := r.attempt(req, attempt)
		if err != nil {
			return a, err
		}
		if err := r.keep(a); err != nil {
			return a, err
		}
		failure := a.err(r.o.Limits)
		wait, again := r.again(&a, h)
		if !again {
			return a, failure
		}
		if err := r.pause(req.Context(), &a, wait, failure); err != nil {
			return a, err
		}
	}
}

// replay keeps the recorded attempts as they are, with their times.
func (r *Recorder) replay(p player, url string) (Answer, error) {
	list, err := p.attempts(url)
	if err != nil {
		return Answer{}, err
	}
	for _, a := range list {
		if err := r.count(); err != nil {
			return a, err
		}
		if err := r.keep(a); err != nil {
			return a, err
		}
	}
	last := list[len(list)-1]
	return last, last.err(r.o.Limits)
}

// count counts a request against the limit.
func (r *Recorder) count() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.requests++; r.requests > r.o.Limits.Requests {
		return &LimitError{What: "requests to the forge", Limit: int64(r.o.Limits.Requests)}
	}
	return nil
}

func (r *Recorder) keep(a Answer) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.bytes += int64(len(a.Body)); r.bytes > r.o.Limits.Bytes {
		return &LimitError{What: "bytes of answers from the forge", Limit: r.o.Limits.Bytes}
	}
	r.answers = append(r.answers, a)
	return nil
}

// attempt asks once. Its error is only for what no further attempt can mend.
func (r *Recorder) attempt(req *http.Request, n int) (Answer, http.Header, error) {
	a := Answer{URL: address(req.URL), Method: http.MethodGet, Attempt: n, Page: pageOf(req.URL.String()), Retriever: r.o.Retriever}
	if err := r.count(); err != nil {
		return a, nil, err
	}
	token, err := r.token(req.Context())
	if err != nil {
		return a, nil, err
	}
	ctx, cancel := context.WithTimeout(req.Context(), r.o.Limits.Timeout)
	defer cancel()
	resp, err := r.o.Transport.RoundTrip(r.request(ctx, req, token))
	a.RetrievedAt = evidence.At(r.o.Now())
	if err != nil {
		if stop := req.Context().Err(); stop != nil {
			return a, nil, stop
		}
		a.Fault = FaultNoAnswer
		return a, nil, nil
	}
	defer resp.Body.Close()
	a.Status = resp.StatusCode
	r.readHeader(&a, req.URL, resp.Header)
	if r.readBody(&a, resp); req.Context().Err() != nil {
		return a, nil, req.Context().Err()
	}
	a.RetrievedAt = evidence.At(r.o.Now())
	// GitHub may refuse for its secondary limit with a message only.
	if a.Status == http.StatusForbidden && strings.Contains(strings.ToLower(a.message()), "rate limit") {
		a.Fault = FaultRate
	}
	a.dropToken(token)
	return a, resp.Header, nil
}

func (r *Recorder) token(ctx context.Context) (string, error) {
	if r.o.Token == nil {
		return "", nil
	}
	token, err := r.o.Token(ctx)
	if err != nil {
		return "", fmt.Errorf("no access token for the forge: %w", err)
	}
	for _, c := range []byte(token) {
		if c <= 0x20 || c >= 0x7f { // net/http's own error would show it
			return "", errors.New("the access token for the forge holds white space or characters beyond ASCII: give the token alone")
		}
	}
	return token, nil
}

// request carries over only what the forge has to know.
func (r *Recorder) request(ctx context.Context, req *http.Request, token string) *http.Request {
	out := (&http.Request{Method: http.MethodGet, URL: req.URL, Host: req.URL.Host, Header: http.Header{}}).WithContext(ctx)
	for _, name := range []string{"Accept", "X-Github-Api-Version"} {
		if v := req.Header.Get(name); v != "" {
			out.Header.Set(name, v)
		}
	}
	out.Header.Set("User-Agent", r.o.Retriever)
	if token != "" {
		out.Header.Set("Authorization", "Bearer "+token)
	}
	return out
}

func (r *Recorder) readHeader(a *Answer, asked *url.URL, h http.Header) {
	if t, err := http.ParseTime(h.Get("Date")); err == nil && t.Year() >= 1970 && t.Year() <= 9999 {
		at := evidence.At(t)
		a.ServerDate = &at
	}
	switch {
	case a.good():
		a.Next = nextPage(asked, h)
		if n, err := strconv.ParseInt(h.Get(totalHeader), 10, 64); err == nil && n >= 0 {
			a.Total = &n
		}
	case a.Status >= 300 && a.Status < 400:
		if u, err := asked.Parse(h.Get("Location")); err == nil && len(h.Get("Location")) <= maxLink {
			a.Location = u.String()
		}
	case a.Status == http.StatusTooManyRequests, a.Status == http.StatusForbidden && limited(h):
		a.Fault = FaultRate
	}
}

// readBody keeps the body if it is JSON and within its limit.
func (r *Recorder) readBody(a *Answer, resp *http.Response) {
	body, err := io.ReadAll(io.LimitReader(resp.Body, r.o.Limits.PerAnswer+1))
	switch {
	case int64(len(body)) > r.o.Limits.PerAnswer:
		a.setFault(FaultTooLarge, fmt.Sprintf("more than %d bytes, not kept", r.o.Limits.PerAnswer))
		return
	case err != nil:
		a.setFault(FaultCut, fmt.Sprintf("broke off after %d bytes", len(body)))
		return
	case len(body) == 0:
		if a.good() && a.Status != http.StatusNoContent {
			a.setFault(FaultNotJSON, "the body is empty")
		}
		return
	}
	digest := evidence.Sum(body)
	a.BodyDigest = &digest
	value, err := compact(body)
	switch {
	case err == nil:
		a.Body = value
		return
	case errors.Is(err, errObjects):
		a.setFault(FaultObjects, err.Error()+", not kept")
		return
	}
	a.Note = "the body is not strict JSON, not kept"
	if a.good() {
		a.setFault(FaultNotJSON, a.Note)
	}
}

func (a *Answer) setFault(f Fault, note string) {
	if a.Status < 400 {
		a.Fault = f
	}
	a.Note, a.Next = note, ""
}

// dropToken drops everything that came with an answer that repeats the token.
func (a *Answer) dropToken(token string) {
	if token == "" || !shows(a.Body, token) && !strings.Contains(a.Next+" "+a.Location, token) {
		return
	}
	a.Body, a.BodyDigest, a.Next, a.Location = nil, nil, "", ""
	a.Fault, a.Note = FaultToken, "the answer held the access token, not kept"
}
