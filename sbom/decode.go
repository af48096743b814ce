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
}

type words [1 << 10]string

// seenWords are used by one document after the other: most hold the same names.
var seenWords = sync.Pool{New: func() any { return new(words) }}

// decode decodes one value.
func (d *decoder) decode(raw jsontext.Value) (any, error) {
	if d.seen == nil {
		d.seen = seenWords.Get().(*words)
	}
	d.text, d.at = raw, 0
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
	start := d.at
	for d.at < len(d.text) && inNumber(d.text[d.at]) {
		d.at++
	}
	return strconv.ParseFloat(string(d.text[start:d.at]), 64)
}

func inNumber(c byte) bool {
	return c >= '0' && c <= '9' || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E'
}

func (d *decoder) object() (any, error) {
	m := map[string]any{}
	for d.at++; d.next() != '}'; {
		if d.text[d.at] == ',' {
			d.at++
			d.next()
		}
		name, err := d.string()
		if err != nil {
			return nil, err
		}
		d.next()
		d.at++ // the colon
		if m[name], err = d.value(); err != nil {
			return nil, err
		}
	}
	d.at++
	return m, nil
}

func (d *decoder) array() (any, error) {
	list := []any{}
	for d.at++; d.next() != ']'; {
		if d.text[d.at] == ',' {
			d.at++
		}
		v, err := d.value()
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	d.at++
	return list, nil
}

// string reads the string that begins with the quote at hand.
func (d *decoder) string() (string, error) {
	start := d.at
	rest := d.text[start+1:]
	end := bytes.IndexByte(rest, '"')
	if bytes.IndexByte(rest[:end], '\\') < 0 {
		d.at = start + end + 2
		return d.short(rest[:end]), nil
	}
	d.at++
	for d.text[d.at] != '"' {
		if d.text[d.at] == '\\' {
			d.at++
		}
		d.at++
	}
	d.at++
	b, err := jsontext.AppendUnquote(nil, d.text[start:d.at])
	return string(b), err
}

// short returns b as a string, the same one each time if it is short.
func (d *decoder) short(b []byte) string {
	const most = 32
	if len(b) == 0 || len(b) > most {
		return string(b)
	}
	h := uint(len(b))
	for _, c := range b {
		h = h*31 + uint(c)
	}
	slot := &d.seen[h%uint(len(d.seen))]
	if *slot != string(b) {
		*slot = string(b)
	}
	return *slot
}
