package report

import (
	"bytes"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

var arguments = []string{
	"plain", "", "two words", "it's", `back\slash`, "$(id)", "`id`", "; rm -rf ~", "a\nb", "\x1b[31m", "\u202e", "ä 署",
	"'", "''", `\'`, "$'x'", "*", "~", "#", "-", "\xff\xfe", "!", "a\\x41", "\tx\\",
}

// TestQuote lets a real shell read what was quoted.
func TestQuote(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("bash is not installed")
	}
	for _, arg := range arguments {
		quoted := quote(arg)
		terminalSafe(t, "quoted", quoted)
		cmd := exec.Command(bash, "--norc", "-c", "printf '%s|' "+quoted+" end")
		cmd.Env = []string{"LC_ALL=C"}
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%s: %v", quoted, err)
		}
		if want := arg + "|end|"; string(out) != want {
			t.Errorf("quote(%q) = %s: the shell reads %q", arg, quoted, out)
		}
	}
}

// TestCommandPastes lets a real shell read a command of several lines.
func TestCommandPastes(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("bash is not installed")
	}
	lines := command("", append([]string{"printf", "%s\\0"}, slices.Concat(arguments, arguments)...), 40)
	cmd := exec.Command(bash, "--norc", "-s")
	cmd.Env, cmd.Stdin = []string{"LC_ALL=C"}, strings.NewReader(strings.Join(lines, "\n")+"\n")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Join(slices.Concat(arguments, arguments), "\x00") + "\x00"
	if len(lines) < 3 || !bytes.Equal(out, []byte(want)) {
		t.Errorf("%d lines, read as %q", len(lines), out)
	}
}
