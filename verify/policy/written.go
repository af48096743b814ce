package policy

import (
	"fmt"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify"
)

// recordedAt is when what the release statement says was written down: from the
// time its signer states to the earliest that proves its signature.
func (f *Facts) recordedAt() span {
	s := at(f.Record.CreatedAt.Time)
	for _, x := range f.Signers {
		if x.NotAfter != nil && x.NotAfter.After(s.from) && (s.to.Equal(s.from) || x.NotAfter.Before(s.to)) {
			s.to = x.NotAfter.Time
		}
	}
	return s
}

// traceRecordedBefore judges when intent, risk and the way back were written
// down. They stand in the release statement, so its time is theirs; what later
// statements add changes none of it.
func traceRecordedBefore(f *Facts) Result {
	const want = "intent, risk and rollback on record before production is approved and begins"
	for _, x := range []struct {
		what, pointer string
		there         bool
	}{
		{"the intent", "/changes", len(f.pulls()) == 0 && f.Record.Notes != nil || f.everyPull(func(p *pull) bool {
			return p.Details != nil && !placeholder(p.Details.Summary) || p.Text != nil
		})},
		{"the risk", "/releaseRecord/risk", f.Record.ReleaseRecord != nil && f.Record.ReleaseRecord.Risk != "" || f.everyPull(func(p *pull) bool { return p.Details != nil && p.Details.Risk.Label != "" })},
		{"the way back", "/rollbackPlan", f.Record.RollbackPlan != nil && f.Record.RollbackPlan.Method != "" || f.everyPull(func(p *pull) bool { return p.Details != nil && !placeholder(p.Details.Rollback.Primary) })},
	} {
		if !x.there {
			return missing(want, "the release statement does not say "+x.what).at(inRecord(f, "%s", x.pointer))
		}
	}
	written := f.recordedAt()
	r := f.eachInto(envProduction, want, func(p promoted) (Result, bool) {
		what, limit := "promotion "+p.name()+" began", p.start
		for _, a := range p.Approvals {
			if t := spanOf(a.At); a.Decision != string(evidence.Rejected) && !earliest(t).IsZero() && earliest(t).Before(earliest(limit)) {
				what, limit = "it was approved by "+f.actorText(&a.Who), t
			}
		}
		place := []verify.Place{inRecord(f, "/createdAt"), p.place(f, "/at")}
		switch f.notAfter(written, limit) {
		case yes:
			return Result{}, true
		case no:
			return fail("recorded-late", want, "written down %s, and %s %s", written, what, limit).at(place...), false
		}
		return f.untimed(want, "written down %s, and %s %s", written, what, limit).at(place...), false
	})
	r.Clock = "time stated by the signer"
	if r.Outcome == verify.Pass {
		r.Found = fmt.Sprintf("written down %s, before %s", written, r.Found)
		r.Proof = verify.Weakest(r.Proof, f.Stated())
	}
	return r
}

// everyPull reports whether there are pull requests and something holds for all
// of them.
func (f *Facts) everyPull(holds func(*pull) bool) bool {
	for _, p := range f.pulls() {
		if !holds(p) {
			return false
		}
	}
	return len(f.pulls()) > 0
}
