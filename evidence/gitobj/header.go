package gitobj

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
)

// maxParents and maxFields bound the header of a commit.
const (
	maxParents = 1024
	maxFields  = maxParents + 256
)

// field is one header of a commit or tag, with its continuation lines.
type field struct {
	key        string
	raw        []byte // value, continuation lines still folded, with final LF
	start, end int    // where the whole field stands in the object
}

// text returns the value of a field that may not have continuation lines.
func (f field) text() (string, error) {
	line, rest, _ := bytes.Cut(f.raw, []byte{'\n'})
	if len(rest) > 0 {
		return "", fmt.Errorf("header %q is continued on a second line", f.key)
	}
	return string(line), nil
}

// unfold returns the value with continuation lines joined, as git does.
func (f field) unfold() []byte {
	return bytes.ReplaceAll(f.raw, []byte("\n "), []byte{'\n'})
}

// splitHeader cuts a commit or tag into its header fields and the offset at
// which the message begins. An object may end right after its header.
// The fields are appended to those given, of which there are none.
func splitHeader(fields []field, body []byte) ([]field, int, error) {
	for at := 0; at < len(body); {
		n := bytes.IndexByte(body[at:], '\n')
		if n < 0 {
			return nil, 0, fmt.Errorf("header line %d does not end", len(fields)+1)
		}
		line, next := body[at:at+n], at+n+1
		switch {
		case n == 0:
			return fields, next, nil
		case line[0] == ' ' && len(fields) > 0:
			last := &fields[len(fields)-1]
			last.end = next
			last.raw = body[last.start+len(last.key)+1 : next]
		case len(fields) == maxFields:
			return nil, 0, fmt.Errorf("the header has more than %d fields", maxFields)
		default:
			f, err := parseField(line, at)
			if err != nil {
				return nil, 0, fmt.Errorf("header field %d: %w", len(fields)+1, err)
			}
			f.raw = body[at+len(f.key)+1 : next]
			fields = append(fields, f)
		}
		if bytes.IndexByte(line, 0) >= 0 {
			return nil, 0, errors.New("the header holds a NUL byte")
		}
		at = next
	}
	return fields, len(body), nil
}

func parseField(line []byte, at int) (field, error) {
	key, _, ok := bytes.Cut(line, []byte{' '})
	if !ok || len(key) == 0 {
		return field{}, fmt.Errorf("%.40q is not of the form key SP value", line)
	}
	return field{key: keyOf(key), start: at, end: at + len(line) + 1}, nil
}

// keyOf is string(key), without a copy of the ones that git writes most.
func keyOf(key []byte) string {
	for _, known := range []string{"tree", "parent", "author", "committer", "gpgsig", "object", "type", "tag", "tagger"} {
		if string(key) == known {
			return known
		}
	}
	return string(key)
}

// A fieldReader hands out fields in the order the format prescribes.
type fieldReader struct{ fields []field }

// next returns the value of the next field, which must be key.
func (r *fieldReader) next(key string) (string, error) {
	if len(r.fields) == 0 || r.fields[0].key != key {
		return "", fmt.Errorf("header %q is missing or out of order", key)
	}
	f := r.fields[0]
	r.fields = r.fields[1:]
	return f.text()
}

// has reports whether the next field is key.
func (r *fieldReader) has(key string) bool { return len(r.fields) > 0 && r.fields[0].key == key }

// nextID returns the value of the next field, which must be key and an id of
// format f; "" accepts both formats.
func (r *fieldReader) nextID(key string, f Format) (ID, error) {
	value, err := r.next(key)
	if err != nil {
		return "", err
	}
	id, got, err := ParseID(value)
	if err != nil {
		return "", fmt.Errorf("header %q: %w", key, err)
	}
	if f != "" && got != f {
		return "", fmt.Errorf("header %q holds a %s id in a %s object", key, got, f)
	}
	return id, nil
}

// nextPerson returns the person in the next field, which must be key.
func (r *fieldReader) nextPerson(key string) (Person, error) {
	value, err := r.next(key)
	if err != nil {
		return Person{}, err
	}
	p, err := parsePerson(value)
	if err != nil {
		return Person{}, fmt.Errorf("header %q: %w", key, err)
	}
	return p, nil
}

// refuse reports the first of the remaining fields that may occur only before
// them, or that occurs twice.
func (r *fieldReader) refuse(once ...string) error {
	if len(r.fields) == 0 {
		return nil
	}
	seen := map[string]bool{}
	for _, f := range r.fields {
		for _, key := range once {
			if f.key == key {
				return fmt.Errorf("header %q is repeated or out of order", key)
			}
		}
		single := f.key == "encoding" || strings.HasPrefix(f.key, "gpgsig")
		if single && seen[f.key] {
			return fmt.Errorf("header %q is repeated", f.key)
		}
		seen[f.key] = true
	}
	return nil
}
