package policy

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify"
)

// Codes that several controls share.
const (
	codeMissing       = "missing-evidence"
	codeGrade         = "grade-too-low"
	codeTimeClaimed   = "time-claimed"
	codeNotSealed     = "not-sealed"
	codeInternalError = "internal-error"
)

// Result is what a control's check found.
type Result struct {
	// Outcome, Code, Why, Expected, Found, Inputs, Proof and Clock are as in
	// [verify.Check].
	Outcome         verify.Outcome
	Code, Why       string
	Expected, Found string
	Inputs          []verify.Place
	Proof           verify.Proof
	Clock           string
	// Fix replaces the control's own advice if it is set.
	Fix verify.Fix
	// FollowsFrom is the ID of a control whose failure explains this one. It is
	// dropped if that control did not fail.
	FollowsFrom string

	// occasions are when and where it failed, for exceptions; none is the
	// release's own moment.
	occasions []occasion
	// exceptions are the ids of those that it failed for, which cannot waive it.
	exceptions []string
	// due is when a pending duty must be done.
	due *evidence.Time
}

// pass says that the control holds, and how that is known.
func pass(proof verify.Proof, format string, args ...any) Result {
	return Result{Outcome: verify.Pass, Proof: proof, Found: fmt.Sprintf(format, args...)}
}

// fail says that the evidence contradicts the control.
func fail(code, expected, format string, args ...any) Result {
	return Result{Outcome: verify.Fail, Code: code, Expected: expected, Found: fmt.Sprintf(format, args...)}
}

// missing says that nobody recorded the evidence the control needs.
func missing(expected, found string) Result {
	return Result{Outcome: verify.Fail, Code: codeMissing, Expected: expected, Found: found}
}

// unknown says that evidence exists or may exist and cannot be judged. why is
// both the reason and the code.
func unknown(why, format string, args ...any) Result {
	return Result{Outcome: verify.Unknown, Code: why, Why: why, Found: fmt.Sprintf(format, args...)}
}

// notApplicable says that the control's condition does not hold.
func notApplicable(why string) Result {
	return Result{Outcome: verify.NotApplicable, Code: "not-applicable", Why: why}
}

// warn says that the control holds with a reservation.
func warn(proof verify.Proof, code, format string, args ...any) Result {
	return Result{Outcome: verify.Warn, Code: code, Proof: proof, Found: fmt.Sprintf(format, args...)}
}

// at adds where the evidence was found.
func (r Result) at(places ...verify.Place) Result {
	r.Inputs = append(r.Inputs, places...)
	return r
}

// wants sets what was expected.
func (r Result) wants(expected string) Result {
	r.Expected = expected
	return r
}

// follows names the control whose failure explains this one.
func (r Result) follows(id string) Result {
	r.FollowsFrom = id
	return r
}

// inRecord is a place in the release statement's predicate.
func inRecord(f *Facts, format string, args ...any) verify.Place {
	pointer := "/predicate" + format
	if len(args) > 0 {
		pointer = fmt.Sprintf(pointer, args...)
	}
	return verify.Place{Statement: &f.Release, Pointer: pointer}
}

// inStatement is a place in another statement's predicate.
func inStatement(id evidence.Digest, pointer string) verify.Place {
	return verify.Place{Statement: &id, Pointer: "/predicate" + pointer}
}

// inMaterial is a material as a whole.
func inMaterial(id evidence.Digest) verify.Place { return verify.Place{Material: &id} }

// indexed is the pointer of an item of a list.
func indexed(pointer string, i int) string { return pointer + "/" + strconv.Itoa(i) }

// recomputed is the proof of what follows from bytes in the dossier alone.
func recomputed(what string) verify.Proof {
	return verify.Proof{Grade: verify.Proven, By: "recomputed from " + what}
}

// several joins a few items and counts the rest, so that a finding stays one
// line.
func several(items []string) string {
	const most = 3
	if len(items) <= most {
		return strings.Join(items, "; ")
	}
	return fmt.Sprintf("%s; and %d more", strings.Join(items[:most], "; "), len(items)-most)
}

// short is the part of an object id that people read.
func short(id string) string {
	const digits = 8
	if len(id) <= digits {
		return id
	}
	return id[:digits]
}

// counted writes a number with its noun: "1 signer", "at least 2 signers".
func counted(n int, noun string) string {
	if n <= 1 {
		return "at least 1 " + noun
	}
	return fmt.Sprintf("at least %d different %ss", n, noun)
}

// either returns the first text that is not empty.
func either(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// absent is why a document that is listed and not there is unknown: it is
// missing, unless a granted redactor withholds it.
func absent(code string) string {
	if code == "withheld" {
		return code
	}
	return "missing"
}
