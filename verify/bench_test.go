//go:build unix

package verify_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/internal/testrelease"
	"github.com/release-dossier/dossier/verify"
)

// p256 gives the cast P-256 keys, the default of this format, in place of the
// SSH keys.
func (c *cast) p256(t testing.TB) {
	t.Helper()
	for _, s := range []**attest.KeySigner{&c.Signer, &c.tom} {
		private, _, err := attest.GenerateKey(nil)
		if err != nil {
			t.Fatal(err)
		}
		if *s, err = attest.LoadSigner(private, nil); err != nil {
			t.Fatal(err)
		}
	}
}

// large is a dossier with 20 materials and 2 statements, signed with P-256.
func (c *cast) large(t testing.TB) *bundle.Dossier {
	t.Helper()
	c.p256(t)
	d := testrelease.Restate(t, c.Create(t), c.Signer, func(d *bundle.Dossier, r *evidence.Record) {
		for i := len(r.Materials); i < 19; i++ {
			b := bundle.BytesBlob(bytes.Repeat([]byte(fmt.Sprintf("test result %d\n", i)), 2000))
			d.AddBlob(b)
			r.Materials = append(r.Materials, evidence.Material{
				Name: fmt.Sprint("results/", i, ".txt"), MediaType: evidence.MediaTypeOctets, Digest: b.Digest, Size: b.Size,
			})
		}
	})
	return c.approve(t, d, c.tom, nil) // whose key is the twentieth
}

// perRun is how long one call of f takes.
func perRun(n int, f func()) time.Duration {
	start := time.Now()
	for range n {
		f()
	}
	return time.Since(start) / time.Duration(n)
}

// BenchmarkVerify opens and verifies a dossier with 20 materials and 2
// statements from memory, with all plug-ins and the profile solo. The metric
// x-floor compares it with its signature verifications and hashes alone, in the
// same run (see floor).
func BenchmarkVerify(b *testing.B) {
	c := newCast(b)
	tagKey := c.Signer // made the tags, over SSH
	d := c.large(b)
	if _, r := testrelease.Release(b, d); len(r.Materials) != 19 {
		b.Fatalf("%d materials", len(r.Materials))
	}
	least := newFloor(b, c, d, tagKey)
	verified := c.verifier(b, least.file, c.optionsWith(b, tagKey))
	b.ReportAllocs()
	for b.Loop() {
		verified()
	}
	inTurns(b, verified, func() { least.run(b, false) })
}

// BenchmarkThousand verifies 1,000 small dossiers in one process. x-floor
// compares them with their signature verifications, their hashes and one
// reading of what they hold, in the same run (see floor). heap-growth is what is
// left in memory after them, in bytes.
func BenchmarkThousand(b *testing.B) {
	c := newCast(b)
	least := newFloor(b, c, c.approved, c.Signer)
	verified := c.verifier(b, least.file, c.options(b, "solo"))
	before := heap()
	for b.Loop() {
		for range 1000 {
			verified()
		}
	}
	b.ReportMetric(float64(heap()-before), "heap-growth")
	inTurns(b, verified, func() { least.run(b, true) })
}

// verifier opens and verifies a packed dossier that is accepted.
func (c *cast) verifier(b *testing.B, file []byte, o verify.Options) func() {
	e := c.expect(b)
	return func() {
		d, err := bundle.OpenTar(b.Context(), bytes.NewReader(file), int64(len(file)), bundle.Limits{})
		if err != nil {
			b.Fatal(err)
		}
		if r := judge(b, d, e, o); r.Verdict != verify.Accepted {
			explain(b, r)
			b.Fatal(r.Verdict)
		}
	}
}

// inTurns compares verifications with floors, in turns, so that what else the
// machine does meets both alike. x-floor compares the CPU time of this process,
// garbage collection included, and so holds on a busy machine as well; x-wall
// compares the medians of the time that passes.
func inTurns(b *testing.B, verified, least func()) {
	const turns, runs = 41, 20
	var cpu [2]time.Duration
	var wall [2][]time.Duration
	for range turns {
		for i, f := range []func(){verified, least} {
			runtime.GC()
			cpu[i] -= cpuTime(b)
			for range runs {
				wall[i] = append(wall[i], perRun(1, f))
			}
			cpu[i] += cpuTime(b)
		}
	}
	b.ReportMetric(float64(cpu[0])/float64(cpu[1]), "x-floor")
	b.ReportMetric(float64((cpu[1] / (turns * runs)).Microseconds()), "µs-floor")
	b.ReportMetric(float64(median(wall[0]))/float64(median(wall[1])), "x-wall")
}

// cpuTime is the CPU time that this process has used.
func cpuTime(t testing.TB) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func median(list []time.Duration) time.Duration {
	slices.Sort(list)
	return list[len(list)/2]
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// BenchmarkHashFiles hashes two files of 64 MiB; x-sha256 compares the bytes a
// second with what crypto/sha256 alone does on one core in the same run.
func BenchmarkHashFiles(b *testing.B) {
	const size = 64 << 20
	data := bytes.Repeat([]byte("0123456789abcdef"), size/16)
	var paths []string
	for i := range 2 {
		paths = append(paths, filepath.Join(b.TempDir(), fmt.Sprint(i)))
		if err := os.WriteFile(paths[i], data, 0o644); err != nil {
			b.Fatal(err)
		}
	}
	b.SetBytes(2 * size)
	for b.Loop() {
		if _, err := verify.HashFiles(context.Background(), paths); err != nil {
			b.Fatal(err)
		}
	}
	alone := perRun(4, func() {
		h := sha256.New()
		if _, err := io.Copy(h, bytes.NewReader(data)); err != nil {
			b.Fatal(err)
		}
	})
	b.ReportMetric(2*float64(alone)/(float64(b.Elapsed())/float64(b.N)), "x-sha256")
}
