package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"go.yaml.in/yaml/v3"

	"github.com/release-dossier/dossier/attest"
)

// worldDir holds the world that every scenario begins with.
var worldDir = filepath.Join("testdata", "scenarios", "world")

// world is an organisation's repository, its people and what its systems say.
// Members of lists have names that begin with a number, so that a scenario can
// change each of them by a merge patch (RFC 7396).
type world struct {
	Version string `json:"version"`
	// Taken is when the systems were asked.
	Taken  time.Time         `json:"taken"`
	People map[string]person `json:"people"`
	// Keys are the test keys that belong to no person.
	Keys []string `json:"keys"`
	// Teams are the members of teams of the forge.
	Teams map[string][]string `json:"teams"`
	// Access are permissions on the repository.
	Access map[string]string `json:"access"`
	// History is what happened in the repository, in its order.
	History map[string]*event `json:"history"`
	// Rules are rulesets of the forge, as it writes them.
	Rules map[string]json.RawMessage `json:"rules"`
	// Environments are those of the forge, as it writes them.
	Environments map[string]json.RawMessage `json:"environments"`
	// Page is the release page.
	Page    json.RawMessage    `json:"page"`
	Tickets map[string]*ticket `json:"tickets"`
	// Build is the build of the image that is released.
	Build build `json:"build"`

	commits map[string]string // ids by the names of events
	logins  map[int64]string
}

type person struct {
	Name  string `json:"name"`
	ID    int64  `json:"id"` // at the forge
	Login string `json:"login"`
	Kind  string `json:"kind"` // at the forge; User if it is left out
	Email string `json:"email"`
	Jira  string `json:"jira"`
}

// event is a commit, a merged pull request, a tag or a branch.
type event struct {
	By      string            `json:"by"`
	At      time.Time         `json:"at"`
	Message string            `json:"message"`
	Files   map[string]string `json:"files"`
	// On is the branch it happens on; main if it is left out.
	On string `json:"on"`
	// Branch makes that branch at From, the name of an event.
	Branch string `json:"branch"`
	From   string `json:"from"`
	// Checks ran on the commit that it made, or on the pull request's head.
	Checks map[string]*checkRun `json:"checks"`
	// MainChecks ran on the commit that the pull request became.
	MainChecks map[string]*checkRun `json:"main-checks"`
	// Pick is the name of an event whose commit is picked with -x.
	Pick   string `json:"pick"`
	NoMark bool   `json:"no-mark"` // pick without -x

	Tag         string `json:"tag"`
	Lightweight bool   `json:"lightweight"`
	Unsigned    bool   `json:"unsigned"`
	Key         string `json:"key"` // signs the tag; release-ci if it is left out

	Pull    int64     `json:"pull"`
	Head    string    `json:"head"` // its branch
	Created time.Time `json:"created"`
	Opened  time.Time `json:"opened"`
	Ready   time.Time `json:"ready"`
	Title   string    `json:"title"`
	// Body is the description, in parts.
	Body    map[string]string `json:"body"`
	Labels  []string          `json:"labels"`
	Commits map[string]*event `json:"commits"`
	Reviews map[string]review `json:"reviews"`
	Merger  string            `json:"merger"`
	// Method is squash if it is left out; else rebase or merge.
	Method string `json:"method"`

	commit, base string
	heads        []string
}

type review struct {
	By    string    `json:"by"`
	At    time.Time `json:"at"`
	State string    `json:"state"` // APPROVED if it is left out
}

type checkRun struct {
	Names      []string  `json:"names"`
	Run        int64     `json:"run"`
	From       time.Time `json:"from"`
	To         time.Time `json:"to"`
	Conclusion string    `json:"conclusion"` // success if it is left out
}

type ticket struct {
	Type, State, Category, Resolution string
	Owner, Requester                  string
	Created, Updated                  time.Time
	Resolved                          *time.Time
	Transitions                       map[string]transition
}

type transition struct {
	At       time.Time
	By       string
	From, To string
}

// makeWorld makes keys, repository, artifact and recorded answers in the
// script's directory, of a kind of release, and after the merge patches in the
// files.
//
//	world [KIND ...] [PATCH ...]
func makeWorld(ts *testscript.TestScript, neg bool, args []string) {
	if neg {
		ts.Fatalf("usage: world [KIND ...] [PATCH ...]")
	}
	w := readWorld(ts, args)
	kinds := slices.DeleteFunc(slices.Clone(args), isPatch)
	ts.Setenv("VERSION", w.Version)
	w.makeKeys(ts)
	ts.Check(os.RemoveAll(ts.MkAbs("payments")))
	ts.Check(os.MkdirAll(ts.MkAbs("payments/.dossier"), 0o755))
	w.build(ts)
	w.inRelease(ts)
	w.copyFiles(ts, kinds)
	w.writeAnswers(ts)
}

