package strictyaml

import (
	"strconv"
	"strings"
)

// Error is a refusal of some YAML text.
type Error struct {
	// File is the name that the caller gave the text.
	File string
	// Line and Column count from 1, in lines and characters; 0 is unknown.
	Line, Column int
	// Path leads to the value: people."ana.ruiz".keys[0]. "" is the document.
	Path string
	Err  error
}

// Error returns "file:line:column: path: message", without what is unknown.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.File)
	for _, n := range []int{e.Line, e.Column} {
		if n > 0 {
			b.WriteString(":" + strconv.Itoa(n))
		}
	}
	if b.Len() > 0 {
		b.WriteString(": ")
	}
	if e.Path != "" {
		b.WriteString(e.Path + ": ")
	}
	return b.String() + e.Err.Error()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }
