package evidence

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/release-dossier/dossier/internal/strictjson"
)

// CheckWritten refuses a record whose text holds control characters other than
// line breaks and tabs, or marks that turn the direction of text. Nobody means
// them, and they make what is signed look like something else. It is asked of
// records that are about to be signed; those of others are made safe where they
// are shown. Errors are [FieldError]s.
func CheckWritten(p Predicate) error {
	data, err := strictjson.Marshal(p)
	if err != nil {
		return err
	}
	d := jsontext.NewDecoder(bytes.NewReader(data))
	for {
		token, err := d.ReadToken()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if token.Kind() != '"' {
			continue
		}
		for _, r := range token.String() {
			if misleads(r) {
				return &FieldError{string(d.StackPointer()), fmt.Errorf("the character %U is not visible: leave it out", r)}
			}
		}
	}
}

// misleads reports whether a character acts in a terminal or hides text.
func misleads(r rune) bool {
	switch {
	case r == '\n' || r == '\r' || r == '\t':
		return false
	case r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069: // Unicode Bidirectional Algorithm, section 2
		return true
	}
	return unicode.IsControl(r)
}
