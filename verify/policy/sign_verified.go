package policy

import (
	"slices"
	"time"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify"
)

func signVerifiedBeforeProduction(f *Facts) Result {
	want := "a passed verification of the signature of tag object " + short(f.Record.Tag.Object) + " before the promotion"
	r := f.eachInto(envProduction, want, func(p promoted) (Result, bool) {
		switch {
		case !p.brings():
			return Result{}, true
		case p.candidate():
			return missing("", "the signature does not verify now").follows("sign/tag-signed"), f.Tag.Signature.Valid
		}
		r, ok := f.verifiedBy(f.signaturesOf(p, f.ofTag), p.start, want)
		return r, ok
	})
	return r.timed()
}

func signVerifiedAtStaging(f *Facts) Result {
	const want = "a passed verification of the signature of tag, artifact or provenance before the promotion"
	if len(f.into(envStaging)) == 0 {
		return missing(want, "no promotion to staging is recorded").at(verify.Place{Statement: &f.Release}).follows("promotion/no-skip")
	}
	signed := slices.ContainsFunc(f.Provenance, func(v verify.ProvenanceFact) bool { return v.Signer != nil && v.Signer.Allowed })
	r := f.eachInto(envStaging, want, func(p promoted) (Result, bool) {
		switch {
		case !p.brings():
			return Result{}, true
		case p.candidate():
			return missing("", "neither the tag's signature nor that of provenance verifies now").follows("sign/tag-signed"), f.Tag.Signature.Valid || signed
		}
		about := func(d evidence.ResourceDescriptor) bool { return f.ofTag(d) || f.isReleased(d) || f.ofProvenance(d) }
		r, ok := f.verifiedBy(f.signaturesOf(p, about), p.start, want)
		return r, ok
	})
	return r.timed()
}

// signatureOf returns the statement that signs an artifact and says nothing
// more, by a signer who may.
func (f *Facts) signatureOf(a evidence.Artifact) (verify.AttestationFact, bool) {
	for _, x := range f.Attestations {
		if x.Signer != nil && x.Signer.Allowed && slices.Contains(f.Params.ArtifactSignatures, x.PredicateType) && slices.Contains(x.Names, a.Digest) {
			return x, true
		}
	}
	return verify.AttestationFact{}, false
}

func signArtifacts(f *Facts) Result {
	const want = "a signature of every artifact by a party that trust names"
	var proofs []verify.Proof
	var where []verify.Place
	for n, a := range f.Record.Artifacts {
		x, ok := f.signatureOf(a)
		if !ok {
			return missing(want, "no signature of "+a.Name+" counts").at(inRecord(f, "/artifacts/%d", n))
		}
		proofs, where = append(proofs, x.Proof), append(where, inMaterial(x.Material.Digest))
	}
	return pass(weakest(proofs, f.Stated()), "%s", plural(len(where), "artifact", "artifacts")).wants(want).at(where...)
}

func signVerifiedArtifacts(f *Facts) Result {
	const want = "a passed verification of the signature of each artifact before the promotion"
	r := f.eachInto(envProduction, want, func(p promoted) (Result, bool) {
		if !p.brings() {
			return Result{}, true
		}
		for _, d := range p.Artifacts {
			n, ok := f.releasedAs(d)
			if !ok {
				return missing("", p.named()+" names "+digestText(d)+", which is not of this release").follows("promotion/same-digest"), false
			}
			if r, ok := f.artifactVerified(p, n, want); !ok {
				return r, false
			}
		}
		return missing("", p.named()+" names no artifact").follows("promotion/same-digest"), len(p.Artifacts) > 0
	})
	return r.timed()
}

// artifactVerified judges the verification of one artifact's signature for a
// promotion: of its provenance, where the artifact itself is not signed (A10).
func (f *Facts) artifactVerified(p promoted, n int, want string) (Result, bool) {
	a := f.Record.Artifacts[n]
	_, signed := f.signatureOf(a)
	own := signed || f.Params.ArtifactSigning == signingRequired
	if p.candidate() {
		attested := slices.ContainsFunc(f.Provenance, func(v verify.ProvenanceFact) bool {
			return v.Signer != nil && v.Signer.Allowed && a.Covered(func(d evidence.Digest) bool { return slices.Contains(v.Names, d) })
		})
		return missing("", "no signature of "+a.Name+" or of its provenance verifies now").follows("sign/artifact-signed"), signed || !own && attested
	}
	about := f.ofArtifact(n)
	if !own {
		about = func(d evidence.ResourceDescriptor) bool { return f.ofArtifact(n)(d) || f.ofProvenance(d) }
	}
	r, ok := f.verifiedBy(f.signaturesOf(p, about), p.start, want)
	if !ok && r.Code == codeMissing {
		r.Found = "no verification of the signature of " + a.Name + " is recorded"
	}
	return r, ok
}

