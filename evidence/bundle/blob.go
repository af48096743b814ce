package bundle

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"

	"github.com/release-dossier/dossier/evidence"
)

// Blob is bytes known by their digest, wherever they are kept.
type Blob struct {
	Digest evidence.Digest
	Size   int64
	open   func() (io.ReadCloser, error)
}

// BytesBlob is a blob in memory.
func BytesBlob(b []byte) Blob {
	return Blob{evidence.Sum(b), int64(len(b)), func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(b)), nil
	}}
}

// FileBlob hashes the regular file at path. The file is read again when the
// blob is written; if it has changed by then, that is an error.
func FileBlob(path string) (Blob, error) {
	open := func() (io.ReadCloser, error) { return os.Open(path) }
	f, err := os.Open(path)
	if err != nil {
		return Blob{}, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return Blob{}, err
	}
	if !info.Mode().IsRegular() {
		return Blob{}, fmt.Errorf("%s is not a regular file", path)
	}
	b := Blob{open: open}
	h := sha256.New()
	if b.Size, err = io.Copy(h, f); err != nil {
		return Blob{}, fmt.Errorf("read %s: %w", path, err)
	}
	h.Sum(b.Digest[:0])
	return b, nil
}

// Open returns a reader of the blob's bytes. It gives io.EOF only if size and
// digest were right; otherwise an error that says which was not.
func (b Blob) Open() (io.ReadCloser, error) {
	r, err := b.open()
	if err != nil {
		return nil, err
	}
	return &verifyReader{r: r, blob: b, left: b.Size, hash: sha256.New()}, nil
}

// Read returns the blob's bytes if there are at most limit of them.
func (b Blob) Read(limit int64) ([]byte, error) {
	if b.Size > limit {
		return nil, fmt.Errorf("%s has %d bytes, at most %d are read", b.Digest, b.Size, limit)
	}
	r, err := b.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	data := make([]byte, b.Size)
	if _, err := io.ReadFull(r, data); err != nil {
		return nil, err
	}
	_, err = r.Read(make([]byte, 1))
	if err != io.EOF {
		return nil, err
	}
	return data, nil
}

// errChanged is what a blob's reader ends with if the bytes are not the blob's.
var errChanged = errors.New("the bytes are not the blob's: the file was changed while it was read")

type verifyReader struct {
	r    io.ReadCloser
	blob Blob
	left int64
	hash hash.Hash
}

func (v *verifyReader) Read(p []byte) (int, error) {
	n, err := v.r.Read(p)
	v.hash.Write(p[:n])
	v.left -= int64(n)
	if v.left < 0 || (err == io.EOF && !v.complete()) {
		return 0, fmt.Errorf("%s: %w", v.blob.Digest, errChanged)
	}
	return n, err
}

func (v *verifyReader) complete() bool {
	return v.left == 0 && evidence.Digest(v.hash.Sum(nil)) == v.blob.Digest
}

func (v *verifyReader) Close() error { return v.r.Close() }
