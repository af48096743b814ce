package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/internal/testrelease"
)

// TestCreateTogether makes one file several times at once: one run succeeds, and
// the others leave its dossier alone.
func TestCreateTogether(t *testing.T) {
	w := testrelease.New(t)
	out := filepath.Join(t.TempDir(), "together.dossier")
	const runs = 4
	statuses, told := make([]int, runs), make([]string, runs)
	var wg sync.WaitGroup
	for i := range runs {
		wg.Go(func() {
			statuses[i], _, told[i] = run(t, w, testrelease.Signed, "create", "v1.0.1", "-C", w.Repo, "--artifact", w.Binary, "--key", w.Key, "--first", "-o", out)
		})
	}
	wg.Wait()
	created := 0
	for i, status := range statuses {
		switch {
		case status == 0:
			created++
		case status != 2 || !strings.Contains(told[i], "exists already and may hold approvals"):
			t.Errorf("exit status %d: %s", status, told[i])
		}
	}
	d, err := bundle.Open(t.Context(), out, bundle.Limits{})
	if err != nil || created != 1 {
		t.Fatalf("%d runs succeeded, want 1; %v", created, err)
	}
	d.Close()
}

// TestPublishTakesBack gives two dossiers their names, the second of which is taken
// meanwhile.
func TestPublishTakesBack(t *testing.T) {
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	for name, data := range map[string]string{"temp1": "1", "temp2": "2", "b.dossier": "old"} {
		if err := os.WriteFile(path(name), []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	job := &creation{finished: []finished{{temp: path("temp1"), out: path("a.dossier")}, {temp: path("temp2"), out: path("b.dossier")}}}
	if err := job.publish(); err == nil || !strings.Contains(err.Error(), "b.dossier exists already") {
		t.Errorf("got %v", err)
	}
	for name, want := range map[string]string{"temp1": "1", "temp2": "2", "b.dossier": "old"} {
		if got, err := os.ReadFile(path(name)); err != nil || string(got) != want {
			t.Errorf("%s is %q, %v", name, got, err)
		}
	}
	if _, err := os.Stat(path("a.dossier")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a.dossier stays: %v", err)
	}
	if err := errors.Join(os.Remove(path("b.dossier")), job.publish()); err != nil {
		t.Fatal(err)
	}
	if list, err := os.ReadDir(dir); err != nil || len(list) != 2 {
		t.Errorf("%v, %v, want a.dossier and b.dossier", list, err)
	}
}
