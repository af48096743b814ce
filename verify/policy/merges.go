package policy

import (
	"slices"
	"strconv"

	"github.com/release-dossier/dossier/evidence/commits"
	"github.com/release-dossier/dossier/evidence/gitobj"
	"github.com/release-dossier/dossier/verify"
)

// merge is how a pull request came onto its base branch: what the commits show,
// and the record's word for what they do not.
type merge struct {
	// method is as in [evidence.Change]; "" if nobody says.
	method commits.Method
	// before is the base branch's commit just before; "" if it is not known.
	before gitobj.ID
	// landed are the commits that it put onto the base branch.
	landed []string
	proof  verify.Proof
}

// merging returns how a pull request was merged. The embedded commits tell it
// again as the recorder told it; what they contradict is not believed.
func (f *Facts) merging(p *pull) merge {
	return p.merge.get(func() merge {
		m := merge{method: commits.Method(p.MergeMethod), before: gitobj.ID(p.Before), landed: landed(*p.Change), proof: f.Stated()}
		if f.Objects == nil || p.MergedAs == "" {
			return m
		}
		change := commits.Change{Merged: gitobj.ID(p.MergedAs), Method: m.method}
		change.Number, _ = strconv.ParseInt(p.ID, 10, 64) // 0 if it is no number
		for _, id := range p.Commits {
			change.Commits = append(change.Commits, gitobj.ID(id))
		}
		shown, err := commits.FindMerge(change, f.Objects.Lookup)
		if err != nil {
			return m
		}
		if shown.Before != "" {
			m.before = shown.Before
		}
		if shown.Method != commits.SquashOrRebase {
			m.method = shown.Method
			if shown.Proof != commits.ByForge {
				m.proof = verify.Proof{Grade: verify.Proven, By: "git " + f.Record.ObjectFormat}
			}
		}
		for _, id := range shown.Landed {
			if !slices.Contains(m.landed, string(id)) {
				m.landed = append(m.landed, string(id))
			}
		}
		return m
	})
}

// landedInRange returns those commits of the release that a pull request put
// onto its base branch.
func (f *Facts) landedInRange(p *pull) []*gitobj.CommitWithID {
	byID := f.inRange.get(func() map[string]*gitobj.CommitWithID {
		m := make(map[string]*gitobj.CommitWithID, len(f.Range.Commits))
		for i := range f.Range.Commits {
			c := &f.Range.Commits[i]
			m[string(c.ID)] = c
		}
		return m
	})
	return p.put.get(func() []*gitobj.CommitWithID {
		var list []*gitobj.CommitWithID
		for _, id := range f.merging(p).landed {
			if c, ok := byID[id]; ok {
				list = append(list, c)
			}
		}
		return list
	})
}
