package bundle_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
)

const (
	temporary = ".dossier-ABCDEFGHIJKLMNOPQRSTUVWX27"
	notice    = ".dossier-"
)

// own lists what writers left of their own in a layout.
func own(t *testing.T, dir string) (list []string) {
	t.Helper()
	for name := range tree(t, dir) {
		if strings.HasPrefix(filepath.Base(name), ".dossier-") {
			list = append(list, name)
		}
	}
	return list
}

// plant writes files into a layout.
func plant(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(dir, filepath.FromSlash(name)), []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// TestLeftByWriters plants what a writer that was killed leaves: readers pass it
// over, and the next writer removes it and nothing else.
func TestLeftByWriters(t *testing.T) {
	dir := onDisk(t)["directory"]
	hello := evidence.Sum([]byte("hello")) // which a statement lists
	stray := evidence.Sum([]byte("stray"))
	before := contentsOf(t, open(t, dir))
	signature := open(t, dir).Statements()[0].Signatures[0].ID
	planted := map[string]string{
		temporary:                                  "{",
		"blobs/sha256/" + temporary:                "half of",
		"blobs/sha256/" + notice + hello.Hex():     "",
		"blobs/sha256/" + notice + stray.Hex():     "",
		"blobs/sha256/" + notice + signature.Hex(): "",
		bundle.BlobName(stray):                     "stray",
	}
	plant(t, dir, planted)
	d := open(t, dir)
	if diff := cmp.Diff(before, contentsOf(t, d)); diff != "" || len(d.Problems()) > 0 {
		t.Errorf("problems %v, %s", d.Problems(), diff)
	}
	// Who has not read the directory does not know what is listed there.
	if err := d.WriteDir(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, contentsOf(t, open(t, dir))); diff != "" {
		t.Error(diff)
	}
	if got := own(t, dir); len(got) != 2 { // the notices of what it did not write
		t.Errorf("left %v, want two notices", got)
	}
	plant(t, dir, planted)
	addApproval(t, d, 7)
	if err := d.AppendTo(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	after := open(t, dir)
	if diff := cmp.Diff(contentsOf(t, d), contentsOf(t, after)); diff != "" || len(after.Problems()) > 0 {
		t.Errorf("problems %v, %s", after.Problems(), diff)
	}
	if got := own(t, dir); len(got) > 0 {
		t.Errorf("left %v", got)
	}
	if _, err := os.Stat(filepath.Join(dir, bundle.BlobName(stray))); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the material of an unfinished addition: %v", err)
	}
}

// TestNotLeftByWriters plants what looks similar: none of it is passed over, and
// no writer removes it.
func TestNotLeftByWriters(t *testing.T) {
	stray := evidence.Sum([]byte("stray"))
	for name, at := range map[string]string{
		"no random name":       "blobs/sha256/.dossier-x",
		"lower case":           "blobs/sha256/" + strings.ToLower(temporary),
		"upper case hex":       "blobs/sha256/" + notice + strings.ToUpper(stray.Hex()),
		"longer":               "blobs/sha256/" + temporary + "A",
		"notice at the top":    notice + stray.Hex(),
		"elsewhere":            "blobs/" + temporary,
		"in a directory of it": "blobs/sha256/" + temporary + "/" + temporary,
	} {
		t.Run(name, func(t *testing.T) {
			dir := onDisk(t)["directory"]
			if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, at)), 0o755); err != nil {
				t.Fatal(err)
			}
			plant(t, dir, map[string]string{at: "stray"})
			d := open(t, dir)
			if len(d.Problems()) == 0 {
				t.Error("it was passed over")
			}
			addApproval(t, d, 7)
			if err := d.AppendTo(t.Context(), dir); err != nil {
				t.Fatal(err)
			}
			if _, err := os.Stat(filepath.Join(dir, at)); err != nil {
				t.Error(err)
			}
		})
	}
	t.Run("a link", func(t *testing.T) {
		dir := onDisk(t)["directory"]
		if err := os.Symlink("index.json", filepath.Join(dir, temporary)); err != nil {
			t.Skip(err)
		}
		_, err := bundle.Open(t.Context(), dir, bundle.Limits{})
		wantReadError(t, err, "links")
	})
	t.Run("in a tar file", func(t *testing.T) {
		list := unpack(t, pack(t, dossier(t)))
		d := openBytes(t, repack(t, append(list, member{name: "blobs/sha256/" + temporary, data: []byte("x")})))
		if !strings.Contains(codes(d), bundle.DigestMismatch) {
			t.Errorf("got %v", d.Problems())
		}
	})
	t.Run("bytes that are not those of the notice", func(t *testing.T) {
		dir := onDisk(t)["directory"]
		plant(t, dir, map[string]string{"blobs/sha256/" + notice + stray.Hex(): "", bundle.BlobName(stray): "STRAY"})
		if d := open(t, dir); !strings.Contains(codes(d), bundle.DigestMismatch) {
			t.Errorf("got %v", d.Problems())
		}
	})
	t.Run("too many", func(t *testing.T) {
		dir := onDisk(t)["directory"]
		n := len(tree(t, dir))
		plant(t, dir, map[string]string{temporary: ""})
		_, err := bundle.Open(t.Context(), dir, bundle.Limits{Entries: n})
		wantReadError(t, err, "entries")
	})
}

