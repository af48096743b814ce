package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/release-dossier/dossier/attest"
)

var update = flag.Bool("update", false, "rewrite the golden parts of the scripts")

// TestMain registers the command, so that scripts run it in a process of its
// own by the same path as main.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"dossier": func() {
			cmd := &Cmd{
				Args: os.Args[1:], Env: os.Environ(),
				Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
				Now: now,
			}
			os.Exit(cmd.Run(context.Background()))
		},
	})
}

// now is the time, or the one that a script sets as $NOW.
func now() time.Time {
	if t, err := time.Parse(time.RFC3339, os.Getenv("NOW")); err == nil {
		return t
	}
	return time.Now()
}

// TestScripts runs one script a verb. Each starts in an empty directory with a
// real repository in hello, made by the command "release".
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:           filepath.Join("testdata", "script"),
		UpdateScripts: *update,
		Setup:         setup,
		Cmds:          scriptCommands,
		Condition:     condition,
	})
}

// scriptCommands are what scripts can call beside dossier.
var scriptCommands = map[string]func(*testscript.TestScript, bool, []string){
	"release":     release,
	"flip":        flip,
	"fingerprint": fingerprint,
	"printable":   printable,
	"exits":       exits,
	"paste":       paste,
	"narrow":      narrow,
	"sparse":      sparse,
	"payments":    payments,
	"subst":       subst,
	"create":      refuseConfig,
	"extract":     extract,
	"successor":   successor,
	"handwritten": handwritten,
	"registry":    startRegistry,
	"lenient":     lenientRegistry,
	"code":        codeIn,
	"signed":      signed,
	"jira":        jira,
	"plan":        planFiles,
	"result":      resultIs,
	"same":        same,
}

// setup gives scripts an environment without the user's configuration.
func setup(e *testscript.Env) error {
	templates, err := filepath.Abs(filepath.Join("..", "..", "examples", "ci"))
	if err != nil {
		return err
	}
	virtual, err := filepath.Abs(filepath.Join("..", "..", "verify", "sigstore", "testdata", "virtual"))
	if err != nil {
		return err
	}
	for _, kv := range [][2]string{
		{"SIGSTORE", virtual},
		{"GIT_CONFIG_NOSYSTEM", "1"}, {"GIT_CONFIG_GLOBAL", os.DevNull},
		{"GIT_AUTHOR_NAME", "Ana Ruiz"}, {"GIT_AUTHOR_EMAIL", "ana@acme.example"},
		{"GIT_COMMITTER_NAME", "Ana Ruiz"}, {"GIT_COMMITTER_EMAIL", "ana@acme.example"},
		{"GIT_CONFIG_COUNT", "2"}, {"GIT_CONFIG_KEY_0", "gpg.format"}, {"GIT_CONFIG_VALUE_0", "ssh"},
		{"GIT_CONFIG_KEY_1", "user.signingkey"}, {"GIT_CONFIG_VALUE_1", filepath.Join(e.WorkDir, "key")},
		{"GOCACHE", goEnv("GOCACHE", filepath.Join(os.TempDir(), "gocache"))}, {"GOFLAGS", ""}, {"CGO_ENABLED", "0"}, {"GOWORK", "off"},
		{"NO_COLOR", "1"}, {"NODE_PATH", nodePath()}, {"TEMPLATES", templates},
		{"GORACE", "atexit_sleep_ms=0"}, // each process would wait a second for late reports
	} {
		e.Setenv(kv[0], kv[1])
	}
	return nil
}

// goEnv finds the build cache of the process that runs the tests.
func goEnv(name, fallback string) string {
	if v := os.Getenv(name); v != "" {
		return v
	}
	if dir, err := os.UserCacheDir(); err == nil {
		return filepath.Join(dir, "go-build")
	}
	return fallback
}

// release makes the SSH key "key", the repository "hello" with the signed tags
// v1.0.0 and v1.0.1, and the program bin/hello built from it. $FP is the key's
// fingerprint.
func release(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: release")
	}
	repo := ts.MkAbs("hello")
	ts.Check(os.Mkdir(repo, 0o755))
	for name, text := range map[string]string{
		"go.mod":     "module example.com/acme/hello\n\ngo 1.24\n",
		"main.go":    "package main\n\nfunc main() { println(\"hello\") }\n",
		"RELEASE.md": "# Releases\n",
	} {
		ts.Check(os.WriteFile(filepath.Join(repo, name), []byte(text), 0o644))
	}
	ts.Check(ts.Exec("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "release", "-f", ts.MkAbs("key")))
	for _, args := range [][]string{
		{"init", "-q", "-b", "main", "."},
		{"remote", "add", "origin", "https://example.com/acme/hello"},
		{"add", "."},
		{"commit", "-q", "-m", "feat: say hello"},
		{"tag", "-s", "-m", "hello 1.0.0", "v1.0.0"},
		{"commit", "-q", "--allow-empty", "-m", "fix: say it politely"},
		{"tag", "-s", "-m", "hello 1.0.1", "v1.0.1"},
	} {
		ts.Check(ts.Exec("git", append([]string{"-C", repo}, args...)...))
	}
	ts.Check(ts.Exec("go", "build", "-C", repo, "-trimpath", "-ldflags=-s -w", "-o", ts.MkAbs("bin/hello"), "."))
	fingerprint(ts, false, []string{"FP", "key.pub"})
}

// flip TEXT FILE changes one bit of the first byte of TEXT in FILE.
func flip(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: flip TEXT FILE")
	}
	data := []byte(ts.ReadFile(args[1]))
	at := strings.Index(string(data), args[0])
	if at < 0 {
		ts.Fatalf("%s does not hold %q", args[1], args[0])
	}
	data[at] ^= 1
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), data, 0o644))
}

