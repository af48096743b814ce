package policy

import (
	"fmt"
	"time"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify"
)

// duty judges what falls due after an event (G8). done is when it was done, and
// the zero span if it is not: then it is pending until due and a failure from
// then on. What was done late is a failure too. res is the result if it was
// done in time.
func (f *Facts) duty(want string, due time.Time, done span, res Result) Result {
	switch {
	case done == span{} && f.AsOf.Before(due):
		at := evidence.At(due)
		return Result{Outcome: verify.Pending, Code: "pending", Why: "due " + stamp(due), Expected: want, Found: "not done yet", due: &at}
	case done == span{}:
		return missing(want, "not done, and it was due "+stamp(due))
	}
	switch f.notAfter(done, at(due)) {
	case yes:
		return res.wants(want)
	case no:
		return fail("late", want, "done %s, and it was due %s", done, stamp(due))
	}
	return f.untimed(want, "done %s, and it was due %s", done, stamp(due))
}

// absence is the result of a control that passes because something did not
// happen until a moment: a fact only under a seal (rules of format, R8).
func (f *Facts) absence(until time.Time, res Result) Result {
	if res.Outcome != verify.Pass || f.Sealed(until) {
		return res
	}
	found := fmt.Sprintf("%s; without a seal up to %s, a statement that was left out would not show", res.Found, stamp(until))
	if f.strict {
		u := unknown(codeNotSealed, "%s", found).wants(res.Expected).at(res.Inputs...)
		u.Fix = verify.Fix{Now: "have the sealer seal the dossier: dossier seal FILE"}
		return u
	}
	w := warn(res.Proof, codeNotSealed, "%s", found).wants(res.Expected).at(res.Inputs...)
	return w
}
