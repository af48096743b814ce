package secrets

import "bytes"

const (
	// chunk is how many bytes are searched at once.
	chunk = 256 << 10
	// overlap is the most bytes of a credential with what stands around it;
	// that much of each chunk is searched again with the next one.
	overlap = 16 << 10
	// lead is how much that was searched already is kept before a chunk, so
	// that its first bytes are seen in their place.
	lead = 256
)

// place is where in a material a text begins.
type place struct {
	offset, line int64
	encoding     string // how the text is encoded there; "" is not at all
}

// stream searches a text of any length that is written to it.
type stream struct {
	scan  *scan
	at    place // line and offset advance, unless the text is encoded
	buf   []byte
	done  int // bytes of buf that were searched for good
	coded *decoder
}

// newStream searches for text that is encoded within the text as well, down to
// a depth of maxDepth.
func newStream(s *scan, at place, depth int) *stream {
	st := &stream{scan: s, at: at}
	if depth < maxDepth {
		st.coded = &decoder{outer: st, depth: depth + 1}
	}
	return st
}

// Write implements io.Writer.
func (s *stream) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 {
		take := min(len(p), chunk-len(s.buf))
		s.buf = append(s.buf, p[:take]...)
		p = p[take:]
		if len(s.buf) == chunk {
			if err := s.search(chunk - overlap); err != nil {
				return 0, err
			}
		}
	}
	return n, nil
}

// Close searches what is left. The stream can be used for another text then.
func (s *stream) Close() error {
	err := s.search(len(s.buf))
	if err == nil && s.coded != nil {
		err = s.coded.end()
	}
	s.buf, s.done = s.buf[:0], 0
	return err
}

// search finds what begins before until and was not found before.
func (s *stream) search(until int) error {
	if err := s.scan.ctx.Err(); err != nil {
		return err
	}
	for _, c := range s.scan.rules.search(s.scan.name, s.buf) {
		if c.start < s.done || c.start >= until {
			continue
		}
		if err := s.scan.hit(c, s.buf, s.placeOf(c.start)); err != nil {
			return err
		}
	}
	if err := s.searchEscaped(until); err != nil {
		return err
	}
	if s.coded != nil {
		if err := s.coded.write(s.done, s.buf[s.done:until]); err != nil {
			return err
		}
	}
	s.drop(until)
	return nil
}

// searchEscaped finds what only shows with escapes written out.
func (s *stream) searchEscaped(until int) error {
	plain, ok := unescape(s.buf)
	if !ok {
		return nil
	}
	for _, c := range s.scan.rules.search(s.scan.name, plain.text) {
		start := plain.from[c.start]
		if start < s.done || start >= until || s.scan.knows(c, plain.text) {
			continue
		}
		at := s.placeOf(start)
		if at.encoding == "" {
			at.encoding = "escapes"
		}
		if err := s.scan.hit(c, plain.text, at); err != nil {
			return err
		}
	}
	return nil
}

// placeOf returns where in the material the byte at i of buf stands.
func (s *stream) placeOf(i int) place {
	at := s.at
	if at.encoding == "" {
		at.offset += int64(i)
		at.line += int64(bytes.Count(s.buf[:i], []byte{'\n'}))
	}
	return at
}

// drop forgets what was searched, but for a lead.
func (s *stream) drop(until int) {
	cut := max(0, until-lead)
	s.at = s.placeOf(cut)
	s.buf = s.buf[:copy(s.buf, s.buf[cut:])]
	s.done = until - cut
}
