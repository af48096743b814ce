package secrets

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/release-dossier/dossier/internal/lazyregexp"
)

// escapes are characters that markup (HTML, section 13.5; XML, section 4.1) or
// JSON (RFC 8259, section 7) writes by number or name, also where one text was
// escaped twice.
var escapes = lazyregexp.New(`^(?:&(?:amp;){0,8}(?:#[xX]0{0,8}([2-7][0-9a-fA-F]);|#0{0,8}([0-9]{2,3});|(lowbar|equals|colon|period|sol|hyphen|dash|plus|num|commat|percnt|dollar);)|\\{1,8}u00([2-7][0-9a-fA-F]))`)

// maxEscape is the most bytes of such an escape.
const maxEscape = 64

// named are the characters that have names and may be part of a credential or
// stand before it.
var named = map[string]byte{
	"lowbar": '_', "equals": '=', "colon": ':', "period": '.', "sol": '/', "hyphen": '-', "dash": '-', "plus": '+', "num": '#',
	"commat": '@', "percnt": '%', "dollar": '$',
}

// unescaped is a text with its escapes written out.
type unescaped struct {
	text []byte
	from []int // where each byte of text begins in the text as it came
}

// unescape writes the escapes of a text out. It reports false if there are none,
// or only such as every encoder makes: of quotes, brackets and controls, which are
// no part of a credential.
func unescape(text []byte) (unescaped, bool) {
	var out unescaped
	end := 0
	for at := nextEscape(text, 0); at < len(text); at = nextEscape(text, max(end, at+1)) {
		part := text[at:min(at+maxEscape, len(text))]
		m := escapes.FindSubmatchIndex(part)
		if m == nil {
			continue
		}
		c := escaped(part, m)
		if c <= ' ' || c >= 0x7f || strings.IndexByte("\"'&<>\\", c) >= 0 {
			continue
		}
		out.add(text, end, at)
		out.text, out.from = append(out.text, c), append(out.from, at)
		end = at + m[1]
	}
	if end == 0 {
		return out, false
	}
	out.add(text, end, len(text))
	return out, true
}

// nextEscape returns where the next escape may begin, len(text) if none does.
func nextEscape(text []byte, from int) int {
	for i := from; i+1 < len(text); i++ {
		n := bytes.IndexAny(text[i:], `&\`)
		if n < 0 || i+n+1 == len(text) {
			break
		}
		i += n
		switch b := text[i+1]; {
		case text[i] == '&' && (b == '#' || b >= 'a' && b <= 'z'), text[i] == '\\' && (b == 'u' || b == '\\'):
			return i
		}
	}
	return len(text)
}

// escaped is the character of a match, 0 for none that is looked for.
func escaped(text []byte, m []int) byte {
	group := func(i int) string {
		if m[2*i] < 0 {
			return ""
		}
		return string(text[m[2*i]:m[2*i+1]])
	}
	for _, number := range []struct {
		digits string
		base   int
	}{{group(1), 16}, {group(2), 10}, {group(4), 16}} {
		if n, err := strconv.ParseUint(number.digits, number.base, 8); err == nil {
			return byte(n)
		}
	}
	return named[group(3)]
}

// add appends a part of the text that holds no escape.
func (u *unescaped) add(text []byte, start, end int) {
	u.text = append(u.text, text[start:end]...)
	for i := start; i < end; i++ {
		u.from = append(u.from, i)
	}
}
