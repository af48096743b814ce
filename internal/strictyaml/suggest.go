package strictyaml

import (
	"fmt"
	"strings"
)

// maxWord bounds what is compared for a suggestion, in bytes.
const maxWord = 64

// Suggest returns the known word that is nearest to word, if it is near enough
// to be what was meant, and "" otherwise.
func Suggest(word string, known []string) string {
	if len(word) > maxWord {
		return ""
	}
	best, least := "", 1+max(1, len(word)/3)
	for _, k := range known {
		if len(k) > maxWord {
			continue
		}
		if d := distance(strings.ToLower(word), k); d < least {
			best, least = k, d
		}
	}
	return best
}

// hint completes "unknown key": with a suggestion, or with all known keys.
func hint(word string, known []string) string {
	if s := Suggest(word, known); s != "" {
		return fmt.Sprintf(": did you mean %q?", s)
	}
	return ": want one of " + strings.Join(known, ", ")
}

// distance is the number of bytes to insert, delete, replace or swap with
// their neighbour to turn a into b (optimal string alignment).
func distance(a, b string) int {
	before, row := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		next := make([]int, len(b)+1)
		next[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			next[j] = min(row[j]+1, next[j-1]+1, row[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				next[j] = min(next[j], before[j-2]+1)
			}
		}
		before, row = row, next
	}
	return row[len(b)]
}
