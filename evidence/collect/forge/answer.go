package forge

import (
	"bytes"
	"cmp"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/internal/strictjson"
)

// Answer is one answer of a forge, as it is kept.
type Answer struct {
	// URL is the address asked, with its query sorted.
	URL string `json:"url"`
	// Method is always GET.
	Method string `json:"method"`
	// Attempt counts the attempts at this address from 1.
	Attempt int `json:"attempt"`
	// RetrievedAt is when the answer had come, by the retriever's clock.
	RetrievedAt evidence.Time `json:"retrievedAt"`
	// ServerDate is what the forge said the time was (RFC 9110, section 6.6.1).
	ServerDate *evidence.Time `json:"serverDate,omitempty"`
	// Status is the HTTP status; 0 if there was no answer.
	Status int `json:"status"`
	// Complete says that the answer was read in full, and all pages after it.
	Complete bool `json:"complete"`
	// Page is the page asked for, where the address names one.
	Page int64 `json:"page,omitzero"`
	// Total is how many items all pages of the list have, where a header says it
	// (GitLab's X-Total).
	Total *int64 `json:"total,omitempty"`
	// Next is the address of the next page; Location that of a redirect.
	Next     string `json:"next,omitempty"`
	Location string `json:"location,omitempty"`
	// Retriever names the program that asked.
	Retriever string `json:"retriever"`
	// Fault says what is wrong with the answer, beside its status.
	Fault Fault `json:"fault,omitempty"`
	// Note says more for people.
	Note string `json:"note,omitempty"`
	// BodyDigest is of the body as it came.
	BodyDigest *evidence.Digest `json:"bodyDigest,omitempty"`
	// Without names the parts that were taken out of the body and are materials
	// of their own: "emails", "texts".
	Without []string `json:"without,omitempty"`
	// Body is the JSON that came, without white space between its tokens.
	Body jsontext.Value `json:"body,omitempty"`
}

// Fault is what can be wrong with an answer.
type Fault string

// The faults.
const (
	FaultNone     Fault = ""
	FaultNoAnswer Fault = "no-answer"        // the forge could not be reached
	FaultCut      Fault = "cut"              // it broke off
	FaultTooLarge Fault = "too-large"        // larger than a limit; not kept
	FaultObjects  Fault = "too-many-objects" // not kept
	FaultNotJSON  Fault = "not-json"         // or JSON that readers understand differently
	FaultRate     Fault = "rate-limited"     // the forge asked to wait
	FaultToken    Fault = "repeats-a-token"  // it held the access token; not kept
)

// compareAnswers is the order of answers in the material.
func compareAnswers(a, b Answer) int {
	return cmp.Or(strings.Compare(a.URL, b.URL), cmp.Compare(a.Attempt, b.Attempt))
}

// err returns what a client must be told instead of this answer.
func (a *Answer) err(l Limits) error {
	path := a.path()
	switch a.Fault {
	case FaultNoAnswer:
		return &NoAnswerError{Path: path, Attempts: a.Attempt}
	case FaultCut:
		return &ShapeError{Path: path, Why: "broke off", Remedy: "try again"}
	case FaultTooLarge:
		return &LimitError{What: "bytes in the answer of " + path, Limit: l.PerAnswer, Answer: true}
	case FaultObjects:
		return &LimitError{What: "objects in the answer of " + path, Limit: maxObjects, Answer: true}
	case FaultNotJSON:
		return &ShapeError{Path: path, Why: "is not JSON that every reader understands alike"}
	case FaultToken:
		return &ShapeError{Path: path, Why: "repeats the access token and was dropped: revoke the token", Remedy: "revoke the token and give a new one"}
	case FaultRate:
		return &RateLimitError{Path: path, Limit: l.Wait}
	}
	if a.Status >= 400 {
		return &StatusError{path, a.Status, a.message()}
	}
	return nil
}

// path returns the address without host, for messages.
func (a *Answer) path() string {
	u, err := url.Parse(a.URL)
	if err != nil {
		return "an unreadable address"
	}
	return printable(u.EscapedPath(), 300)
}

// message returns what an answer of GitHub or GitLab gives as the reason.
func (a *Answer) message() string {
	var body struct {
		Message jsontext.Value `json:"message"`
		Error   jsontext.Value `json:"error"`
	}
	if len(a.Body) == 0 || strictjson.Unmarshal(a.Body, &body) != nil {
		return ""
	}
	text := body.Message
	if len(text) == 0 {
		text = body.Error
	}
	var s string
	if strictjson.Unmarshal(text, &s) != nil {
		s = string(text) // GitLab also gives objects here
	}
	return printable(s, 200)
}

// good says that the client gets the answer's body.
func (a *Answer) good() bool { return a.Fault == FaultNone && a.Status >= 200 && a.Status < 300 }

// retrievedHeader carries the time of retrieval to the collectors.
const retrievedHeader = "Dossier-Retrieved-At"

// totalHeader is how GitLab says how many items a list has.
const totalHeader = "X-Total"

// Retrieved returns when the answer behind a response was retrieved, which is
// the recorded time where it is played back.
func Retrieved(r *http.Response) evidence.Time {
	if r == nil {
		return evidence.Time{}
	}
	t, err := evidence.ParseTime(r.Header.Get(retrievedHeader))
	if err != nil {
		return evidence.Time{}
	}
	return t
}

// response makes the response that a client sees from what is kept.
func (a *Answer) response(req *http.Request) *http.Response {
	h := http.Header{"Content-Type": {"application/json"}, retrievedHeader: {a.RetrievedAt.Format(time.RFC3339)}}
	if a.Next != "" {
		h.Set("Link", "<"+a.Next+`>; rel="next"`)
		if page := pageOf(a.Next); page > 0 {
			h.Set("X-Next-Page", strconv.FormatInt(page, 10))
		}
	}
	if a.Total != nil {
		h.Set(totalHeader, strconv.FormatInt(*a.Total, 10))
	}
	if a.Location != "" {
		h.Set("Location", a.Location)
	}
	return &http.Response{
		Status: strconv.Itoa(a.Status) + " " + http.StatusText(a.Status), StatusCode: a.Status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: h, Body: io.NopCloser(bytes.NewReader(a.Body)), ContentLength: int64(len(a.Body)), Request: req,
	}
}
