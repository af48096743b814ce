package secrets

import (
	"encoding/base64"
	"unicode/utf8"
)

const (
	// minCoded is the fewest characters of base64 that are decoded.
	minCoded = 32
	// probe is how many characters show whether there is text behind them.
	probe = 64
	// maxDepth is how often encoded text may hold encoded text.
	maxDepth = 3
)

// What a decoder knows of a run of characters of base64.
const (
	collecting = iota // too few yet to tell
	feeding           // there is text behind it
	skipping          // there is none
)

// decoder finds runs of base64, of either alphabet, and searches the text
// behind them: a Sigstore bundle holds its statement so, and a forge's answer
// a file. Line breaks may divide a run.
type decoder struct {
	outer *stream
	depth int
	state int
	at    place
	run   []byte // collected; when feeding, the characters of an unfinished group
	text  []byte
	inner *stream
}

// coded is the value of the characters of base64, of either alphabet, as the
// standard one has them.
var coded = func() (table [256]byte) {
	for _, b := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") {
		table[b] = b
	}
	table['-'], table['_'] = '+', '/'
	return table
}()

// write takes the next bytes, which begin at i of the outer stream's buffer.
func (d *decoder) write(at int, p []byte) error {
	for i := 0; i < len(p); {
		j := i
		for j < len(p) && coded[p[j]] != 0 {
			j++
		}
		open := d.state != collecting || len(d.run) > 0
		if open || j-i >= minCoded || j == len(p) {
			if err := d.extend(at+i, p[i:j]); err != nil {
				return err
			}
			if j < len(p) && (d.state != feeding || p[j] != '\n' && p[j] != '\r') {
				if err := d.end(); err != nil {
					return err
				}
			}
		}
		i = j + 1
	}
	return nil
}

// extend adds to the run.
func (d *decoder) extend(at int, part []byte) error {
	switch d.state {
	case feeding:
		return d.feed(part)
	case skipping:
		return nil
	}
	if len(d.run) == 0 {
		d.at = d.outer.placeOf(at)
	}
	d.run = append(d.run, part...)
	if len(d.run) < probe {
		return nil
	}
	return d.decide()
}

// decide looks at the beginning of the run.
func (d *decoder) decide() error {
	run := d.run
	d.run = nil
	var start [probe]byte
	n, _ := base64.RawStdEncoding.Decode(start[:], standard(run[:min(len(run), probe)/4*4]))
	if !isText(start[:n]) {
		d.state = skipping
		return nil
	}
	d.state = feeding
	if d.inner == nil {
		d.inner = newStream(d.outer.scan, place{}, d.depth)
	}
	d.inner.at = place{d.at.offset, d.at.line, "base64"}
	return d.feed(run)
}

// standard returns characters of base64 in the standard alphabet.
func standard(run []byte) []byte {
	list := make([]byte, len(run))
	for i, b := range run {
		list[i] = coded[b]
	}
	return list
}

// feed decodes whole groups of four characters.
func (d *decoder) feed(part []byte) error {
	d.run = append(d.run, standard(part)...)
	whole := len(d.run) / 4 * 4
	if err := d.decode(d.run[:whole]); err != nil {
		return err
	}
	d.run = d.run[:copy(d.run, d.run[whole:])]
	return nil
}

func (d *decoder) decode(run []byte) error {
	d.text = append(d.text[:0], make([]byte, base64.RawStdEncoding.DecodedLen(len(run)))...)
	n, _ := base64.RawStdEncoding.Decode(d.text, run) // every character is one of the alphabet
	_, err := d.inner.Write(d.text[:n])
	return err
}

// end ends the run.
func (d *decoder) end() error {
	defer func() { d.state, d.run = collecting, d.run[:0] }()
	if d.state == collecting && len(d.run) >= minCoded {
		if err := d.decide(); err != nil {
			return err
		}
	}
	if d.state != feeding {
		return nil
	}
	if err := d.decode(d.run); err != nil {
		return err
	}
	return d.inner.Close()
}

// isText reports whether p is the beginning of a text.
func isText(p []byte) bool {
	for len(p) > 0 {
		r, n := utf8.DecodeRune(p)
		if r == utf8.RuneError && n == 1 && utf8.FullRune(p) {
			return false
		}
		if r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0x7f {
			return false
		}
		p = p[n:]
	}
	return true
}
