package policy

import (
	"strings"

	"github.com/release-dossier/dossier/evidence"
)

func promotionAuditedPipeline(f *Facts) Result {
	want := "a service with a role among " + several(f.Params.DeploySystems) + ", or a bot that trust names"
	return f.eachInto(envProduction, want, func(p promoted) (Result, bool) {
		switch who := p.ExecutedBy; {
		case who == nil:
			return missing("", p.named()+" does not say who carried it out").at(p.place(f, "/executedBy")), false
		case f.person(*who):
			return fail("deployed-by-hand", "", "%s was carried out by %s", p.named(), f.actorText(who)).at(p.place(f, "/executedBy")), false
		case !f.Trust.IsBot(who.ID) && !f.holds(*who, p.start, f.Params.DeploySystems...):
			return fail("unknown-system", "", "%s was carried out by %s, which has %s", p.named(), f.actorText(who), rolesOf(f.rolesAt(*who, p.start))).at(p.place(f, "/executedBy")), false
		}
		return Result{}, true
	})
}

func promotionExecutorAuthorised(f *Facts) Result {
	want := "the role " + strings.Join(f.Params.Deployers, ", ") + " when it began"
	return f.eachInto(envProduction, want, func(p promoted) (Result, bool) {
		if p.RequestedBy == nil && p.ExecutedBy == nil {
			return missing("", p.named()+" names nobody who asked for it or carried it out"), false
		}
		for _, x := range []struct {
			who     *evidence.Actor
			pointer string
		}{{p.RequestedBy, "/requestedBy"}, {p.ExecutedBy, "/executedBy"}} {
			if x.who != nil && !f.holds(*x.who, p.start, f.Params.Deployers...) {
				return fail("not-authorised", "", "%s: %s had %s", p.named(), f.actorText(x.who), rolesOf(f.rolesAt(*x.who, p.start))).at(p.place(f, x.pointer)), false
			}
		}
		return Result{}, true
	})
}

func promotionStagingAuto(f *Facts) Result {
	const want = "a promotion by a service that nobody asked for, or a reason to wait"
	if len(f.into(envStaging)) == 0 {
		r := f.noPromotion(want)
		return r.follows("promotion/no-skip")
	}
	return f.eachInto(envStaging, want, func(p promoted) (Result, bool) {
		for _, s := range p.Approvals {
			if !placeholder(s.Rationale) && !holdsFold(f.Params.StockRationales, s.Rationale) {
				return Result{}, true
			}
		}
		by, asked := p.ExecutedBy, p.RequestedBy
		switch {
		case p.candidate():
			return Result{}, true
		case by == nil:
			return missing("", p.named()+" does not say who carried it out").at(p.place(f, "/executedBy")), false
		case f.person(*by):
			return fail("by-hand", "", "%s was carried out by %s", p.named(), f.actorText(by)).at(p.place(f, "/executedBy")), false
		case asked != nil && f.person(*asked):
			return fail("by-hand", "", "%s was asked for by %s", p.named(), f.actorText(asked)).at(p.place(f, "/requestedBy")), false
		}
		return Result{}, true
	})
}
