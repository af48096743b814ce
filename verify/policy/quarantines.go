package policy

import (
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify"
)

const noQuarantine = "no quarantine is recorded"

// quarantined is a quarantine that stands.
type quarantined struct {
	*evidence.Quarantine
	fact *verify.RecordFact
}

func (f *Facts) quarantines() []quarantined {
	var list []quarantined
	for fact, q := range verify.Standing[*evidence.Quarantine](f.Facts) {
		list = append(list, quarantined{q, fact})
	}
	return list
}

// over tells whether the test was back in the gate, or was to be back, at a
// moment of the release.
func (q quarantined) over(f *Facts, when span) answer {
	if q.RestoredAt == nil {
		return no
	}
	return f.notAfter(at(q.RestoredAt.Time), when)
}

// eachQuarantine applies judge to the quarantines that were not over when the
// release went out, and returns the first result that is not ok.
func (f *Facts) eachQuarantine(want string, judge func(quarantined) (Result, bool)) Result {
	var proofs []verify.Proof
	var where []verify.Place
	list := f.quarantines()
	for _, q := range list {
		if q.over(f, f.releaseMoment()) == yes {
			continue
		}
		if r, ok := judge(q); !ok {
			r.Found = "quarantine " + q.ID + ": " + r.Found
			if len(r.Inputs) == 0 {
				r = r.at(q.fact.Place(""))
			}
			if len(r.occasions) == 0 {
				r = r.onRecord(q.Quarantine)
			}
			return r.wants(either(r.Expected, want))
		}
		proofs, where = append(proofs, q.fact.Proof), append(where, q.fact.Place(""))
	}
	switch {
	case len(list) == 0:
		return notApplicable(noQuarantine)
	case len(where) == 0:
		return notApplicable("every test was back from quarantine before the release went out")
	}
	return pass(weakest(proofs, verify.Proof{}), "%s", plural(len(where), "quarantine", "quarantines")).wants(want).at(where...)
}

// category is the required check that it takes a test out of.
func (q quarantined) category(f *Facts) string {
	return f.categoryOf(&evidence.Check{Name: q.Check})
}

// of reports whether it is of a check.
func (q quarantined) of(f *Facts, c checked) bool {
	return strings.EqualFold(q.Check, c.Name) || q.category(f) == c.category
}

// overlap reports whether two patterns of paths may have a path in common. What
// cannot be told counts as common.
func overlap(a, b string) bool {
	plain := func(p string) string {
		if i := strings.IndexAny(p, "*?["); i >= 0 {
			return p[:i]
		}
		return p
	}
	pa, pb := plain(a), plain(b)
	switch {
	case pa == a: // a path, or a directory
		return globbed([]string{b}, strings.TrimSuffix(a, "/")) || strings.HasSuffix(a, "/") && (globbed([]string{b}, a+"x") || strings.HasPrefix(pb, a))
	case pb == b:
		return overlap(b, a)
	}
	return strings.HasPrefix(pa, pb) || strings.HasPrefix(pb, pa)
}

// overlapping returns the first of several paths that may lie in one of some
// patterns; "" for none.
func overlapping(paths, patterns []string) string {
	for _, p := range paths {
		if slices.ContainsFunc(patterns, func(q string) bool { return overlap(p, q) }) {
			return p
		}
	}
	return ""
}
