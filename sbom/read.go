package sbom

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/internal/strictjson"
)

// ReadFrom reads an SBOM of at most limit bytes from r. A limit of 0, or one
// above [MaxSize], is MaxSize.
func ReadFrom(r io.Reader, limit int64) (*Document, error) {
	if limit <= 0 || limit > MaxSize {
		limit = MaxSize
	}
	var b bytes.Buffer
	// Knowing the size saves the copies of a buffer that grows by doubling.
	// One more MinRead lets Buffer find the end without growing.
	if n := sizeOf(r); n > 0 && n <= limit {
		b.Grow(int(n) + bytes.MinRead)
	}
	n, err := b.ReadFrom(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, fmt.Errorf("read sbom: %w", err)
	}
	if n > limit {
		return nil, tooLarge(limit)
	}
	return Read(b.Bytes())
}

// sizeOf returns what r says is left to read, or 0. It is only a hint.
func sizeOf(r io.Reader) int64 {
	switch r := r.(type) {
	case interface{ Len() int }:
		return int64(r.Len())
	case interface{ Stat() (fs.FileInfo, error) }:
		if info, err := r.Stat(); err == nil && info.Mode().IsRegular() {
			return info.Size()
		}
	}
	return 0
}

func tooLarge(limit int64) error {
	return fmt.Errorf("sbom is larger than %d bytes: raise the limit or split the document", limit)
}

// Read reads an SBOM. It keeps data, which must not change afterwards.
//
// It fails only if data is not readable as any of the formats at all: no text
// that every reader understands alike (duplicate names, invalid UTF-8, XML with
// entities of its own; errors in JSON wrap a *strictjson.Error), or no CycloneDX
// or SPDX document. Everything else is in the document's problems.
func Read(data []byte) (*Document, error) {
	doc, err := read(data)
	if err != nil {
		return nil, err
	}
	doc.Digest = evidence.Sum(data)
	return doc, nil
}

// read is Read without the digest, which who verifies a blob knows.
func read(data []byte) (*Document, error) {
	if len(data) > MaxSize {
		return nil, tooLarge(MaxSize)
	}
	text, hasMark := bytes.CutPrefix(data, []byte("\xef\xbb\xbf"))
	encoding, err := encodingOf(text)
	if err != nil {
		return nil, err
	}
	doc := &Document{Bytes: data, Encoding: encoding}
	switch encoding {
	case XML:
		err = doc.readXML(text)
	case TagValue:
		err = doc.readTags(text)
	default:
		err = doc.readJSON(text, hasMark)
	}
	if err != nil {
		return nil, err
	}
	return doc, nil
}

func (d *Document) readJSON(text []byte, hasMark bool) error {
	if err := strictjson.Check(text, strictjson.Depth(MaxDepth)); err != nil {
		return fmt.Errorf("sbom is not readable JSON: %w", err)
	}
	id, err := identify(text)
	if err != nil {
		return err
	}
	d.Format, d.SpecVersion = id.format, id.version
	r, err := newReader(d)
	if err != nil {
		return err
	}
	if hasMark {
		r.problem(CodeByteOrderMark, "", "the document begins with a byte order mark: RFC 8259 forbids it, write plain UTF-8")
	}
	if id.whole {
		return r.readWhole(text)
	}
	return r.read(text)
}

func (d *Document) readTags(text []byte) error {
	var err error
	if d.SpecVersion, err = tagVersion(text); err != nil {
		return err
	}
	if strings.HasPrefix(d.SpecVersion, "3.") {
		return errors.New("sbom is tag-value of SPDX 3, which has no such form: have the tool write SPDX 3 JSON")
	}
	d.Format = SPDX
	r, err := newReader(d)
	if err != nil {
		return err
	}
	return r.readTags(text)
}

// encodingOf tells by its beginning how a document is encoded.
func encodingOf(text []byte) (string, error) {
	head := bytes.TrimLeft(text[:min(len(text), 256)], " \t\r\n")
	switch {
	case len(head) == 0:
		return "", errors.New("sbom is empty")
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")), bytes.IndexByte(head, 0) >= 0:
		return "", errors.New("sbom is UTF-16 or binary: have the tool write UTF-8")
	case head[0] == '<':
		return XML, nil
	case bytes.HasPrefix(head, []byte(tagMark)), head[0] == '#':
		return TagValue, nil
	case head[0] != '{':
		return "", errors.New("sbom is not a JSON object, XML or SPDX tag-value: want CycloneDX or SPDX")
	}
	return JSON, nil
}
