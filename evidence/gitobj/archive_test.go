package gitobj

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"
)

// world is a set of objects under construction.
type world map[ID]Object

func (w world) add(f Format, typ Type, body string) ID {
	id, err := Hash(f, typ, []byte(body))
	if err != nil {
		panic(err)
	}
	w[id] = Object{id, typ, []byte(body)}
	return id
}

func (w world) commit(f Format, tree ID, n int, parents ...ID) ID {
	var b strings.Builder
	fmt.Fprintf(&b, "tree %s\n", tree)
	for _, p := range parents {
		fmt.Fprintf(&b, "parent %s\n", p)
	}
	fmt.Fprintf(&b, "author A <a@b> %d +0000\ncommitter A <a@b> %d +0000\n\n%d\n", n, n, n)
	return w.add(f, TypeCommit, b.String())
}

func (w world) archive(f Format) []byte {
	ids := make([]ID, 0, len(w))
	for id := range w {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	var buf bytes.Buffer
	err := WriteArchive(&buf, f, func(yield func(Object, error) bool) {
		for _, id := range ids {
			if !yield(w[id], nil) {
				return
			}
		}
	})
	if err != nil {
		panic(err)
	}
	return buf.Bytes()
}

func (w world) objects(t testing.TB, f Format) *Objects {
	t.Helper()
	o, err := ReadArchive(bytes.NewReader(w.archive(f)), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestArchiveRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := rapid.SampledFrom([]Format{SHA1, SHA256}).Draw(t, "format")
		w := world{}
		for _, body := range rapid.SliceOf(rapid.SliceOf(rapid.Byte())).Draw(t, "bodies") {
			w.add(f, rapid.SampledFrom([]Type{TypeBlob, TypeTag, TypeTree, TypeCommit}).Draw(t, "type"), string(body))
		}
		data := w.archive(f)
		o, err := ReadArchive(iotest.OneByteReader(bytes.NewReader(data)), Limits{})
		if err != nil {
			t.Fatal(err)
		}
		if o.Len() != len(w) || o.Format() != f {
			t.Fatalf("Len, Format = %d, %s, want %d, %s", o.Len(), o.Format(), len(w), f)
		}
		for id, want := range w {
			if got, ok := o.Get(id); !ok || got.Type != want.Type || !bytes.Equal(got.Body, want.Body) {
				t.Fatalf("Get(%s) = %v, %v", id, got, ok)
			}
		}
		var again bytes.Buffer
		if err := WriteArchive(&again, f, o.All()); err != nil || !bytes.Equal(again.Bytes(), data) {
			t.Fatalf("written again, the archive differs (%v)", err)
		}
	})
}

// Every byte counts: an archive with one byte changed, removed or added is an
// error.
func TestArchiveEveryByteCounts(t *testing.T) {
	w := world{}
	w.add(SHA1, TypeBlob, "one")
	w.add(SHA1, TypeBlob, "")
	w.commit(SHA1, idA, 1)
	data := w.archive(SHA1)
	for i := range data {
		changed := bytes.Clone(data)
		changed[i] ^= 1
		for name, bad := range map[string][]byte{
			"changed": changed,
			"cut":     data[:i],
			"removed": slices.Delete(bytes.Clone(data), i, i+1),
			"added":   slices.Insert(bytes.Clone(data), i, '0'),
		} {
			if _, err := ReadArchive(bytes.NewReader(bad), Limits{}); err == nil {
				t.Errorf("%s at byte %d: no error", name, i)
			}
		}
	}
	if _, err := ReadArchive(bytes.NewReader(append(data, '\n')), Limits{}); err == nil {
		t.Error("something after the end: no error")
	}
}

