package sbom

import "strings"

// The functions here read decoded JSON without asking its types first: what
// is absent or of another type is empty.

func object(v any) map[string]any {
	m, _ := v.(map[string]any)
	return m
}

func child(v any, name string) map[string]any { return object(object(v)[name]) }

func list(v any, name string) []any {
	l, _ := object(v)[name].([]any)
	return l
}

func text(v any, name string) string {
	s, _ := object(v)[name].(string)
	return s
}

var pointerEscapes = strings.NewReplacer("~", "~0", "/", "~1")

// pointer returns the RFC 6901 pointer of a path.
func pointer(path ...string) string {
	var b strings.Builder
	for _, token := range path {
		b.WriteByte('/')
		_, _ = pointerEscapes.WriteString(&b, token)
	}
	return b.String()
}
