package gitobj

import (
	"iter"
	"strings"
)

// Trailer is one "Key: value" line at the end of a message
// (git-interpret-trailers). Keys keep their case; compare them without.
type Trailer struct {
	Key   string
	Value string
}

// PickedFrom is the key under which the line "(cherry picked from commit ID)"
// of "git cherry-pick -x" is listed.
const PickedFrom = "cherry picked from commit"

// maxTrailers bounds what is listed of one message.
const maxTrailers = 1000

// parseTrailers returns the trailers of a message: those in its last
// paragraph, if that is not also the title, and if it consists of trailers or
// holds at least one that git writes itself and is trailers for a quarter.
// Simplified: comment lines and configured separators are not known here.
func parseTrailers(message string) []Trailer {
	var found []Trailer
	var lines, trailers int
	var own bool
	for line := range logicalLines(lastParagraph(message)) {
		lines++
		t, ok := parseTrailer(line)
		if !ok {
			continue
		}
		trailers++
		own = own || t.Key == PickedFrom || strings.HasPrefix(line, "Signed-off-by: ")
		if len(found) < maxTrailers {
			found = append(found, t)
		}
	}
	if trailers == lines || own && trailers*4 >= lines {
		return found
	}
	return nil
}

// logicalLines yields the lines of a paragraph, each with the lines that
// continue it because they begin with white space.
func logicalLines(paragraph string) iter.Seq[string] {
	return func(yield func(string) bool) {
		start := 0
		for i := range len(paragraph) {
			if paragraph[i] != '\n' || continues(paragraph[i+1:]) {
				continue
			}
			if !yield(paragraph[start:i]) {
				return
			}
			start = i + 1
		}
		yield(paragraph[start:])
	}
}

// lastParagraph returns the last paragraph, or "" if there is only one.
func lastParagraph(message string) string {
	message = strings.TrimRight(strings.ReplaceAll(message, "\r\n", "\n"), " \t\n")
	end := len(message)
	for end > 0 {
		start := strings.LastIndexByte(message[:end], '\n') + 1
		if strings.TrimSpace(message[start:end]) == "" {
			if strings.TrimSpace(message[:start]) == "" {
				return ""
			}
			return message[end+1:]
		}
		end = start - 1
	}
	return ""
}

func continues(line string) bool { return line != "" && (line[0] == ' ' || line[0] == '\t') }

func parseTrailer(line string) (Trailer, bool) {
	if rest, ok := strings.CutPrefix(line, "("+PickedFrom+" "); ok {
		if id, ok := strings.CutSuffix(strings.TrimSpace(rest), ")"); ok {
			return Trailer{Key: PickedFrom, Value: id}, true
		}
	}
	key, value, ok := strings.Cut(line, ":")
	key = strings.TrimRight(key, " \t")
	if !ok || key == "" || strings.ContainsFunc(key, notToken) {
		return Trailer{}, false
	}
	return Trailer{Key: key, Value: unfoldValue(value)}, true
}

// unfoldValue joins the lines of a value by one space, as git does.
func unfoldValue(value string) string {
	lines := strings.Split(value, "\n")
	for i, line := range lines {
		lines[i] = strings.TrimSpace(line)
	}
	return strings.TrimSpace(strings.Join(lines, " "))
}

func notToken(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-'
}