// TestMisnamed gives files of a layout each other's names: what is written under
// its own name would be put over the only copy of a signature, or a notice would
// have that removed.
func TestMisnamed(t *testing.T) {
	stray := evidence.Sum([]byte("stray"))
	hello := evidence.Sum([]byte("hello"))
	for name, change := range map[string]func(t *testing.T, at func(evidence.Digest) string, dir string, signature evidence.Digest){
		"a notice of the name": func(t *testing.T, at func(evidence.Digest) string, dir string, signature evidence.Digest) {
			rename(t, at(signature), at(stray))
			plant(t, dir, map[string]string{bundle.BlobName(evidence.Sum([]byte("another"))): "stray", "blobs/sha256/" + notice + stray.Hex(): ""})
		},
		"a material's name": func(t *testing.T, at func(evidence.Digest) string, dir string, signature evidence.Digest) {
			aside := filepath.Join(t.TempDir(), "material")
			rename(t, at(hello), aside)
			rename(t, at(signature), at(hello))
			rename(t, aside, at(signature))
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := onDisk(t)["directory"]
			d := open(t, dir)
			signature := d.Statements()[len(d.Statements())-1].Signatures[0].ID
			addApproval(t, d, 7)
			change(t, func(id evidence.Digest) string { return filepath.Join(dir, bundle.BlobName(id)) }, dir, signature)
			before := open(t, dir)
			var bad *bundle.ReadError
			if err := d.AppendTo(t.Context(), dir); !errors.As(err, &bad) {
				t.Fatalf("got %v, want a *ReadError", err)
			}
			after := open(t, dir)
			if got, want := len(after.Statements()), len(before.Statements()); got != want || codes(after) != codes(before) {
				t.Errorf("%d statements and %s, before %d and %s", got, codes(after), want, codes(before))
			}
			whole, err := bundle.Open(t.Context(), dir, bundle.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			defer whole.Close()
			packed := filepath.Join(t.TempDir(), "copy.dossier")
			if err := whole.WriteFile(t.Context(), packed); err != nil {
				t.Errorf("the copy that the remedy asks for: %v", err)
			}
		})
	}
}

func rename(t *testing.T, from, to string) {
	t.Helper()
	if err := os.Rename(from, to); err != nil {
		t.Fatal(err)
	}
}

// TestKilledWriter kills a process at each step of writing to a directory, first
// of making it and then of adding to it. What it leaves can be read, is written to
// again, and is then as if nothing had happened.
func TestKilledWriter(t *testing.T) {
	if dir := os.Getenv("KILLED_WRITER"); dir != "" {
		writeUntilKilled(t, dir)
		return
	}
	if runtime.GOOS == "windows" {
		t.Skip("not every file that a killed process had open can be removed at once")
	}
	for _, what := range []string{"new", "append"} {
		t.Run(what, func(t *testing.T) {
			steps := 0
			for killed := true; killed; steps++ {
				dir := filepath.Join(t.TempDir(), "layout")
				if what == "append" {
					if err := dossier(t, []byte("hello")).WriteDir(t.Context(), dir); err != nil {
						t.Fatal(err)
					}
				}
				cmd := exec.Command(os.Args[0], "-test.run=^TestKilledWriter$")
				cmd.Env = append(os.Environ(), "KILLED_WRITER="+dir, fmt.Sprint("KILL_AT=", steps), "GOCOVERDIR="+t.TempDir())
				out, err := cmd.CombinedOutput()
				var exit *exec.ExitError
				if killed = errors.As(err, &exit) && exit.ExitCode() == -1; err != nil && !killed {
					t.Fatalf("step %d: %v\n%s", steps, err, out)
				}
				if what == "new" {
					afterNew(t, dir, steps)
				} else {
					afterAppend(t, dir, steps)
				}
			}
			if steps < 15 {
				t.Errorf("killed at %d steps: those of a whole writer are more", steps)
			}
		})
	}
}

