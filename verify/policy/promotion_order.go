package policy

import (
	"fmt"
	"slices"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify"
)

// firstInto returns the first promotion into an environment that succeeded with
// an artifact; n below 0 is any.
func (f *Facts) firstInto(env string, n int) (promoted, bool) {
	for _, p := range f.into(env) {
		if p.brings() && p.succeeded() && (n < 0 || slices.ContainsFunc(p.Artifacts, f.ofArtifact(n))) {
			return p, true
		}
	}
	return promoted{}, false
}

func promotionOrder(f *Facts) Result {
	const want = "dev before staging before production, for each artifact"
	r := f.eachInto(envProduction, want, func(p promoted) (Result, bool) {
		for n := range f.Record.Artifacts {
			if !p.brings() || !slices.ContainsFunc(p.Artifacts, f.ofArtifact(n)) {
				continue
			}
			if r, ok := f.inOrder(n, p, want); !ok {
				return r, false
			}
		}
		return Result{}, true
	})
	return r.timed()
}

// inOrder judges the way of an artifact to a production promotion.
func (f *Facts) inOrder(n int, production promoted, want string) (Result, bool) {
	type step struct {
		p        promoted
		from, by span
	}
	var way []step
	for _, env := range f.Params.PromotionPath {
		p, ok := f.firstInto(env, n)
		switch {
		case ok && env == envDev:
			way = append(way, step{p, p.end, p.start}) // the end of dev is what counts
		case ok:
			way = append(way, step{p, p.start, p.start})
		case env != envDev:
			return missing(want, fmt.Sprintf("no promotion of %s to %s is recorded", f.Record.Artifacts[n].Name, env)).follows("promotion/no-skip"), false
		}
	}
	way = append(way, step{p: production, by: production.start})
	for i := 1; i < len(way); i++ {
		before, after := way[i-1], way[i]
		switch f.notAfter(before.from, after.by) {
		case no:
			return fail("environment-order", want, "%s was there %s, and %s began %s", before.p.named(), before.from, after.p.named(), after.by).
				at(before.p.place(f, "/at"), after.p.place(f, "/at")), false
		case open:
			return f.untimed(want, "%s was there %s, and %s began %s", before.p.named(), before.from, after.p.named(), after.by).
				at(before.p.place(f, "/at"), after.p.place(f, "/at")), false
		}
	}
	return Result{}, true
}

// before are the environments that a release must have been in before
// production.
func (f *Facts) before() []string {
	if f.Params.HotfixSkipsDev && f.is(kindHotfix) {
		return slices.DeleteFunc(slices.Clone(f.Params.PromotionPath), func(env string) bool { return env == envDev })
	}
	return f.Params.PromotionPath
}

func promotionNoSkip(f *Facts) Result {
	want := fmt.Sprintf("a successful promotion to each of %s before production", several(f.before()))
	if f.Record.Kind == evidence.KindLibrary {
		return notApplicable("a library is published and passes no environments")
	}
	production, ok := f.firstInto(envProduction, -1)
	if !ok {
		return f.noPromotion(want)
	}
	proofs, where := []verify.Proof{production.proof}, []verify.Place{production.place(f, "")}
	for _, env := range f.before() {
		p, ok := f.firstInto(env, -1)
		if !ok {
			return missing(want, "no successful promotion to "+env+" is recorded").at(production.place(f, "")).on(production.start, production.env)
		}
		switch f.notAfter(p.start, production.start) {
		case no:
			return fail("environment-skipped", want, "%s got it %s, after production %s", env, p.start, production.start).at(p.place(f, "/at")).on(production.start, production.env).timed()
		case open:
			return f.untimed(want, "%s got it %s, and production %s", env, p.start, production.start).at(p.place(f, "/at")).on(production.start, production.env).timed()
		}
		proofs, where = append(proofs, p.proof), append(where, p.place(f, ""))
	}
	return pass(weakest(proofs, production.proof), "%s, then production", several(f.before())).wants(want).at(where...).timed()
}

// previous are the environments that a promotion into an environment waits for.
func (f *Facts) previous(env string) string {
	path := append(slices.Clone(f.before()), envProduction)
	if i := slices.Index(path, env); i > 0 {
		return path[i-1]
	}
	return ""
}

func promotionVerifiedBeforeNext(f *Facts) Result {
	const want = "smoke tests or monitoring of the environment before, passed by then"
	r := f.eachPromotion(want, func(p promoted) (Result, bool) {
		env := f.previous(p.env)
		if env == "" {
			return Result{}, true
		}
		var list []look
		found := false
		for _, q := range f.into(env) {
			if q.brings() && q.succeeded() {
				found = true
				list = append(list, f.looks(q)...)
			}
		}
		if !found {
			return missing(want, "no promotion to "+env+" is recorded").follows("promotion/no-skip"), false
		}
		return f.verifiedAtLeastOnce(list, p.start, want)
	})
	return r.timed()
}

// verifiedAtLeastOnce judges the smoke tests and the monitoring of an
// environment: one of them passed by a moment, and of none was the last look one
// that failed.
func (f *Facts) verifiedAtLeastOnce(list []look, moment span, want string) (Result, bool) {
	none := missing(want, "no smoke test or monitoring of the environment before is recorded")
	found := false
	for _, kind := range []string{"smoke", "monitoring"} {
		var of []look
		for _, v := range list {
			if v.kind == kind && v.result != "na" {
				of = append(of, v)
			}
		}
		if len(of) == 0 {
			continue
		}
		r, ok := f.verifiedBy(of, moment, want)
		switch {
		case ok:
			found = true
		case slices.Contains([]string{codeMissing, "verified-late", "time", codeTimeClaimed}, r.Code):
			none = r // the other kind may have been in time
		default:
			return r, false
		}
	}
	return none, found
}