func TestArchiveRefuses(t *testing.T) {
	blob := func(s string) string {
		w := world{}
		w.add(SHA1, TypeBlob, s)
		lines := string(w.archive(SHA1))
		return strings.TrimSuffix(strings.TrimPrefix(lines, "dossier git-objects v1 sha1\n"), "end 1\n")
	}
	one, two := blob("one"), blob("two")
	if one > two {
		one, two = two, one
	}
	const begin = "dossier git-objects v1 sha1\n"
	line := "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa blob %s " + strings.Repeat("0", 64) + "\n"
	for name, bad := range map[string]string{
		"order":      begin + two + one + "end 2\n",
		"twice":      begin + one + one + "end 2\n",
		"count":      begin + one + two + "end 3\n",
		"no end":     begin + one + two,
		"format":     "dossier git-objects v1 md5\nend 0\n",
		"version":    "dossier git-objects v2 sha1\nend 0\n",
		"mixed":      "dossier git-objects v1 sha256\n" + one + "end 1\n",
		"long line":  begin + strings.Repeat("a", 1<<20) + "\n",
		"huge":       begin + fmt.Sprintf(line, "99999999999999"),
		"announced":  begin + fmt.Sprintf(line, "67108864"),
		"negative":   begin + fmt.Sprintf(line, "-1"),
		"plus":       begin + fmt.Sprintf(line, "+1"),
		"zeros":      begin + fmt.Sprintf(line, "01"),
		"wrong id":   begin + strings.Replace(one, one[:4], "0000", 1) + "end 1\n",
		"not a type": begin + strings.Replace(one, " blob ", " text ", 1) + "end 1\n",
		"other type": begin + strings.Replace(one, " blob ", " tree ", 1) + "end 1\n",
		"empty":      "",
	} {
		if _, err := ReadArchive(strings.NewReader(bad), Limits{}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	good := begin + one + two + "end 2\n"
	for _, limits := range []Limits{{Objects: 1}, {Bytes: 5}} {
		if _, err := ReadArchive(strings.NewReader(good), limits); err == nil {
			t.Errorf("limits %+v: no error", limits)
		}
	}
	if _, err := ReadArchive(strings.NewReader(good), Limits{Objects: 2, Bytes: 6}); err != nil {
		t.Errorf("exact limits: %v", err)
	}
}

func TestWriteArchiveChecks(t *testing.T) {
	w := world{}
	a, b := w[w.add(SHA1, TypeBlob, "a")], w[w.add(SHA1, TypeBlob, "b")]
	if a.ID > b.ID {
		a, b = b, a
	}
	failed := errors.New("failed")
	for name, objects := range map[string][]Object{
		"order":  {b, a},
		"twice":  {a, a},
		"forged": {{a.ID, a.Type, b.Body}},
		"type":   {{a.ID, "thing", a.Body}},
		"failed": {{}},
	} {
		err := WriteArchive(&bytes.Buffer{}, SHA1, func(yield func(Object, error) bool) {
			for _, o := range objects {
				var err error
				if o.ID == "" {
					err = failed
				}
				if !yield(o, err) {
					return
				}
			}
		})
		if err == nil || name == "failed" && err != failed {
			t.Errorf("%s: err = %v", name, err)
		}
	}
}

func TestFile(t *testing.T) {
	raw := func(id ID) string {
		b := make([]byte, 20)
		fmt.Sscanf(string(id), "%x", &b)
		return string(b)
	}
	w := world{}
	blob := w.add(SHA1, TypeBlob, "* @ann\n")
	sub := w.add(SHA1, TypeTree, "100644 CODEOWNERS\x00"+raw(blob))
	top := w.add(SHA1, TypeTree, "40000 .github\x00"+raw(sub)+"40000 gone\x00"+raw(idA)+"120000 link\x00"+raw(blob))
	commit := w.commit(SHA1, top, 1)
	o := w.objects(t, SHA1)

	id, body, err := o.File(commit, ".github/CODEOWNERS")
	if id != blob || string(body) != "* @ann\n" || err != nil {
		t.Errorf("File = %s, %q, %v", id, body, err)
	}
	for _, path := range []string{"CODEOWNERS", ".github/X", ".github/CODEOWNERS/x"} {
		if _, _, err := o.File(commit, path); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("File(%q): %v, want fs.ErrNotExist", path, err)
		}
	}
	var missing *MissingError
	if _, _, err := o.File(commit, "gone/x"); !errors.As(err, &missing) || missing.ID != idA {
		t.Errorf("File in a tree that is not embedded: %v", err)
	}
	for _, path := range []string{"", ".", "/x", "../x", "link", ".github"} {
		if _, _, err := o.File(commit, path); err == nil || errors.Is(err, fs.ErrNotExist) {
			t.Errorf("File(%q): %v", path, err)
		}
	}
	if _, err := o.Tag(commit); err == nil {
		t.Error("Tag of a commit: no error")
	}
}

func FuzzReadArchive(f *testing.F) {
	w := world{}
	w.add(SHA1, TypeBlob, "one")
	w.commit(SHA1, idA, 1)
	f.Add(w.archive(SHA1))
	f.Add([]byte("dossier git-objects v1 sha256\nend 0\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		o, err := ReadArchive(bytes.NewReader(data), Limits{})
		if err != nil {
			return
		}
		var again bytes.Buffer
		if err := WriteArchive(&again, o.Format(), o.All()); err != nil || !bytes.Equal(again.Bytes(), data) {
			t.Errorf("an archive is not canonical: %v", err)
		}
	})
}
