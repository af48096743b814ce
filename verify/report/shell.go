package report

import (
	"fmt"
	"strings"
)

// shellSafe are the characters that no shell gives a meaning.
const shellSafe = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@%+=:,./_-"

// quote writes an argument so that it can be pasted into a shell and stays one
// argument, whatever it holds. What a terminal would obey is written as bytes
// in the $'...' form that bash, zsh and ksh read.
func quote(arg string) string {
	if arg != "" && strings.Trim(arg, shellSafe) == "" {
		return arg
	}
	if escape(arg, 0) == arg {
		return "'" + strings.ReplaceAll(arg, "'", `'\''`) + "'"
	}
	var b strings.Builder
	b.WriteString("$'")
	for _, c := range []byte(arg) {
		if c < ' ' || c > '~' || c == '\'' || c == '\\' {
			fmt.Fprintf(&b, `\x%02x`, c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String() + "'"
}

// command breaks a command line into lines that can be pasted. A flag stays
// beside its value; an argument is never broken, even if it is longer than the
// line.
func command(prefix string, argv []string, width int) []string {
	const continued = " \\"
	lines := []string{}
	current := prefix
	for _, word := range words(argv) {
		if current != prefix && columns(current)+1+columns(word)+len(continued) > width {
			lines = append(lines, current+continued)
			current = " "
		}
		current += " " + word
	}
	return append(lines, current)
}

// words quotes arguments and joins each flag to the value after it.
func words(argv []string) []string {
	var out []string
	for i := 0; i < len(argv); i++ {
		word := quote(argv[i])
		if strings.HasPrefix(argv[i], "--") && i+1 < len(argv) && !strings.HasPrefix(argv[i+1], "-") {
			i++
			word += " " + quote(argv[i])
		}
		out = append(out, word)
	}
	return out
}
