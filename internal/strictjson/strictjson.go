// Package strictjson reads JSON the way evidence must be read.
//
// A value that two readers could understand differently is refused: duplicate
// names, invalid UTF-8, integers that a float64 cannot hold, data after the
// value, and nesting without end. What is left is decoded into Go types, and
// every error carries the RFC 6901 pointer of the place it speaks of.
package strictjson

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

const (
	// MaxDepth is the deepest nesting of arrays and objects that is read.
	MaxDepth = 64
	// MaxSafeInteger is the largest integer every JSON reader holds exactly
	// (RFC 7493, section 2.2).
	MaxSafeInteger = 1<<53 - 1
)

// Error is a refusal of some JSON text.
type Error struct {
	Pointer string // RFC 6901 pointer of the offending value; "" is the whole document
	Offset  int64  // byte offset in the text
	Err     error
}

func (e *Error) Error() string {
	at := e.Pointer
	if at == "" {
		at = "/"
	}
	return fmt.Sprintf("at %s (byte %d): %v", at, e.Offset, e.Err)
}

func (e *Error) Unwrap() error { return e.Err }

// Option changes what Unmarshal accepts.
type Option func(config) config

type config struct {
	rejectUnknown bool
	rejectNull    bool
	maxDepth      int
}

// RejectUnknown refuses object members that the Go type does not have.
func RejectUnknown() Option {
	return func(c config) config { c.rejectUnknown = true; return c }
}

// RejectNull refuses null anywhere: an absent value is left out, not null.
func RejectNull() Option {
	return func(c config) config { c.rejectNull = true; return c }
}

// Depth allows n levels of nesting. The default is MaxDepth. SBOMs, whose
// schemas allow components within components, need more than statements do.
func Depth(n int) Option {
	return func(c config) config { c.maxDepth = n; return c }
}

// Unmarshal checks data as Check does and decodes it into v.
func Unmarshal(data []byte, v any, opts ...Option) error {
	c := newConfig(opts)
	if !c.plain(data) {
		if err := c.walk(data); err != nil {
			return err
		}
	}
	err := json.Unmarshal(data, v, json.RejectUnknownMembers(c.rejectUnknown))
	if err == nil {
		return nil
	}
	// What Check refuses comes before what does not fit v.
	if err := c.walk(data); err != nil {
		return err
	}
	return wrap(err)
}

// Check reports whether data is exactly one JSON value that every conforming
// reader understands alike. It allocates little and decodes nothing.
func Check(data []byte, opts ...Option) error {
	c := newConfig(opts)
	if c.plain(data) && jsontext.Value(data).IsValid() {
		return nil
	}
	return c.walk(data)
}

// Marshal encodes v deterministically: object members in the order of the
// struct's fields, map keys sorted, no insignificant white space.
func Marshal(v any) ([]byte, error) {
	return json.Marshal(v, json.Deterministic(true), jsontext.EscapeForHTML(false))
}

// Canonical returns the RFC 8785 form of data. Numbers that RFC 8785 would
// round are an error, as in Check.
func Canonical(data []byte) ([]byte, error) {
	if err := Check(data); err != nil {
		return nil, err
	}
	v := jsontext.Value(bytes.Clone(data))
	if err := v.Canonicalize(); err != nil {
		return nil, wrap(err)
	}
	return v, nil
}

func newConfig(opts []Option) config {
	c := config{maxDepth: MaxDepth}
	for _, o := range opts {
		c = o(c)
	}
	return c
}

// walk is Check, token by token: it knows the place of what it refuses.
func (c config) walk(data []byte) error {
	d := jsontext.NewDecoder(bytes.NewBuffer(data)) // a Buffer is read without a copy
	for {
		t, err := d.ReadToken()
		if err == io.EOF {
			return &Error{Offset: d.InputOffset(), Err: errors.New("no JSON value")}
		}
		if err != nil {
			return wrap(err)
		}
		if err := c.token(d, t); err != nil {
			return err
		}
		if d.StackDepth() == 0 {
			break
		}
	}
	if _, err := d.ReadToken(); err != io.EOF {
		return &Error{Offset: d.InputOffset(), Err: errors.New("data after the JSON value")}
	}
	return nil
}

func (c config) token(d *jsontext.Decoder, t jsontext.Token) error {
	fail := func(format string, args ...any) error {
		return &Error{Pointer: string(d.StackPointer()), Offset: d.InputOffset(), Err: fmt.Errorf(format, args...)}
	}
	switch t.Kind() {
	case '{', '[':
		if d.StackDepth() > c.maxDepth {
			return fail("nested deeper than %d levels", c.maxDepth)
		}
	case 'n':
		if c.rejectNull {
			return fail("null is not a value here: leave the member out")
		}
	case '0':
		if err := safeNumber(t.String()); err != nil {
			return fail("%w", err)
		}
	}
	return nil
}

// safeNumber refuses numbers that a float64 does not hold exactly as an
// integer, and those that overflow it.
func safeNumber(s string) error {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsInf(f, 0) {
		return fmt.Errorf("number %.40s is out of range", s)
	}
	if !strings.ContainsAny(s, ".eE") || f == math.Trunc(f) {
		if math.Abs(f) > MaxSafeInteger {
			return fmt.Errorf("number %.40s is beyond 2^53 and would be read differently by different tools: write it as a string", s)
		}
	}
	return nil
}

func wrap(err error) error {
	if err == nil {
		return nil
	}
	var syn *jsontext.SyntacticError
	if errors.As(err, &syn) {
		return &Error{Pointer: string(syn.JSONPointer), Offset: syn.ByteOffset, Err: syntaxCause(syn)}
	}
	var sem *json.SemanticError
	if errors.As(err, &sem) {
		return &Error{Pointer: string(sem.JSONPointer), Offset: sem.ByteOffset, Err: semanticCause(sem)}
	}
	return &Error{Err: err}
}

func syntaxCause(e *jsontext.SyntacticError) error {
	if e.Err == nil {
		return errors.New("not valid JSON")
	}
	return e.Err
}

func semanticCause(e *json.SemanticError) error {
	switch {
	case errors.Is(e.Err, json.ErrUnknownName):
		return errors.New("unknown field")
	case e.Err != nil:
		return e.Err
	case e.GoType != nil:
		return fmt.Errorf("a JSON %s does not fit here", kindName(e.JSONKind))
	default:
		return errors.New("wrong type")
	}
}

func kindName(k jsontext.Kind) string {
	switch k {
	case 'n':
		return "null"
	case 'f', 't':
		return "boolean"
	case '"':
		return "string"
	case '0':
		return "number"
	case '{':
		return "object"
	case '[':
		return "array"
	}
	return "value"
}
