package secrets

import (
	"bytes"
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

// candidate is what a rule matched in a fragment.
type candidate struct {
	rule       *rule
	start, end int // of the secret
	match      int // where the match begins
}

// window is a part of a fragment in which a rule is tried.
type window struct{ start, end int }

// fragment is a piece of a text that is searched at once.
type fragment struct {
	*ruleSet
	text    []byte
	windows [][]window    // by rule
	after   map[*rule]int // where its last match ends
	found   []candidate
	// end is the first byte at or after from that ends a secret.
	from, end int
}

// search returns what looks like a credential in text, in the order of place
// and rule. Name is the material's, for rules about one kind of file.
func (s *ruleSet) search(name string, text []byte) []candidate {
	f := &fragment{ruleSet: s, text: text, windows: make([][]window, len(s.rules)), after: map[*rule]int{}, end: -1}
	s.words.find(text, func(keyword uint16, start, end int) {
		for _, i := range s.leading[keyword] {
			r := s.rules[i]
			if r.path != nil && !r.path.MatchString(name) {
				continue
			}
			if p := r.pattern(); p.atKeyword {
				f.tryAt(r, p, start)
			} else {
				f.note(i, start-p.reach, end+p.reach)
			}
		}
	})
	for i, list := range f.windows {
		for _, w := range list {
			f.tryIn(s.rules[i], w)
		}
	}
	slices.SortFunc(f.found, func(a, b candidate) int {
		if a.start != b.start {
			return a.start - b.start
		}
		return strings.Compare(a.rule.id, b.rule.id)
	})
	f.found = slices.CompactFunc(f.found, func(a, b candidate) bool { return a.rule == b.rule && a.start == b.start })
	return f.found
}

// note widens the last window of rule i or begins another one.
func (f *fragment) note(i, start, end int) {
	start, end = max(start, 0), min(end, len(f.text))
	list := f.windows[i]
	if n := len(list); n > 0 && start <= list[n-1].end {
		list[n-1].end = max(end, list[n-1].end)
		return
	}
	f.windows[i] = append(list, window{start, end})
}

// tryAt tries a rule where one of its keywords begins.
func (f *fragment) tryAt(r *rule, p *pattern, at int) {
	if at < f.after[r] || p.boundary && at > 0 && inWord(f.text[at-1]) || p.sign > 0 && !f.assigns(at, p) {
		return
	}
	end := min(at+p.reach+1, len(f.text))
	m := p.re.FindSubmatchIndex(f.text[at:end])
	if m == nil || at+m[1] == end && end < len(f.text) {
		return
	}
	f.after[r] = at + m[1]
	start := at
	for p.named && start > 0 && at-start < maxBefore && inName(f.text[start-1]) {
		start--
	}
	f.add(r, m, at, start)
}

// assigns reports whether something may be assigned near at that is short enough
// to be a secret of the rule. It spares the expression what cannot match.
func (f *fragment) assigns(at int, p *pattern) bool {
	for i := at; i < min(at+p.sign, len(f.text)); i++ {
		switch f.text[i] {
		case '=', '>', ':', '|', '?', ',':
		default:
			continue
		}
		// Up to two more characters of the sign, and five of quotes and space.
		for s := i + 1; s < min(i+9, len(f.text)); s++ {
			if n := f.endFrom(s) - s; n > 0 && n <= p.secret && f.endsLike(p) {
				return true
			}
		}
	}
	return false
}

// endsLike reports whether p may end where endFrom has just found an end.
func (f *fragment) endsLike(p *pattern) bool {
	if f.end == len(f.text) {
		return true
	}
	b := f.text[f.end]
	return p.markup == (b == '<' || b == '&')
}

// endFrom returns where the first byte at or after i is that ends a secret, or
// the end of the text.
func (f *fragment) endFrom(i int) int {
	if f.end >= i && f.from <= i {
		return f.end
	}
	f.from = i
	for f.end = i; f.end < len(f.text) && !isEnd(f.text[f.end]); {
		f.end++
	}
	return f.end
}

// inName reports whether b is one of [\w.-].
func inName(b byte) bool { return b == '.' || b == '-' || inWord(b) }

func inWord(b byte) bool {
	return b == '_' || '0' <= b && b <= '9' || 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z'
}

// tryIn tries a rule in a window. A match that touches an edge of the window
// which is none of the text may owe itself to that edge.
func (f *fragment) tryIn(r *rule, w window) {
	for _, m := range r.pattern().re.FindAllSubmatchIndex(f.text[w.start:w.end], -1) {
		if m[0] == 0 && w.start > 0 || w.start+m[1] == w.end && w.end < len(f.text) {
			continue
		}
		f.add(r, m, w.start, w.start+m[0])
	}
}

// add keeps a match unless something says that it is none.
func (f *fragment) add(r *rule, m []int, base, match int) {
	start, end := r.secret(m)
	start, end = base+start, base+end
	text := f.text[start:end]
	text = bytes.Trim(text, "\n")
	if len(text) == 0 || r.entropy > 0 && entropy(text) <= r.entropy {
		return
	}
	c := candidate{r, start, end, match}
	for _, list := range [][]*allowlist{f.global, r.allow} {
		for _, a := range list {
			if a.allows(f.text, c, base+m[1]) {
				return
			}
		}
	}
	f.found = append(f.found, c)
}

// secret returns where the secret is in a match.
func (r *rule) secret(m []int) (start, end int) {
	if g := 2 * r.group; g > 0 {
		return m[g], m[g+1]
	}
	for g := 2; g < len(m); g += 2 {
		if m[g] >= 0 && m[g] < m[g+1] {
			return m[g], m[g+1]
		}
	}
	return m[0], m[1]
}

// allows reports whether a says that c, the match of which ends at end, is no
// secret. Paths are not asked: they are those of source files.
func (a *allowlist) allows(text []byte, c candidate, end int) bool {
	secret := text[c.start:c.end]
	target := secret
	switch a.target {
	case "match":
		target = text[c.match:end]
	case "line":
		target = lineAround(text, c.match, end)
	}
	var results []bool
	if len(a.paths) > 0 {
		results = append(results, false)
	}
	if len(a.regexes) > 0 {
		results = append(results, a.matches(target))
	}
	if len(a.words) > 0 {
		results = append(results, a.contains(secret))
	}
	if a.all {
		return len(results) > 0 && !slices.Contains(results, false)
	}
	return slices.Contains(results, true)
}

func (a *allowlist) matches(target []byte) bool {
	for _, re := range a.regexes {
		if re.Match(target) {
			return true
		}
	}
	return false
}

func (a *allowlist) contains(secret []byte) bool {
	lower := bytes.ToLower(secret)
	for _, w := range a.words {
		if bytes.Contains(lower, []byte(w)) {
			return true
		}
	}
	return false
}

// maxLine is the most bytes of a line on either side of a match.
const maxLine = 1024

func lineAround(text []byte, start, end int) []byte {
	from, to := max(0, start-maxLine), min(len(text), end+maxLine)
	if i := bytes.LastIndexByte(text[from:start], '\n'); i >= 0 {
		from += i + 1
	}
	if i := bytes.IndexByte(text[end:to], '\n'); i >= 0 {
		to = end + i
	}
	return text[from:to]
}

// entropy is Shannon's, in bits a character, as gitleaks counts it.
func entropy(text []byte) float64 {
	count := map[rune]int{}
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRune(text[i:])
		count[r]++
		i += n
	}
	sum := 0.0
	for _, n := range count {
		f := float64(n) / float64(len(text))
		sum -= f * math.Log2(f)
	}
	return sum
}
