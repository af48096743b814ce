package bundle

import (
	"context"
	"crypto/sha256"
	"io"

	"github.com/release-dossier/dossier/evidence"
)

// Reading runs ahead of hashing by at most chunks pieces of chunkSize bytes: each
// large enough that handing it over costs little, and all of them small enough to
// stay in the cache of a processor until they are hashed.
const (
	chunkSize = 128 << 10
	chunks    = 3
)

// chunk is what one read gave.
type chunk struct {
	data []byte
	err  error
}

// hashStream reads r to its end, or until ctx is done, and returns the digest and the number of bytes.
// One goroutine reads the next chunks while this one hashes, so that a
// large file takes as long as the slower of the two and not as both.
func hashStream(ctx context.Context, r io.Reader) (evidence.Digest, int64, error) {
	read, free := make(chan chunk, chunks), make(chan []byte, chunks)
	for range chunks {
		free <- make([]byte, chunkSize)
	}
	go readChunks(r, free, read)
	defer close(free)
	h := sha256.New()
	for size := int64(0); ; {
		c := <-read
		if c.err == nil {
			c.err = ctx.Err()
		}
		h.Write(c.data)
		size += int64(len(c.data))
		switch c.err {
		case nil:
			free <- c.data[:chunkSize]
		case io.EOF:
			return evidence.Digest(h.Sum(nil)), size, nil
		default:
			return evidence.Digest{}, size, c.err
		}
	}
}

// cancelReader reads from r until ctx is done.
type cancelReader struct {
	ctx context.Context
	r   io.Reader
}

func (c cancelReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}

// readChunks reads until the first error, io.EOF included, which it hands over
// with the last bytes.
func readChunks(r io.Reader, free <-chan []byte, read chan<- chunk) {
	for buf := range free {
		n, err := r.Read(buf)
		read <- chunk{buf[:n], err}
		if err != nil {
			return
		}
	}
}
