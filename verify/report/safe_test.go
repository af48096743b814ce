package report

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestSafe(t *testing.T) {
	for in, want := range map[string]string{
		"":                          "",
		"plain text, ä 署 ↑":         "plain text, ä 署 ↑",
		"a\nb\r\tc":                 `a\nb\r\tc`,
		"\x1b[2J\x00\x7f":           `\x1b[2J\x00\x7f`,
		"\u009b31m":                 `\u009b31m`,
		"\u202eevil\u202c":          `\u202eevil\u202c`,
		"\u2066a\u2069":             `\u2066a\u2069`,
		"a\u200bb\u200db\ufeff":     `a\u200bb\u200db\ufeff`,
		"\xff\xfe":                  `\xff\xfe`,
		"\xe2\x80":                  `\xe2\x80`,
		"\u2028\u2029":              `\u2028\u2029`,
		"a\u00a0b\u3000c":           `a\u00a0b\u3000c`,
		"\u115f\u3164\u2800\u034f":  `\u115f\u3164\u2800\u034f`,
		"\U000e0041\U0010fffd":      `\U000e0041\U0010fffd`,
		"\u0301a\u0301":             `\u0301` + "a\u0301",
		"a\u0301\u0301\u0301\u0301": "a\u0301\u0301\u0301" + `\u0301`,
		"\ufffd":                    "\ufffd",
		"❤\ufe0f":                   "❤" + `\ufe0f`,
		`C:\temp`:                   `C:\temp`,
		strings.Repeat("x", 400):    strings.Repeat("x", 400),
		strings.Repeat("x", 401):    strings.Repeat("x", 397) + "...",
		strings.Repeat("\x00", 101): strings.Repeat(`\x00`, 99) + "...",
	} {
		if got := Safe(in); got != want {
			t.Errorf("Safe(%q)\n got %q\nwant %q", in, got, want)
		}
	}
}

func TestSafeLine(t *testing.T) {
	if got, want := SafeLine("\ta\x1b"+strings.Repeat("x", 500)), `    a\x1b`+strings.Repeat("x", 500); got != want {
		t.Errorf("got %q", got)
	}
}

// checkSafe states what holds of Safe for any input.
func checkSafe(t interface {
	Helper()
	Fatalf(string, ...any)
}, in string) {
	t.Helper()
	out := Safe(in)
	if !utf8.ValidString(out) || utf8.RuneCountInString(out) > maxSafe {
		t.Fatalf("Safe(%q) = %q: not UTF-8 or too long", in, out)
	}
	for _, r := range out {
		if hidden(r, utf8.RuneLen(r)) || r < ' ' {
			t.Fatalf("Safe(%q) = %q holds %U", in, out, r)
		}
	}
	if again := Safe(out); again != out {
		t.Fatalf("Safe(%q) = %q, and of that %q", in, out, again)
	}
}

func FuzzSafe(f *testing.F) {
	for _, s := range []string{"", "plain", hostile, strings.Repeat(hostile, 30), "a\u0301\u0301\u0301\u0301\u0301"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { checkSafe(t, s) })
}

func TestSafeProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { checkSafe(t, rapid.String().Draw(t, "text")) })
}

func TestWrapProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := Safe(rapid.String().Draw(t, "text"))
		first, rest := rapid.IntRange(2, 80).Draw(t, "first"), rapid.IntRange(2, 80).Draw(t, "rest")
		lines := wrap(s, first, rest)
		for i, l := range lines {
			if room := rest; i > 0 && columns(l) > room || i == 0 && columns(l) > first {
				t.Fatalf("line %d has %d columns: %q", i, columns(l), l)
			}
		}
		strip := func(s string) string { return strings.ReplaceAll(s, " ", "") }
		if got := strip(strings.Join(lines, "")); got != strip(s) {
			t.Fatalf("wrapping changed %q to %q", s, got)
		}
	})
}

// A path that is longer than a line is broken after a slash, so that what follows
// its last part stays with it.
func TestWrapPath(t *testing.T) {
	digest := strings.Repeat("a", 64)
	want := []string{"entry blobs/sha256/", digest + ": no", "statement lists it"}
	if got := wrap("entry blobs/sha256/"+digest+": no statement lists it", 70, 70); !slices.Equal(got, want) {
		t.Errorf("wrap = %q, want %q", got, want)
	}
}
