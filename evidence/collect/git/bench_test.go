package git

import (
	"io"
	"testing"
)

// BenchmarkCollect2000 collects 2,000 commits with their raw objects.
func BenchmarkCollect2000(b *testing.B) { collect2000(b, Options{}) }

// BenchmarkCollectPatchIDs2000 computes patch ids as well, which reads every
// changed file; "git log -p" is what it compares with.
func BenchmarkCollectPatchIDs2000(b *testing.B) { collect2000(b, Options{PatchIDs: true}) }

func collect2000(b *testing.B, o Options) {
	r := longRepo(b, 2000, false)
	r.Git("repack", "-q", "-a", "-d")
	o.Tag, o.PreviousTag = "v1.19.0", "v1.0.0"
	for b.Loop() {
		res, err := r.try(o)
		if err != nil || len(res.Range) != 2000 {
			b.Fatal(err)
		}
		if err := res.WriteObjects(b.Context(), io.Discard); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkGitLog2000 is what git itself needs to show the same range.
func BenchmarkGitLog2000(b *testing.B) { gitLog2000(b, "--raw") }

// BenchmarkGitLogPatch2000 is what git needs to show it with all patches.
func BenchmarkGitLogPatch2000(b *testing.B) { gitLog2000(b, "-p") }

func gitLog2000(b *testing.B, flag string) {
	r := longRepo(b, 2000, false)
	r.Git("repack", "-q", "-a", "-d")
	for b.Loop() {
		r.Git("log", flag, "v1.0.0..v1.19.0")
	}
}
