package schema

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

const (
	// MaxViolations is the most violations that are returned for one value.
	MaxViolations = 10_000
	// maxMessage bounds a message, in bytes.
	maxMessage = 300
)

// Violation is something that a schema has against a value.
type Violation struct {
	// Pointer is the RFC 6901 pointer of the place; "" is the value itself.
	Pointer string
	// Message says what is wrong, for people.
	Message string
}

// Validate returns what s has against v, ordered by pointer: nothing if v
// fits. v is JSON decoded into maps, slices, strings, float64, bool and nil.
// A value that fits none of several forms is one violation, not one for each.
func (s *Schema) Validate(v any) []Violation {
	quiet := walk{hashes: newHasher()}
	if quiet.check(s, v) {
		return nil
	}
	return quiet.reasons(s, v)
}

// reasons walks a value that does not fit again, to explain.
func (w *walk) reasons(s *Schema, v any) []Violation {
	sub := walk{explain: true, depth: w.depth, hashes: w.hashes}
	sub.check(s, v)
	slices.SortFunc(sub.found, func(a, b Violation) int {
		return cmp.Or(strings.Compare(a.Pointer, b.Pointer), strings.Compare(a.Message, b.Message))
	})
	return slices.Compact(sub.found)
}

// fail notes a violation at the present place. It returns false, the verdict.
func (w *walk) fail(format string, args ...any) bool {
	if w.explain && len(w.found) < MaxViolations {
		w.found = append(w.found, Violation{pointer(w.at), cut(fmt.Sprintf(format, args...))})
	}
	return false
}

var escapes = strings.NewReplacer("~", "~0", "/", "~1")

// pointer returns the RFC 6901 pointer of a path.
func pointer(path []string) string {
	var b strings.Builder
	for _, token := range path {
		b.WriteByte('/')
		_, _ = escapes.WriteString(&b, token)
	}
	return b.String()
}

func cut(message string) string {
	if len(message) > maxMessage {
		return strings.ToValidUTF8(message[:maxMessage], "") + " ..."
	}
	return message
}

// closest says what is wrong in the form that got furthest into the value.
func (w *walk) closest(forms []*Schema, v any) string {
	if !w.explain {
		return ""
	}
	var best Violation
	furthest := -1
	for _, s := range forms {
		for _, f := range w.reasons(s, v) {
			into := strings.Count(f.Pointer, "/")
			if into > furthest || into == furthest && f.Message < best.Message {
				best, furthest = f, into
			}
		}
	}
	return fmt.Sprintf("; the closest fails at %q: %s", best.Pointer, best.Message)
}

func notIn(v any, allowed []string) string {
	if len(allowed) == 1 {
		return fmt.Sprintf("%s is not %q, the only allowed value", shown(v), allowed[0])
	}
	return fmt.Sprintf("%s is not one of the %d allowed values", shown(v), len(allowed))
}

// shown is a value for a message; what is large is only named.
func shown(v any) string {
	switch v := v.(type) {
	case string:
		return fmt.Sprintf("%.60q", v)
	case map[string]any:
		return "an object"
	case []any:
		return "an array"
	case nil:
		return "null"
	}
	return fmt.Sprint(v)
}