// kindDir holds what differs from the world by the kind of release.
func kindDir(kind string) string { return filepath.Join("testdata", "scenarios", "kinds", kind) }

func isPatch(name string) bool { return strings.HasSuffix(name, ".yaml") }

func readWorld(ts *testscript.TestScript, patches []string) *world {
	var document any
	readYAML(ts, filepath.Join(worldDir, "world.yaml"), &document)
	for _, name := range patches {
		var patch any
		if isPatch(name) {
			readYAML(ts, ts.MkAbs(name), &patch)
		} else {
			readYAML(ts, filepath.Join(kindDir(name), "world.yaml"), &patch)
		}
		document = mergePatch(document, patch)
	}
	likeOthers(document)
	text, err := json.Marshal(document)
	ts.Check(err)
	w := &world{commits: map[string]string{}, logins: map[int64]string{}}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	ts.Check(d.Decode(w))
	return w
}

// likeOthers makes of each event with the member "like" a merge patch on the
// event that it names.
func likeOthers(document any) {
	history := document.(map[string]any)["history"].(map[string]any)
	for name, e := range history {
		e := e.(map[string]any)
		if other, ok := e["like"].(string); ok {
			delete(e, "like")
			history[name] = mergePatch(history[other], e)
		}
	}
}

func readYAML(ts *testscript.TestScript, file string, into any) {
	data, err := os.ReadFile(file)
	ts.Check(err)
	if err := yaml.Unmarshal(data, into); err != nil {
		ts.Fatalf("%s: %v", file, err)
	}
}

// mergePatch applies a merge patch (RFC 7396).
func mergePatch(document, patch any) any {
	changes, ok := patch.(map[string]any)
	if !ok {
		return patch
	}
	object, ok := document.(map[string]any)
	if !ok {
		object = map[string]any{}
	}
	object = maps.Clone(object)
	for name, v := range changes {
		if v == nil {
			delete(object, name)
		} else {
			object[name] = mergePatch(object[name], v)
		}
	}
	return object
}

// ordered goes through a map by the numbers that its names begin with.
func ordered[T any](m map[string]T) []string {
	number := func(s string) int {
		n, _, _ := strings.Cut(s, "-")
		i, _ := strconv.Atoi(n)
		return i
	}
	return slices.SortedFunc(maps.Keys(m), func(a, b string) int { return number(a) - number(b) })
}

// named is the part of a name after its number.
func named(name string) string {
	_, rest, ok := strings.Cut(name, "-")
	if !ok {
		return name
	}
	return rest
}

// makeKeys makes what is not there yet. $KEY_NAME is a line of authorized_keys,
// $FP_NAME the fingerprint, $ID_NAME the identity.
func (w *world) makeKeys(ts *testscript.TestScript) {
	for _, name := range append(slices.Sorted(maps.Keys(w.People)), w.Keys...) {
		file := ts.MkAbs(name)
		if _, err := os.Stat(file); err != nil {
			ts.Check(ts.Exec("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", file))
		}
		line := strings.TrimSpace(ts.ReadFile(name + ".pub"))
		key, err := attest.ParsePublicKey([]byte(line))
		ts.Check(err)
		ts.Setenv(variableName("KEY_", name), line)
		ts.Setenv(variableName("FP_", name), key.Fingerprint())
		ts.Setenv(variableName("ID_", name), string(key.Identity()))
	}
	for _, p := range w.People {
		w.logins[p.ID] = p.Login
	}
}

// build goes through the history.
func (w *world) build(ts *testscript.TestScript) {
	r := &gitRepo{ts: ts, dir: ts.MkAbs("payments"), w: w}
	r.git("init", "-q", "-b", "main", ".")
	r.git("remote", "add", "origin", "https://github.com/fintech/payments")
	ts.Check(os.WriteFile(filepath.Join(r.dir, ".git", "info", "exclude"), []byte("/out/\n/bin/\n/.dossier/\n"), 0o644))
	for _, name := range ordered(w.History) {
		e := w.History[name]
		on := e.On
		if on == "" {
			on = "main"
		}
		switch {
		case e.Branch != "":
			r.git("branch", e.Branch, w.commits[e.From])
		case e.Pull != 0:
			r.pull(e, on)
		case e.Tag != "":
			r.tag(e, on)
		case e.Pick != "":
			r.checkout(on)
			r.pick(e)
		default:
			r.checkout(on)
			r.commit(e, e.By, "")
		}
		if e.commit != "" {
			w.commits[named(name)] = e.commit
			ts.Setenv(variableName("COMMIT_", named(name)), e.commit)
		}
	}
	tag := "v" + w.Version
	ts.Setenv("TAG", tag)
	ts.Setenv("TAG_OBJECT", r.git("rev-parse", tag))
	ts.Setenv("COMMIT", r.git("rev-parse", tag+"^{commit}"))
	r.git("checkout", "-q", tag)
	ts.Check(os.MkdirAll(filepath.Join(r.dir, "bin"), 0o755))
	artifact := filepath.Join(r.dir, "bin", "payments")
	ts.Check(ts.Exec("go", "build", "-C", r.dir, "-trimpath", "-ldflags=-s -w", "-o", artifact, "."))
	w.push(ts, artifact)
}

