package report

import (
	"bytes"
	"fmt"
	"io"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/release-dossier/dossier/verify"
)

// JSON writes the whole report as one JSON object, indented by two spaces.
// Equal reports give equal bytes. The output is safe to print: everything that
// a terminal might obey or hide is written as \uXXXX, which is the same string
// to a JSON reader. Bytes that are not UTF-8, which JSON cannot carry, become
// U+FFFD.
func JSON(w io.Writer, r *verify.Report) error {
	if r == nil {
		return errNoReport
	}
	return indented(w, r)
}

// indented writes v as JSON that is safe to print. Equal values give equal bytes.
func indented(w io.Writer, v any) error {
	text, err := json.Marshal(v, json.Deterministic(true), jsontext.WithIndent("  "), jsontext.AllowInvalidUTF8(true))
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	_, err = w.Write(append(SafeJSON(text), '\n'))
	return err
}

// SafeJSON makes JSON safe to print, by escapes of the same strings: hidden
// characters. Beyond ASCII these stand only within strings; within ASCII, JSON
// itself escapes all but DEL.
func SafeJSON(text []byte) []byte {
	var b bytes.Buffer
	b.Grow(len(text))
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		if r < 0x7f || !hidden(r, size) {
			b.Write(text[:size])
		} else if hi, lo := utf16.EncodeRune(r); hi != utf8.RuneError {
			fmt.Fprintf(&b, `\u%04x\u%04x`, hi, lo)
		} else {
			fmt.Fprintf(&b, `\u%04x`, r)
		}
		text = text[size:]
	}
	return b.Bytes()
}
