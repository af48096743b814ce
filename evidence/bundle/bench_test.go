package bundle_test

import (
	"bytes"
	"crypto/sha256"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/release-dossier/dossier/evidence/bundle"
)

func BenchmarkOpen(b *testing.B) {
	var data [][]byte
	for i := range 20 {
		data = append(data, bytes.Repeat([]byte{byte(i)}, 64<<10))
	}
	packed := pack(b, dossier(b, data...))
	b.SetBytes(int64(len(packed)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := bundle.OpenTar(b.Context(), bytes.NewReader(packed), int64(len(packed)), bundle.Limits{}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkHash compares FileBlob with the hash alone, over 256 MiB.
func BenchmarkHash(b *testing.B) {
	const size = 256 << 20
	path := filepath.Join(b.TempDir(), "large")
	if err := os.WriteFile(path, make([]byte, size), 0o644); err != nil {
		b.Fatal(err)
	}
	b.Run("FileBlob", func(b *testing.B) {
		b.SetBytes(size)
		for b.Loop() {
			if _, err := bundle.FileBlob(b.Context(), path); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("sha256", func(b *testing.B) {
		b.SetBytes(size)
		chunk := make([]byte, 1<<20)
		for b.Loop() {
			h := sha256.New()
			for range size / len(chunk) {
				h.Write(chunk)
			}
			_, _ = io.Discard.Write(h.Sum(nil))
		}
	})
}
