package bundle_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
)

// writers is the number of processes that append at once.
const writers = 6

// onDisk writes a dossier as a file and as a directory.
func onDisk(t *testing.T) map[string]string {
	t.Helper()
	dir := t.TempDir()
	d := dossier(t, []byte("hello"))
	paths := map[string]string{"file": filepath.Join(dir, "a.dossier"), "directory": filepath.Join(dir, "layout")}
	if err := errors.Join(d.WriteFile(t.Context(), paths["file"]), d.WriteDir(t.Context(), paths["directory"])); err != nil {
		t.Fatal(err)
	}
	return paths
}

// addApproval adds the approval of a person of that number to the heads of d.
func addApproval(t testing.TB, d *bundle.Dossier, number int) *bundle.Statement {
	t.Helper()
	heads := d.Heads(func(bundle.Pair) bool { return true })
	var release evidence.Digest
	for _, st := range d.Statements() {
		if st.IsRelease() {
			release = st.ID
		}
	}
	d.AddBlob(bundle.BytesBlob(fmt.Appendf(nil, "brought along by %d", number)))
	return add(t, d, signApproval(t, keySigner(t, byte(number)), fmt.Sprint("at-once-", number), release, heads))
}

// TestAppendTogether appends from several processes that have all read the
// dossier before the first of them writes: none of the statements is lost, and
// each is a head until a later one joins them.
func TestAppendTogether(t *testing.T) {
	if path := os.Getenv("APPEND_TO"); path != "" {
		appendOne(t, path)
		return
	}
	for name, path := range onDisk(t) {
		t.Run(name, func(t *testing.T) {
			barrier := t.TempDir()
			var running []*exec.Cmd
			for i := range writers {
				cmd := exec.Command(os.Args[0], "-test.run=^TestAppendTogether$")
				cmd.Env = append(os.Environ(), "APPEND_TO="+path, "BARRIER="+barrier, fmt.Sprint("NUMBER=", 10+i))
				cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
				if err := cmd.Start(); err != nil {
					t.Fatal(err)
				}
				running = append(running, cmd)
			}
			for _, cmd := range running {
				if err := cmd.Wait(); err != nil {
					t.Error(err)
				}
			}
			d := open(t, path)
			if got := d.Heads(func(bundle.Pair) bool { return true }); len(got) != writers || len(d.Problems()) > 0 {
				t.Fatalf("%d heads, want %d; problems %v", len(got), writers, d.Problems())
			}
			for i := range writers {
				if _, ok := d.Blob(evidence.Sum(fmt.Appendf(nil, "brought along by %d", 10+i))); !ok {
					t.Errorf("the material of %d is lost", 10+i)
				}
			}
			addApproval(t, d, 99)
			if err := d.AppendTo(t.Context(), path); err != nil {
				t.Fatal(err)
			}
			if got := open(t, path).Heads(func(bundle.Pair) bool { return true }); len(got) != 1 {
				t.Errorf("%d heads after the next statement, want 1", len(got))
			}
			list, err := filepath.Glob(filepath.Join(filepath.Dir(path), ".*"))
			if err != nil || len(list) > 0 {
				t.Errorf("left behind: %v, %v", list, err)
			}
		})
	}
}

// appendOne is one of the processes: it reads, waits until all have read, and
// appends.
func appendOne(t *testing.T, path string) {
	number, err := strconv.Atoi(os.Getenv("NUMBER"))
	if err != nil {
		t.Fatal(err)
	}
	d := open(t, path)
	addApproval(t, d, number)
	waitForAll(t, number)
	if err := d.AppendTo(t.Context(), path); err != nil {
		t.Fatal(err)
	}
}

