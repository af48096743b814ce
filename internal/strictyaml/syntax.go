package strictyaml

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
)

// syntaxError turns an error of the YAML parser into an [Error]. All there is
// to go by is its text, "yaml: line 3: cause".
func syntaxError(file string, data []byte, err error) error {
	cause := strings.TrimPrefix(err.Error(), "yaml: ")
	e := &Error{File: file, Line: 1}
	if rest, ok := strings.CutPrefix(cause, "line "); ok {
		number, text, _ := strings.Cut(rest, ": ")
		if line, err := strconv.Atoi(number); err == nil {
			e.Line, cause = line, text
		}
		if strings.HasPrefix(cause, "did not find expected") {
			e.Line++ // this kind is counted from 0
		}
	}
	if name, ok := strings.CutPrefix(cause, "unknown anchor '"); ok {
		name, _, _ = strings.Cut(name, "'")
		before, _, _ := bytes.Cut(data, []byte("*"+name))
		e.Line, e.Column = position(before)
		cause = "aliases (*name) are not allowed: write the value out"
	}
	if line, column := tabAfter(data, e.Line); line > 0 && blamesTab(cause) {
		e.Line, e.Column, cause = line, column, "a tab in the indentation: indent with spaces"
	}
	e.Err = fmt.Errorf("not valid YAML: %.200s", cause)
	return e
}

// blamesTab reports whether a tab in the indentation may be the cause.
func blamesTab(cause string) bool {
	return strings.Contains(cause, "tab character") || strings.Contains(cause, "cannot start any token")
}

// tabAfter returns the place of the first tab in the indentation of a line, at
// or after that line; 0, 0 if there is none.
func tabAfter(data []byte, from int) (line, column int) {
	for text := range bytes.Lines(data) {
		line++
		indent := text[:len(text)-len(bytes.TrimLeft(text, " \t"))]
		if i := bytes.IndexByte(indent, '\t'); i >= 0 && line >= from {
			return line, i + 1
		}
	}
	return 0, 0
}
