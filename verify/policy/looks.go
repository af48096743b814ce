package policy

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/internal/strictyaml"
	"github.com/release-dossier/dossier/verify"
)

// look is one look at a promotion: at what it is about to bring, or at how it
// went. The promotion itself states it, or a record of its own does.
type look struct {
	// kind is smoke, monitoring, rollback-readiness, signature, digest, evidence
	// or other; result pass, fail, skipped or na.
	kind, result string
	// subject is what was looked at; nil if that is not said.
	subject *evidence.ResourceDescriptor
	at      span
	// anywhere says that it is about a signature, and about no promotion or
	// environment: of how a promotion went it says nothing.
	anywhere bool
	// measured are the measures of monitoring with their limits.
	measured []evidence.Measurement
	// kept is the run, log or snapshot that shows it.
	kept  []evidence.ResourceDescriptor
	proof verify.Proof
	place verify.Place
}

// lookNames are the kinds of looks as people call them.
var lookNames = map[string]string{
	"smoke": "smoke tests", "monitoring": "monitoring", "rollback-readiness": "check of the way back",
	"signature": "verification of signatures", "digest": "comparison of digests", "evidence": "verification of evidence",
	"other": "other check",
}

// looks returns all looks at a promotion by time: those in its record, those
// that name it, and those of its environment, or of a signature, that name no
// promotion.
func (f *Facts) looks(p promoted) []look {
	return f.looked.get(func() map[*evidence.Promotion][]look {
		m := map[*evidence.Promotion][]look{}
		for _, p := range f.promotions() {
			m[p.Promotion] = f.lookAt(p)
		}
		return m
	})[p.Promotion]
}

func (f *Facts) lookAt(p promoted) []look {
	var list []look
	for i, v := range p.Verification {
		list = append(list, look{
			kind: v.Kind, result: v.Result, subject: v.Subject, at: spanOf(v.At), kept: v.Evidence,
			proof: p.proof, place: p.place(f, indexed("/verification", i)),
		})
	}
	for fact, r := range verify.Standing[*evidence.VerificationRecord](f.Facts) {
		if !f.looksAt(r, p) {
			continue
		}
		list = append(list, look{
			kind: r.Kind, result: r.Result, subject: &r.Subject, at: spanOf(r.At), anywhere: r.Promotion+r.Environment == "", measured: r.Thresholds, kept: r.Evidence,
			proof: fact.Proof, place: fact.Place(""),
		})
	}
	slices.SortStableFunc(list, func(a, b look) int { return earliest(a.at).Compare(earliest(b.at)) })
	return list
}

// looksAt reports whether a record of its own is about a promotion. One that names
// it and another environment is if it did not pass.
func (f *Facts) looksAt(r *evidence.VerificationRecord, p promoted) bool {
	switch {
	case r.Promotion != "" && (p.candidate() || r.Promotion != p.ID):
		return false
	case r.Environment != "":
		return f.environment(r.Environment) == p.env || r.Promotion != "" && r.Result != "pass"
	}
	return r.Promotion != "" || r.Kind == "signature"
}

// lastLook returns the last look of a kind by a moment; the zero span is any. Of
// two at one time, or of unknown times, the one that did not pass counts.
func (f *Facts) lastLook(p promoted, kind string, by span) (last look, ok bool) {
	for _, l := range f.looks(p) {
		if l.kind != kind || l.anywhere {
			continue
		}
		if by != (span{}) {
			ended := f.notAfter(l.at, by)
			if ended == no || ended == open && l.result == "pass" {
				continue
			}
		}
		same := ok && (earliest(l.at).Equal(earliest(last.at)) || !l.at.known() || !last.at.known())
		if ok && same && l.result == "pass" {
			continue
		}
		last, ok = l, true
	}
	return last, ok
}

// verified judges the last look of a kind at a promotion: it passed, after the
// promotion had ended and by a moment; the zero span is any.
func (f *Facts) verified(p promoted, kind string, by span) Result {
	want := fmt.Sprintf("%s passed after the promotion to %s ended", lookNames[kind], p.env)
	if by.known() {
		want += " and by " + stamp(by.from)
	}
	l, ok := f.lastLook(p, kind, by)
	if !ok {
		found := fmt.Sprintf("promotion %s has no %s", p.ID, lookNames[kind])
		if late, ok := f.lastLook(p, kind, span{}); ok {
			found = fmt.Sprintf("promotion %s: %s at %s", p.ID, lookNames[kind], late.at)
		}
		return missing(want, found).at(p.place(f, "/verification")).on(p.start, p.env)
	}
	switch after := f.notAfter(p.end, l.at); {
	case l.result != "pass":
		return fail("verification-"+l.result, want, "promotion %s: %s, %s", p.ID, lookNames[kind], l.result).at(l.place).on(l.at, p.env)
	case after == no:
		return fail("verified-too-early", want, "%s at %s, and promotion %s ended %s", lookNames[kind], l.at, p.ID, p.end).at(l.place).on(p.start, p.env)
	case after == open:
		return f.untimed(want, "%s at %s, and promotion %s ended at %s", lookNames[kind], l.at, p.ID, p.end).at(l.place)
	}
	return pass(weakest([]verify.Proof{p.proof, l.proof}, verify.Proof{}), "%s at %s", lookNames[kind], l.at).wants(want).at(l.place)
}

// lookWords is a parameter that lists kinds of looks.
func lookWords(name, doc, source string, def []string, field func(*Params) *[]string) Parameter {
	p := words(name, doc, source, def, field)
	set := p.set
	p.set = func(to *Params, n *strictyaml.Node) error {
		if err := set(to, n); err != nil {
			return err
		}
		for _, kind := range *field(to) {
			if lookNames[kind] == "" {
				return n.Errorf("unknown value %.40q: want %s", kind, strings.Join(slices.Sorted(maps.Keys(lookNames)), ", "))
			}
		}
		return nil
	}
	return p
}
