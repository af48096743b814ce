//go:build linux

package sbom

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
)

// bigSize is that of the largest SPDX files that scanners of images publish.
const bigSize = 92_000_000

// bigFile writes a document of bigSize to a file and gives the memory back.
func bigFile(b *testing.B) string {
	b.Helper()
	name := filepath.Join(b.TempDir(), "big.spdx.json")
	if err := os.WriteFile(name, bigSPDX(bigSize), 0o644); err != nil {
		b.Fatal(err)
	}
	debug.FreeOSMemory()
	return name
}

// bind reads an SBOM as a verifier does: the blob with its digest, the document
// against its schema, and which of the artifacts it is about.
func bind(b *testing.B, name string, artifact evidence.Digest) {
	blob, err := bundle.FileBlob(b.Context(), name)
	if err != nil {
		b.Fatal(err)
	}
	data, err := blob.Read(MaxSize)
	if err != nil {
		b.Fatal(err)
	}
	summary, err := Reader{}.Summarize(data)
	if err != nil || summary.ProblemCount > 0 {
		b.Fatal(err, summary.Problems)
	}
	for _, s := range summary.Subjects {
		if d, ok := s.SHA256(); ok && d == artifact {
			return
		}
	}
	b.Fatalf("the SBOM is not about %s", artifact)
}

// BenchmarkBindSPDX reads, validates and binds a document of 92 MB, and reports
// the time as a multiple of one pass of encoding/json and one hash, measured in
// turn: by the wall clock and in CPU seconds, which a busy machine disturbs less.
func BenchmarkBindSPDX(b *testing.B) {
	name := bigFile(b)
	b.SetBytes(bigSize)
	var ours, least spent
	for b.Loop() {
		least.add(func() {
			data, err := os.ReadFile(name)
			if err != nil {
				b.Fatal(err)
			}
			var v any
			if err := json.Unmarshal(data, &v); err != nil {
				b.Fatal(err)
			}
			_ = sha256.Sum256(data)
		})
		ours.add(func() { bind(b, name, describedSPDX) })
	}
	b.ReportMetric(ours.wall/least.wall, "x-json")
	b.ReportMetric(ours.cpu/least.cpu, "x-json-cpu")
}

// BenchmarkBindSPDXMemory reports the most memory that the process has resident
// while it reads, validates and binds, as a multiple of the document's size.
func BenchmarkBindSPDXMemory(b *testing.B) {
	name := bigFile(b)
	peak := 0.0
	for b.Loop() {
		debug.FreeOSMemory()
		if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0); err != nil {
			b.Skip("the peak of memory cannot be reset here: ", err)
		}
		bind(b, name, describedSPDX)
		peak = max(peak, peakMiB(b))
	}
	b.ReportMetric(peak, "peak-MiB")
	b.ReportMetric(peak*(1<<20)/bigSize, "x-size")
}

// spent is time in seconds, on the wall and of all processors.
type spent struct{ wall, cpu float64 }

func (s *spent) add(do func()) {
	runtime.GC()
	wall, cpu := time.Now(), cpuSeconds()
	do()
	s.wall += time.Since(wall).Seconds()
	s.cpu += cpuSeconds() - cpu
}

func cpuSeconds() float64 {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}

// peakMiB returns the most memory the process has had resident since it was
// last reset.
func peakMiB(b *testing.B) float64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		b.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	var kib float64
	fmt.Sscan(rest, &kib)
	return kib / 1024
}
