package gitobj

import (
	"iter"
	"strings"
)

// Trailer is one "Key: value" line at the end of a message
// (git-interpret-trailers). Keys keep their case; compare them without. Lines
// that continue a value are joined to it by one space.
type Trailer struct {
	Key   string
	Value string
}

// maxTrailers bounds what is listed of one message.
const maxTrailers = 1000

// ParseTrailers returns the trailers of a message as "git interpret-trailers
// --parse --no-divider" reads them where nothing is configured: those in the
// last paragraph, if that is not also the title, and if it consists of
// trailers, or holds at least one that git writes itself and is trailers for a
// quarter. Line ends of Windows are read as LF. To read the text of a pull
// request, give its title, an empty line and its description. At most 1,000
// trailers are listed.
func ParseTrailers(message string) []Trailer {
	message = strings.ReplaceAll(message, "\r\n", "\n")
	message = message[:len(message)-ignoredTail(message)]
	var found []Trailer
	for text := range joinedLines(message[trailerBlock(message):]) {
		at := separator(text)
		if at < 1 {
			continue
		}
		if len(found) == maxTrailers {
			break
		}
		found = append(found, Trailer{Key: trim(text[:at]), Value: unfoldValue(text[at+1:])})
	}
	return found
}

// scissors is the line below which "git commit --verbose" puts a diff.
const scissors = "# ------------------------ >8 ------------------------\n"

// ignoredTail returns how many bytes at the end are no part of a message:
// comments, empty lines, the list of conflicts of old versions of git, and what
// is below the scissors.
func ignoredTail(s string) int {
	kept := len(s)
	if strings.HasPrefix(s, scissors) {
		kept = 0
	} else if i := strings.Index(s, "\n"+scissors); i >= 0 {
		kept = i + 1
	}
	tail, conflicts := -1, false // tail is where the ignored lines begin
	for at := 0; at < kept; {
		next := lineEnd(s[:kept], at)
		switch line := s[at:next]; {
		case line == "\n" || line[0] == '#':
			tail = first(tail, at)
		case line == "Conflicts:\n":
			tail, conflicts = first(tail, at), true
		case conflicts && line[0] == '\t':
		default:
			tail, conflicts = -1, false
		}
		at = next
	}
	return len(s) - first(tail, kept)
}

func first(have, otherwise int) int {
	if have >= 0 {
		return have
	}
	return otherwise
}

// trailerBlock returns where the trailers begin, len(s) if there are none.
func trailerBlock(s string) int {
	title := titleEnd(s)
	var trailers, others, maybe int // maybe are lines that continue a trailer, if one comes before
	spaces, own := true, false
	for at := lineBefore(s, len(s)); at >= title; at = lineBefore(s, at) {
		line := s[at:lineEnd(s, at)]
		switch {
		case line[0] == '#':
			others, maybe = others+maybe, 0
		case trim(line) == "" && spaces:
		case trim(line) == "":
			others += maybe
			if own && trailers*3 >= others || trailers > 0 && others == 0 {
				return at + len(line)
			}
			return len(s)
		case strings.HasPrefix(line, "Signed-off-by: "), strings.HasPrefix(line, "(cherry picked from commit "):
			trailers, maybe, own, spaces = trailers+1, 0, true, false
		case separator(line) >= 1:
			trailers, maybe, spaces = trailers+1, 0, false
		case isSpace(line[0]):
			maybe, spaces = maybe+1, false
		default:
			others, maybe, spaces = others+maybe+1, 0, false
		}
	}
	return len(s)
}

// titleEnd returns where the first paragraph ends, comments not counted.
func titleEnd(s string) int {
	at := 0
	for at < len(s) {
		next := lineEnd(s, at)
		if s[at] != '#' && trim(s[at:next]) == "" {
			break
		}
		at = next
	}
	return at
}

// joinedLines yields the lines of a block, a trailer with the lines that
// continue it because they begin with white space.
func joinedLines(block string) iter.Seq[string] {
	return func(yield func(string) bool) {
		start, open := 0, false
		for at := 0; at < len(block); {
			next := lineEnd(block, at)
			if !open || !isSpace(block[at]) {
				if at > start && !yield(block[start:at]) {
					return
				}
				start, open = at, separator(block[at:next]) >= 1
			}
			at = next
		}
		if start < len(block) {
			yield(block[start:])
		}
	}
}

// separator returns where the colon is that ends a key, -1 if the line is no
// trailer.
func separator(line string) int {
	blank := false
	for i := range len(line) {
		switch c := line[i]; {
		case c == ':':
			return i
		case !blank && isToken(c):
		case i > 0 && (c == ' ' || c == '\t'):
			blank = true
		default:
			return -1
		}
	}
	return -1
}

// unfoldValue joins the lines of a value by one space.
func unfoldValue(value string) string {
	first, rest, more := strings.Cut(value, "\n")
	if !more {
		return trim(value)
	}
	var out strings.Builder
	out.WriteString(first)
	for line := range strings.SplitSeq(rest, "\n") {
		out.WriteByte(' ')
		out.WriteString(strings.TrimLeft(line, spaceBytes))
	}
	return trim(out.String())
}

// lineEnd returns where the line that begins at at ends, after its LF.
func lineEnd(s string, at int) int {
	if n := strings.IndexByte(s[at:], '\n'); n >= 0 {
		return at + n + 1
	}
	return len(s)
}

// lineBefore returns where the line begins that ends at end, -1 if there is
// none.
func lineBefore(s string, end int) int {
	if end == 0 {
		return -1
	}
	return strings.LastIndexByte(s[:end-1], '\n') + 1
}

// spaceBytes is what git takes for white space.
const spaceBytes = " \t\n\r"

func trim(s string) string { return strings.Trim(s, spaceBytes) }

func isSpace(c byte) bool { return strings.IndexByte(spaceBytes, c) >= 0 }

func isToken(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-'
}