// writeUntilKilled is the process that is killed.
func writeUntilKilled(t *testing.T, dir string) {
	left, err := strconv.Atoi(os.Getenv("KILL_AT"))
	if err != nil {
		t.Fatal(err)
	}
	kill := func() {
		if left--; left >= 0 {
			return
		}
		p, err := os.FindProcess(os.Getpid())
		if err == nil {
			err = p.Kill()
		}
		if err != nil {
			t.Fatal(err)
		}
		select {}
	}
	if _, missing := os.Stat(dir); missing != nil {
		bundle.OnStep(kill)
		err = dossier(t, []byte("hello")).WriteDir(t.Context(), dir)
	} else {
		d := open(t, dir)
		addDocumented(t, d, 7)
		bundle.OnStep(kill)
		err = d.AppendTo(t.Context(), dir)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// addDocumented adds an approval that lists a material.
func addDocumented(t *testing.T, d *bundle.Dossier, number byte) {
	t.Helper()
	minutes := fmt.Appendf(nil, "minutes of %d", number)
	a := &evidence.Approval{
		ID: fmt.Sprint("documented-", number), Parents: d.Heads(func(bundle.Pair) bool { return true }), Materials: materials(minutes),
		Approver: evidence.Actor{ID: "mailto:ana@acme.example", Kind: evidence.Human}, Decision: evidence.Approved, At: signedAt,
	}
	for _, st := range d.Statements() {
		if st.IsRelease() {
			a.Release = &evidence.Reference{Digest: st.ID}
		}
	}
	d.AddBlob(bundle.BytesBlob(minutes))
	add(t, d, sign(t, keySigner(t, number), evidence.OwnSubjects(a.Release.Digest, nil), evidence.ApprovalType, a))
}

// afterNew looks at a directory whose first writer was killed: another one
// completes it.
func afterNew(t *testing.T, dir string, step int) {
	t.Helper()
	if d, err := bundle.Open(t.Context(), dir, bundle.Limits{}); err == nil {
		whole(t, d, step)
		d.Close()
	}
	again := dossier(t, []byte("hello"))
	if err := again.WriteDir(t.Context(), dir); err != nil {
		t.Fatalf("step %d: %v", step, err)
	}
	d := open(t, dir)
	if _, ok := d.Blob(evidence.Sum([]byte("hello"))); !ok || len(own(t, dir)) > 0 {
		t.Errorf("step %d: the material is there: %t; left %v", step, ok, own(t, dir))
	}
	whole(t, d, step)
}

// afterAppend looks at a directory to which a writer added that was killed:
// another one adds something, too.
func afterAppend(t *testing.T, dir string, step int) {
	t.Helper()
	d := open(t, dir)
	whole(t, d, step)
	addDocumented(t, d, 8)
	if err := d.AppendTo(t.Context(), dir); err != nil {
		t.Fatalf("step %d: %v", step, err)
	}
	d = open(t, dir)
	whole(t, d, step)
	if left := own(t, dir); len(d.Problems()) > 0 || len(left) > 0 {
		t.Errorf("step %d: problems %v, left %v", step, d.Problems(), left)
	}
}

// whole checks that all that statements list and name is there, that nothing else
// is, and that at most the packaging is not complete.
func whole(t *testing.T, d *bundle.Dossier, step int) {
	t.Helper()
	for _, p := range d.Problems() {
		if p.Code != bundle.NotCanonical {
			t.Errorf("step %d: %v", step, p)
		}
	}
	listed := map[evidence.Digest]bool{}
	for _, st := range d.Statements() {
		for _, m := range st.Links.Materials {
			listed[m.Digest] = true
			if _, ok := d.Blob(m.Digest); !ok {
				t.Errorf("step %d: material %s is missing", step, m.Name)
			}
		}
	}
	for _, b := range d.Blobs() {
		if !listed[b.Digest] {
			t.Errorf("step %d: no statement lists %s", step, b.Digest)
		}
	}
	if _, err := d.State(d.Heads(func(bundle.Pair) bool { return true })); err != nil {
		t.Errorf("step %d: %v", step, err)
	}
}
