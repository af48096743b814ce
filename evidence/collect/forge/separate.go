package forge

import (
	"encoding/hex"
	"fmt"
	"io"
	"slices"

	"github.com/release-dossier/dossier/evidence/collect/internal/cut"
	"github.com/release-dossier/dossier/internal/strictjson"
)

// Parts of the answers that can be kept apart, to be withheld.
const (
	PartEmails = "emails" // e-mail addresses, wherever they stand
	PartTexts  = "texts"  // titles, descriptions, comments and messages
)

// SeparatedType is the media type of the material that holds a part.
const SeparatedType = "application/vnd.release-dossier.forge-part.v1+jsonl"

// Separated is a part of the answers that was taken out of them, as a material
// of its own: JSON lines, the first with the salt, each further one a text as it
// stood, with the answer and the place (RFC 6901) that it was taken from.
type Separated struct {
	Forge, Part string
	salt        [SaltSize]byte
	lines       []separatedLine
}

type separatedHead struct {
	Format string `json:"format"`
	Forge  string `json:"forge"`
	Part   string `json:"part"`
	Salt   string `json:"salt"`
	Count  int    `json:"count"`
}

type separatedLine struct {
	URL     string `json:"url"`
	Attempt int    `json:"attempt"`
	cut.Piece
}

// Write writes the material.
func (s *Separated) Write(w io.Writer) error {
	lines := []any{separatedHead{"release-dossier/forge-part/v1", s.Forge, s.Part, hex.EncodeToString(s.salt[:]), len(s.lines)}}
	for _, l := range s.lines {
		lines = append(lines, l)
	}
	for _, l := range lines {
		data, err := strictjson.Marshal(l)
		if err != nil {
			return err
		}
		if _, err := w.Write(append(data, '\n')); err != nil {
			return err
		}
	}
	return nil
}

// name is the material's name.
func (s *Separated) name() string { return "forge/" + s.Forge + "-" + s.Part + "-part.jsonl" }

// Parts are the parts of the answers by which they can be withheld.
func Parts() []string { return []string{partAnswers, PartEmails, PartTexts} }

// checkParts refuses a part that nobody has: what was to be withheld would be
// embedded under another name.
func checkParts(parts []string) error {
	for _, p := range parts {
		if !slices.Contains(Parts(), p) {
			return fmt.Errorf("%.40q is no part of a forge's answers: want answers, emails or texts", p)
		}
	}
	return nil
}

// separate takes a part out of all answers.
func (s *Answers) separate(part string, random io.Reader) (*Separated, error) {
	taken := &Separated{Forge: s.Forge, Part: part}
	if _, err := io.ReadFull(random, taken.salt[:]); err != nil {
		return nil, fmt.Errorf("no salt for the part %s: %w", part, err)
	}
	for i := range s.List {
		a := &s.List[i]
		if len(a.Body) == 0 || part == PartTexts && !a.good() {
			continue // a refusal's message is the forge's own
		}
		body, pieces, err := cut.Out(a.Body, without(part))
		if err != nil {
			return nil, err
		}
		for _, p := range pieces {
			taken.lines = append(taken.lines, separatedLine{a.URL, a.Attempt, p})
		}
		if pieces != nil {
			a.Body, a.Without = body, append(a.Without, part)
		}
	}
	return taken, nil
}

// without says what is left of a member's text.
func without(part string) func(member, text string) string {
	return func(member, text string) string {
		switch {
		case part == PartEmails:
			return cut.Emails(text)
		case text != "" && slices.Contains(free, member):
			return cut.Gone
		}
		return text
	}
}

// free are the members in which GitHub and GitLab have people's own words.
var free = []string{
	"title", "body", "message", "comment", "description", "note", "dismissal_message", "display_title",
	"title_html", "description_html", "body_html", "body_text", "commit_title", "commit_message", "squash_commit_message",
}

// checkWithout refuses parts that no recorder takes out.
func (a *Answer) checkWithout() error {
	for _, p := range a.Without {
		if p != PartEmails && p != PartTexts {
			return fmt.Errorf("at /without: unknown part %.40q", p)
		}
	}
	return nil
}
