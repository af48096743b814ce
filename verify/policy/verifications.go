package policy

import (
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify"
)

// verification is one look at a promotion or a signature: within the record of
// the promotion, or stated by itself.
type verification struct {
	// kind is smoke, monitoring, signature, ...; result is pass, fail, skipped or
	// na.
	kind, result string
	// subject is what was looked at; nil if that is not said.
	subject *evidence.ResourceDescriptor
	at      span
	// refs are the run, log or snapshot that shows it.
	refs  []evidence.ResourceDescriptor
	proof verify.Proof
	place verify.Place
}

// verificationsOf returns the verifications of a promotion: those in its record,
// those that name it, and those of its environment, or of a signature, that name
// no promotion.
func (f *Facts) verificationsOf(p promoted) []verification {
	var list []verification
	if p.candidate() {
		return nil
	}
	for i, v := range p.Verification {
		list = append(list, verification{
			kind: v.Kind, result: v.Result, subject: v.Subject, at: spanOf(v.At), refs: v.Evidence,
			proof: p.proof, place: p.place(f, indexed("/verification", i)),
		})
	}
	for fact, v := range verify.Standing[*evidence.VerificationRecord](f.Facts) {
		switch {
		case v.Promotion == p.ID:
		case v.Promotion != "", v.Environment == "" && v.Kind != "signature", v.Environment != "" && f.environment(v.Environment) != p.env:
			continue
		}
		list = append(list, verification{
			kind: v.Kind, result: v.Result, subject: &v.Subject, at: spanOf(v.At), refs: v.Evidence,
			proof: fact.Proof, place: fact.Place(""),
		})
	}
	return list
}

// signaturesOf returns the signature verifications of a promotion whose subject
// is as wanted.
func (f *Facts) signaturesOf(p promoted, about func(evidence.ResourceDescriptor) bool) []verification {
	var list []verification
	for _, v := range f.verificationsOf(p) {
		if v.kind == "signature" && v.subject != nil && about(*v.subject) {
			list = append(list, v)
		}
	}
	return list
}

// verifiedBy judges the last of some verifications that was done by a moment: it
// must have passed. If ok is false, the result says what is wrong.
func (f *Facts) verifiedBy(list []verification, moment span, want string) (r Result, ok bool) {
	var last verification
	var late, undecided *verification
	for i, v := range list {
		switch f.notAfter(v.at, moment) {
		case yes:
			if !ok || !earliest(v.at).Before(earliest(last.at)) {
				last, ok = v, true
			}
		case no:
			late = &list[i]
		default:
			undecided = &list[i]
		}
	}
	switch {
	case ok && last.result == "pass":
		return Result{}, true
	case ok:
		return fail("verification-"+last.result, want, "the verification of %s ended with %q", last.at, last.result).at(last.place), false
	case undecided != nil:
		return f.untimed(want, "verified %s; what had to wait for it began %s", undecided.at, moment).at(undecided.place), false
	case late != nil:
		return fail("verified-late", want, "verified %s; what had to wait for it began %s", late.at, moment).at(late.place), false
	}
	return missing(want, "no verification is recorded"), false
}

// ofTag reports whether a reference is to the release's tag object.
func (f *Facts) ofTag(d evidence.ResourceDescriptor) bool {
	id := f.Record.Tag.Object
	return d.Digest["gitTag"] == id || f.Record.Tag.Type != "tag" && d.Digest["gitCommit"] == id ||
		d.Name == evidence.SubjectTag && d.Digest["sha256"] == id
}

// ofArtifact returns a test for references to an artifact, or to an image of it.
func (f *Facts) ofArtifact(n int) func(evidence.ResourceDescriptor) bool {
	return func(d evidence.ResourceDescriptor) bool {
		i, ok := f.releasedAs(d)
		return ok && i == n
	}
}

// ofProvenance reports whether a reference is to a provenance of the release.
func (f *Facts) ofProvenance(d evidence.ResourceDescriptor) bool {
	sum, ok := d.Digest.SHA256()
	for _, v := range f.Provenance {
		if ok && v.Material.Digest == sum {
			return true
		}
	}
	return false
}

// releasedAs returns the index of the released artifact that a reference is to:
// by its digest, or that of an image that its index lists.
func (f *Facts) releasedAs(d evidence.ResourceDescriptor) (int, bool) {
	sum, ok := d.Digest.SHA256()
	if !ok {
		return 0, false
	}
	n, ok := f.byDigest.get(func() map[evidence.Digest]int {
		m := map[evidence.Digest]int{}
		for i, a := range f.Record.Artifacts {
			for _, d := range a.Digests() {
				m[d] = i
			}
		}
		return m
	})[sum]
	return n, ok
}
