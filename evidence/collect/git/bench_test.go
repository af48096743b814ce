package git

import (
	"fmt"
	"io"
	"strings"
	"testing"
)

// longRepo has a release of n commits, imported in one go.
func longRepo(b *testing.B, n int) *repo {
	r := newRepo(b, "sha1")
	var s strings.Builder
	for i := range n + 1 {
		fmt.Fprintf(&s, "commit refs/heads/main\ncommitter A <a@b> %d +0000\ndata 5\nhello\nM 100644 inline f%d\ndata 1\nx\n\n", 1700000000+i, i%50)
		if i == 0 {
			s.WriteString("reset refs/tags/v1.0.0\nfrom refs/heads/main\n\n")
		}
	}
	r.Feed(s.String(), "fast-import", "--quiet")
	r.Git("tag", "v1.1.0", "main")
	return r
}

func BenchmarkCollect2000(b *testing.B) {
	r := longRepo(b, 2000)
	for b.Loop() {
		res, err := r.try(Options{Tag: "v1.1.0"})
		if err != nil || len(res.Range) != 2000 {
			b.Fatal(err)
		}
		if err := res.WriteObjects(b.Context(), io.Discard); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkGitLog2000 is what git itself needs to show the same range.
func BenchmarkGitLog2000(b *testing.B) {
	r := longRepo(b, 2000)
	for b.Loop() {
		r.Git("log", "--raw", "v1.0.0..v1.1.0")
	}
}
