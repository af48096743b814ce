package strictjson

import "bytes"

// plain reports whether data, if it is JSON at all, surely obeys what walk asks
// beyond what every decoder of jsontext refuses by itself (wrong syntax,
// duplicate names, invalid UTF-8, data after the value): the depth, no null
// where there may be none, and numbers that everybody reads alike. It may be
// false for data that obeys, and is much cheaper than a walk.
func (c config) plain(data []byte) bool {
	depth := 0
	for i := 0; i < len(data); i++ {
		switch b := data[i]; b {
		case '"':
			n := stringLen(data[i:])
			if n == 0 {
				return false
			}
			i += n - 1
		case '{', '[':
			if depth++; depth > c.maxDepth {
				return false
			}
		case '}', ']':
			depth--
		case 'n':
			if c.rejectNull {
				return false
			}
		case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
			n := shortInteger(data[i:])
			if n == 0 {
				return false
			}
			i += n - 1
		}
	}
	return true
}

// stringLen is the length of the string that data begins with, quotes included;
// 0 if it does not end.
func stringLen(data []byte) int {
	for i := 1; ; i++ {
		n := bytes.IndexByte(data[i:], '"')
		if n < 0 {
			return 0
		}
		i += n
		escapes := 0
		for data[i-1-escapes] == '\\' {
			escapes++
		}
		if escapes%2 == 0 {
			return i + 1
		}
	}
}

// shortInteger is the length of the number that data begins with, if it is an
// integer with so few digits that it cannot be beyond MaxSafeInteger; 0 if it is
// not.
func shortInteger(data []byte) int {
	const digits = len("999999999999999")
	start := 0
	if data[0] == '-' {
		start = 1
	}
	i := start
	for i < len(data) && '0' <= data[i] && data[i] <= '9' {
		i++
	}
	switch {
	case i-start > digits:
		return 0
	case i < len(data) && (data[i] == '.' || data[i] == 'e' || data[i] == 'E'):
		return 0
	}
	return i
}
