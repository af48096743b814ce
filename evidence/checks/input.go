package checks

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"

	"github.com/release-dossier/dossier/evidence"
)

var (
	errEmpty = errors.New("the file is empty: the tool wrote nothing, look at its log")
	errUTF16 = errors.New("the file is UTF-16: have the tool write UTF-8")
)

// input is a file being read: it counts and hashes every byte, and takes a
// UTF-8 byte order mark off what the reader of the format sees.
type input struct {
	src    io.Reader
	hash   hash.Hash
	size   int64
	limits Limits

	head    []byte // read ahead to look for a byte order mark
	tooLong error  // set once the size limit is passed

	// served counts the bytes handed on, mark those that are used up. JSON
	// decoders buffer what lies between, so it is bounded by Limits.Token.
	served, mark int64
}

// readAhead is how much a decoder may buffer beyond one token.
const readAhead = 64 << 10

// newInput looks at the first bytes, for what they say holds for all formats.
func newInput(r io.Reader, l Limits) (*input, error) {
	in := &input{src: r, hash: sha256.New(), limits: l}
	head := make([]byte, 4)
	n, err := io.ReadFull(r, head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return nil, err
	}
	in.head = head[:n]
	if err := in.account(in.head); err != nil {
		return nil, err
	}
	in.head, err = trimMark(in.head)
	return in, err
}

// trimMark takes the byte order mark off the beginning of a file.
func trimMark(head []byte) ([]byte, error) {
	switch {
	case len(head) == 0:
		return nil, errEmpty
	case len(head) >= 2 && (head[0] == 0 || head[1] == 0 || head[0]^head[1] == 0xff^0xfe && head[0] >= 0xfe):
		return nil, errUTF16
	case len(head) >= 3 && string(head[:3]) == "\ufeff":
		return head[3:], nil
	}
	return head, nil
}

// Read implements io.Reader.
func (in *input) Read(p []byte) (int, error) {
	if len(in.head) > 0 {
		n := copy(p, in.head)
		in.head = in.head[n:]
		in.served += int64(n)
		return n, nil
	}
	if in.tooLong != nil {
		return 0, in.tooLong
	}
	if in.served-in.mark > in.limits.Token+readAhead {
		in.tooLong = fmt.Errorf("one value has more than %d bytes, the most that are read", in.limits.Token)
		return 0, in.tooLong
	}
	n, err := in.src.Read(p)
	if e := in.account(p[:n]); e != nil {
		return 0, e
	}
	in.served += int64(n)
	return n, err
}

// account counts and hashes bytes as they arrive.
func (in *input) account(p []byte) error {
	in.size += int64(len(p))
	if in.size > in.limits.Bytes {
		in.tooLong = fmt.Errorf("the file has more than %d bytes, the most that are read", in.limits.Bytes)
		return in.tooLong
	}
	in.hash.Write(p)
	return nil
}

// cause returns the limit that was passed, if that is why err came about.
func (in *input) cause(err error) error {
	if in.tooLong != nil {
		return in.tooLong
	}
	return err
}

// digest returns the SHA-256 of the bytes read, all of them once the reader of
// the format has seen the end of the file.
func (in *input) digest() (d evidence.Digest) {
	in.hash.Sum(d[:0])
	return d
}
