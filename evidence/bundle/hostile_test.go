package bundle_test

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
)

func openHostile(data []byte, l bundle.Limits) (*bundle.Dossier, error) {
	return bundle.OpenTar(context.Background(), bytes.NewReader(data), int64(len(data)), l)
}

// wantReadError checks that err is a ReadError that holds text.
func wantReadError(t *testing.T, err error, text string) {
	t.Helper()
	var re *bundle.ReadError
	if !errors.As(err, &re) || !strings.Contains(err.Error(), text) {
		t.Errorf("got %v, want a ReadError with %q", err, text)
	}
}

func TestTruncated(t *testing.T) {
	data := pack(t, dossier(t, []byte("sbom")))
	for n := 0; n < len(data); n += 512 {
		for _, cut := range []int{n, n + 1, n + 511} {
			if _, err := openHostile(data[:cut], bundle.Limits{}); err == nil {
				t.Errorf("cut to %d of %d bytes: opened", cut, len(data))
			} else {
				wantReadError(t, err, "")
			}
		}
	}
}

// TestFlippedHeaderBytes changes each byte of each header. Whatever still
// opens is not the same file without any problem.
func TestFlippedHeaderBytes(t *testing.T) {
	d := dossier(t, []byte("sbom"))
	data, want := pack(t, d), contentsOf(t, d)
	for block := 0; block+512 <= len(data); block += 512 {
		if !bytes.Equal(data[block+257:block+262], []byte("ustar")) {
			continue
		}
		for i := block; i < block+512; i++ {
			for _, bit := range []byte{1, 0x80} {
				data[i] ^= bit
				got, err := openHostile(data, bundle.Limits{})
				if err == nil && cmp.Equal(want, contentsOf(t, got)) && len(got.Problems()) == 0 && i < block+100 {
					t.Errorf("byte %d of the name at %d changed and nobody noticed", i-block, block)
				}
				data[i] ^= bit
			}
		}
	}
}

// TestSparseTail opens a file whose end is a hole of 1 TiB: it is refused
// without being read.
func TestSparseTail(t *testing.T) {
	path := filepath.Join(t.TempDir(), "hole.dossier")
	if err := os.WriteFile(path, pack(t, dossier(t, []byte("sbom"))), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, 1<<40); err != nil {
		t.Skipf("no sparse files here: %v", err)
	}
	_, err := bundle.Open(t.Context(), path, bundle.Limits{})
	wantReadError(t, err, "follow the end of the archive")
	if err := os.Truncate(path, 1<<20); err != nil {
		t.Fatal(err)
	}
	d, err := bundle.Open(t.Context(), path, bundle.Limits{})
	if err != nil {
		t.Fatalf("some zeros after the end: %v", err)
	}
	d.Close()
}