func signLogKept(f *Facts) Result {
	const want = "the log of each signature verification, by name and digest, for the tag and for an artifact or its provenance"
	return f.eachInto(envProduction, want, func(p promoted) (Result, bool) {
		if !p.brings() || p.candidate() {
			return Result{}, true
		}
		for _, x := range []struct {
			what  string
			about func(evidence.ResourceDescriptor) bool
			cause string
		}{
			{"the tag", f.ofTag, "sign/verified-before-production"},
			{"an artifact or its provenance", func(d evidence.ResourceDescriptor) bool { return f.isReleased(d) || f.ofProvenance(d) }, "sign/verified-at-production-artifact"},
		} {
			list := f.signaturesOf(p, x.about)
			if len(list) == 0 {
				return missing("", "no signature verification of "+x.what+" is recorded").follows(x.cause), false
			}
			for _, v := range list {
				if !slices.ContainsFunc(v.kept, keptLog) {
					return missing("", "the verification of "+x.what+" at "+v.at.String()+" refers to no log with a digest").at(v.place), false
				}
			}
		}
		return Result{}, true
	})
}

// keptLog reports whether a reference leads to certain bytes.
func keptLog(d evidence.ResourceDescriptor) bool {
	return len(d.Digest) > 0 && (!placeholder(d.Name) || !placeholder(d.URI))
}

func signAppIdentity(f *Facts) Result {
	var declared []string
	if m := f.Record.Metadata; m != nil {
		for _, c := range m.Coordinates {
			if c.Type == "app" && !placeholder(c.SigningIdentity) {
				declared = append(declared, c.SigningIdentity)
			}
		}
	}
	want := "a build signed by " + either(several(declared), "the identity that the metadata declares")
	if len(declared) == 0 {
		return missing(want, "the metadata declares no signing identity of an app").at(inRecord(f, "/metadata/coordinates"))
	}
	var where []verify.Place
	for n, a := range f.Record.Artifacts {
		place := inRecord(f, "/artifacts/%d/signingIdentity", n)
		switch {
		case typeOf(a) != "app":
			continue
		case placeholder(a.SigningIdentity):
			return missing(want, a.Name+" does not say who signed it").at(place)
		case !slices.Contains(declared, a.SigningIdentity):
			return fail("other-identity", want, "%s is signed by %s", a.Name, a.SigningIdentity).at(place)
		}
		where = append(where, place)
	}
	if len(where) == 0 {
		return missing(want, "no artifact is an app").at(inRecord(f, "/artifacts"))
	}
	return pass(f.Stated(), "%s", several(declared)).wants(want).at(where...)
}

func signKeyRotation(f *Facts) Result {
	const day = 24 * time.Hour
	want := plural(f.Params.KeyDays, "day", "days") + " of age at most"
	ids := []evidence.Identity{f.Tag.Signature.Identity}
	for _, s := range f.Signers {
		ids = append(ids, s.Identity)
	}
	place, judged := inRecord(f, "/createdAt"), 0
	for _, id := range ids {
		if id.Scheme() != "key" && id.Scheme() != "pgp" {
			continue
		}
		made, ok := f.Trust.KeyCreated(id)
		if !ok {
			return missing(want, "the trust document does not say when the key "+either(f.Trust.Name(id), string(id))+" was made").at(place)
		}
		if days := int(f.Record.CreatedAt.Sub(made) / day); days > f.Params.KeyDays {
			return fail("key-old", want, "the key %s was %d days old", either(f.Trust.Name(id), string(id)), days).at(place)
		}
		judged++
	}
	if judged == 0 {
		return notApplicable("no key of its own signed")
	}
	return pass(verify.Proof{Grade: verify.Attested, By: "the trust document"}, "%s", plural(judged, "key", "keys")).wants(want).at(place)
}

func signMandated(f *Facts) Result {
	const want = "a signed tag, and no exception from signing it for good"
	if !f.regulated() {
		return notApplicable("nothing mandates signatures here")
	}
	place := inRecord(f, "/metadata/regulated")
	for _, e := range f.exceptions() {
		if e.Type == "permanent" && e.names(Control{ID: "sign/tag-signed"}) {
			return fail("permanent-exception", want, "the exception %s is permanent", e.ID).at(place, e.fact.Place("/type"))
		}
	}
	if !f.Tag.Signature.Valid {
		r := fail("unsigned", want, "no signature of the tag can be relied on").at(place, inRecord(f, "/tag/object"))
		return r.follows("sign/tag-signed")
	}
	return pass(verify.Proof{Grade: verify.Proven, By: tagSigner(f.Tag.Signature)}, "signed by %s", tagSigner(f.Tag.Signature)).wants(want).at(place, inRecord(f, "/tag/object"))
}
