package bundle

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"syscall"

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

// FileBlob hashes the regular file at path, until ctx is done. The file is read again when the
// blob is written; if it has changed by then, that is an error.
func FileBlob(ctx context.Context, path string) (Blob, error) {
	f, err := openRegular(path)
	if err != nil {
		return Blob{}, err
	}
	defer f.Close()
	b := Blob{open: func() (io.ReadCloser, error) { return openRegular(path) }}
	if b.Digest, b.Size, err = hashStream(ctx, f); err != nil {
		return Blob{}, fmt.Errorf("read %s: %w", path, err)
	}
	return b, nil
}

// openRegular opens a regular file. It asks before opening, for opening a device
// may do something.
func openRegular(path string) (*os.File, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return nil, fmt.Errorf("%s is a directory: name a file in it", path)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file: save it as one first", path)
	}
	return stillRegular(os.OpenFile(path, readNow, 0))
}

// readNow opens a file for reading and does not wait for somebody to write to it,
// as it would if it had become a pipe.
const readNow = os.O_RDONLY | syscall.O_NONBLOCK

// stillRegular closes and refuses what is no regular file by the time it is open.
func stillRegular(f *os.File, err error) (*os.File, error) {
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is not a regular file any more", f.Name())
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// Open returns a reader of the blob's bytes. It gives io.EOF only if size and
// digest were right; otherwise an error that says which was not.
func (b Blob) Open() (io.ReadCloser, error) {
	if b.open == nil {
		return nil, fmt.Errorf("blob %s has no bytes: make one with BytesBlob or FileBlob", b.Digest)
	}
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
	_, err = io.Copy(io.Discard, r) // to its end, where the digest is compared
	if err != nil {
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