// waitForAll waits until all processes have come here.
func waitForAll(t *testing.T, number int) {
	t.Helper()
	barrier := os.Getenv("BARRIER")
	if err := os.WriteFile(filepath.Join(barrier, fmt.Sprint(number)), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for range 3000 {
		if list, err := os.ReadDir(barrier); err != nil || len(list) == writers {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// replaceWith puts another dossier in the place of the one at path.
func replaceWith(t *testing.T, path string, d *bundle.Dossier) {
	t.Helper()
	write := d.WriteFile
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		write = d.WriteDir
	}
	if err := errors.Join(os.RemoveAll(path), write(t.Context(), path)); err != nil {
		t.Fatal(err)
	}
}

// TestReadWhileAppending reads a layout directory while others add to it: every
// time it is a whole dossier, without anything that nothing lists.
func TestReadWhileAppending(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no directory is locked there")
	}
	path := onDisk(t)["directory"]
	stop, read := make(chan struct{}), make(chan error)
	go func() {
		for {
			d, err := bundle.Open(t.Context(), path, bundle.Limits{})
			if err == nil && len(d.Problems()) > 0 {
				err = fmt.Errorf("problems %v", d.Problems())
			}
			if err == nil {
				err = d.Close()
			}
			select {
			case <-stop:
			default:
				if err == nil {
					continue
				}
			}
			read <- err
			return
		}
	}()
	for i := range 8 {
		d := open(t, path)
		addApproval(t, d, 20+i)
		if err := d.AppendTo(t.Context(), path); err != nil {
			t.Fatal(err)
		}
	}
	close(stop)
	if err := <-read; err != nil {
		t.Error(err)
	}
}

// TestAppendOnlyAdds checks that what was taken out since the dossier was
// opened, as a redaction does, does not come back.
func TestAppendOnlyAdds(t *testing.T) {
	for name, path := range onDisk(t) {
		t.Run(name, func(t *testing.T) {
			ours := open(t, path)
			addApproval(t, ours, 7)
			redacted := bundle.New()
			for _, st := range open(t, path).Statements() {
				raw, err := st.Signatures[0].Blob().Read(1 << 20)
				if err != nil {
					t.Fatal(err)
				}
				add(t, redacted, raw)
			}
			replaceWith(t, path, redacted)
			if err := ours.AppendTo(t.Context(), path); err != nil {
				t.Fatal(err)
			}
			got := open(t, path)
			if _, ok := got.Blob(evidence.Sum([]byte("hello"))); ok {
				t.Error("the redacted blob is back")
			}
			if len(got.Statements()) != len(redacted.Statements())+1 {
				t.Errorf("%d statements", len(got.Statements()))
			}
		})
	}
}

// TestAppendToAnother leaves a dossier alone that is not the one any more that
// the addition was made to.
func TestAppendToAnother(t *testing.T) {
	for name, path := range onDisk(t) {
		t.Run(name, func(t *testing.T) {
			statement, signature := open(t, path), open(t, path)
			addApproval(t, statement, 7)
			cosign(t, signature, keySigner(t, 8))
			other := bundle.New()
			add(t, other, signRecord(t, keySigner(t, 1), newRecord(func(r *evidence.Record) { r.Version = "2.0.0" })))
			replaceWith(t, path, other)
			for _, d := range []*bundle.Dossier{statement, signature} {
				if err := d.AppendTo(t.Context(), path); !errors.Is(err, bundle.ErrReplaced) {
					t.Errorf("got %v, want ErrReplaced", err)
				}
			}
			if diff := cmp.Diff(contentsOf(t, other), contentsOf(t, open(t, path))); diff != "" {
				t.Error(diff)
			}
			if err := os.RemoveAll(path); err != nil {
				t.Fatal(err)
			}
			if err := statement.AppendTo(t.Context(), path); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("got %v, want that it is gone", err)
			}
		})
	}
}

// cosign adds a signature over each statement of d.
func cosign(t *testing.T, d *bundle.Dossier, s attest.Signer) {
	t.Helper()
	for _, st := range d.Statements() {
		raw, err := attest.Sign(t.Context(), s, st.Payload)
		if err != nil {
			t.Fatal(err)
		}
		add(t, d, raw)
	}
}

// TestAppendThroughLink adds to the file that a link leads to.
func TestAppendThroughLink(t *testing.T) {
	for name, path := range onDisk(t) {
		link := filepath.Join(t.TempDir(), name)
		if err := os.Symlink(path, link); err != nil {
			t.Skip(err)
		}
		d := open(t, link)
		addApproval(t, d, 7)
		if err := d.AppendTo(t.Context(), link); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
			t.Errorf("%s is no link any more: %v", link, err)
		}
		if diff := cmp.Diff(contentsOf(t, d), contentsOf(t, open(t, path))); diff != "" {
			t.Error(diff)
		}
	}
}
