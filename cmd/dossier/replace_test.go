package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestCommitRefuses: what is known only once the run has begun keeps a file from
// being replaced too: it is read, it is there, it came into an OCI layout.
func TestCommitRefuses(t *testing.T) {
	for name, tt := range map[string]struct {
		meanwhile func(t *testing.T, c *Cmd, r *replacement)
		refused   string
	}{
		"nothing": {func(*testing.T, *Cmd, *replacement) {}, ""},
		"read":    {func(_ *testing.T, c *Cmd, r *replacement) { c.reads(r.path) }, "is read by this command and would be overwritten"},
		"there":   {func(_ *testing.T, _ *Cmd, r *replacement) { r.new = true }, "exists already"},
		"a layout": {func(t *testing.T, _ *Cmd, r *replacement) {
			writeTest(t, filepath.Join(filepath.Dir(r.path), "oci-layout"), `{"imageLayoutVersion":"1.0.0"}`)
		}, "is within the OCI layout"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "out.json")
			writeTest(t, path, "before")
			c := &Cmd{}
			r, err := c.replaceFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := r.WriteString("after"); err != nil {
				t.Fatal(err)
			}
			tt.meanwhile(t, c, r)
			err = r.commit()
			r.discard()
			want := "before"
			if tt.refused == "" {
				want = "after"
			}
			if data, _ := os.ReadFile(path); string(data) != want || err == nil != (tt.refused == "") || err != nil && !strings.Contains(err.Error(), tt.refused) {
				t.Errorf("%v, the file holds %q", err, data)
			}
			entries, err := os.ReadDir(filepath.Dir(path))
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range entries {
				if e.Name() != "out.json" && e.Name() != "oci-layout" {
					t.Errorf("%s is left", e.Name())
				}
			}
		})
	}
}

func writeTest(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
