package checks

import (
	"bufio"
	"errors"
	"fmt"
	"unicode/utf8"
)

// eachLine calls fn with every line, without its end, that is not empty.
func eachLine(in *input, fn func(line []byte) error) error {
	s := bufio.NewScanner(in)
	s.Buffer(make([]byte, 0, readAhead), int(min(in.limits.Token, 1<<30)))
	n := 0
	for s.Scan() {
		n++
		in.mark = in.served
		line := s.Bytes()
		if len(line) == 0 {
			continue
		}
		err := errors.New("not valid UTF-8")
		if utf8.Valid(line) {
			err = fn(line)
		}
		if err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
	}
	if s.Err() == bufio.ErrTooLong {
		return fmt.Errorf("line %d: the line has more than %d bytes, the most that are read", n+1, in.limits.Token)
	}
	return s.Err()
}
