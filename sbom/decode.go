package sbom

import (
	"bytes"
	"strconv"
	"sync"

	"github.com/go-json-experiment/json/jsontext"
)

// decoder turns JSON text into maps, slices, strings, float64, bool and nil, as
// json.Unmarshal does into an any. The text has been checked (strictjson): it is
// valid, not too deep and without duplicate names, and is not checked again. An
// SBOM of many elements is mostly this work, which costs half as much this way.
type decoder struct {
	text []byte
	at   int
	// seen holds short strings by a hash of them: names of members, and words
	// such as NOASSERTION, come up a million times.
	seen *words
	// open are the elements so far of the arrays that are being decoded.
	open []any
}

// words are strings, kept as any: a value that is one of them costs nothing.
type words [1 << 10]any

// seenWords are used by one document after the other: most hold the same names.
var seenWords = sync.Pool{New: func() any { return new(words) }}

// begin puts the decoder before the value in text.
func (d *decoder) begin(text []byte) {
	if d.seen == nil {
		d.seen = seenWords.Get().(*words)
	}
	d.text, d.at = text, 0
}

// decode decodes one value.
func (d *decoder) decode(raw jsontext.Value) (any, error) {
	d.begin(raw)
	return d.value()
}

// done hands back what the decoder needs while it decodes.
func (d *decoder) done() {
	if d.seen != nil {
		seenWords.Put(d.seen)
		d.seen = nil
	}
}

// next returns the next byte that is not white space.
func (d *decoder) next() byte {
	for {
		switch c := d.text[d.at]; c {
		case ' ', '\t', '\r', '\n':
			d.at++
		default:
			return c
		}
	}
}

func (d *decoder) value() (any, error) {
	switch d.next() {
	case '{':
		return d.object()
	case '[':
		return d.array()
	case '"':
		return d.string()
	case 't':
		d.at += len("true")
		return true, nil
	case 'f':
		d.at += len("false")
		return false, nil
	case 'n':
		d.at += len("null")
		return nil, nil
	}
	return strconv.ParseFloat(string(d.word()), 64)
}

// raw returns the text of the value at hand and moves past it.
func (d *decoder) raw() jsontext.Value {
	d.next()
	start, depth := d.at, 0
	for {
		switch d.next() {
		case '{', '[':
			d.at++
			depth++
		case '}', ']':
			d.at++
			depth--
		case ',', ':':
			d.at++
		case '"':
			d.quoted()
		default:
			d.word()
		}
		if depth == 0 {
			return d.text[start:d.at]
		}
	}
}

// word returns the number, true, false or null at hand and moves past it.
func (d *decoder) word() []byte {
	start := d.at
	for d.at < len(d.text) && inWord(d.text[d.at]) {
		d.at++
	}
	return d.text[start:d.at]
}

func inWord(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c == '-' || c == '+' || c == '.' || c == 'E'
}

func (d *decoder) object() (any, error) {
	m := map[string]any{}
	err := d.eachMember(func(name string) (err error) {
		m[name], err = d.value()
		return err
	})
	return m, err
}

// eachMember calls do for every member of the object at hand; do moves past the
// value.
func (d *decoder) eachMember(do func(name string) error) error {
	d.next()
	for d.at++; d.next() != '}'; {
		if d.text[d.at] == ',' {
			d.at++
			d.next()
		}
		v, err := d.string()
		if err != nil {
			return err
		}
		name, _ := v.(string)
		d.next()
		d.at++ // the colon
		if err := do(name); err != nil {
			return err
		}
	}
	d.at++
	return nil
}

func (d *decoder) array() (any, error) {
	if d.open == nil {
		d.open = make([]any, 0, 32)
	}
	first := len(d.open)
	err := d.eachElement(func(int) error {
		v, err := d.value()
		d.open = append(d.open, v)
		return err
	})
	list := append([]any{}, d.open[first:]...)
	clear(d.open[first:])
	d.open = d.open[:first]
	return list, err
}

// eachElement calls do for every element of the array at hand; do moves past it.
func (d *decoder) eachElement(do func(i int) error) error {
	d.next()
	d.at++
	for i := 0; d.next() != ']'; i++ {
		if d.text[d.at] == ',' {
			d.at++
		}
		if err := do(i); err != nil {
			return err
		}
	}
	d.at++
	return nil
}

// string reads the string that begins with the quote at hand.
func (d *decoder) string() (any, error) {
	start := d.at
	inner, escaped := d.quoted()
	if !escaped {
		return d.short(inner), nil
	}
	b, err := jsontext.AppendUnquote(nil, d.text[start:d.at])
	return string(b), err
}

// quoted returns what is between the quote at hand and the one that ends the
// string, and moves past it.
func (d *decoder) quoted() (inner []byte, escaped bool) {
	d.at++
	start := d.at
	end := start + bytes.IndexByte(d.text[start:], '"')
	if bytes.IndexByte(d.text[start:end], '\\') < 0 {
		d.at = end + 1
		return d.text[start:end], false
	}
	for d.text[d.at] != '"' {
		if d.text[d.at] == '\\' {
			d.at++
		}
		d.at++
	}
	d.at++
	return d.text[start : d.at-1], true
}

// short returns b as a string, the same one each time if it is short.
func (d *decoder) short(b []byte) any {
	const most = 32
	if len(b) == 0 || len(b) > most {
		return string(b)
	}
	h := uint(len(b))
	for _, c := range b {
		h = h*31 + uint(c)
	}
	slot := &d.seen[h%uint(len(d.seen))]
	if s, ok := (*slot).(string); !ok || s != string(b) {
		*slot = string(b)
	}
	return *slot
}
