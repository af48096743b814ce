package policy

import (
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/foreign"
	"github.com/release-dossier/dossier/verify"
)

const themeSign = "Signing"

// roleReleaseCI is the trust role of what makes and signs releases.
const roleReleaseCI = "release-ci"

var signControls = []Control{{
	ID: "sign/tag-signed", Level: Must, Sections: "1.3.2, 1.6.3(4), 1.9.3.3, 1.10.3.3, 1.12.3.4, 1.21.3.1, 2.3", Theme: themeSign,
	Title: "The release tag is signed", Failing: "The release tag has no signature that can be relied on",
	Logic:   "The embedded tag object holds a signature over its own bytes that verifies under a key that trust lets sign tags of this repository: a grant of the kind \"tag\" covers it. A signature that is authentic, and of which nothing proves when it was made although its certificate needs that, is unknown. Where the tag has none and nothing mandates it, a signed attestation of a release or tag by another tool that names tag and commit stands in for it.",
	Applies: "prod", Waive: "exc+ (dated fix plan)",
	Question: 1, Gate: verify.GateTag, Profile: Solo, Evidence: []string{"the embedded tag object", "trust: keys, grants"},
	Fix: verify.Fix{
		Before: "sign the tag (git tag -s) with a key to which the trust document grants the kind \"tag\"",
		Now:    "release again under a new version with a signed tag, or grant the key the kind \"tag\" in the trust document after checking it elsewhere",
	},
	Check: signTag,
}, {
	ID: "sign/tag-object-embedded", Level: Must, Sections: "d: 1.12.3.4, 1.21.3.4", Theme: themeSign,
	Title: "The raw tag object is in the dossier", Failing: "The raw tag object is not there or says something else than the record",
	Logic:   "The embedded bytes hash to the tag's object id, and name and commit in them are those of the record.",
	Applies: "prod", Waive: "no",
	Question: 1, Gate: verify.GateTag, Profile: Solo, Evidence: []string{"the embedded tag object", "record.tag"},
	Fix: verify.Fix{
		Before: "collect the release from a full clone that has the tag",
		Now:    "collect the release again from a full clone that has the tag",
	},
	Check: signTagEmbedded,
}, {
	ID: "sign/key-valid-at-signing", Level: Must, Sections: "d: 1.12.3.4, 1.31.3.5", Theme: themeSign,
	Title: "The keys were valid and not revoked when they signed", Failing: "A key was revoked or not valid when it signed",
	Logic:   "No signature on the release statement or its tag falls by a revocation. If nothing proves when the statement was signed, the time its signer states is used and the control is a warning.",
	Applies: "prod", Waive: "no",
	Question: 1, Gate: verify.GateTag, Profile: Solo, Evidence: []string{"signatures and their times", "trust: grants, revoked"},
	Fix: verify.Fix{
		Before: "sign with a valid key and add a timestamp",
		Now:    "have the release signed again with a valid key",
	},
	Check: signKeyValid,
}, {
	ID: "sign/signer-is-release-ci", Level: Must, Sections: "d: 1.12.3.3, 1.21.3.3", Theme: themeSign,
	Title: "The tag is signed by the release job's key", Failing: "The tag is signed by somebody who is not the release job",
	Logic:   "The key of the tag's signature has the trust role " + roleReleaseCI + ". Who has it is for the trust document to say: in a project of one person, that person's key may.",
	Applies: "prod", Waive: "exc",
	Question: 1, Gate: verify.GateTag, Profile: Solo, Evidence: []string{"the embedded tag object", "trust: roles"},
	Fix: verify.Fix{
		Before: "let the release job sign the tag, or give the key the role " + roleReleaseCI + " in the trust document",
		Now:    "release again with a tag signed by the release job",
	},
	Check: signSignerIsReleaseCI,
}, {
	ID: "sign/bundle-signed", Level: Must, Sections: "d: 1.21.3.4, 1.21.3.3", Theme: themeSign,
	Title: "The release statement is signed by an accepted identity", Failing: "Too few accepted identities signed the release statement",
	Logic:   "As many different people or keys as the parameter signers says have signed it, each covered by a grant.",
	Applies: "*", Waive: "no",
	Question: 1, Gate: verify.GateTag, Profile: Solo, Evidence: []string{"signatures of the release statement", "trust: grants"},
	Fix: verify.Fix{
		Before: "sign the release statement with a key that a grant covers",
		Now:    "have an accepted identity create the dossier again: dossier create",
	},
	Check: signBundle,
}, {
	ID: "sign/amendment-signed", Level: Must, Sections: "d: 1.21.3.4", Theme: themeSign,
	Title: "Each later statement is signed and names this release", Failing: "A later statement is not signed or is about another release",
	Logic:   "Every statement after the release statement has an accepted signer, and names the release statement by its digest.",
	Applies: "post", Waive: "no",
	Question: 1, Gate: verify.GateFinal, Profile: Solo, Evidence: []string{"later statements and their signatures"},
	Fix: verify.Fix{
		Before: "have an accepted identity sign it",
		Now:    "have the statement signed again, for this release",
	},
	Check: signAmendments,
}, {
	ID: "sign/verified-before-production", Level: Must, Sections: "1.12.3.4, 1.31.3.5", Theme: themeSign,
	Title: "The tag's signature was verified before production", Failing: "The tag's signature was not verified before production",
	Logic:   "Each production promotion has a passed signature verification whose subject is the release's tag object, no later than it began. At the gate itself, this verification is the one.",
	Applies: "prod", Waive: "exc",
	Question: 1, Gate: verify.GateProduction,
	Evidence: []string{"promotion.verification[].subject", "promotion.verification[].at", "verification", "promotion.at"},
	Fix: verify.Fix{
		Before: "verify the release before production in the pipeline, and record it in the promotion",
		Now:    "record the verification that the pipeline made, from its log: dossier add verification",
	},
	Check: signVerifiedBeforeProduction,
}, {
	ID: "sign/verified-at-staging", Level: Must, Sections: "1.31.3.5, 1.31.5.3", Theme: themeSign,
	Title: "Signatures are verified on entry to staging", Failing: "No signature was verified on entry to staging",
	Logic:   "Each promotion to staging has a passed signature verification of the tag, an artifact or its provenance, no later than it began: the tag may come later.",
	Applies: "svc iac", Waive: "exc",
	Question: 1, Gate: verify.GateStaging,
	Evidence: []string{"promotion.verification[].subject", "promotion.verification[].at", "verification", "promotion.at"},
	Fix: verify.Fix{
		Before: "verify signatures before staging in the pipeline, and record it in the promotion",
		Now:    "record the verification that the pipeline made, from its log: dossier add verification",
	},
	Check: signVerifiedAtStaging,
}, {
	ID: "sign/verified-at-production-artifact", Level: Must, Sections: "1.31.3.5, 1.31.5.2", Theme: themeSign,
	Title: "Artifact signatures are verified on entry to production", Failing: "An artifact's signature was not verified on entry to production",
	Logic:   "For each artifact that production gets, its signature was verified and passed before the promotion began; that of its provenance, where the artifact itself is not signed. With artifact-signing set to required, only the artifact's own counts.",
	Applies: "prod", Waive: "exc",
	Question: 1, Gate: verify.GateProduction,
	Evidence: []string{"promotion.verification[].subject", "promotion.verification[].at", "verification", "promotion.at", "attestations of other tools"},
	Fix: verify.Fix{
		Before: "verify each artifact's signature before production in the pipeline, and record it in the promotion",
		Now:    "record the verification that the pipeline made, from its log: dossier add verification",
	},
	Check: signVerifiedArtifacts,
}, {
	ID: "sign/artifact-signed", Level: Should, Sections: "1.31.3.5, 1.31.5.2", Theme: themeSign,
	Title: "Artifacts are signed", Failing: "An artifact is not signed by a party that trust names",
	Logic:   "For every artifact there is a statement of a type in the parameter artifact-signatures over its digest, signed by a signer whom a grant lets state it.",
	Applies: "svc lib iac app", Waive: "rat",
	Question: 1, Gate: verify.GateStaging,
	Evidence: []string{"record.attestations[]", "trust: grants"},
	Fix:      verify.Fix{Before: "sign each artifact, and give the signature to create with --attestation"},
	Check:    signArtifacts,
}, {
	ID: "sign/app-identity", Level: Must, Sections: "1.9.3.3, 1.9.5.1(4)", Theme: themeSign,
	Title: "An app's build is signed by the declared identity", Failing: "An app's build is not signed by the identity that its repository declares",
	Logic:   "Each artifact of the type app says who signed it, which is a signing identity that the repository's metadata declares for an app.",
	Applies: "app", Waive: "exc",
	Question: 1, Gate: verify.GateStaging,
	Evidence: []string{"record.artifacts[].signingIdentity", "record.metadata.coordinates[].signingIdentity"},
	Fix: verify.Fix{
		Before: "sign the build with the declared identity, and record it",
		Now:    "release a build that the declared identity signed",
	},
	Check: signAppIdentity,
}, {
	ID: "sign/verification-log-kept", Level: Must, Sections: "1.31.5.2, 1.21.3.4", Theme: themeSign,
	Title: "Signature verification logs are kept", Failing: "The log of a signature verification is not kept",
	Logic:   "Each production promotion has signature verifications, of the tag and of an artifact or its provenance among them, and each of these refers to its log by name or address and by digest.",
	Applies: "prod", Waive: "exc",
	Question: 1, Gate: verify.GateFinal,
	Evidence: []string{"promotion.verification[].evidence", "verification.evidence"},
	Fix: verify.Fix{
		Before: "keep the log of the verification, and record its digest in the promotion",
		Now:    "find the log, and record the verification with its digest: dossier add verification",
	},
	Check: signLogKept,
}, {
	ID: "sign/key-rotation", Level: Should, Sections: "1.31.3.5", Theme: themeSign,
	Title: "Managed keys rotate", Failing: "A signing key is older than the policy allows",
	Logic:   "Trust says when the keys that signed the tag and the release statement were made, and none was older than the parameter key-days when the release was recorded. Identities without a key of their own need no rotation.",
	Applies: "org", Waive: "rat",
	Question: 1, Gate: verify.GateTag,
	Evidence: []string{"trust: keys, created", "signatures of tag and release statement"},
	Fix:      verify.Fix{Before: "replace the key, and say in the trust document when keys were made (keys: created)"},
	Check:    signKeyRotation,
}, {
	ID: "sign/mandated-no-fallback", Level: Must, Sections: "1.12.3.4", Theme: themeSign,
	Title: "Where signing is mandated, no unsigned path exists", Failing: "Signing is mandated, and an unsigned path exists",
	Logic:   "In a repository whose metadata says regulated, the tag itself is signed: nothing equivalent and no exception stands in for it, least of all a permanent one.",
	Applies: "prod", Waive: "no",
	Question: 1, Gate: verify.GateTag,
	Evidence: []string{"record.metadata.regulated", "the embedded tag object", "exception.controls", "exception.type"},
	Fix: verify.Fix{
		Before: "sign the tag, and withdraw exceptions from signing it",
		Now:    "release again under a new version with a signed tag",
	},
	Check: signMandated,
}}

