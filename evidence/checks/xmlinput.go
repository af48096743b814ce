package checks

import (
	"fmt"
	"io"
)

// xmlInput hands bytes to encoding/xml, which buffers a token without bound,
// and stops in a token that grows too long. Tags are given less room than
// text, because each attribute of a tag costs many times its bytes.
type xmlInput struct {
	*input
	buf        []byte
	i, n, stop int // next byte, end of the bytes, end of what the token may have
	consumed   int64
	left       int64 // what the token may have beyond stop
	err        error
}

// beginToken allows the decoder the bytes of one more token. Its offset is at
// most one byte behind ours: after text it has already seen the "<".
func (x *xmlInput) beginToken(offset int64) {
	if x.n-x.i < 2 {
		x.fill()
	}
	tag := false
	switch at := x.position(); {
	case offset < at: // the "<" is behind us
		tag = x.i < x.n && x.buf[x.i] != '!'
	case x.n-x.i > 1:
		tag = x.buf[x.i] == '<' && x.buf[x.i+1] != '!'
	}
	room := x.limits.Token
	if tag {
		room = min(room, maxTag)
	}
	x.allow(room)
}

// position is the offset of the next byte.
func (x *xmlInput) position() int64 { return x.consumed + int64(x.i) }

// allow sets how many more bytes may be handed out.
func (x *xmlInput) allow(room int64) {
	have := min(room, int64(x.n-x.i))
	x.stop = x.i + int(have)
	x.left = room - have
}

// fill moves what is left to the front of the buffer and reads more behind it.
func (x *xmlInput) fill() {
	x.consumed += int64(x.i)
	x.n = copy(x.buf, x.buf[x.i:x.n])
	x.i = 0
	for x.err == nil && x.n < 2 {
		var n int
		n, x.err = x.input.Read(x.buf[x.n:])
		x.n += n
	}
	x.mark = x.served
}

// ReadByte implements io.ByteReader, which encoding/xml prefers.
func (x *xmlInput) ReadByte() (byte, error) {
	if x.i == x.stop {
		if err := x.more(); err != nil {
			return 0, err
		}
	}
	c := x.buf[x.i]
	x.i++
	return c, nil
}

// more makes the next byte available, if the token may have it.
func (x *xmlInput) more() error {
	if x.left == 0 {
		x.tooLong = fmt.Errorf("a tag or text is too long: %d bytes of text and %d bytes of a tag are read at most", x.limits.Token, min(x.limits.Token, maxTag))
		return x.tooLong
	}
	left := x.left
	if x.i == x.n {
		x.fill()
	}
	if x.i == x.n {
		if x.err == nil {
			x.err = io.EOF
		}
		return x.err
	}
	x.allow(left)
	return nil
}

// Read implements io.Reader, which encoding/xml asks for on a change of
// encoding.
func (x *xmlInput) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	c, err := x.ReadByte()
	if err != nil {
		return 0, err
	}
	p[0] = c
	return 1, nil
}