// inRelease sets what the forge's CI sets in the release job.
func (w *world) inRelease(ts *testscript.TestScript) {
	tag, commit := ts.Getenv("TAG"), ts.Getenv("COMMIT")
	for name, value := range map[string]string{
		"GITHUB_ACTIONS": "true", "GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "fintech/payments",
		"GITHUB_REPOSITORY_ID": strconv.Itoa(repoID), "GITHUB_RUN_ID": "8812734", "GITHUB_RUN_ATTEMPT": "1",
		"GITHUB_SHA": commit, "GITHUB_REF": "refs/tags/" + tag, "GITHUB_REF_TYPE": "tag", "GITHUB_WORKFLOW": "release",
		"GITHUB_WORKFLOW_REF": "fintech/payments/.github/workflows/release.yml@refs/tags/" + tag, "GITHUB_WORKFLOW_SHA": commit,
		"GITHUB_EVENT_NAME": "push", "GITHUB_ACTOR_ID": "5550101", "RUNNER_ENVIRONMENT": "github-hosted", "DOSSIER_ENVIRONMENT": "release",
	} {
		ts.Setenv(name, value)
	}
}

// copyFiles copies the world's other files, with variables filled in, after the
// merge patches of the same names that the kinds of release have, and those that
// the scenario has in the directory own. Records and configuration go into the
// repository, results of checks beside them.
func (w *world) copyFiles(ts *testscript.TestScript, kinds []string) {
	places := map[string]string{"records": "payments/.dossier/records/" + w.Version, "results": "payments/out", "config": "payments/.dossier", ".": "."}
	for _, log := range sortedGlob(ts, filepath.Join(worldDir, "logs", "*")) {
		name, _, _ := strings.Cut(filepath.Base(log), ".")
		ts.Setenv(variableName("LOG_", name), sha256Of(ts, log))
	}
	defer w.copyRules(ts)
	dirs := []string{worldDir}
	for _, k := range kinds {
		dirs = append(dirs, kindDir(k))
	}
	dirs = append(dirs, ts.MkAbs("own"))
	for i, dir := range dirs {
		if !exists(dir) {
			continue
		}
		ts.Check(filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || d.Name() == "world.yaml" {
				return err
			}
			rel, err := filepath.Rel(dir, path)
			if err != nil {
				return err
			}
			in, name := filepath.Split(rel)
			in = filepath.Clean(in)
			place, ok := places[in]
			if !ok {
				place = in
			}
			to := ts.MkAbs(filepath.Join(place, name))
			if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
				return err
			}
			data, err := os.ReadFile(path)
			if err == nil && i > 0 && isPatch(name) && exists(filepath.Join(worldDir, rel)) {
				data, err = patched(to, path)
			}
			if err != nil {
				return err
			}
			text := string(data)
			if name != "steps.yaml" { // whose variables are filled in by each step
				text = os.Expand(text, ts.Getenv)
			}
			return os.WriteFile(to, []byte(text), 0o644)
		}))
	}
}

// copyRules puts copies of policy and trust into the repository, where its
// configuration wants them.
func (w *world) copyRules(ts *testscript.TestScript) {
	for _, name := range []string{"policy.yaml", "trust.yaml"} {
		ts.Check(os.WriteFile(ts.MkAbs("payments/.dossier/"+name), []byte(ts.ReadFile(name)), 0o644))
	}
}

