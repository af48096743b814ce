package policy

import (
	"fmt"
	"slices"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/provenance"
	"github.com/release-dossier/dossier/verify"
)

// runOf is what tells the build of a provenance from another: the run's id, or
// without one builder and times.
func runOf(s *provenance.Summary) string {
	if s.RunID != "" {
		return s.RunID
	}
	return fmt.Sprintf("a build by %s that began %s", either(s.BuilderID, "an unknown builder"), atTime(&s.StartedAt))
}

func artifactBuiltOnce(f *Facts) Result {
	const want = "one build for each artifact of the version"
	place := inRecord(f, "/provenance")
	if len(f.Provenance) == 0 {
		return missing(want, "no provenance tells of a build").at(place).follows("provenance/present")
	}
	runs := map[int]string{}
	var where []verify.Place
	for _, v := range f.Provenance {
		if v.Summary == nil {
			return unreadProvenance(v).wants(want)
		}
		here := inMaterial(v.Material.Digest)
		for _, s := range v.Summary.Subjects {
			if n, ok := f.sameNameOtherBytes(s); ok {
				return fail("other-bytes", want, "%s names other bytes as %s: %s", v.Material.Name, f.Record.Artifacts[n].Name, s.Digest).at(here)
			}
		}
		run := runOf(v.Summary)
		for _, d := range v.Names {
			n, _ := f.releasedAs(evidence.ResourceDescriptor{Digest: d.Set()})
			if old, ok := runs[n]; ok && old != run {
				return fail("built-twice", want, "%s was built by %s and by %s, with the same bytes: a rebuild that can be reproduced", f.Record.Artifacts[n].Name, old, run).at(here)
			}
			runs[n] = run
		}
		where = append(where, here)
	}
	if gaps := withoutProvenance(f); len(gaps) > 0 {
		return missing(want, "no provenance for "+several(gaps)).at(place).follows("provenance/present")
	}
	return pass(provenanceProof(f), "%s", plural(len(f.Record.Artifacts), "artifact", "artifacts")).wants(want).at(where...)
}

// firstStart is when the first promotion of the release began; the zero span if
// there is none.
func (f *Facts) firstStart() span {
	for _, p := range f.promotions() {
		if p.brings() && p.start != (span{}) {
			return p.start
		}
	}
	return span{}
}

func artifactNoBuildAfterPublish(f *Facts) Result {
	const want = "builds that began before the publication and the first promotion"
	first := f.firstStart()
	r := eachProvenance(f, want, func(v verify.ProvenanceFact) (Result, bool) {
		began := at(v.Summary.StartedAt.Time)
		if v.Summary.StartedAt.IsZero() {
			return missing("", v.Material.Name+" does not say when the build began"), false
		}
		limits := []span{first}
		for _, d := range v.Names {
			if n, ok := f.releasedAs(evidence.ResourceDescriptor{Digest: d.Set()}); ok {
				p, _ := f.publicationOf(n)
				limits = append(limits, p.at)
			}
		}
		limits = slices.DeleteFunc(limits, func(s span) bool { return s == span{} })
		if len(limits) == 0 {
			return missing("", "nobody recorded when the release was published or promoted"), false
		}
		decided := false
		for _, limit := range limits {
			switch f.notAfter(began, limit) {
			case no:
				return fail("built-after-publication", "", "%s: the build began %s, and the artifact was out %s", v.Material.Name, began, limit), false
			case yes:
				decided = true
			}
		}
		if !decided {
			return f.untimed("", "the build began %s, and the artifact was out %s", began, limits[0]), false
		}
		return Result{}, true
	})
	r.Clock = clockStated
	return r
}

func artifactFixMeansNewCommit(f *Facts) Result {
	want := fmt.Sprintf("no other bytes under version %s or commit %s", f.Record.Version, short(f.Record.Commit))
	var where []verify.Place
	proofs := []verify.Proof{f.Stated()}
	changed := func(what string, found evidence.ResourceDescriptor, place verify.Place) Result {
		return fail("candidate-changed", want, "%s names %s under this version or commit", what, digestText(found)).at(place)
	}
	for _, p := range f.promotions() {
		if !p.brings() || p.Tag != f.Record.Tag.Name && p.Version != f.Record.Version && string(p.Commit) != f.Record.Commit {
			continue
		}
		for i, d := range p.Artifacts {
			if _, ok := f.releasedAs(d); !ok {
				return changed("the promotion "+p.ID, d, p.place(f, indexed("/artifacts", i))).on(p.start, p.env)
			}
		}
		where, proofs = append(where, p.place(f, "")), append(proofs, p.proof)
	}
	for fact, g := range verify.Standing[*evidence.GoNoGo](f.Facts) {
		if g.Subject.Tag != f.Record.Tag.Name && string(g.Subject.Commit) != f.Record.Commit {
			continue
		}
		for i, d := range g.Subject.Digests {
			if _, ok := f.releasedAs(evidence.ResourceDescriptor{Digest: d}); !ok {
				return changed("the go/no-go "+g.ID, evidence.ResourceDescriptor{Digest: d}, fact.Place(indexed("/subject/digests", i))).onRecord(g)
			}
		}
		where, proofs = append(where, fact.Place("")), append(proofs, fact.Proof)
	}
	for _, v := range f.Provenance {
		if v.Summary == nil {
			continue // told by the controls of provenance
		}
		for _, s := range v.Summary.Subjects {
			if _, ok := f.sameNameOtherBytes(s); ok {
				return changed(v.Material.Name, s, inMaterial(v.Material.Digest))
			}
		}
		where, proofs = append(where, inMaterial(v.Material.Digest)), append(proofs, v.Proof)
	}
	if len(where) == 0 {
		where = append(where, inRecord(f, "/artifacts"))
	}
	r := pass(weakest(proofs, f.Stated()), "every candidate has the released bytes").wants(want).at(where...)
	return f.absence(f.decided(), r)
}

// digestText is how people call a thing that is known by its digest.
func digestText(d evidence.ResourceDescriptor) string {
	if sum, ok := d.Digest.SHA256(); ok {
		return fmt.Sprintf("%s (sha256:%s)", either(d.Name, "an artifact"), sum.Short())
	}
	return either(d.Name, "an artifact") + " without a digest"
}
