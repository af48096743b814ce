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

// bare is the least that verifying d can cost: each signature once, the
// tag's among them, each byte hashed once.
type bare struct {
	key       attest.PublicKey
	message   []byte
	signature []byte
	blobs     [][]byte
	times     int
	tag       func() error // verifies a signature by the key that signed the tag
}

func newBare(t testing.TB, c *cast, d *bundle.Dossier, tagKey *attest.KeySigner) *bare {
	t.Helper()
	st, record := testrelease.Release(t, d)
	sig := &st.Signatures[0].Bundle
	b := &bare{key: c.Signer.Public(), message: sig.SignedBytes(), signature: sig.Signature, times: len(d.Statements()) + len(record.Provenance)}
	tag, err := tagKey.Sign(context.Background(), b.message)
	if err != nil {
		t.Fatal(err)
	}
	b.tag = func() error { return tagKey.Public().Verify(b.message, tag.Signature) }
	for _, blob := range d.Blobs() {
		b.blobs = append(b.blobs, testrelease.Bytes(t, blob))
	}
	for _, st := range d.Statements() {
		b.blobs = append(b.blobs, testrelease.Bytes(t, st.Signatures[0].Blob()))
	}
	return b
}

func (b *bare) run(t testing.TB) {
	for range b.times {
		if err := b.key.Verify(b.message, b.signature); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.tag(); err != nil {
		t.Fatal(err)
	}
	for _, data := range b.blobs {
		sha256.Sum256(data)
	}
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
// x-bare compares it with its signature verifications and hashes alone, in the
// same run.
func BenchmarkVerify(b *testing.B) {
	c := newCast(b)
	tagKey := c.Signer // made the tags, over SSH
	d := c.large(b)
	var file bytes.Buffer
	if err := d.Pack(&file); err != nil {
		b.Fatal(err)
	}
	if _, r := testrelease.Release(b, d); len(r.Materials) != 19 {
		b.Fatalf("%d materials", len(r.Materials))
	}
	o, e, floor := c.optionsWith(b, tagKey), c.expect(b), newBare(b, c, d, tagKey)
	verified := func() {
		open, err := bundle.OpenTar(bytes.NewReader(file.Bytes()), int64(file.Len()), bundle.Limits{})
		if err != nil {
			b.Fatal(err)
		}
		if r := judge(b, open, e, o); r.Verdict != verify.Accepted {
			explain(b, r)
			b.Fatal(r.Verdict)
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		verified()
	}
	// In turns, and the median of each, so that what else the machine does
	// meets both alike.
	var whole, least []time.Duration
	for range 301 {
		whole = append(whole, perRun(1, verified))
		least = append(least, perRun(1, func() { floor.run(b) }))
	}
	b.ReportMetric(float64(median(whole))/float64(median(least)), "x-bare")
	b.ReportMetric(float64(median(least).Microseconds()), "µs-bare")
}

func median(list []time.Duration) time.Duration {
	slices.Sort(list)
	return list[len(list)/2]
}

// BenchmarkThousand verifies 1,000 small dossiers in one process. heap-growth
// is what is left in memory after them, in bytes.
func BenchmarkThousand(b *testing.B) {
	c := newCast(b)
	var file bytes.Buffer
	if err := c.approved.Pack(&file); err != nil {
		b.Fatal(err)
	}
	o, e := c.options(b, "solo"), c.expect(b)
	before := heap()
	for b.Loop() {
		for range 1000 {
			d, err := bundle.OpenTar(bytes.NewReader(file.Bytes()), int64(file.Len()), bundle.Limits{})
			if err != nil {
				b.Fatal(err)
			}
			if r := judge(b, d, e, o); r.Verdict != verify.Accepted {
				b.Fatal(r.Verdict)
			}
		}
	}
	b.ReportMetric(float64(heap()-before), "heap-growth")
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