func TestHostileTar(t *testing.T) {
	list := unpack(t, pack(t, dossier(t, []byte("sbom"))))
	with := func(m ...member) []byte { return repack(t, append(list[:len(list):len(list)], m...)) }
	named := func(name string) []byte { return with(member{name: name, data: []byte("x")}) }
	typed := func(h tar.Header) []byte { return with(member{name: "blobs/sha256/x", Header: h}) }
	tests := []struct {
		name string
		data []byte
		want string
	}{
		{"traversal", named("../x"), "leads out"},
		{"inner traversal", named("blobs/../../x"), "leads out"},
		{"not simplest", named("blobs//sha256/x"), "leads out"},
		{"dot", named("./index.json"), "leads out"},
		{"absolute", named("/etc/passwd"), "leads out"},
		{"drive", named(`C:\x`), "leads out"},
		{"drive with slash", named(`C:/x`), "leads out"},
		{"stream", named("index.json:hidden"), "leads out"},
		{"backslash", named(`blobs\sha256\x`), "leads out"},
		{"long name", named(strings.Repeat("a/", 600) + "a"), "at most 255"},
		{"symbolic link", typed(tar.Header{Typeflag: tar.TypeSymlink, Linkname: "/etc/passwd"}), "not allowed"},
		{"hard link", typed(tar.Header{Typeflag: tar.TypeLink, Linkname: "index.json"}), "not allowed"},
		{"pipe", typed(tar.Header{Typeflag: tar.TypeFifo}), "not allowed"},
		{"device", typed(tar.Header{Typeflag: tar.TypeChar, Devmajor: 1, Devminor: 3}), "not allowed"},
		{"old GNU sparse", oldGNUSparse(t), "not allowed"},
		{"PAX sparse", paxRecord(t, "GNU.sparse.major=1", "GNU.sparse.minor=0", "GNU.sparse.name=x", "GNU.sparse.realsize=9"), ""},
		{"PAX size", paxRecord(t, "size=99999999999"), ""},
		{"negative PAX size", paxRecord(t, "size=-1"), ""},
		{"PAX path", paxRecord(t, "path=../../x"), "leads out"},
		{"PAX header of 2 MiB", paxRecord(t, "comment="+strings.Repeat("x", 2<<20)), ""},
		{"twice", with(list[0]), "two entries"},
		{"twice by case", named("INDEX.JSON"), "two entries"},
		{"trailing data", append(with(), 'x'), "bytes follow"},
		{"trailing zeros without end", append(with(), make([]byte, 1<<20+1)...), "1048576 zeros may"},
		{"second archive", append(with(), with()...), "bytes follow"},
		{"no end mark", with()[:len(with())-1024], "cut short"},
		{"huge size", hugeSize(t), "claims"},
		{"gzip", []byte("\x1f\x8b\x08\x00rest"), "gzip"},
		{"zstd", []byte("\x28\xb5\x2f\xfdrest"), "zstd"},
		{"zip", []byte("PK\x03\x04rest"), "zip"},
		{"empty file", nil, "empty"},
		{"one byte", []byte("x"), ""},
		{"empty archive", make([]byte, 1024), "not a dossier"},
		{"other archive", repack(t, []member{{name: "README", data: []byte("hi")}}), "not a dossier"},
		{"text", bytes.Repeat([]byte("hello\n"), 500), "not a tar file"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := openHostile(tt.data, bundle.Limits{})
			wantReadError(t, err, tt.want)
		})
	}
}

// rawHeader is a ustar header with a valid checksum that no writer would write.
func rawHeader(name string, typeflag byte, size string, edit func([]byte)) []byte {
	h := make([]byte, 512)
	copy(h, name)
	copy(h[100:], "0000644\x00")
	copy(h[124:], size)
	h[156] = typeflag
	copy(h[257:], "ustar\x0000")
	if edit != nil {
		edit(h)
	}
	copy(h[148:], "        ")
	sum := 0
	for _, b := range h {
		sum += int(b)
	}
	copy(h[148:], octal(sum, 6)+"\x00 ")
	return h
}

func octal(n, digits int) string {
	s := ""
	for range digits {
		s = string(rune('0'+n%8)) + s
		n /= 8
	}
	return s
}

func hugeSize(t *testing.T) []byte {
	t.Helper()
	return append(rawHeader("blobs/sha256/x", '0', "77777777777\x00", nil), make([]byte, 1024)...)
}

func oldGNUSparse(t *testing.T) []byte {
	t.Helper()
	h := rawHeader("blobs/sha256/x", 'S', octal(0, 11)+"\x00", func(h []byte) {
		copy(h[257:], "ustar  \x00")
		copy(h[386:], octal(0, 11)+"\x00"+octal(0, 11)+"\x00")
		copy(h[483:], octal(1<<20, 11)+"\x00")
	})
	return append(h, make([]byte, 1024)...)
}

// paxRecord is an archive with one file under an extended header.
func paxRecord(t *testing.T, records ...string) []byte {
	t.Helper()
	var body []byte
	for _, r := range records {
		n := len(r) + 3
		for len(decimal(n))+len(r)+2 != n {
			n++
		}
		body = append(body, decimal(n)+" "+r+"\n"...)
	}
	data := rawHeader("PaxHeaders.0/x", 'x', octal(len(body), 11)+"\x00", nil)
	data = append(data, body...)
	data = append(data, make([]byte, (512-len(body)%512)%512)...)
	data = append(data, rawHeader("blobs/sha256/x", '0', octal(0, 11)+"\x00", nil)...)
	return append(data, make([]byte, 1024)...)
}

