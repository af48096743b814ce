package gitobj

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strconv"
	"sync"
)

// Limits bound what ReadArchive accepts. A zero field means the default:
// 2,000,000 objects and 1 GiB of bodies.
type Limits struct {
	Objects int
	Bytes   int64
}

func (l Limits) orDefault() Limits {
	if l.Objects <= 0 {
		l.Objects = 2_000_000
	}
	if l.Bytes <= 0 {
		l.Bytes = 1 << 30
	}
	return l
}

// maxLine is longer than any line of an archive that is not a body.
const maxLine = 256

// ReadArchive reads an archive and checks all of it: framing, order, limits,
// every object id (SHA-1 with collision detection) and every SHA-256. It
// returns all objects or one error that names the object.
func ReadArchive(r io.Reader, limits Limits) (*Objects, error) {
	buffer := buffers.Get().(*bufio.Reader)
	buffer.Reset(r)
	in := &archiveReader{r: buffer, left: limits.orDefault()}
	objects, err := in.read()
	buffer.Reset(nil)
	buffers.Put(buffer)
	if err != nil {
		return nil, fmt.Errorf("git objects: %w", err)
	}
	return objects, nil
}

// buffers are used by one archive after the other: most are smaller than one.
var buffers = sync.Pool{New: func() any { return bufio.NewReaderSize(nil, 8<<10) }}

type archiveReader struct {
	r      *bufio.Reader
	format Format
	left   Limits
	last   ID
}

func (a *archiveReader) read() (*Objects, error) {
	line, err := a.line()
	if err != nil {
		return nil, err
	}
	name, ok := bytes.CutPrefix(line, []byte(archiveMagic))
	a.format = Format(name)
	if !ok || a.format.size() == 0 {
		return nil, fmt.Errorf("the file does not begin with %q and sha1 or sha256", archiveMagic)
	}
	objects := &Objects{format: a.format, list: make([]Object, 0, 8)}
	for {
		line, err := a.line()
		if err != nil {
			return nil, err
		}
		if count, ok := bytes.CutPrefix(line, []byte("end ")); ok {
			return objects, a.end(string(count), objects.Len())
		}
		o, err := a.object(line)
		if err != nil {
			return nil, fmt.Errorf("object %d: %w", objects.Len()+1, err)
		}
		objects.list = append(objects.list, o)
	}
}

// line reads a line and returns it without its end. It is good until the next
// read.
func (a *archiveReader) line() ([]byte, error) {
	line, err := a.r.ReadSlice('\n')
	switch {
	case len(line) > maxLine || errors.Is(err, bufio.ErrBufferFull):
		return nil, errors.New("a line is too long")
	case err == io.EOF:
		return nil, errors.New("the file ends before its last line: it is cut off")
	case err != nil:
		return nil, err
	}
	return line[:len(line)-1], nil
}

func (a *archiveReader) end(count string, have int) error {
	if count != strconv.Itoa(have) {
		return fmt.Errorf("the last line says %q, the file has %d", count, have)
	}
	if _, err := a.r.ReadByte(); err != io.EOF {
		return errors.New("something follows the last line")
	}
	return nil
}

// object reads the object whose first line is line.
func (a *archiveReader) object(line []byte) (Object, error) {
	o, size, want, err := a.parseLine(line)
	if err != nil {
		return Object{}, err
	}
	if err := a.admit(o.Type, size); err != nil {
		return Object{}, err
	}
	if o.Body, err = a.body(size); err != nil {
		return Object{}, err
	}
	if sha256.Sum256(o.Body) != want {
		return Object{}, fmt.Errorf("%s: the bytes do not match the sha256 of their line", o.ID)
	}
	if err := checkObject(a.format, o); err != nil {
		return Object{}, fmt.Errorf("%s: %w", o.ID, err)
	}
	return o, nil
}

func (a *archiveReader) parseLine(line []byte) (o Object, size int64, digest [32]byte, err error) {
	if bytes.Count(line, []byte{' '}) != 3 {
		return o, 0, digest, errors.New("want a line of id, type, size and sha256")
	}
	name, line, _ := bytes.Cut(line, []byte{' '})
	typ, line, _ := bytes.Cut(line, []byte{' '})
	length, sum, _ := bytes.Cut(line, []byte{' '})
	id, f, err := ParseID(string(name))
	switch {
	case err != nil:
		return o, 0, digest, err
	case f != a.format:
		return o, 0, digest, fmt.Errorf("%s is not a %s id", id, a.format)
	case id <= a.last:
		return o, 0, digest, fmt.Errorf("%s is repeated or out of order", id)
	}
	a.last = id
	size, err = strconv.ParseInt(string(length), 10, 64)
	if err != nil || size < 0 || strconv.FormatInt(size, 10) != string(length) {
		return o, 0, digest, fmt.Errorf("%s: %.20q is not a size", id, length)
	}
	if n, err := hex.Decode(digest[:], sum[:min(len(sum), 2*len(digest))]); err != nil || len(sum) != 2*n || n != len(digest) || bytes.ContainsAny(sum, "ABCDEF") {
		return o, 0, digest, fmt.Errorf("%s: the sha256 is not 64 lower-case hex digits", id)
	}
	return Object{ID: id, Type: typeOf(typ)}, size, digest, nil
}

// typeOf is Type(name), without a copy of the known ones.
func typeOf(name []byte) Type {
	for _, t := range []Type{TypeCommit, TypeTree, TypeBlob, TypeTag} {
		if string(name) == string(t) {
			return t
		}
	}
	return Type(name)
}

// admit checks the announced size against all limits before anything is
// allocated for it.
func (a *archiveReader) admit(t Type, size int64) error {
	most, ok := t.MaxSize()
	switch {
	case !ok:
		return fmt.Errorf("unknown object type %.20q", t)
	case size > most:
		return fmt.Errorf("%s of %d bytes, at most %d are allowed", t, size, most)
	case a.left.Objects == 0:
		return errors.New("the archive holds more objects than allowed")
	case size > a.left.Bytes:
		return errors.New("the archive holds more bytes than allowed")
	}
	a.left.Objects--
	a.left.Bytes -= size
	return nil
}

// smallBody is what is allocated on the word of a line alone; the space for
// larger bodies grows with the bytes that really come.
const smallBody = 1 << 20

func (a *archiveReader) body(size int64) ([]byte, error) {
	var body []byte
	var err error
	if size <= smallBody {
		body = make([]byte, size)
		_, err = io.ReadFull(a.r, body)
	} else {
		var buf bytes.Buffer
		_, err = io.CopyN(&buf, a.r, size)
		body = buf.Bytes()
	}
	if err != nil {
		return nil, errors.New("the file ends within a body: it is cut off")
	}
	if c, err := a.r.ReadByte(); err != nil || c != '\n' {
		return nil, errors.New("a body is not followed by the end of a line")
	}
	return body, nil
}
