package http

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/internal/strictjson"
)

const (
	maxLine    = 100 << 20
	maxAnswers = 100_000
)

// Recorded holds answers that were recorded before. As [Options.Transport] it
// replaces the network, and the times, retriever and salt of the recording are
// kept: the result is the same, byte for byte. Any other client gets the bodies
// through RoundTrip.
type Recorded struct {
	header  header
	answers map[string]Answer
}

// ReadRecorded reads what [Result.Material] wrote, of at most limit bytes.
func ReadRecorded(r io.Reader, limit int64) (*Recorded, error) {
	bounded := &io.LimitedReader{R: r, N: limit + 1}
	scanner := bufio.NewScanner(bounded)
	scanner.Buffer(nil, int(min(limit+1, maxLine)))
	rec := &Recorded{answers: map[string]Answer{}}
	number := 0
	for scanner.Scan() {
		number++
		if err := rec.add(number, scanner.Bytes()); err != nil && bounded.N > 0 {
			return nil, fmt.Errorf("recorded answers, line %d: %w", number, err)
		}
	}
	switch {
	case bounded.N == 0:
		return nil, fmt.Errorf("the recorded answers have more than %d bytes", limit)
	case scanner.Err() != nil:
		return nil, fmt.Errorf("recorded answers, line %d: %w", number+1, scanner.Err())
	case number == 0:
		return nil, errors.New("the recorded answers are empty")
	}
	return rec, nil
}

// add reads one line.
func (r *Recorded) add(number int, text []byte) error {
	if number == 1 {
		return r.addHeader(text)
	}
	if number > maxAnswers+1 {
		return fmt.Errorf("more than %d answers", maxAnswers)
	}
	var l line
	if err := strictjson.Unmarshal(text, &l, strictjson.RejectUnknown(), strictjson.RejectNull()); err != nil {
		return err
	}
	a, err := l.answer()
	if err != nil {
		return err
	}
	if _, twice := r.answers[a.URL]; twice {
		return fmt.Errorf("a second answer for %.200s", a.URL)
	}
	r.answers[a.URL] = a
	return nil
}

func (r *Recorded) addHeader(text []byte) error {
	if err := strictjson.Unmarshal(text, &r.header, strictjson.RejectUnknown(), strictjson.RejectNull()); err != nil {
		return err
	}
	salt, err := hex.DecodeString(r.header.Salt)
	switch {
	case r.header.Format != formatName:
		return fmt.Errorf("the format is %.40q, want %q", r.header.Format, formatName)
	case err != nil || len(salt) != saltSize:
		return fmt.Errorf("the salt is not %d bytes in hex", saltSize)
	}
	return nil
}

// answer refuses lines that newLine does not write.
func (l line) answer() (Answer, error) {
	a := Answer{
		Request: l.Request, Page: l.Page, URL: l.URL, RetrievedAt: l.RetrievedAt, ServerTime: l.ServerTime,
		Status: l.Status, MediaType: l.MediaType, Link: l.Link, Complete: l.Complete, Failure: l.Failure, Note: l.Note, Without: l.Without,
	}
	switch {
	case l.Method != http.MethodGet || l.URL == "":
		return Answer{}, errors.New("not a GET with an address")
	case l.Body != nil && l.Base64 != nil:
		return Answer{}, errors.New("two bodies")
	case l.Body != nil:
		a.Body = []byte(*l.Body)
	case l.Base64 != nil:
		body, err := base64.StdEncoding.Strict().DecodeString(*l.Base64)
		if err != nil {
			return Answer{}, fmt.Errorf("bodyBase64: %w", err)
		}
		a.Body = body
	case l.Failure == "":
		return Answer{}, errors.New("no body and no failure")
	}
	return a, nil
}

// take returns a copy of the answer as it was when it had just been fetched.
func (r *Recorded) take(address string) (Answer, error) {
	a, ok := r.answers[address]
	if !ok {
		return Answer{}, errors.New("was not recorded")
	}
	a.Complete = false
	if a.Failure != "" {
		return a, errors.New(a.Failure)
	}
	return a, nil
}

// Retriever is who retrieved the answers; "" if the recording does not say.
func (r *Recorded) Retriever() evidence.Identity { return r.header.Retriever }

// RoundTrip implements http.RoundTripper.
func (r *Recorded) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		defer req.Body.Close()
	}
	a, ok := r.answers[req.URL.String()]
	if !ok || req.Method != http.MethodGet || a.Status == 0 {
		return nil, errors.New("was not recorded")
	}
	h := http.Header{"Content-Type": {a.MediaType}, "Content-Length": {strconv.Itoa(len(a.Body))}}
	if a.Link != "" {
		h.Set("Link", "<"+a.Link+`>; rel="next"`)
	}
	return &http.Response{
		Status: fmt.Sprintf("%d %s", a.Status, http.StatusText(a.Status)), StatusCode: a.Status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: h, Request: req,
		Body: io.NopCloser(bytes.NewReader(a.Body)), ContentLength: int64(len(a.Body)),
	}, nil
}
