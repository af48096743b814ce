package bundle_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
)

// onlyFile checks that dir holds the one file name with the given bytes: no
// temporary file was left.
func onlyFile(t *testing.T, dir, name, want string) {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil || len(list) != 1 || list[0].Name() != name {
		t.Errorf("the directory holds %v, %v, want only %s", list, err, name)
	}
	if got, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(got) != want {
		t.Errorf("%s was changed: %d bytes, %v", name, len(got), err)
	}
}

// TestFileChangedBeforeWriting changes a file between hashing and packing: that
// is an error, the old dossier stays and nothing else is left.
func TestFileChangedBeforeWriting(t *testing.T) {
	changes := map[string]func(string) error{
		"same size": func(p string) error { return os.WriteFile(p, []byte("HELLO"), 0o644) },
		"shorter":   func(p string) error { return os.WriteFile(p, []byte("hell"), 0o644) },
		"longer":    func(p string) error { return os.WriteFile(p, []byte("hello!"), 0o644) },
		"gone":      os.Remove,
		"directory": func(p string) error { return errors.Join(os.Remove(p), os.Mkdir(p, 0o755)) },
	}
	for name, change := range changes {
		t.Run(name, func(t *testing.T) {
			path, dir := filepath.Join(t.TempDir(), "artifact"), t.TempDir()
			d := dossier(t)
			st := add(t, d, signRecord(t, keySigner(t, 1), newRecord(withMaterials([]byte("hello")))))
			if err := os.WriteFile(path, []byte("hello"), 0o644); err != nil {
				t.Fatal(err)
			}
			b, err := bundle.FileBlob(t.Context(), path)
			if err != nil || b.Digest != evidence.Sum([]byte("hello")) || b.Size != 5 {
				t.Fatalf("got %v, %v", b, err)
			}
			d.AddBlob(b)
			out := filepath.Join(dir, "old.dossier")
			if err := errors.Join(os.WriteFile(out, []byte("old"), 0o644), change(path)); err != nil {
				t.Fatal(err)
			}
			if err := d.WriteFile(t.Context(), out); err == nil {
				t.Errorf("wrote a dossier of statement %s with other bytes", st.ID.Short())
			}
			onlyFile(t, dir, "old.dossier", "old")
		})
	}
}

func TestWriteFileRefuses(t *testing.T) {
	dir := t.TempDir()
	if err := bundle.New().WriteFile(t.Context(), filepath.Join(dir, "empty")); err == nil {
		t.Error("wrote an empty dossier")
	}
	if err := bundle.New().WriteDir(t.Context(), filepath.Join(dir, "empty")); err == nil {
		t.Error("wrote an empty layout")
	}
	d := dossier(t)
	for _, path := range []string{dir, os.DevNull, filepath.Join(dir, "none", "x")} {
		if err := d.WriteFile(t.Context(), path); err == nil {
			t.Errorf("wrote over %s", path)
		}
	}
	if info, err := os.Stat(os.DevNull); err != nil || info.Mode().IsRegular() {
		t.Errorf("the null device is now %v, %v", info, err)
	}
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
	if err := os.WriteFile(filepath.Join(dir, "notes.txt"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := d.WriteDir(t.Context(), dir); err == nil {
		t.Error("wrote a layout into somebody's directory")
	}
}

func TestWriteFileKeepsPermissionsAndLinks(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such permissions")
	}
	dir := t.TempDir()
	target, link := filepath.Join(dir, "target"), filepath.Join(dir, "link")
	if err := errors.Join(os.WriteFile(target, nil, 0o600), os.Symlink("target", link)); err != nil {
		t.Fatal(err)
	}
	if err := dossier(t).WriteFile(t.Context(), link); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Lstat(target); err != nil || info.Mode().Perm() != 0o600 || info.Size() == 0 {
		t.Errorf("target: %v, %v", info, err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("link: %v, %v", info, err)
	}
}

// TestWriteOverSource appends to the file the dossier was opened from.
func TestWriteOverSource(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.dossier")
	if err := dossier(t, []byte("m")).WriteFile(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	d := open(t, path)
	heads := d.Heads(func(bundle.Pair) bool { return true })
	release := d.Statements()[0]
	if !release.IsRelease() {
		release = d.Statements()[1]
	}
	add(t, d, signApproval(t, keySigner(t, 3), "a2", release.ID, heads))
	if err := d.WriteFile(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS != "windows" {
		if diff := cmp.Diff(contentsOf(t, d), contentsOf(t, open(t, path))); diff != "" {
			t.Error(diff)
		}
	}
	if err := errors.Join(d.Close(), d.Close()); err != nil {
		t.Errorf("closing twice: %v", err)
	}
}

// TestFullDisk runs itself with a limit on the size of files, which fails in
// the middle of writing as a full disk does.
func TestFullDisk(t *testing.T) {
	if dir := os.Getenv("DOSSIER_TEST_FULL_DISK"); dir != "" {
		writeWithLimit(t, dir)
		return
	}
	if runtime.GOOS != "linux" {
		t.Skip("needs the file size limit of Linux")
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.dossier"), []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	// The shell sets the limit, in blocks of 512 or 1024 bytes, and the signal
	// that it would send is ignored.
	cmd := exec.Command("sh", "-c", `trap '' XFSZ; ulimit -f 64; exec "$0" -test.run '^TestFullDisk$'`, os.Args[0])
	cmd.Env = append(os.Environ(), "DOSSIER_TEST_FULL_DISK="+dir, "GOCOVERDIR="+t.TempDir())
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	onlyFile(t, dir, "a.dossier", "old")
}

func writeWithLimit(t *testing.T, dir string) {
	d := dossier(t, bytes.Repeat([]byte("large"), 100_000))
	err := d.WriteFile(t.Context(), filepath.Join(dir, "a.dossier"))
	if !errors.Is(err, syscall.EFBIG) || !strings.Contains(err.Error(), "a.dossier") {
		t.Errorf("got %v, want the system's refusal and the file's name", err)
	}
}
