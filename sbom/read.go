package sbom

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"

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
// It fails only if data is not readable as either format at all: no JSON, not
// the JSON that every reader understands alike (duplicate names, invalid
// UTF-8; such errors wrap a *strictjson.Error), or no CycloneDX or SPDX 2
// document. Everything else is in the document's problems.
func Read(data []byte) (*Document, error) {
	if len(data) > MaxSize {
		return nil, tooLarge(MaxSize)
	}
	text, hasMark := bytes.CutPrefix(data, []byte("\xef\xbb\xbf"))
	if err := checkText(text); err != nil {
		return nil, err
	}
	if err := strictjson.Check(text, strictjson.Depth(MaxDepth)); err != nil {
		return nil, fmt.Errorf("sbom is not readable JSON: %w", err)
	}
	id, err := identify(text)
	if err != nil {
		return nil, err
	}
	doc := &Document{Bytes: data, Digest: evidence.Sum(data), Format: id.format, SpecVersion: id.version}
	r, err := newReader(doc)
	if err != nil {
		return nil, err
	}
	if hasMark {
		r.problem(CodeByteOrderMark, "", "the document begins with a byte order mark: RFC 8259 forbids it, write plain UTF-8")
	}
	if err := r.read(text); err != nil {
		return nil, err
	}
	return doc, nil
}

// checkText names the forms of SBOM that are not JSON.
func checkText(text []byte) error {
	head := bytes.TrimLeft(text[:min(len(text), 256)], " \t\r\n")
	switch {
	case len(head) == 0:
		return errors.New("sbom is empty")
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")), bytes.IndexByte(head, 0) >= 0:
		return errors.New("sbom is UTF-16 or binary: have the tool write JSON in UTF-8")
	case head[0] == '<':
		return errors.New("sbom is XML: only JSON is read, have the tool write CycloneDX or SPDX JSON")
	case bytes.HasPrefix(head, []byte("SPDXVersion:")):
		return errors.New("sbom is SPDX tag-value: only JSON is read, have the tool write SPDX JSON")
	case head[0] != '{':
		return errors.New("sbom is not a JSON object: want CycloneDX or SPDX JSON")
	}
	return nil
}
