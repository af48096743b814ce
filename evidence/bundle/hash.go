package bundle

import (
	"crypto/sha256"
	"io"

	"github.com/release-dossier/dossier/evidence"
)

// chunkSize is how much is read at once: enough to make the hand-over between
// reading and hashing cheap.
const chunkSize = 512 << 10

// chunk is what one read gave.
type chunk struct {
	data []byte
	err  error
}

// hashStream reads r to its end and returns the digest and the number of bytes.
// One goroutine reads the next chunk while this one hashes the last, so that a
// large file takes as long as the slower of the two and not as both.
func hashStream(r io.Reader) (evidence.Digest, int64, error) {
	chunks, free := make(chan chunk), make(chan []byte, 2)
	free <- make([]byte, chunkSize)
	free <- make([]byte, chunkSize)
	go readChunks(r, free, chunks)
	defer close(free)
	h := sha256.New()
	for size := int64(0); ; {
		c := <-chunks
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

// readChunks reads until the first error, io.EOF included, which it hands over
// with the last bytes.
func readChunks(r io.Reader, free <-chan []byte, chunks chan<- chunk) {
	for buf := range free {
		n, err := r.Read(buf)
		chunks <- chunk{buf[:n], err}
		if err != nil {
			return
		}
	}
}