// patched is a YAML file after a merge patch.
func patched(file, patch string) ([]byte, error) {
	var document, change any
	for name, into := range map[string]*any{file: &document, patch: &change} {
		data, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		if err := yaml.Unmarshal(data, into); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return yaml.Marshal(mergePatch(document, change))
}

// patch writes a YAML file after a merge patch (RFC 7396) to another, or to
// itself, with variables filled in.
//
//	patch FILE PATCH [TO]
func patch(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 || len(args) > 3 {
		ts.Fatalf("usage: patch FILE PATCH [TO]")
	}
	data, err := patched(ts.MkAbs(args[0]), ts.MkAbs(args[1]))
	ts.Check(err)
	to := args[0]
	if len(args) == 3 {
		to = args[2]
	}
	ts.Check(os.WriteFile(ts.MkAbs(to), []byte(os.Expand(string(data), ts.Getenv)), 0o644))
}

// gitRepo runs git for the people of a world.
type gitRepo struct {
	ts  *testscript.TestScript
	dir string
	w   *world
}

func (r *gitRepo) git(args ...string) string { return r.as("", time.Time{}, "", "", args...) }

// as runs git as a person at a time, with the key of another name.
func (r *gitRepo) as(who string, at time.Time, committer, key string, args ...string) string {
	env := []string{}
	if who != "" {
		p := r.w.People[who]
		c := p
		if committer != "" {
			c = r.w.People[committer]
		}
		env = append(env, "GIT_AUTHOR_NAME="+p.Name, "GIT_AUTHOR_EMAIL="+p.Email, "GIT_COMMITTER_NAME="+c.Name, "GIT_COMMITTER_EMAIL="+c.Email,
			"GIT_AUTHOR_DATE="+at.Format(time.RFC3339), "GIT_COMMITTER_DATE="+at.Format(time.RFC3339))
	}
	command := []string{"git", "-C", r.dir}
	if key != "" {
		command = append(command, "-c", "user.signingkey="+r.ts.MkAbs(key))
	}
	if err := r.ts.Exec("env", append(append(env, command...), args...)...); err != nil {
		r.ts.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, r.ts.ReadFile("stderr"))
	}
	return strings.TrimSpace(r.ts.ReadFile("stdout"))
}

// checkout changes to a branch, unless that is where HEAD is: the first commit
// has no branch yet.
func (r *gitRepo) checkout(branch string) {
	if r.git("symbolic-ref", "--short", "HEAD") != branch {
		r.git("checkout", "-q", branch)
	}
}

func (r *gitRepo) write(files map[string]string) {
	for name, text := range files {
		to := filepath.Join(r.dir, filepath.FromSlash(name))
		r.ts.Check(os.MkdirAll(filepath.Dir(to), 0o755))
		r.ts.Check(os.WriteFile(to, []byte(text), 0o644))
	}
	r.git("add", "-A")
}

// commit makes a commit by its author; committer and key are the forge's for
// merges.
func (r *gitRepo) commit(e *event, author, committer string) {
	r.write(e.Files)
	args := []string{"commit", "-q", "--allow-empty", "-m", e.Message}
	key := ""
	if committer != "" {
		args, key = append(args, "-S"), "forge"
	}
	r.as(author, e.At, committer, key, args...)
	e.commit = r.git("rev-parse", "HEAD")
}

func (r *gitRepo) pick(e *event) {
	args := []string{"cherry-pick"}
	if !e.NoMark {
		args = append(args, "-x")
	}
	r.as(e.By, e.At, "", "", append(args, r.w.commits[e.Pick])...)
	e.commit = r.git("rev-parse", "HEAD")
}

// pull makes the branch of a pull request and merges it.
func (r *gitRepo) pull(e *event, on string) {
	e.base = r.git("rev-parse", on)
	r.git("checkout", "-q", "-b", e.Head, on)
	for _, name := range ordered(e.Commits) {
		c := e.Commits[name]
		if c.Pick != "" {
			r.pick(c)
		} else {
			r.commit(c, c.By, "")
		}
		e.heads = append(e.heads, c.commit)
		r.w.commits[named(name)] = c.commit
		r.ts.Setenv(variableName("COMMIT_", named(name)), c.commit)
	}
	r.checkout(on)
	switch e.Method {
	case "":
		r.git("merge", "-q", "--squash", e.Head)
		r.commit(e, e.By, "github")
	case "rebase":
		r.as(e.By, e.At, "github", "forge", "cherry-pick", "-S", e.base+".."+e.Head)
		e.commit = r.git("rev-parse", "HEAD")
	default:
		r.ts.Fatalf("unknown method %s", e.Method)
	}
	r.git("branch", "-q", "-D", e.Head)
}

func (r *gitRepo) tag(e *event, on string) {
	target := on
	if e.From != "" {
		target = r.w.commits[e.From]
	}
	if e.Lightweight {
		r.git("tag", e.Tag, target)
		return
	}
	key := e.Key
	if key == "" {
		key = "release-ci"
	}
	if e.Unsigned {
		r.as("ci", e.At, "", "", "tag", "-a", "-m", e.Message, e.Tag, target)
		return
	}
	r.as("ci", e.At, "", key, "tag", "-s", "-m", e.Message, e.Tag, target)
}

func sha256Of(ts *testscript.TestScript, file string) string {
	data, err := os.ReadFile(file)
	ts.Check(err)
	return fmt.Sprintf("%x", sha256.Sum256(data))
}

// variableName is the name of an environment variable: LOG_CHG_4411.
func variableName(prefix, name string) string {
	return prefix + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
}

func sortedGlob(ts *testscript.TestScript, pattern string) []string {
	list, err := filepath.Glob(pattern)
	ts.Check(err)
	return list
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