func decimal(n int) string {
	if n < 10 {
		return string(rune('0' + n))
	}
	return decimal(n/10) + string(rune('0'+n%10))
}

func TestManyEmptyEntries(t *testing.T) {
	var data []byte
	for i := range 50_000 {
		data = append(data, rawHeader("blobs/sha256/"+octal(i, 8), '0', octal(0, 11)+"\x00", nil)...)
	}
	_, err := openHostile(append(data, make([]byte, 1024)...), bundle.Limits{})
	wantReadError(t, err, "more than 40000 entries")
}

func TestLimits(t *testing.T) {
	d := dossier(t, []byte("sbom"))
	data := pack(t, d)
	raw, err := d.Statements()[0].Signatures[0].Blob().Read(1 << 20)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name   string
		limits bundle.Limits
		want   string
	}{
		{"entries", bundle.Limits{Entries: 3}, "more than 3 entries"},
		{"total", bundle.Limits{Total: 1000}, "more than 1000 bytes"},
		{"statements", bundle.Limits{Statements: 1}, "more than 1 signed statements"},
		{"memory", bundle.Limits{Memory: int64(len(raw)) + 10}, "bytes"},
		{"memory of packaging", bundle.Limits{Memory: 10}, "bytes"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := openHostile(data, tt.limits)
			wantReadError(t, err, tt.want)
		})
	}
	enough := bundle.Limits{Entries: len(unpack(t, data)), Total: int64(len(data)), Statements: 2, Memory: int64(len(data))}
	if _, err := openHostile(data, enough); err != nil {
		t.Errorf("just enough: %v", err)
	}
}

func TestHostileDirectory(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("links need a privilege on Windows")
	}
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := map[string]func(t *testing.T, dir string) error{
		"link to a file": func(_ *testing.T, dir string) error {
			return os.Symlink(secret, filepath.Join(dir, "blobs/sha256", evidence.Sum([]byte("secret")).Hex()))
		},
		"link to a directory": func(_ *testing.T, dir string) error {
			return os.Symlink(filepath.Dir(secret), filepath.Join(dir, "blobs/sha512"))
		},
		"deep": func(_ *testing.T, dir string) error {
			return os.MkdirAll(filepath.Join(dir, strings.Repeat("a/", 12)), 0o755)
		},
	}
	for name, plant := range tests {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "layout")
			if err := dossier(t, []byte("m")).WriteDir(t.Context(), dir); err != nil {
				t.Fatal(err)
			}
			if err := plant(t, dir); err != nil {
				t.Fatal(err)
			}
			_, err := bundle.Open(t.Context(), dir, bundle.Limits{})
			wantReadError(t, err, "")
		})
	}
}

// TestWriteDirStaysInside writes to a layout whose blobs directory leads out.
func TestWriteDirStaysInside(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("links need a privilege on Windows")
	}
	dir, outside := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "oci-layout"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(dir, "blobs")); err != nil {
		t.Fatal(err)
	}
	if err := dossier(t, []byte("m")).WriteDir(t.Context(), dir); err == nil {
		t.Error("wrote through a link")
	}
	if left, err := os.ReadDir(outside); err != nil || len(left) != 0 {
		t.Errorf("outside the layout: %v, %v", left, err)
	}
}

func TestOpenOther(t *testing.T) {
	dir := t.TempDir()
	_, err := bundle.Open(t.Context(), dir, bundle.Limits{})
	wantReadError(t, err, "not a dossier")
	if _, err := bundle.Open(t.Context(), filepath.Join(dir, "none"), bundle.Limits{}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
	if _, err := bundle.Open(t.Context(), os.DevNull, bundle.Limits{}); err == nil || !strings.Contains(err.Error(), "regular file") {
		t.Errorf("got %v", err)
	}
}
