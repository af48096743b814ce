package http

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/internal/lazyregexp"
	"github.com/release-dossier/dossier/internal/strictjson"
)

// MediaType is the media type of [Result.Material]: lines of JSON, a header and
// then one line for each answer.
const MediaType = "application/vnd.release-dossier.http-answers.v1+jsonl"

const formatName = "http-answers/v1"

// Answer is one answer as it came.
type Answer struct {
	// Request is the name of the request in the mapping, Page counts its pages
	// from 1.
	Request string
	Page    int
	// URL is the address that was asked.
	URL string
	// RetrievedAt is when, by the retriever's clock; ServerTime what the
	// system's clock said, if it said something.
	RetrievedAt evidence.Time
	ServerTime  *evidence.Time
	// Status is the HTTP status; 0 if there was no answer.
	Status int
	// MediaType and Link are the headers Content-Type and, if it names a next
	// page, Link.
	MediaType, Link string
	// Complete reports that this answer is whole and, if it is part of a list,
	// that the list was read to its end.
	Complete bool
	// Failure says why the answer was not mapped; "" if it was.
	Failure string
	// Note says what else is odd about it.
	Note string
	// Without names the parts that were taken out of the body and are materials
	// of their own.
	Without []string
	// Body is the exact body, without transfer and content encoding. It is nil
	// if it was too long or repeated the credential.
	Body []byte

	retryAfter string
}

// header takes what is needed from the response's header.
func (a *Answer) header(resp *http.Response, s *secret) {
	a.Status = resp.StatusCode
	if t := resp.Header.Get("Content-Type"); checkText(t) == nil && !s.in(t) && utf8.ValidString(t) {
		a.MediaType = t
	}
	if link := nextLink(resp.Header.Values("Link")); !s.in(link) {
		a.Link = link
	}
	a.retryAfter = resp.Header.Get("Retry-After")
	if t, err := http.ParseTime(resp.Header.Get("Date")); err == nil && t.Year() >= 1970 {
		at := evidence.At(t)
		a.ServerTime = &at
		if skew := a.RetrievedAt.Sub(t); skew.Abs() > maxSkew {
			a.addNote(fmt.Sprintf("the clocks of system and retriever differ by %s", skew.Abs()))
		}
	}
	if from := resp.Request.URL.String(); from != a.URL && len(from) <= maxLink && !s.in(from) {
		a.addNote("redirected to " + from)
	}
}

func (a *Answer) addNote(text string) {
	if a.Note != "" {
		a.Note += "; "
	}
	a.Note += text
}

// linkForm is one link with the relation "next" (RFC 8288).
var linkForm = lazyregexp.New(`<([^<>"\s]+)>\s*;[^,<]*\brel="?next"?`)

// maxLink bounds a header or address that the system gives, in bytes.
const maxLink = 8 << 10

// nextLink returns the address of the next page from Link headers; "" if there
// is none.
func nextLink(headers []string) string {
	for _, h := range headers {
		if len(h) > maxLink {
			continue
		}
		if m := linkForm.FindStringSubmatch(h); m != nil {
			if _, err := url.Parse(m[1]); err == nil && utf8.ValidString(m[1]) {
				return m[1]
			}
		}
	}
	return ""
}

// keep keeps the body unless it shows the secret.
func (a *Answer) keep(body []byte, s *secret) bool {
	if s.in(string(body)) {
		return false
	}
	a.Body = body
	return true
}

// header is the first line of the material.
type header struct {
	Format        string            `json:"format"`
	Mapping       string            `json:"mapping"`
	MappingDigest evidence.Digest   `json:"mappingDigest"`
	Base          string            `json:"base"`
	Retriever     evidence.Identity `json:"retriever,omitempty"`
	// Salt is 32 random bytes in hex: without it, the digest of a short answer
	// would give it away after its bytes were withheld (rules of format, R2).
	Salt string `json:"salt"`
}

const saltSize = 32

func (h *header) newSalt(random io.Reader) error {
	var salt [saltSize]byte
	if _, err := io.ReadFull(random, salt[:]); err != nil {
		return fmt.Errorf("no random salt: %w", err)
	}
	h.Salt = hex.EncodeToString(salt[:])
	return nil
}

// line is one answer in the material. The body is text if it is valid UTF-8,
// which keeps every byte, else base64.
type line struct {
	Request     string         `json:"request"`
	Page        int            `json:"page"`
	Method      string         `json:"method"`
	URL         string         `json:"url"`
	RetrievedAt evidence.Time  `json:"retrievedAt"`
	ServerTime  *evidence.Time `json:"serverTime,omitempty"`
	Status      int            `json:"status,omitzero"`
	MediaType   string         `json:"mediaType,omitempty"`
	Link        string         `json:"link,omitempty"`
	Complete    bool           `json:"complete"`
	Failure     string         `json:"failure,omitempty"`
	Note        string         `json:"note,omitempty"`
	Without     []string       `json:"without,omitempty"`
	Body        *string        `json:"body,omitempty"`
	Base64      *string        `json:"bodyBase64,omitempty"`
}

// newLine is the inverse of line.answer.
func newLine(a Answer) line {
	l := line{
		a.Request, a.Page, http.MethodGet, a.URL, a.RetrievedAt, a.ServerTime, a.Status, a.MediaType, a.Link,
		a.Complete, a.Failure, a.Note, a.Without, nil, nil,
	}
	if a.Body == nil {
		return l
	}
	text := string(a.Body)
	if utf8.ValidString(text) {
		l.Body = &text
	} else {
		text = base64.StdEncoding.EncodeToString(a.Body)
		l.Base64 = &text
	}
	return l
}

// Material returns all answers as one document, and its entry for a statement's
// materials. The same answers with the same salt give the same bytes. There is
// none, and ok is false, if nobody was asked.
func (r *Result) Material() (m evidence.Material, data []byte, ok bool, err error) {
	if len(r.Answers) == 0 {
		return evidence.Material{}, nil, false, nil
	}
	var b bytes.Buffer
	if err := writeLine(&b, r.header); err != nil {
		return evidence.Material{}, nil, false, err
	}
	for _, a := range r.Answers {
		if err := writeLine(&b, newLine(a)); err != nil {
			return evidence.Material{}, nil, false, err
		}
	}
	name := strings.NewReplacer("https://", "", "http://", "").Replace(r.header.Base)
	return evidence.Material{
		Name:      "answers/" + evidence.SafeMaterialName(strings.ReplaceAll(r.Mapping+"-"+name, "/", "-")+".jsonl"),
		MediaType: MediaType,
		Digest:    evidence.Sum(b.Bytes()),
		Size:      int64(b.Len()),
	}, b.Bytes(), true, nil
}

func writeLine(b *bytes.Buffer, v any) error {
	data, err := strictjson.Marshal(v)
	if err != nil {
		return err
	}
	b.Write(data)
	return b.WriteByte('\n')
}
