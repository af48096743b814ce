package policy

import (
	"fmt"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify"
)

func tagBeforeProduction(f *Facts) Result {
	const want = "a tag that was made and verified before production got the release"
	tagged := atTagged(f)
	if tagged.from.IsZero() {
		return unknown("time", "nothing says when the tag was made").wants(want).at(inRecord(f, "/tag")).follows("tag/annotated")
	}
	r := f.eachInto(envProduction, want, func(p promoted) (Result, bool) {
		if p.ofAnother(f) {
			return Result{}, true
		}
		switch f.notAfter(tagged, p.start) {
		case no:
			return fail("tagged-late", want, "tagged %s, promotion %s began %s", tagged, p.name(), p.start).at(inRecord(f, "/tag/object"), p.place(f, "/at")), false
		case open:
			return f.untimed(want, "tagged %s, promotion %s began %s", tagged, p.name(), p.start).at(p.place(f, "/at")), false
		}
		return f.verifiedBefore(p, want)
	})
	r.Clock = "times stated by tag and deployer"
	if r.Outcome == verify.Pass {
		r.Found = fmt.Sprintf("tagged %s, before %s", tagged, r.Found)
		r.Proof = verify.Weakest(r.Proof, tagProof(f))
	}
	return r
}

// verifiedBefore reports whether a signature was verified by the time a
// promotion began: by a look within it, by a record of its own, or, of the
// promotion that the gate decides on, now.
func (f *Facts) verifiedBefore(p promoted, want string) (Result, bool) {
	if p.candidate() {
		if f.Tag.Signature.Valid {
			return Result{}, true
		}
		return missing(want, "the tag's signature does not verify").at(inRecord(f, "/tag/object")).follows("sign/tag-signed"), false
	}
	late := span{}
	for _, v := range p.Verification {
		if v.Kind == "signature" && v.Result == "pass" {
			if f.notAfter(spanOf(v.At), p.start) == yes {
				return Result{}, true
			}
			late = spanOf(v.At)
		}
	}
	for _, v := range verify.Standing[*evidence.VerificationRecord](f.Facts) {
		if f.ofTag(v.Subject) && v.Kind == "signature" && v.Result == "pass" && (v.Promotion == "" || v.Promotion == p.ID) {
			if f.notAfter(spanOf(v.At), p.start) == yes {
				return Result{}, true
			}
			late = spanOf(v.At)
		}
	}
	if late != (span{}) {
		return fail("verified-late", want, "verified %s, promotion %s began %s", late, p.name(), p.start).at(p.place(f, "/verification")), false
	}
	return missing(want, "no signature was verified before promotion "+p.name()).at(p.place(f, "/verification")).follows("sign/verified-before-production"), false
}

// tagPassedChecks judges the checks that are required by the tag on the tagged
// commit.
func tagPassedChecks(f *Facts) Result {
	return f.requiredPassed(atTag, "the tagged commit "+short(f.Record.Commit), f.onReleasedCommit(), atTagged(f))
}

// onReleasedCommit tells checks of the released commit, or of its very files if
// the policy lets those count (A53).
func (f *Facts) onReleasedCommit() func(checked) bool {
	exact := f.onCommit(f.Record.Commit)
	if !f.Params.TreeEquivalent {
		return exact
	}
	tree := f.releasedTree()
	return func(c checked) bool { return exact(c) || tree != "" && c.Subject.Digest["gitTree"] == tree }
}

// releasedTree is the object id of the released commit's tree, "" if it is not
// known.
func (f *Facts) releasedTree() string {
	for _, c := range f.Range.Commits {
		if string(c.ID) == f.Record.Commit {
			return string(c.Tree)
		}
	}
	return ""
}

func tagGoNoGoCommit(f *Facts) Result {
	want := "a go for commit " + f.Record.Commit
	var decided *verify.RecordFact
	var last *evidence.GoNoGo
	for fact, g := range verify.Standing[*evidence.GoNoGo](f.Facts) {
		if g.Decision == "go" && (g.Environment == "" || f.environment(g.Environment) == envProduction) {
			decided, last = fact, g
		}
	}
	if last == nil {
		return missing(want, "no go/no-go decision says go").at(verify.Place{Statement: &f.Release})
	}
	place := []verify.Place{decided.Place("/subject/commit"), inRecord(f, "/commit")}
	switch id := string(last.Subject.Commit); {
	case id == "":
		return missing(want, "go/no-go "+last.ID+" names no commit").at(place...)
	case id != f.Record.Commit:
		return fail("other-commit", want, "go/no-go %s is about %s", last.ID, id).at(place...).onRecord(last)
	}
	proof := verify.Weakest(decided.Proof, tagProof(f))
	if f.notAfter(atTagged(f), spanOf(last.At)) == no {
		return warn(proof, "tagged-after-decision", "go/no-go %s was %s, the tag was made %s", last.ID, spanOf(last.At), atTagged(f)).wants(want).at(place...)
	}
	return pass(proof, "go/no-go %s", last.ID).wants(want).at(place...)
}
