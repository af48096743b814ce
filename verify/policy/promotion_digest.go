package policy

import (
	"fmt"
	"slices"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify"
)

// noPromotion is the result of a control of promotions where none is recorded.
func (f *Facts) noPromotion(want string) Result {
	return missing(want, "no promotion is recorded").at(verify.Place{Statement: &f.Release}).follows("promotion/deploy-record")
}

// eachPromotion applies judge to the promotions that bring the release
// somewhere, and returns the first result that is not ok.
func (f *Facts) eachPromotion(want string, judge func(promoted) (Result, bool)) Result {
	var proofs []verify.Proof
	var where []verify.Place
	for _, p := range f.promotions() {
		if !p.brings() {
			continue
		}
		if r, ok := judge(p); !ok {
			if r.Expected == "" {
				r.Expected = want
			}
			if len(r.Inputs) == 0 {
				r = r.at(p.place(f, ""))
			}
			return r.on(p.start, p.env)
		}
		proofs, where = append(proofs, p.proof), append(where, p.place(f, ""))
	}
	if len(where) == 0 {
		return f.noPromotion(want)
	}
	return pass(weakest(proofs, verify.Proof{}), "%s", plural(len(where), "promotion", "promotions")).wants(want).at(where...)
}

// timed adds the clock that a judgement about time used.
func (r Result) timed() Result {
	r.Clock = clockStated
	return r
}

// named is how people call a promotion.
func (p promoted) named() string {
	if p.candidate() {
		return "what is about to go to " + p.env
	}
	return fmt.Sprintf("the promotion %s to %s", p.ID, either(p.Environment, "an unnamed environment"))
}

func promotionSameDigest(f *Facts) Result {
	const want = "the digests of the released artifacts in every environment"
	got := map[string]map[int]bool{}
	r := f.eachPromotion(want, func(p promoted) (Result, bool) {
		if len(p.Artifacts) == 0 {
			return missing("", p.named()+" names no artifact"), false
		}
		for i, d := range p.Artifacts {
			if _, ok := d.Digest.SHA256(); !ok {
				return missing("", fmt.Sprintf("%s names %s", p.named(), digestText(d))).at(p.place(f, indexed("/artifacts", i))), false
			}
			n, ok := f.releasedAs(d)
			if !ok {
				return fail("other-digest", "", "%s brought %s, which is not of this release", p.named(), digestText(d)).at(p.place(f, indexed("/artifacts", i))), false
			}
			if p.succeeded() {
				if got[p.env] == nil {
					got[p.env] = map[int]bool{}
				}
				got[p.env][n] = true
			}
		}
		return Result{}, true
	})
	if r.Outcome != verify.Pass {
		return r
	}
	for n, a := range f.Record.Artifacts {
		for _, env := range f.Params.PromotionPath {
			if got[envProduction][n] && len(got[env]) > 0 && !got[env][n] {
				return fail("not-promoted", want, "production got %s, and %s did not", a.Name, env).at(r.Inputs...)
			}
		}
	}
	return r
}

func promotionUsesPublished(f *Facts) Result {
	const want = "promotions of what had been published, by digest"
	deployed := false
	r := f.eachPromotion(want, func(p promoted) (Result, bool) {
		if p.Action == "publish" {
			return Result{}, true
		}
		deployed = true
		for i, d := range p.Artifacts {
			n, ok := f.releasedAs(d)
			if !ok {
				return fail("other-digest", "", "%s brought %s, which is not of this release", p.named(), digestText(d)).at(p.place(f, indexed("/artifacts", i))).follows("promotion/same-digest"), false
			}
			pub, ok := f.publicationOf(n)
			if !ok || pub.at == (span{}) {
				return missing("", "nobody recorded when "+f.Record.Artifacts[n].Name+" was published").at(pub.place), false
			}
			switch f.notAfter(pub.at, p.start) {
			case no:
				return fail("not-yet-published", "", "%s began %s, and %s was published %s", p.named(), p.start, f.Record.Artifacts[n].Name, pub.at), false
			case open:
				return f.untimed("", "%s began %s, and %s was published %s", p.named(), p.start, f.Record.Artifacts[n].Name, pub.at), false
			}
		}
		return missing("", p.named()+" names no artifact").follows("promotion/same-digest"), len(p.Artifacts) > 0
	})
	if !deployed && r.Outcome == verify.Pass {
		return notApplicable("the release is published and nothing more")
	}
	return r.timed()
}

func promotionReferencesTag(f *Facts) Result {
	want := "the release tag " + f.Record.Tag.Name
	return f.eachPromotion(want, func(p promoted) (Result, bool) {
		switch {
		case p.Tag == f.Record.Tag.Name:
			return Result{}, true
		case p.env != envProduction && bareVersion(p.Tag, f.Record) == f.Record.Version:
			return Result{}, true
		case p.env != envProduction && p.Tag == "" && p.Version == f.Record.Version && slices.ContainsFunc(p.Artifacts, f.isReleased):
			return Result{}, true
		case p.Tag == "":
			return missing("", p.named()+" names no release").at(p.place(f, "/tag")), false
		}
		return fail("other-release", "", "%s names %s", p.named(), p.Tag).at(p.place(f, "/tag")), false
	})
}

// isReleased reports whether a reference is to a released artifact.
func (f *Facts) isReleased(d evidence.ResourceDescriptor) bool {
	_, ok := f.releasedAs(d)
	return ok
}