// fingerprint NAME FILE puts the fingerprint of a public key into $NAME.
func fingerprint(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: fingerprint NAME FILE")
	}
	key, err := parseKey(ts.ReadFile(args[1]))
	ts.Check(err)
	ts.Setenv(args[0], key)
}

// printable checks that the last command printed nothing that a terminal could
// act upon.
func printable(ts *testscript.TestScript, neg bool, args []string) {
	for _, name := range []string{"stdout", "stderr"} {
		text := ts.ReadFile(name)
		if !utf8.ValidString(text) {
			ts.Fatalf("%s is not UTF-8", name)
		}
		for i, r := range text {
			if r != '\n' && !unicode.IsPrint(r) {
				ts.Fatalf("%s holds %U at byte %d", name, r, i)
			}
		}
	}
}

// exits CODE COMMAND ... runs a command that must end with that exit status.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND ...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	var failed *exec.ExitError
	switch {
	case errors.As(err, &failed) && failed.ExitCode() == want, err == nil && want == 0:
	case err == nil, errors.As(err, &failed):
		ts.Fatalf("%v: %v, want exit status %d", args[1:], err, want)
	default:
		ts.Fatalf("%v: %v", args[1:], err)
	}
}

// paste MARK runs the command that the last one printed after MARK, as a
// person does who copies it into a shell.
func paste(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: [!] paste MARK")
	}
	_, rest, ok := strings.Cut(ts.ReadFile("stdout"), "\n"+args[0])
	if !ok {
		ts.Fatalf("nothing was printed after %q", args[0])
	}
	command := ""
	for line := range strings.Lines(strings.TrimLeft(rest, " \n")) {
		command += line
		if !strings.HasSuffix(line, "\\\n") {
			break
		}
	}
	if !strings.HasPrefix(command, "dossier ") {
		ts.Fatalf("after %q stands %q", args[0], command)
	}
	if err := ts.Exec("sh", "-c", command); (err != nil) != neg {
		ts.Fatalf("%s: %v", command, err)
	}
}

// narrow checks that no line that the last command printed is wider than 90
// columns.
func narrow(ts *testscript.TestScript, neg bool, args []string) {
	for _, name := range []string{"stdout", "stderr"} {
		for line := range strings.Lines(ts.ReadFile(name)) {
			if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > columns {
				ts.Fatalf("%s has a line of %d columns: %s", name, n, line)
			}
		}
	}
}

// sparse SIZE FILE makes a file of holes.
func sparse(ts *testscript.TestScript, neg bool, args []string) {
	size, err := strconv.ParseInt(args[0], 10, 64)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), nil, 0o644))
	ts.Check(os.Truncate(ts.MkAbs(args[1]), size))
}

// condition userns: the system lets us mount a file system of our own.
func condition(name string) (bool, error) {
	switch name {
	case "userns":
		return exec.Command("unshare", "-rm", "true").Run() == nil, nil
	case "sigstore-js":
		cmd := exec.Command("node", "-e", "require('sigstore')")
		cmd.Env = append(os.Environ(), "NODE_PATH="+nodePath())
		return cmd.Run() == nil, nil
	}
	return false, fmt.Errorf("unknown condition %q", name)
}

// nodePath is where node finds packages: as the environment says, or beside the
// programs in PATH, as "npm install --prefix" and "--global" put them.
func nodePath() string {
	list := filepath.SplitList(os.Getenv("NODE_PATH"))
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		list = append(list, filepath.Join(dir, "..", "node_modules"), filepath.Join(dir, "..", "lib", "node_modules"), filepath.Join(dir, "..", "js", "node_modules"))
	}
	return strings.Join(list, string(filepath.ListSeparator))
}

func parseKey(text string) (string, error) {
	key, err := attest.ParsePublicKey([]byte(text))
	return key.Fingerprint(), err
}
