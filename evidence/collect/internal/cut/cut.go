// Package cut takes texts out of JSON that is kept as evidence, so that they
// can be withheld and the rest shown.
package cut

import (
	"bytes"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/release-dossier/dossier/internal/lazyregexp"
	"github.com/release-dossier/dossier/internal/strictjson"
)

// Gone stands where something was taken out.
const Gone = "[withheld]"

// Piece is a text that was taken out, as it stood.
type Piece struct {
	// Pointer is the RFC 6901 pointer of its place.
	Pointer string `json:"pointer"`
	Value   string `json:"value"`
}

// Out replaces strings in JSON by what left returns for them, given the name of
// the member that holds them ("" for an item of a list of the top). All else
// stays byte for byte. It returns what was replaced; the JSON must have passed
// strictjson.Check.
func Out(body []byte, left func(member, text string) string) ([]byte, []Piece, error) {
	var out bytes.Buffer
	var pieces []Piece
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
		end, pointer := d.InputOffset(), d.StackPointer()
		replaced := left(memberOf(pointer), text)
		if replaced == text {
			continue
		}
		value, err := strictjson.Marshal(replaced)
		if err != nil {
			return nil, nil, err
		}
		out.Write(body[copied : end-int64(len(raw))])
		out.Write(value)
		pieces = append(pieces, Piece{string(pointer), text})
		copied = end
	}
	out.Write(body[copied:])
	return out.Bytes(), pieces, nil
}

// memberOf is the last name in a pointer that is not the index of an item.
func memberOf(p jsontext.Pointer) string {
	for p != "" {
		last := p.LastToken()
		if strings.Trim(last, "0123456789") != "" {
			return last
		}
		p = p.Parent()
	}
	return ""
}

var email = lazyregexp.New(`[A-Za-z0-9._%+'-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+`)

// Emails replaces the e-mail addresses in a text, but for the no-reply ones of
// forges, which are account numbers.
func Emails(text string) string {
	return email.ReplaceAllStringFunc(text, func(s string) string {
		if _, domain, _ := strings.Cut(s, "@"); strings.HasPrefix(domain, "users.noreply.") {
			return s
		}
		return Gone
	})
}
