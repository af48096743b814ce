package main

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/internal/fakeforge"
)

// forgeAnswers are GitHub's answers about a repository of a few commits.
const forgeAnswers = "../../evidence/collect/forge/github/testdata/answers.json"

// payments makes the SSH key "key" and the repository "payments" with the
// releases v4.1.0 and v4.2.0, whose tag has the text in the file tag.txt, and
// starts a forge that knows their pull requests, at $FORGE. The commits are
// those that the recorded answers name: a1, b2 and c3 came with pull requests,
// e5 did not. [STATUS PATH] has the forge answer a path with that status.
//
//	payments [STATUS PATH]
func payments(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 && len(args) != 2 {
		ts.Fatalf("usage: payments [STATUS PATH]")
	}
	repo := ts.MkAbs("payments")
	ts.Check(os.MkdirAll(filepath.Join(repo, "bin"), 0o755))
	ts.Check(os.WriteFile(filepath.Join(repo, "bin", "payments"), []byte("not really a program\n"), 0o755))
	ts.Check(ts.Exec("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "release", "-f", ts.MkAbs("key")))
	git := func(args ...string) string {
		ts.Check(ts.Exec("git", append([]string{"-C", repo}, args...)...))
		return strings.TrimSpace(ts.ReadFile("stdout"))
	}
	git("init", "-q", "-b", "main", ".")
	git("remote", "add", "origin", "https://github.com/fintech/payments")
	git("commit", "-q", "--allow-empty", "-m", "feat: pay")
	git("tag", "-s", "-m", "payments 4.1.0", "v4.1.0")
	ids := map[string]string{}
	for _, short := range []string{"e5", "a1", "b2", "c3"} {
		git("commit", "-q", "--allow-empty", "-m", "feat: "+short)
		ids[strings.Repeat(short, 20)] = git("rev-parse", "HEAD")
	}
	git("tag", "-s", "-F", ts.MkAbs("tag.txt"), "v4.2.0")
	fingerprint(ts, false, []string{"FP", "key.pub"})
	ts.Setenv("COMMIT", ids[strings.Repeat("c3", 20)])
	ts.Setenv("FORGE", forgeServer(ts, ids, args))
	ts.Setenv("GITHUB_TOKEN", fakeforge.Token)
}

// forgeServer starts the forge and returns its address.
func forgeServer(ts *testscript.TestScript, ids map[string]string, fault []string) string {
	data, err := os.ReadFile(forgeAnswers)
	ts.Check(err)
	text := string(data)
	for recorded, id := range ids {
		text = strings.ReplaceAll(text, recorded, id)
	}
	file := filepath.Join(ts.Getenv("TMPDIR"), "answers.json")
	ts.Check(os.WriteFile(file, []byte(text), 0o600))
	s, err := fakeforge.Start(file)
	ts.Check(err)
	ts.Defer(s.Close)
	if len(fault) == 2 {
		status, err := strconv.Atoi(fault[0])
		ts.Check(err)
		s.On(fault[1], func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			_, _ = w.Write([]byte(`{"message":"` + http.StatusText(status) + `"}`))
		})
	}
	return s.URL + "/"
}

// subst FILE replaces $NAME in a file by the variable's value, in place.
func subst(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: subst FILE")
	}
	text := os.Expand(ts.ReadFile(args[0]), ts.Getenv)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o644))
}

// refuseConfig writes a configuration of the lines into hello and runs create,
// which must refuse it with a text that the pattern matches.
//
//	create PATTERN LINE ...
func refuseConfig(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: create PATTERN LINE ...")
	}
	text := strings.Join(args[1:], "\n") + "\n"
	ts.Check(os.WriteFile(ts.MkAbs("hello/.dossier/release.yaml"), []byte(text), 0o644))
	exits(ts, false, []string{"2", "dossier", "create", "v1.0.1", "-C", "hello", "--key", "key", "--first"})
	if got := ts.ReadFile("stderr"); !regexp.MustCompile(args[0]).MatchString(got) {
		ts.Fatalf("%s\ngot %s\nwant %s", text, got, args[0])
	}
}

// extract writes the material of a name to a file.
//
//	extract NAME DOSSIER FILE
func extract(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: extract NAME DOSSIER FILE")
	}
	d, err := bundle.Open(ts.MkAbs(args[1]), bundle.Limits{})
	ts.Check(err)
	defer d.Close()
	for _, st := range d.Statements() {
		for _, m := range st.Links.Materials {
			if b, ok := d.Blob(m.Digest); m.Name == args[0] && ok {
				data, err := b.Read(1 << 30)
				ts.Check(err)
				ts.Check(os.WriteFile(ts.MkAbs(args[2]), data, 0o644))
				return
			}
		}
	}
	ts.Fatalf("%s has no material %s", args[1], args[0])
}
