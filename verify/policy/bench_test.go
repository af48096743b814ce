package policy_test

import (
	"fmt"
	"testing"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/gitobj"
	"github.com/release-dossier/dossier/verify"
	"github.com/release-dossier/dossier/verify/policy"
)

// BenchmarkJudge measures what judging a release under sox costs after it was
// verified: of 500 commits, 100 pull requests and 40 promotions, then of ten and
// a hundred times as many commits, which must cost as many times more.
func BenchmarkJudge(b *testing.B) {
	p, err := policy.Profile(policy.SOX)
	if err != nil {
		b.Fatal(err)
	}
	for _, commits := range []int{500, 5_000, 50_000} {
		facts := largeRelease(b, commits, commits/5, 40)
		b.Run(fmt.Sprintf("commits=%d", commits), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if checks, _ := p.Judge(facts); len(checks) < 40 {
					b.Fatal("not judged")
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/float64(commits), "µs/commit")
		})
	}
}

// factsOf keeps what a policy is given.
type factsOf struct {
	verify.Policy
	facts *verify.Facts
}

// Judge implements [verify.Policy].
func (p *factsOf) Judge(f *verify.Facts) ([]verify.Check, verify.PolicyView) {
	p.facts = f
	return p.Policy.Judge(f)
}

// largeRelease returns the facts of the base release with more commits, pull
// requests and promotions, each like one that it has.
func largeRelease(b *testing.B, commits, pulls, promotions int) *verify.Facts {
	b.Helper()
	f := factsOfBase(b)
	record := *f.Record
	model, changes := f.Range.Commits, record.Changes
	signatures := f.Range.Signatures
	record.Changes, f.Range.Commits, f.Range.Signatures = nil, nil, nil
	f.Record = &record
	for i := range commits {
		c := model[i%len(model)]
		c.ID = gitobj.ID(fmt.Sprintf("%040x", i+1))
		if i == 0 {
			c.ID = gitobj.ID(record.Commit)
		}
		c.Parents = []gitobj.ID{gitobj.ID(fmt.Sprintf("%040x", i+2))}
		f.Range.Commits = append(f.Range.Commits, c)
		f.Range.Signatures = append(f.Range.Signatures, signatures[i%len(signatures)])
	}
	for i := range pulls {
		c := changes[i%len(changes)]
		c.ID = fmt.Sprint(1000 + i)
		c.URI = fmt.Sprintf("%s-%d", c.URI, i)
		c.MergedAs = evidence.ObjectID(f.Range.Commits[i*commits/pulls].ID)
		c.Landed = nil
		for k := i * commits / pulls; k < (i+1)*commits/pulls; k++ {
			c.Landed = append(c.Landed, evidence.LandedCommit{Commit: evidence.ObjectID(f.Range.Commits[k].ID), Proof: "commit-list"})
		}
		record.Changes = append(record.Changes, c)
	}
	var promoted []verify.RecordFact
	for _, r := range f.Records {
		if r.Kind == "promotion" {
			promoted = append(promoted, r)
		}
	}
	for i := len(promoted); i < promotions; i++ {
		r := promoted[i%len(promoted)]
		p := *r.Predicate.(*evidence.Promotion)
		p.ID = fmt.Sprintf("%s-%d", p.ID, i)
		r.Predicate = &p
		f.Records = append(f.Records, r)
	}
	return f
}
