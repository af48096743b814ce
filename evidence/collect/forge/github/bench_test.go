package github_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/release-dossier/dossier/evidence/collect/forge/github"
	"github.com/release-dossier/dossier/internal/fakeforge"
)

// BenchmarkCollect2000 collects a release of 2,000 commits that came with two
// pull requests, from a server on the same machine.
func BenchmarkCollect2000(b *testing.B) {
	s := fakeforge.New(b, file)
	o := options(s)
	for i := range 2000 {
		commit := fmt.Sprintf("%040x", i)
		o.Commits = append(o.Commits, commit)
		s.On(repo+"/commits/"+commit+"/pulls", func(w http.ResponseWriter, r *http.Request) { w.Write([]byte("[]")) })
	}
	for b.Loop() {
		o.Rand = zeros{}
		r, err := github.Collect(b.Context(), o)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(len(r.Answers.List)), "answers")
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }
