package deploy

import (
	"bytes"
	"fmt"
	"sync"
)

// MaxOutput is the most bytes of output that are kept: half of them from its
// beginning, half from its end.
const MaxOutput = 512 << 10

const half = MaxOutput / 2

// output keeps the beginning and the end of what is written to it.
type output struct {
	mu   sync.Mutex // two streams write
	head []byte
	tail []byte // of at most twice its size, so that it moves seldom
	left int64  // bytes dropped from the front of tail
}

// Write implements io.Writer; it never fails.
func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	n := len(p)
	k := min(half-len(o.head), n)
	o.head, p = append(o.head, p[:k]...), p[k:]
	if drop := len(p) - half; drop > 0 {
		o.left += int64(len(o.tail) + drop)
		o.tail, p = o.tail[:0], p[drop:]
	}
	o.tail = append(o.tail, p...)
	if drop := len(o.tail) - half; drop > half {
		o.left += int64(drop)
		o.tail = append(o.tail[:0], o.tail[drop:]...)
	}
	return n, nil
}

// Bytes returns what was kept, with a line where something is left out.
func (o *output) Bytes() []byte {
	o.mu.Lock()
	defer o.mu.Unlock()
	tail, left := o.tail, o.left
	if drop := len(tail) - half; drop > 0 {
		tail, left = tail[drop:], left+int64(drop)
	}
	if left == 0 {
		return append(bytes.Clone(o.head), tail...)
	}
	return fmt.Appendf(bytes.Clone(o.head), "\n[%d bytes are left out]\n%s", left, tail)
}
