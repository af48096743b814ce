package bundle

import (
	"archive/tar"
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// listing is what is read of a tar file: names and sizes, or why not.
func listing(data []byte, read func(*entries) error) (string, []string) {
	es := newEntries(Limits{Entries: 8, Total: 1 << 20})
	err := read(es)
	var list []string
	for _, e := range es.list {
		r, openErr := e.open()
		if openErr != nil {
			return openErr.Error(), nil
		}
		var body bytes.Buffer
		body.ReadFrom(r)
		list = append(list, fmt.Sprintf("%q %d %x", e.name, e.size, body.Bytes()))
	}
	return fmt.Sprint(err), list
}

// agree fails unless a tar file is the same with readPacked as with package tar
// alone. It returns how many entries readPacked read.
func agree(t *testing.T, data []byte) int {
	t.Helper()
	r, size := bytes.NewReader(data), int64(len(data))
	gotErr, got := listing(data, func(es *entries) error { return es.readTar(r, size) })
	wantErr, want := listing(data, func(es *entries) error { return es.readHeaders(r, size, 0) })
	if gotErr != wantErr || !slices.Equal(got, want) {
		t.Fatalf("%q\n%s\n%s, but by package tar\n%s\n%s", data, got, gotErr, want, wantErr)
	}
	es := newEntries(Limits{})
	es.readPacked(r, size)
	return len(es.list)
}

// packedFiles is a tar file in the form of Pack, and one that other tools write.
func packedFiles(t testing.TB, names ...string) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	for i, name := range names {
		body := strings.Repeat("x", 300*i)
		h := packedHeader(name, int64(len(body)))
		if strings.HasPrefix(name, "other") {
			h.Uname, h.Mode = "root", 0o600
		}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		w.Write([]byte(body))
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// TestPackedAgrees changes every byte of headers and cuts the file at every
// length: a shortcut reads what package tar reads.
func TestPackedAgrees(t *testing.T) {
	whole := packedFiles(t, "a", "blobs/sha256/"+strings.Repeat("0a", 32), "index.json")
	if n := agree(t, whole); n != 3 {
		t.Fatalf("%d entries are read by themselves, not 3: nothing is tested", n)
	}
	for _, names := range [][]string{
		{"a", "other", "b"}, {"b", "a"}, {"a", "a"}, {"a", "A"}, {"b", "a", "B"}, {"a", "../b"}, {"a:b"},
		{strings.Repeat("n", 100)}, {strings.Repeat("n", 99)}, {strings.Repeat("d/", 80) + "n"}, {"a", "é"},
		{"1", "2", "3", "4", "5", "6", "7", "8", "9"}, {},
	} {
		agree(t, packedFiles(t, names...))
	}
	for at := range 2 * tarBlock {
		for _, b := range []byte{0, ' ', '/', '0', '1', '7', '8', 'a', 0x80, 0xff} {
			data := bytes.Clone(whole)
			data[at] = b
			agree(t, data)
			resum(data[:tarBlock])
			agree(t, data)
		}
	}
	for n := range whole {
		agree(t, whole[:n])
	}
}

// resum makes the checksum of a header right, as a tool does that changed it.
func resum(header []byte) {
	copy(header[tarSum:tarSumEnd], "        ")
	copy(header[tarSum:], fmt.Sprintf("%06o\x00 ", sumOf(header)))
}

func FuzzPacked(f *testing.F) {
	f.Add(packedFiles(f, "a", "b", "c"), uint16(0))
	f.Add(packedFiles(f, "a", "other", "c"), uint16(512))
	f.Fuzz(func(t *testing.T, data []byte, header uint16) {
		if at := int(header); at+tarBlock <= len(data) {
			data = bytes.Clone(data)
			resum(data[at : at+tarBlock])
		}
		agree(t, data)
	})
}
