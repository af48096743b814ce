package forge

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/release-dossier/dossier/internal/strictjson"
)

// Parts of the answers that can be kept apart, to be withheld.
const (
	PartEmails = "emails" // e-mail addresses, wherever they stand
	PartTexts  = "texts"  // titles, descriptions, comments and messages
)

// SeparatedType is the media type of the material that holds a part.
const SeparatedType = "application/vnd.release-dossier.forge-part.v1+jsonl"

// Gone stands where something was taken out.
const Gone = "[withheld]"

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
	Pointer string `json:"pointer"`
	Value   string `json:"value"`
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

// checkParts refuses a part that nobody has: what was to be withheld would be
// embedded under another name.
func checkParts(parts []string) error {
	for _, p := range parts {
		if p != PartEmails && p != PartTexts && p != partAnswers {
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
		body, lines, err := cutOut(a.Body, part)
		if err != nil {
			return nil, err
		}
		for _, l := range lines {
			l.URL, l.Attempt = a.URL, a.Attempt
			taken.lines = append(taken.lines, l)
		}
		if lines != nil {
			a.Body, a.Without = body, append(a.Without, part)
		}
	}
	return taken, nil
}

// cutOut returns the JSON without the part, and what was cut. All else stays
// byte for byte.
func cutOut(body jsontext.Value, part string) (jsontext.Value, []separatedLine, error) {
	var out bytes.Buffer
	var cut []separatedLine
	d, copied := jsontext.NewDecoder(bytes.NewBuffer(body)), int64(0)
	for {
		kind, n := d.StackIndex(d.StackDepth())
		isName := kind == '{' && n%2 == 0
		if d.PeekKind() != '"' || isName {
			if _, err := d.ReadToken(); err == io.EOF {
				break
			} else if err != nil {
				return nil, nil, err
			}
			continue
		}
		raw, err := d.ReadValue()
		if err != nil {
			return nil, nil, err
		}
		var text string
		if err := strictjson.Unmarshal(raw, &text); err != nil {
			return nil, nil, err
		}
		left := without(part, string(d.StackPointer().LastToken()), text)
		if left == text {
			continue
		}
		end := d.InputOffset()
		out.Write(body[copied : end-int64(len(raw))])
		replacement, err := strictjson.Marshal(left)
		if err != nil {
			return nil, nil, err
		}
		out.Write(replacement)
		cut = append(cut, separatedLine{Pointer: string(d.StackPointer()), Value: text})
		copied = end
	}
	out.Write(body[copied:])
	return out.Bytes(), cut, nil
}

// without returns what is left of a member's text.
func without(part, member, text string) string {
	if part == PartEmails {
		return scrub(text)
	}
	if text != "" && slices.Contains(free, member) {
		return Gone
	}
	return text
}

// free are the members in which GitHub and GitLab have people's own words.
var free = []string{
	"title", "body", "message", "comment", "description", "note", "dismissal_message", "display_title",
	"title_html", "description_html", "body_html", "body_text", "commit_title", "commit_message", "squash_commit_message",
}

var email = regexp.MustCompile(`[A-Za-z0-9._%+'-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+`)

// scrub replaces the e-mail addresses in a text but for the forge's no-reply
// ones, which are account numbers.
func scrub(text string) string {
	return email.ReplaceAllStringFunc(text, func(s string) string {
		if _, domain, _ := strings.Cut(s, "@"); strings.HasPrefix(domain, "users.noreply.") {
			return s
		}
		return Gone
	})
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
