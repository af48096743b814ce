package main

import (
	"testing"
	"unicode/utf8"
)

// TestWholeRunes checks that text which is cut stays text.
func TestWholeRunes(t *testing.T) {
	for _, s := range []string{"", "a", "é", "日本", "a\U0001F600", "\xff", "ab\xc3\x28"} {
		for n := range len(s) + 1 {
			got := string(wholeRunes([]byte(s[:n])))
			if len(got) > n || n-len(got) >= utf8.UTFMax || utf8.ValidString(s) && !utf8.ValidString(got) {
				t.Errorf("%q cut to %q", s[:n], got)
			}
		}
	}
}
