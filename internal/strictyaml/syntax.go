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
	if line, column := bracketInText(data); line > 0 && strings.HasPrefix(cause, "did not find expected") {
		e.Line, e.Column, cause = line, column, "a bracket within a text that is itself in brackets: quote the text"
	}
	if e.Column == 0 {
		e.Line, e.Column = lineStart(data, e.Line)
		cause = fmt.Sprintf("%.200s: close every bracket and quote up to here, and quote texts with a : # [ ] { } or another sign of YAML", cause)
	}
	e.Err = fmt.Errorf("not valid YAML: %s", cause)
	return e
}

// lineStart returns where the text of a line begins; it is the last line that
// has text if there are fewer.
func lineStart(data []byte, want int) (line, column int) {
	n := 0
	for text := range bytes.Lines(data) {
		n++
		if rest := bytes.TrimLeft(text, " \t\r\n"); len(rest) > 0 && n <= want {
			line, column = n, len(text)-len(rest)+1
		}
	}
	return max(line, 1), max(column, 1)
}

// bracketInText returns the place of the first bracket that opens right after a
// character of an unquoted text, within other brackets; 0, 0 if there is none.
// There it ends the text, unlike outside of brackets: [image: x:{version}].
func bracketInText(data []byte) (line, column int) {
	depth, quote := 0, rune(0)
	for text := range bytes.Lines(data) {
		line++
		column = 0
		before, last := ' ', ' ' // the two characters before this one
	chars:
		for _, r := range string(text) {
			column++
			opens := strings.ContainsRune(" \t[{,:", last)
			switch {
			case quote != 0:
				if r == quote && last != '\\' {
					quote = 0
				}
			case r == '#' && (last == ' ' || last == '\t'):
				break chars
			case (r == '"' || r == '\'') && opens:
				quote = r
			case r == '{' || r == '[':
				key := last == ':' && (before == '"' || before == '\'')
				if depth > 0 && !key && !strings.ContainsRune(" \t[{,", last) {
					return line, column
				}
				if depth > 0 || opens {
					depth++
				}
			case (r == '}' || r == ']') && depth > 0:
				depth--
			}
			before, last = last, r
		}
	}
	return 0, 0
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
