package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/release-dossier/dossier/evidence"
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
	ts.Check(os.MkdirAll(repo, 0o755))
	for name, text := range map[string]string{
		"go.mod": "module github.com/fintech/payments\n\ngo 1.24\n", "main.go": "package main\n\nfunc main() { println(\"paid\") }\n",
		".gitignore": "/bin/\n/out/\n/.dossier/\n",
	} {
		ts.Check(os.WriteFile(filepath.Join(repo, name), []byte(text), 0o644))
	}
	ts.Check(ts.Exec("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "release", "-f", ts.MkAbs("key")))
	// The repository is no younger than what the forge tells of it.
	git := func(args ...string) string {
		ts.Check(ts.Exec("env", append([]string{"GIT_COMMITTER_DATE=2026-11-17T06:00:00Z", "git", "-C", repo}, args...)...))
		return strings.TrimSpace(ts.ReadFile("stdout"))
	}
	git("init", "-q", "-b", "main", ".")
	git("remote", "add", "origin", "https://github.com/fintech/payments")
	git("add", ".")
	git("commit", "-q", "-m", "feat: pay")
	git("tag", "-s", "-m", "payments 4.1.0", "v4.1.0")
	ids := map[string]string{}
	for _, short := range []string{"e5", "a1", "b2", "c3"} {
		git("commit", "-q", "--allow-empty", "-m", "feat: "+short)
		ids[strings.Repeat(short, 20)] = git("rev-parse", "HEAD")
	}
	git("tag", "-s", "-F", ts.MkAbs("tag.txt"), "v4.2.0")
	ts.Check(ts.Exec("go", "build", "-C", repo, "-trimpath", "-ldflags=-s -w", "-o", filepath.Join("bin", "payments"), "."))
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
	got := ts.ReadFile("stderr")
	if !regexp.MustCompile(args[0]).MatchString(got) {
		ts.Fatalf("%s\ngot %s\nwant %s", text, got, args[0])
	}
	if !regexp.MustCompile(`release\.yaml:\d+:\d+: `).MatchString(got) || strings.Contains(got, "--allow-incomplete") {
		ts.Fatalf("%s\ngot %s\nwant a line, and the configuration as remedy", text, got)
	}
}

// extract writes the first material whose name the pattern matches to a file.
//
//	extract PATTERN DOSSIER FILE
func extract(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: extract PATTERN DOSSIER FILE")
	}
	d, err := bundle.Open(context.Background(), ts.MkAbs(args[1]), bundle.Limits{})
	ts.Check(err)
	defer d.Close()
	for _, st := range d.Statements() {
		for _, m := range st.Links.Materials {
			if b, ok := d.Blob(m.Digest); ok && matches(args[0], m.Name) {
				data, err := b.Read(1 << 30)
				ts.Check(err)
				ts.Check(os.WriteFile(ts.MkAbs(args[2]), data, 0o644))
				return
			}
		}
	}
	ts.Fatalf("%s has no material %s", args[1], args[0])
}

// successor checks that the release in one dossier follows the one in another.
//
//	successor NEXT LAST
func successor(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: successor NEXT LAST")
	}
	_, next := releaseOf(ts, args[0])
	id, last := releaseOf(ts, args[1])
	if p := next.Predecessor; p.Statement == nil || *p.Statement != id || next.Sequence != last.Sequence+1 {
		ts.Fatalf("%s: predecessor %+v, sequence %d; %s is %s, sequence %d", args[0], p, next.Sequence, args[1], id, last.Sequence)
	}
}

// releaseOf reads the release statement of a dossier.
func releaseOf(ts *testscript.TestScript, file string) (evidence.Digest, *evidence.Record) {
	d, err := bundle.Open(context.Background(), ts.MkAbs(file), bundle.Limits{})
	ts.Check(err)
	defer d.Close()
	for _, st := range d.Statements() {
		if st.Statement.PredicateType == evidence.RecordType {
			record, err := evidence.DecodeRecord(st.Statement.Predicate)
			ts.Check(err)
			return st.ID, record
		}
	}
	ts.Fatalf("%s has no release statement", file)
	return evidence.Digest{}, nil
}

// handwritten checks how many things people typed for a release: trailers,
// values in records, and what stands in an approval's own words. Configuration,
// which is the same for every release, does not count.
//
//	handwritten N FILE
func handwritten(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: handwritten N FILE")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	_, record := releaseOf(ts, args[1])
	var typed []string
	for _, o := range record.Origins {
		typed = append(typed, o.Trailers...)
		if o.Trailers == nil {
			typed = append(typed, o.Fields...)
		}
	}
	d, err := bundle.Open(context.Background(), ts.MkAbs(args[1]), bundle.Limits{})
	ts.Check(err)
	defer d.Close()
	for _, st := range d.Statements() {
		switch st.Statement.PredicateType {
		case evidence.RecordType:
		case evidence.ApprovalType:
			a, err := evidence.DecodeApproval(st.Statement.Predicate)
			ts.Check(err)
			typed = append(typed, "approval: "+a.Rationale)
			if a.Approver.Display != "" || a.Refs != nil || a.Supersedes != "" || a.Environment != "" {
				ts.Fatalf("the approval says more than a sentence: %+v", a)
			}
		default:
			ts.Fatalf("people had to make a %s", st.Statement.PredicateType)
		}
	}
	if len(typed) != want {
		ts.Fatalf("people typed %d things, want %d: %q", len(typed), want, typed)
	}
}

// jira starts a ticket system at $JIRA that knows every ticket.
func jira(ts *testscript.TestScript, neg bool, args []string) {
	const dir = "../../evidence/collect/http/testdata/jira-cloud/"
	issue, err := os.ReadFile(dir + "issue.json")
	ts.Check(err)
	changelog, err := os.ReadFile(dir + "changelog-2.json")
	ts.Check(err)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		key, changes := strings.CutSuffix(strings.TrimPrefix(r.URL.Path, "/rest/api/3/issue/"), "/changelog")
		body := string(issue)
		if changes {
			body = strings.NewReplacer(`"startAt": 2`, `"startAt": 0`, `"total": 3`, `"total": 1`).Replace(string(changelog))
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(strings.NewReplacer("PAY-1201", key, "{{base}}", "http://"+r.Host).Replace(body)))
	}))
	ts.Defer(s.Close)
	ts.Setenv("JIRA", s.URL)
}

func matches(pattern, name string) bool {
	ok, err := path.Match(pattern, name)
	return ok && err == nil
}
