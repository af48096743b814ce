package secrets

import (
	"bufio"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
)

// Scanner searches materials for credentials. It may be used by several
// goroutines at once.
type Scanner struct {
	rules *ruleSet
	allow []Allow
}

// New returns a scanner with the built-in rules.
func New(allow []Allow) (*Scanner, error) {
	rules, err := defaultRules()
	if err != nil {
		return nil, err
	}
	for i, a := range allow {
		if err := a.check(rules); err != nil {
			return nil, fmt.Errorf("allowed credential %d: %w", i+1, err)
		}
	}
	return &Scanner{rules, allow}, nil
}

// Limits of one material.
const (
	// MaxHits is the most different credentials that are reported, and
	// maxAllHits that of a statement with all its materials.
	MaxHits    = 100
	maxAllHits = 1000
	// MaxUnpacked is the most bytes that a compressed material may have.
	MaxUnpacked = 8 << 30
)

// scan is the search of one material.
type scan struct {
	*Scanner
	ctx   context.Context
	name  string
	hits  []Hit
	known map[string]int // by rule and secret
	all   *atomic.Int64  // hits in all materials
}

var errTooMany = errors.New("too many")

// Scan reads a material to its end, in bounded memory, and returns what looks
// like a credential, in the order of the bytes; the allowed ones are marked.
// If there are more than MaxHits, the rest is not searched and whole is false.
func (s *Scanner) Scan(ctx context.Context, name string, r io.Reader) (hits []Hit, whole bool, err error) {
	return s.scan(ctx, name, r, new(atomic.Int64))
}

func (s *Scanner) scan(ctx context.Context, name string, r io.Reader, all *atomic.Int64) (hits []Hit, whole bool, err error) {
	sc := &scan{Scanner: s, ctx: ctx, name: name, known: map[string]int{}, all: all}
	if err := sc.names(); err != nil {
		return nil, false, err
	}
	err = sc.read(r)
	if errors.Is(err, errTooMany) {
		return sc.hits, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("search %s for credentials: %w", name, err)
	}
	return sc.hits, true, nil
}

// read searches the text in r, unpacked if it is compressed.
func (s *scan) read(r io.Reader) error {
	in := bufio.NewReaderSize(r, 64<<10)
	at := place{line: 1}
	var text io.Reader = in
	if magic, _ := in.Peek(3); string(magic) == "\x1f\x8b\x08" {
		z, err := gzip.NewReader(in)
		if err != nil {
			return err
		}
		text = &limited{z, MaxUnpacked}
		at.encoding = "gzip"
	}
	st := newStream(s, at, 0)
	if _, err := io.Copy(onlyWriter{st}, text); err != nil {
		return err
	}
	return st.Close()
}

// onlyWriter keeps io.Copy from looking for more than Write.
type onlyWriter struct{ io.Writer }

// limited fails where more than left bytes are read.
type limited struct {
	r    io.Reader
	left int64
}

func (l *limited) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	if l.left -= int64(n); l.left < 0 {
		return 0, fmt.Errorf("it unpacks to more than %d bytes", int64(MaxUnpacked))
	}
	return n, err
}

// names asks the rules that look at names alone.
func (s *scan) names() error {
	for _, r := range s.rules.rules {
		if r.pattern == nil && r.path.MatchString(s.name) {
			if err := s.hit(candidate{rule: r}, nil, place{line: 1}); err != nil {
				return err
			}
		}
	}
	return nil
}

// keyOf tells credentials apart.
func keyOf(c candidate, text []byte) string { return c.rule.id + "\x00" + string(text[c.start:c.end]) }

// knows reports whether a candidate was found before.
func (s *scan) knows(c candidate, text []byte) bool {
	_, ok := s.known[keyOf(c, text)]
	return ok
}

// hit keeps a candidate found in text.
func (s *scan) hit(c candidate, text []byte, at place) error {
	secret := text[c.start:c.end]
	key := keyOf(c, text)
	if i, ok := s.known[key]; ok {
		s.hits[i].Count++
		return nil
	}
	if len(s.hits) == MaxHits || s.all.Add(1) > maxAllHits {
		return errTooMany
	}
	print, err := fingerprint(c.rule.id, secret)
	if err != nil {
		return err
	}
	h := Hit{
		Rule: c.rule.id, Description: c.rule.description, Material: s.name,
		Line: at.line, Offset: at.offset, Encoding: at.encoding,
		Excerpt: excerpt(text, c), Fingerprint: print, Count: 1,
	}
	h.Allowed = allowedBy(s.allow, h)
	s.known[key] = len(s.hits)
	s.hits = append(s.hits, h)
	return nil
}
