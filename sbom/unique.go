package sbom

import (
	"crypto/sha256"
	"slices"
	"strconv"
)

// uniqueItems remembers the elements of a list by a hash of them, in which equal
// values are equal. The first is only hashed when there is a second.
type uniqueItems struct {
	first any
	seen  map[[sha256.Size / 2]byte]struct{}
	n     int
	text  []byte   // of the element that is hashed
	names []string // of the objects that are being written into it
}

// has adds v and reports whether it was there. Beyond [MaxComponents] elements
// it stops adding.
func (u *uniqueItems) has(v any) bool {
	u.n++
	if u.n == 1 {
		u.first = v
		return false
	}
	if u.n == 2 {
		u.text, u.names = make([]byte, 0, 512), make([]string, 0, 16)
		u.seen = map[[sha256.Size / 2]byte]struct{}{u.key(u.first): {}}
		u.first = nil
	}
	key := u.key(v)
	if _, ok := u.seen[key]; ok {
		return true
	}
	if len(u.seen) < MaxComponents {
		u.seen[key] = struct{}{}
	}
	return false
}

func (u *uniqueItems) key(v any) [sha256.Size / 2]byte {
	u.text = u.text[:0]
	u.write(v)
	sum := sha256.Sum256(u.text)
	return [sha256.Size / 2]byte(sum[:])
}

// write appends v in a form that equal values share and others do not: members
// in the order of their names, numbers as a float64 holds them, and after each
// text a byte that no text has.
func (u *uniqueItems) write(v any) {
	const end = 0xff // never in UTF-8
	switch v := v.(type) {
	case map[string]any:
		u.text = append(u.text, '{')
		first := len(u.names)
		for name := range v {
			u.names = append(u.names, name)
		}
		names := u.names[first:]
		slices.Sort(names)
		for _, name := range names {
			u.text = append(append(append(u.text, '"'), name...), end)
			u.write(v[name])
		}
		u.names = u.names[:first]
		u.text = append(u.text, '}')
	case []any:
		u.text = append(u.text, '[')
		for _, element := range v {
			u.write(element)
		}
		u.text = append(u.text, ']')
	case string:
		u.text = append(append(append(u.text, '"'), v...), end)
	case float64:
		u.text = strconv.AppendFloat(append(u.text, '0'), v+0, 'g', -1, 64) // 0 and -0 are equal
		u.text = append(u.text, end)
	case bool:
		u.text = strconv.AppendBool(u.text, v)
	default:
		u.text = append(u.text, 'n')
	}
}