// tagSigner is how people call the signer of the tag.
func tagSigner(s verify.TagSignature) string {
	return verify.Signer{Person: s.Person, Fingerprint: s.Fingerprint, Identity: s.Identity}.Name()
}

func signTag(f *Facts) Result {
	const want = "a signature of the tag by a key that trust lets sign tags of this repository"
	s, place := f.Tag.Signature, inRecord(f, "/tag/object")
	switch {
	case !f.Tag.Embedded && f.Record.Tag.Type == "tag":
		return f.noTagObject(unknown("missing", "the tag object is not there")).wants(want).at(place).follows("sign/tag-object-embedded")
	case s.Valid:
		return pass(verify.Proof{Grade: verify.Proven, By: tagSigner(s)}, "%s, signed by %s", s.Scheme, tagSigner(s)).wants(want).at(place)
	case s.Scheme == "":
		if a, ok := f.tagEquivalent(); ok && !f.regulated() {
			return pass(a.Proof, "the tag is not signed; %s, signed by %s, says the same", a.Material.Name, a.Signer.Name()).wants(want).at(place, inMaterial(a.Material.Digest))
		}
		r := missing(want, "the tag is not signed").at(place)
		if f.Record.Tag.Type != "tag" {
			r = r.follows("tag/annotated")
		}
		return r
	case s.Code == "no-verifier" || s.Unproven:
		return unknown(s.Code, "%s", s.Detail).wants(want).at(place)
	}
	return fail(reason(s.Code), want, "%s", s.Detail).at(place)
}

