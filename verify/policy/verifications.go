package policy

import (
	"github.com/release-dossier/dossier/evidence"
)

// signaturesOf returns the signature verifications of a promotion whose subject
// is as wanted; none of a promotion that is only asked for.
func (f *Facts) signaturesOf(p promoted, about func(evidence.ResourceDescriptor) bool) []look {
	if p.candidate() {
		return nil
	}
	var list []look
	for _, v := range f.looks(p) {
		if v.kind == "signature" && v.subject != nil && about(*v.subject) {
			list = append(list, v)
		}
	}
	return list
}

// verifiedBy judges the last of some looks that was done by a moment: it must
// have passed. If ok is false, the result says what is wrong.
func (f *Facts) verifiedBy(list []look, moment span, want string) (r Result, ok bool) {
	var last look
	var late, undecided *look
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
