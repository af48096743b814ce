package gitobj

import (
	"bytes"
	"errors"
	"maps"
	"testing"

	"pgregory.net/rapid"
)

// graph draws a history of up to 12 commits, each with up to 3 parents among
// the earlier ones.
func graph(t *rapid.T, w world) []ID {
	var ids []ID
	for i := range rapid.IntRange(1, 12).Draw(t, "commits") {
		parents := map[ID]bool{}
		for range rapid.IntRange(0, min(i, 3)).Draw(t, "parents") {
			parents[rapid.SampledFrom(ids).Draw(t, "parent")] = true
		}
		var list []ID
		for _, id := range ids {
			if parents[id] {
				list = append(list, id)
			}
		}
		ids = append(ids, w.commit(SHA1, idA, i, list...))
	}
	return ids
}

func reach(w world, id ID, seen map[ID]bool) map[ID]bool {
	if seen[id] {
		return seen
	}
	seen[id] = true
	c, err := ParseCommit(w[id].Body)
	if err != nil {
		panic(err)
	}
	for _, p := range c.Parents {
		reach(w, p, seen)
	}
	return seen
}

func idSet(commits []CommitWithID) map[ID]bool {
	out := map[ID]bool{}
	for _, c := range commits {
		out[c.ID] = true
	}
	return out
}

// With all commits at hand the range is exact. With any of them taken away it
// is an error or has no commit less.
func TestRangeNeverLeavesOutACommit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := world{}
		ids := graph(t, w)
		tip := rapid.SampledFrom(ids).Draw(t, "tip")
		base := rapid.SampledFrom(append([]ID{""}, ids...)).Draw(t, "base")
		want := reach(w, tip, map[ID]bool{})
		if base != "" {
			for id := range reach(w, base, map[ID]bool{}) {
				delete(want, id)
			}
		}
		all, err := ReadArchive(bytes.NewReader(w.archive(SHA1)), Limits{})
		if err != nil {
			t.Fatal(err)
		}
		got, err := all.Range(tip, base)
		if err != nil || !maps.Equal(idSet(got), want) || len(got) != len(want) {
			t.Fatalf("Range = %d commits, %v, want %d", len(got), err, len(want))
		}
		for _, id := range ids {
			if rapid.Bool().Draw(t, "drop") {
				delete(w, id)
			}
		}
		part, err := ReadArchive(bytes.NewReader(w.archive(SHA1)), Limits{})
		if err != nil {
			t.Fatal(err)
		}
		got, err = part.Range(tip, base)
		var missing *MissingError
		if err != nil {
			if !errors.As(err, &missing) {
				t.Fatal(err)
			}
			return
		}
		have := idSet(got)
		for id := range want {
			if !have[id] {
				t.Fatalf("commit %s was left out", id)
			}
		}
	})
}

func BenchmarkArchive50000(b *testing.B) {
	w := world{}
	var tip ID
	for i := range 50_000 {
		if tip == "" {
			tip = w.commit(SHA1, idA, i)
			continue
		}
		tip = w.commit(SHA1, idA, i, tip)
	}
	data := w.archive(SHA1)
	b.ReportAllocs()
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		o, err := ReadArchive(bytes.NewReader(data), Limits{})
		if err != nil {
			b.Fatal(err)
		}
		if got, err := o.Range(tip, ""); err != nil || len(got) != 50_000 {
			b.Fatal(len(got), err)
		}
	}
}
