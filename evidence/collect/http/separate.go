package http

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence/collect/internal/cut"
)

// Parts of the answers that can be kept apart, to be withheld.
const (
	partAnswers  = "answers"
	PartEmails   = "emails"   // e-mail addresses, wherever they stand
	PartComments = "comments" // summaries, descriptions, comments and names of people
)

// SeparatedType is the media type of the material that holds a part.
const SeparatedType = "application/vnd.release-dossier.http-part.v1+jsonl"

// separated is a part of the answers that was taken out of them: lines of JSON,
// a header with the salt, and each text with the answer and the place it was
// taken from.
type separated struct {
	part, salt string
	lines      []separatedLine
}

type separatedHeader struct {
	Format string `json:"format"`
	Part   string `json:"part"`
	Salt   string `json:"salt"`
}

type separatedLine struct {
	URL string `json:"url"`
	cut.Piece
}

// words are the members in which ticket systems have people's own words and
// names.
var words = []string{
	"summary", "description", "comment", "comments", "body", "renderedBody", "text", "content", "message",
	"short_description", "comments_and_work_notes", "work_notes", "close_notes", "justification", "implementation_plan",
	"backout_plan", "test_plan", "displayName", "display_name", "displayValue",
}

// Parts are the parts of the answers by which they can be withheld.
func Parts() []string { return []string{partAnswers, PartEmails, PartComments} }

// separate takes parts out of all answers. A part that no answer can have is an
// error: it would be embedded under another name.
func (r *Result) separate(parts []string, random io.Reader) ([]*separated, error) {
	for _, p := range parts {
		if !slices.Contains(Parts(), p) {
			return nil, fmt.Errorf("%.40q is no part of these answers: want answers, emails or comments", p)
		}
	}
	var list []*separated
	for _, p := range []string{PartComments, PartEmails} {
		if !slices.Contains(parts, p) {
			continue
		}
		s, err := r.takeOut(p, random)
		if err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	return list, nil
}

func (r *Result) takeOut(part string, random io.Reader) (*separated, error) {
	var salt [saltSize]byte
	if _, err := io.ReadFull(random, salt[:]); err != nil {
		return nil, fmt.Errorf("no random salt: %w", err)
	}
	s := &separated{part: part, salt: hex.EncodeToString(salt[:])}
	for i := range r.Answers {
		a := &r.Answers[i]
		if a.Failure != "" {
			if a.Body != nil { // it may be anything: the part may stand in it
				s.lines = append(s.lines, separatedLine{a.URL, cut.Piece{Value: strings.ToValidUTF8(string(a.Body), "\ufffd")}})
				a.Body, a.Without = nil, append(a.Without, part)
			}
			continue
		}
		body, pieces, err := cut.Out(a.Body, left(part))
		if err != nil {
			return nil, err
		}
		for _, p := range pieces {
			s.lines = append(s.lines, separatedLine{a.URL, p})
		}
		if pieces != nil {
			a.Body, a.Without = body, append(a.Without, part)
		}
	}
	return s, nil
}

// left says what is left of a member's text.
func left(part string) func(member, text string) string {
	return func(member, text string) string {
		switch {
		case part == PartEmails:
			return cut.Emails(text)
		case text != "" && slices.Contains(words, member):
			return cut.Gone
		}
		return text
	}
}

func (s *separated) bytes() ([]byte, error) {
	var b bytes.Buffer
	if err := writeLine(&b, separatedHeader{"http-part/v1", s.part, s.salt}); err != nil {
		return nil, err
	}
	for _, l := range s.lines {
		if err := writeLine(&b, l); err != nil {
			return nil, err
		}
	}
	return b.Bytes(), nil
}