// tagEquivalent returns a signed attestation of another tool that says of the
// tag what its signature would: which object, or which commit, it names. It
// stands in for the signature where nothing mandates that (A9).
func (f *Facts) tagEquivalent() (verify.AttestationFact, bool) {
	for _, a := range f.Attestations {
		s := a.Summary
		if a.Signer == nil || !a.Signer.Allowed || s == nil || !a.OfSource || s.Kind != foreign.Release && s.Kind != foreign.TagProvenance {
			continue
		}
		if s.Tag == f.Record.Tag.Name && (s.Commit == f.Record.Commit || s.Commit == f.Record.Tag.Object) {
			return a, true
		}
	}
	return verify.AttestationFact{}, false
}

// noTagObject is the result r for want of the tag object. If the git objects are
// withheld from this copy, nobody can tell.
func (f *Facts) noTagObject(r Result) Result {
	for _, m := range f.Withheld {
		if m.MediaType == evidence.MediaTypeGitObjects {
			r.Outcome, r.Code, r.Why = verify.Unknown, "withheld", "withheld"
		}
	}
	return r
}

func signTagEmbedded(f *Facts) Result {
	t, o, place := f.Record.Tag, f.Tag.Object, inRecord(f, "/tag")
	want := "the bytes of tag object " + t.Object
	switch {
	case t.Type != "tag":
		return missing(want, "a lightweight tag has no object of its own").at(place).follows("tag/annotated")
	case !f.Tag.Embedded:
		return f.noTagObject(missing(want, "they are not in the dossier")).at(place)
	case o.Name != t.Name:
		return fail("tag-name-mismatch", "the name "+t.Name, "the object's name is %s", o.Name).at(place).follows("linkage/tag-commit")
	}
	return pass(tagProof(f), "they are there and hash to that id").wants(want).at(place)
}

