package bundle_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
)

// lost is the exit status of a process that found the work of another.
const lost = 17

// version is a dossier of one release of that version.
func version(t *testing.T, version string) *bundle.Dossier {
	t.Helper()
	d := bundle.New()
	add(t, d, signRecord(t, keySigner(t, 1), newRecord(func(r *evidence.Record) { r.Version = version })))
	return d
}

// writeNew writes a dossier to path, as a directory or as a file.
func writeNew(ctx context.Context, d *bundle.Dossier, path, packaging string) error {
	if packaging == "file" {
		return d.WriteNewFile(ctx, path)
	}
	return d.WriteNewDir(ctx, path)
}

// TestWriteNewTogether makes one dossier from several processes, each another. One
// of them succeeds, and what is there is its dossier and nothing of the others'.
func TestWriteNewTogether(t *testing.T) {
	if path := os.Getenv("WRITE_NEW"); path != "" {
		number, err := strconv.Atoi(os.Getenv("NUMBER"))
		if err != nil {
			t.Fatal(err)
		}
		d := version(t, fmt.Sprintf("%d.0.0", number))
		waitForAll(t, number)
		switch err := writeNew(t.Context(), d, path, os.Getenv("PACKAGING")); {
		case errors.Is(err, fs.ErrExist):
			os.Exit(lost)
		case err != nil:
			t.Fatal(err)
		}
		return
	}
	for _, packaging := range []string{"file", "directory", "empty directory"} {
		t.Run(packaging, func(t *testing.T) {
			dir, barrier := t.TempDir(), t.TempDir()
			path := filepath.Join(dir, "new")
			if packaging == "empty directory" {
				if err := os.Mkdir(path, 0o755); err != nil {
					t.Fatal(err)
				}
			}
			var running []*exec.Cmd
			for i := range writers {
				cmd := exec.Command(os.Args[0], "-test.run=^TestWriteNewTogether$")
				cmd.Env = append(os.Environ(), "WRITE_NEW="+path, "PACKAGING="+packaging, "BARRIER="+barrier, fmt.Sprint("NUMBER=", i))
				if err := cmd.Start(); err != nil {
					t.Fatal(err)
				}
				running = append(running, cmd)
			}
			winner := -1
			for i, cmd := range running {
				var exit *exec.ExitError
				switch err := cmd.Wait(); {
				case err == nil && winner < 0:
					winner = i
				case err == nil:
					t.Errorf("both %d and %d succeeded", winner, i)
				case !errors.As(err, &exit) || exit.ExitCode() != lost:
					t.Errorf("%d: %v", i, err)
				}
			}
			list := open(t, path).Statements()
			if len(list) != 1 {
				t.Fatalf("%d statements, want 1", len(list))
			}
			r, err := evidence.DecodeRecord(list[0].Statement.Predicate)
			if want := fmt.Sprintf("%d.0.0", winner); err != nil || r.Version != want {
				t.Errorf("there is version %s, %v; %s was written", r.Version, err, want)
			}
			if left, err := filepath.Glob(filepath.Join(dir, ".dossier-*")); err != nil || len(left) > 0 {
				t.Errorf("left behind: %v, %v", left, err)
			}
		})
	}
}

// TestWriteNewKeeps leaves whatever is there, links that lead nowhere among it.
func TestWriteNewKeeps(t *testing.T) {
	dir := t.TempDir()
	file, link := filepath.Join(dir, "file"), filepath.Join(dir, "link")
	if err := os.WriteFile(file, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	paths := []string{file, dir}
	if err := os.Symlink("nowhere", link); err == nil {
		paths = append(paths, link)
	}
	d := version(t, "1.0.0")
	for _, path := range paths {
		if err := d.WriteNewFile(t.Context(), path); !errors.Is(err, fs.ErrExist) {
			t.Errorf("%s: got %v, want fs.ErrExist", path, err)
		}
	}
	if got, err := os.ReadFile(file); err != nil || string(got) != "old" {
		t.Errorf("the file is %q, %v", got, err)
	}
	layout := filepath.Join(t.TempDir(), "layout")
	if err := errors.Join(d.WriteNewDir(t.Context(), layout), d.WriteDir(t.Context(), layout)); err != nil {
		t.Fatal(err)
	}
	if err := d.WriteNewDir(t.Context(), layout); !errors.Is(err, fs.ErrExist) {
		t.Errorf("got %v, want fs.ErrExist", err)
	}
	if err := d.WriteNewDir(t.Context(), dir); err == nil || errors.Is(err, fs.ErrExist) {
		t.Errorf("somebody's directory: got %v", err)
	}
}
