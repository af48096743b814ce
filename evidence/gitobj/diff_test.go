package gitobj

import (
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// tree adds the tree of the files, which maps paths to contents, and returns
// its id.
func (w world) tree(f Format, files map[string]string) ID {
	here, below := map[string]TreeEntry{}, map[string]map[string]string{}
	for path, content := range files {
		name, rest, deep := strings.Cut(path, "/")
		if !deep {
			here[name] = TreeEntry{ModeFile, name, w.add(f, TypeBlob, content)}
			continue
		}
		if below[name] == nil {
			below[name] = map[string]string{}
		}
		below[name][rest] = content
	}
	for name, sub := range below {
		here[name] = TreeEntry{ModeDir, name, w.tree(f, sub)}
	}
	list := slices.SortedFunc(maps.Values(here), func(a, b TreeEntry) int { return strings.Compare(sortName(a), sortName(b)) })
	return w.add(f, TypeTree, treeBody(list))
}

func treeBody(list []TreeEntry) string {
	var body strings.Builder
	for _, e := range list {
		id, err := hex.DecodeString(string(e.ID))
		if err != nil {
			panic(err)
		}
		fmt.Fprintf(&body, "%o %s\x00%s", e.Mode, e.Name, id)
	}
	return body.String()
}

func (w world) entries(id ID) ([]TreeEntry, error) { return ParseTree(id.Format(), w[id].Body) }

// The paths that differ are those that differ between two maps.
func TestChangedPaths(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		path := rapid.Map(rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "a.b", "é\x1b"}), 1, 4),
			func(parts []string) string { return strings.Join(parts, "/") })
		draw := func(name string) map[string]string {
			files := rapid.MapOfN(path, rapid.SampledFrom([]string{"x", "y"}), 0, 8).Draw(t, name)
			for p := range files { // a path is a file or a directory
				for q := range files {
					if strings.HasPrefix(q, p+"/") {
						delete(files, q)
					}
				}
			}
			return files
		}
		before, after := draw("before"), draw("after")
		want := map[string]bool{}
		for _, m := range []map[string]string{before, after} {
			for p := range m {
				if before[p] != after[p] {
					want[p] = true
				}
			}
		}
		w := world{}
		format := rapid.SampledFrom([]Format{SHA1, SHA256}).Draw(t, "format")
		got, err := ChangedPaths(w.tree(format, before), w.tree(format, after), w.entries)
		if err != nil {
			t.Fatal(err)
		}
		if expect := slices.Sorted(maps.Keys(want)); !slices.Equal(got, expect) {
			t.Fatalf("changed %q, want %q", got, expect)
		}
	})
}

// A few trees that name each other unfold to more files than there are atoms:
// the comparison ends with an error.
func TestChangedPathsOfATreeBomb(t *testing.T) {
	w := world{}
	id := w.tree(SHA1, map[string]string{"f": "x"})
	for range 30 {
		var list []TreeEntry
		for i := range 10 {
			list = append(list, TreeEntry{ModeDir, fmt.Sprintf("d%d", i), id})
		}
		id = w.add(SHA1, TypeTree, treeBody(list))
	}
	if _, err := ChangedPaths("", id, w.entries); !errors.Is(err, ErrTooManyPaths) {
		t.Errorf("wide: %v", err)
	}
	for range 5000 {
		id = w.add(SHA1, TypeTree, treeBody([]TreeEntry{{ModeDir, "d", id}}))
	}
	if _, err := ChangedPaths(id, "", w.entries); err == nil || !strings.Contains(err.Error(), "4096 bytes") {
		t.Errorf("deep: %v", err)
	}
}

func TestChangedPathsOfCommits(t *testing.T) {
	w := world{}
	a := w.commit(SHA1, w.tree(SHA1, map[string]string{"a": "1", "d/b": "1", "same/x": "1"}), 1)
	delete(w, w.tree(SHA1, map[string]string{"x": "1"})) // a tree that does not differ is not needed
	b := w.commit(SHA1, w.tree(SHA1, map[string]string{"a": "1", "d/c": "1", "same/x": "1"}), 2, a)
	delete(w, w.tree(SHA1, map[string]string{"x": "1"}))
	o := w.objects(t, SHA1)
	if got, err := o.ChangedPaths(a, b); fmt.Sprint(got) != "[d/b d/c]" || err != nil {
		t.Errorf("ChangedPaths = %v, %v", got, err)
	}
	var missing *MissingError
	if _, err := o.ChangedPaths("", b); !errors.As(err, &missing) {
		t.Errorf("a tree is not embedded: %v", err)
	}
	if _, err := o.ChangedPaths(a, ID(idB)); !errors.As(err, &missing) {
		t.Errorf("a commit is not embedded: %v", err)
	}
}