func signKeyValid(f *Facts) Result {
	const want = "signatures by keys that were valid when they signed"
	place := inRecord(f, "/createdAt")
	if s := f.Tag.Signature; s.Code == "revoked" {
		return fail("revoked", want, "the tag: %s", s.Detail).at(inRecord(f, "/tag/object")).follows("sign/tag-signed")
	}
	proven := false
	for _, s := range f.Signers {
		if !s.Allowed {
			return fail(reason(s.Code), want, "%s: %s", s.Name(), s.Detail).at(place).follows("sign/bundle-signed")
		}
		proven = proven || s.NotAfter != nil
	}
	switch {
	case len(f.Signers) == 0:
		return missing(want, "no signature counts").at(place).follows("sign/bundle-signed")
	case !proven:
		r := warn(verify.Proof{Grade: verify.Claimed, By: f.Signers[0].Name()}, codeTimeClaimed,
			"no timestamp proves when it was signed; %s states %s", f.Signers[0].Name(), f.Record.CreatedAt.Format("2006-01-02 15:04 UTC"))
		r.Clock = "time stated by the signer"
		return r.wants(want).at(place)
	}
	r := pass(verify.Proof{Grade: verify.Proven, By: "the time over the signature"}, "%s", plural(len(f.Signers), "signature", "signatures"))
	r.Clock = "time proven over the signature"
	return r.wants(want).at(place)
}

func signSignerIsReleaseCI(f *Facts) Result {
	want := "a tag signature by the trust role " + roleReleaseCI
	s, place := f.Tag.Signature, inRecord(f, "/tag/object")
	switch {
	case !s.Valid:
		r := signTag(f)
		if r.Outcome == verify.Fail {
			r = missing(want, "no signature that can be relied on")
		}
		return r.wants(want).at(place).follows("sign/tag-signed")
	case !slices.Contains(s.Roles, roleReleaseCI):
		return fail("signer-role", want, "%s has %s", tagSigner(s), rolesOf(s.Roles)).at(place)
	}
	return pass(verify.Proof{Grade: verify.Proven, By: tagSigner(s)}, "%s", tagSigner(s)).wants(want).at(place)
}

func rolesOf(roles []string) string {
	if len(roles) == 0 {
		return "no role"
	}
	return "the roles " + strings.Join(roles, ", ")
}

// distinct returns one name for each different party among the allowed
// signers: people are folded over their accounts and keys.
func distinct(f *Facts, signers []verify.Signer) []string {
	var keys, names []string
	for _, s := range signers {
		key := string(s.Identity)
		if p := f.Trust.Fold(s.Identity); p != "" {
			key = p
		}
		if s.Allowed && key != "" && !slices.Contains(keys, key) {
			keys, names = append(keys, key), append(names, s.Name())
		}
	}
	return names
}

func signBundle(f *Facts) Result {
	want := counted(f.Params.Signers, "accepted signer")
	who := distinct(f, f.Signers)
	place := verify.Place{Statement: &f.Release}
	if len(who) < max(1, f.Params.Signers) {
		if len(who) == 0 {
			return fail("signer-not-allowed", want, "no signature counts").at(place)
		}
		return fail("too-few-signers", want, "%s only", strings.Join(who, ", ")).at(place)
	}
	return pass(verify.Proof{Grade: verify.Proven, By: who[0]}, "signed by %s", strings.Join(who, ", ")).wants(want).at(place)
}

func signAmendments(f *Facts) Result {
	const want = "every later statement signed, for this release"
	var proofs []verify.Proof
	var seen []verify.Place
	for _, st := range f.Statements {
		if st.ID == f.Release || st.PredicateType == evidence.RecordType {
			continue
		}
		seen = append(seen, inStatement(st.ID, ""))
		who := distinct(f, st.Signers)
		if len(who) == 0 {
			return fail("signer-not-allowed", want, "no signature of %s counts", st.ID).at(inStatement(st.ID, ""))
		}
		proofs = append(proofs, verify.Proof{Grade: verify.Proven, By: who[0]})
	}
	for _, a := range f.Approvals {
		if a.Approval != nil && a.Release != nil && a.Release.Digest != f.Release {
			return fail("other-release", want, "an approval names the release statement %s", a.Release.Digest).at(inStatement(a.Statement, "/release"))
		}
	}
	if len(seen) == 0 {
		return notApplicable("nothing was added after the release statement")
	}
	return pass(weakest(proofs, f.Stated()), "%d later statements", len(seen)).wants(want).at(seen...)
}
