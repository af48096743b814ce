package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/provenance"
	"github.com/release-dossier/dossier/verify"
	"github.com/release-dossier/dossier/verify/trust"
)

const themeProvenance = "Provenance"

// roleBuilder is the trust role of parties that may vouch for builds.
const roleBuilder = "builder"

// provenanceControls are the controls of build provenance.
//
// provenance/trusted-builder is asked from minimal on: a person alone builds
// on their own machine, which is what the control refuses. The report of a
// solo release names the builder all the same.
var provenanceControls = []Control{{
	ID: "provenance/present", Level: Must, Sections: "1.7.3, 1.12.3.4, 1.21.3.3, 1.31.3.5", Theme: themeProvenance,
	Title: "Each artifact has build provenance", Failing: "An artifact has no build provenance",
	Logic:   "At least one provenance is listed for the digest of every artifact, by the record or by the statement itself.",
	Applies: "*", Waive: "exc+ (provenance/equivalent)",
	Question: 2, Gate: verify.GateStaging, Profile: Solo, Evidence: []string{"record.provenance[]"},
	Fix: verify.Fix{
		Before: "have the build write SLSA provenance and give it to create with --provenance",
		Now:    "build again with provenance and release under a new version",
	},
	Check: provenancePresent,
}, {
	ID: "provenance/bound-to-digest", Level: Must, Sections: "1.5.2(4), 1.21.3.4", Theme: themeProvenance,
	Title: "Provenance names the released digest", Failing: "Provenance does not name the digest of a released artifact",
	Logic:   "For every artifact a provenance has its digest among its subjects, and every provenance has an artifact of this release.",
	Applies: "*", Waive: "no",
	Question: 2, Gate: verify.GateStaging, Profile: Solo, Evidence: []string{"provenance: subjects"},
	Fix: verify.Fix{
		Before: "release the very files that the build wrote provenance for",
		Now:    "find out where the released bytes came from",
	},
	Check: provenanceBound,
}, {
	ID: "provenance/source-commit", Level: Must, Sections: "1.12.3.3, 1.14.3, 1.14.7", Theme: themeProvenance,
	Title: "Provenance names the tagged commit and the right repository", Failing: "Provenance names another commit or repository",
	Logic:   "The only source commit is the released one, and the source repository, written in its normal form, is the release's. Where the parameters build-branches and build-tag ask it, so are the branch and the tag that were built.",
	Applies: "*", Waive: "no",
	Question: 2, Gate: verify.GateStaging, Profile: Solo, Evidence: []string{"provenance: source", "record.commit", "record.repository.uri"},
	Fix: verify.Fix{
		Before: "build from the tag, in the repository that releases",
		Now:    "build from the tag and release under a new version",
	},
	Check: provenanceSource,
}, {
	ID: "provenance/build-run-id", Level: Must, Sections: "1.20.3.1", Theme: themeProvenance,
	Title: "The build run id is recorded", Failing: "A build's run id is not recorded",
	Logic:   "Every provenance names its run. A build outside of any CI system has none, and the control does not apply to it.",
	Applies: "*", Waive: "exc",
	Question: 2, Gate: verify.GateStaging, Profile: Solo, Evidence: []string{"provenance: run id"},
	Fix: verify.Fix{
		Before: "have the builder write the run's id (invocationId)",
		Now:    "record which run built it with the next release",
	},
	Check: provenanceRunID,
}, {
	ID: "provenance/trusted-builder", Level: Must, Sections: "d: 1.12.3.3, 1.31.3.2", Theme: themeProvenance,
	Title: "The builder is one of the approved builders", Failing: "An artifact was not built by an approved builder",
	Logic:   "The builder matches the parameter builders; without that parameter, its provenance is signed by a signer in the trust role builder. A build on somebody's machine fails, unless builders names it in full. The signature must prove the builder: a certificate the workflow that it was issued to, a key that trust allows the builders that it signs for. Where the parameters build-workflows and build-inputs ask it, the build was started so.",
	Applies: "*", Waive: "exc",
	Question: 2, Gate: verify.GateStaging, Profile: Minimal, Evidence: []string{"provenance: builder id", "parameter builders"},
	Fix: verify.Fix{
		Before: "build in CI, and name that builder in the parameter builders",
		Now:    "build again on an approved builder and release under a new version",
	},
	Check: provenanceBuilder,
}, {
	ID: "provenance/signed", Level: Should, Sections: "1.31.3.5", Theme: themeProvenance,
	Title: "Provenance is signed", Failing: "A provenance is not signed by a party that trust names",
	Logic:   "Every provenance is signed, and a grant lets its signer state it.",
	Applies: "*", Waive: "rat",
	Question: 2, Gate: verify.GateStaging, Profile: Solo, Evidence: []string{"the provenance's signature"},
	Fix:   verify.Fix{Before: "have the builder sign its provenance, and name its key in the trust document"},
	Check: provenanceSigned,
}, {
	ID: "provenance/slsa-shape", Level: Should, Sections: "1.31.3.5", Theme: themeProvenance,
	Title: "Provenance follows SLSA", Failing: "A provenance is not correct SLSA provenance",
	Logic:   "The predicate type is SLSA provenance v1 or v0.2, its required fields are there and do not contradict each other.",
	Applies: "*", Waive: "rat",
	Question: 2, Gate: verify.GateStaging, Profile: Solo, Evidence: []string{"provenance: predicate type and fields"},
	Fix:   verify.Fix{Before: "use a builder that writes SLSA provenance v1 (slsa.dev)"},
	Check: provenanceShape,
}, {
	ID: "provenance/pinned-materials", Level: Should, Sections: "d: 1.18.3.1, 1.31.3.2", Theme: themeProvenance,
	Title: "Listed build inputs are pinned by digest", Failing: "Build inputs are not pinned by digest",
	Logic:   "Every provenance lists build inputs, and each has a digest.",
	Applies: "*", Waive: "rat",
	Question: 2, Gate: verify.GateStaging, Profile: Solo, Evidence: []string{"provenance: resolved dependencies"},
	Fix:   verify.Fix{Before: "have the builder list its inputs with digests"},
	Check: provenancePinned,
}, {
	ID: "provenance/equivalent", Level: Must, Sections: "1.20.3.1", Theme: themeProvenance,
	Title: "What stands in for an attestation is a documented equivalent", Failing: "Nothing that is documented stands in for the attestation that is missing",
	Logic:   "Where an artifact has no provenance, a decision on provenance in force names a document, and a passed check build on the released commit has a run id and names the artifact's digest. Where every artifact has provenance, there is nothing to judge.",
	Applies: "*", Waive: "n/a",
	Question: 2, Gate: verify.GateStaging,
	Evidence: []string{"decision.topic", "decision.document", "record.checks[].runId", "record.checks[].evidence"},
	Fix: verify.Fix{
		Before: "have the build write provenance, or decide and document what stands in for it: dossier add decision",
		Now:    "record the decision and the build that stands in for provenance: dossier add decision",
	},
	Check: provenanceEquivalent,
}, {
	ID: "provenance/in-record", Level: Must, Sections: "1.12.3.4, 1.12.3.5, 1.20.3.1, 2.6.2", Theme: themeProvenance,
	Title: "The release record references the provenance", Failing: "The release record does not reference the provenance in use",
	Logic:   "The release record lists provenance for every artifact, by its digest, and all provenance that a promotion names by digest is among it.",
	Applies: "prod", Waive: "exc",
	Question: 2, Gate: verify.GateStaging,
	Evidence: []string{"record.provenance[]", "promotion.provenance[]"},
	Fix: verify.Fix{
		Before: "give the provenance to create with --provenance",
		Now:    "record the release again with the provenance that promotions name",
	},
	Check: provenanceInRecord,
}, {
	ID: "provenance/stored", Level: Must, Sections: "1.31.3.5, 1.21.3.4", Theme: themeProvenance,
	Title: "Provenance sits in the registry or an attestation store", Failing: "Provenance is not stored where it must be",
	Logic:   "The location of all provenance, as the record or a later act of publishing states it, lies in the registry of an artifact that it is about, or in a place of the parameter evidence-stores.",
	Applies: "*", Waive: "exc",
	Question: 2, Gate: verify.GateStaging,
	Evidence: []string{"record.provenance[].location", "promotion.provenance[].uri", "record.artifacts[].publication.registry", "record.artifacts[].image.repository"},
	Fix: verify.Fix{
		Before: "attach the provenance to the image in the registry, and record where (provenance[].location)",
		Now:    "attach the provenance to the artifact, and record where: dossier promote --action publish --published NAME=ADDRESS",
	},
	Check: provenanceStored,
}, {
	ID: "provenance/before-promotion", Level: Must, Sections: "d: 1.31.5.2", Theme: themeProvenance,
	Title: "Provenance exists before the first promotion", Failing: "Provenance was made after the release was promoted",
	Logic:   "The build that all provenance tells of ended before the first promotion to staging or production began; for a library or an app, before its publication was approved.",
	Applies: "prod", Waive: "emg",
	Question: 2, Gate: verify.GateStaging,
	Evidence: []string{"provenance: end of the build", "record.createdAt", "promotion.at", "promotion.approvals[].at"},
	Fix: verify.Fix{
		Before: "have the build write its provenance when it ends",
		Now:    "record why the provenance came late, with an emergency record",
	},
	Check: provenanceBeforePromotion,
}}

// withoutProvenance names the artifacts for which no provenance is listed.
func withoutProvenance(f *Facts) []string {
	return uncovered(f, func(d evidence.Digest) bool {
		return slices.ContainsFunc(f.Provenance, func(v verify.ProvenanceFact) bool {
			return slices.Contains(v.About, d) || slices.Contains(v.Names, d)
		})
	})
}

func provenancePresent(f *Facts) Result {
	const want = "build provenance for every artifact"
	place := inRecord(f, "/provenance")
	if len(f.Provenance) == 0 {
		return missing(want, "no provenance is recorded").at(place)
	}
	for _, v := range f.Provenance {
		if !v.Present {
			return unknown(absent(v.Code), "%s is listed and not there", v.Material.Name).wants(want).at(inMaterial(v.Material.Digest))
		}
	}
	if gaps := withoutProvenance(f); len(gaps) > 0 {
		return missing(want, "none for "+several(gaps)).at(place)
	}
	return pass(provenanceProof(f), "%d for %s", len(f.Provenance), plural(len(f.Record.Artifacts), "artifact", "artifacts")).wants(want).at(place)
}

func provenanceProof(f *Facts) verify.Proof {
	var proofs []verify.Proof
	for _, v := range f.Provenance {
		proofs = append(proofs, v.Proof)
	}
	return weakest(proofs, f.Stated())
}

// unreadProvenance says why a provenance's content is not known.
func unreadProvenance(v verify.ProvenanceFact) Result {
	place := inMaterial(v.Material.Digest)
	switch {
	case !v.Present:
		return unknown(absent(v.Code), "%s is listed and not there", v.Material.Name).at(place).follows("provenance/present")
	case unreadable(v.Code):
		return unknown(v.Code, "%s: %s", v.Material.Name, v.Detail).at(place).follows("provenance/slsa-shape")
	}
	return unknown(reason(v.Code), "%s: %s", v.Material.Name, v.Detail).at(place)
}

// eachProvenance applies judge to every provenance and returns the first
// result that is not ok. A provenance that could not be read, and having none,
// are results of their own.
func eachProvenance(f *Facts, want string, judge func(verify.ProvenanceFact) (Result, bool)) Result {
	place := inRecord(f, "/provenance")
	if len(f.Provenance) == 0 {
		return missing(want, "no provenance is recorded").follows("provenance/present").at(place)
	}
	for _, v := range f.Provenance {
		if v.Summary == nil {
			return unreadProvenance(v).wants(want)
		}
		if r, ok := judge(v); !ok {
			return r.wants(want).at(inMaterial(v.Material.Digest))
		}
	}
	return pass(provenanceProof(f), "%d provenance statements", len(f.Provenance)).wants(want).at(place)
}

func provenanceBound(f *Facts) Result {
	const want = "provenance whose subjects are this release's artifacts"
	r := eachProvenance(f, want, func(v verify.ProvenanceFact) (Result, bool) {
		return fail("other-subject", want, "%s names no artifact of this release", v.Material.Name), len(v.Names) > 0
	})
	if r.Outcome != verify.Pass {
		return r
	}
	gaps := uncovered(f, func(d evidence.Digest) bool {
		return slices.ContainsFunc(f.Provenance, func(v verify.ProvenanceFact) bool { return slices.Contains(v.Names, d) })
	})
	if len(gaps) == 0 {
		return r
	}
	r = missing(want, "no provenance names "+several(gaps)).at(inRecord(f, "/provenance"))
	if len(withoutProvenance(f)) > 0 {
		r = r.follows("provenance/present")
	}
	return r
}

func provenanceSource(f *Facts) Result {
	want := fmt.Sprintf("commit %s of %s", f.Record.Commit, f.Record.Repository.URI)
	return eachProvenance(f, want, func(v verify.ProvenanceFact) (Result, bool) {
		c := v.Summary.SourceCommits
		switch {
		case v.Summary.SourceURI != f.Record.Repository.URI:
			return fail("source-repository", want, "%s names the repository %q", v.Material.Name, v.Summary.SourceURI), false
		case len(c) != 1 || c[0] != f.Record.Commit:
			return fail("source-commit", want, "%s names %s", v.Material.Name, commitsOf(c)).follows("tag/equals-build-commit"), false
		}
		return provenanceRef(f, v)
	})
}

// provenanceRef judges the branch or tag that was built, as far as the policy
// asks.
func provenanceRef(f *Facts, v verify.ProvenanceFact) (Result, bool) {
	s := v.Summary
	if own := f.Record.Tag.Name; f.Params.BuildTag && s.SourceTag != "" && s.SourceTag != own {
		return fail("source-tag", "", "%s is of the tag %q, the release has %q", v.Material.Name, s.SourceTag, own), false
	}
	if len(f.Params.BuildBranches) == 0 || s.SourceTag != "" {
		return Result{}, true
	}
	ok := s.SourceBranch != "" && slices.ContainsFunc(f.Params.BuildBranches, func(pattern string) bool { return trust.Match(pattern, s.SourceBranch) })
	return fail("source-branch", "", "%s is of the branch %q, which the policy does not name (build-branches)", v.Material.Name, s.SourceBranch), ok
}

// provenanceStart judges how the build was started, as far as the policy asks.
func provenanceStart(f *Facts, v verify.ProvenanceFact) (Result, bool) {
	s := v.Summary
	if list := f.Params.BuildWorkflows; len(list) > 0 && !slices.ContainsFunc(list, func(pattern string) bool { return s.Workflow != "" && trust.Match(pattern, s.Workflow) }) {
		return fail("source-workflow", "", "%s was started by the workflow %q, which the policy does not name (build-workflows)", v.Material.Name, s.Workflow), false
	}
	for _, in := range f.Params.BuildInputs {
		name, value, _ := strings.Cut(in, "=")
		if got, ok := s.Inputs[name]; !ok || got != value {
			return fail("build-input", "", "%s does not say that the build had the input %s", v.Material.Name, in), false
		}
	}
	return Result{}, true
}

func provenanceRunID(f *Facts) Result {
	local := len(f.Provenance) > 0
	r := eachProvenance(f, "the id of the run that built it", func(v verify.ProvenanceFact) (Result, bool) {
		if v.Summary.BuilderID == provenance.LocalBuilder {
			return Result{}, true
		}
		local = false
		return missing("", v.Material.Name+" names no run"), v.Summary.RunID != ""
	})
	if local && r.Outcome == verify.Pass {
		return notApplicable("built outside of any CI system")
	}
	return r
}

func provenanceBuilder(f *Facts) Result {
	want := "a builder that signs in the trust role " + roleBuilder
	if len(f.Params.Builders) > 0 {
		want = "one of the builders " + several(f.Params.Builders)
	}
	return eachProvenance(f, want, func(v verify.ProvenanceFact) (Result, bool) {
		if r, ok := provenanceStart(f, v); !ok {
			return r, false
		}
		id, proven := builderOf(v)
		if id == provenance.LocalBuilder {
			return fail("local-builder", want, "%s was written on somebody's machine", v.Material.Name), slices.Contains(f.Params.Builders, id)
		}
		if len(f.Params.Builders) > 0 {
			ok := slices.ContainsFunc(f.Params.Builders, func(pattern string) bool { return trust.Match(pattern, id) })
			if !ok {
				return fail("builder-not-approved", want, "%s names the builder %q", v.Material.Name, id), false
			}
			return fail("builder-unproven", want, "%s names the builder %q, %s", v.Material.Name, id, signedBy(v)), proven
		}
		ok := id != "" && v.Signer != nil && v.Signer.Allowed && slices.Contains(v.Signer.Roles, roleBuilder)
		return fail("builder-not-approved", want, "%s names the builder %q, %s", v.Material.Name, id, signedBy(v)), ok
	})
}

// builderOf returns the builder that a provenance names, and whether its
// signature proves it: the statement alone may name whom it likes. A certificate
// proves the workflow that it was issued to, a key the builders that it signs
// for.
func builderOf(v verify.ProvenanceFact) (id string, proven bool) {
	id = v.Summary.BuilderID
	if v.Signer == nil || !v.Signer.Allowed {
		return id, false
	}
	if c := v.Signer.Build; c != nil {
		_, wrong := provenance.Builder{ID: id, Issuer: c.Issuer, Unreleased: true}.Proves(v.Summary, *c)
		return id, len(wrong) == 0
	}
	return id, true
}

func signedBy(v verify.ProvenanceFact) string {
	if v.Signer == nil {
		return "not signed"
	}
	return "signed by " + v.Signer.Name()
}

func provenanceSigned(f *Facts) Result {
	return eachProvenance(f, "provenance signed by a party that trust names", func(v verify.ProvenanceFact) (Result, bool) {
		if v.Signer == nil {
			return missing("", v.Material.Name+" is not signed"), false
		}
		return fail(reason(v.Signer.Code), "", "%s is signed by %s: %s", v.Material.Name, v.Signer.Name(), v.Signer.Detail), v.Signer.Allowed
	})
}

func provenanceShape(f *Facts) Result {
	const want = "SLSA provenance v1 or v0.2"
	for _, v := range f.Provenance {
		if v.Present && v.Summary == nil && unreadable(v.Code) {
			return fail("not-slsa", want, "%s: %s", v.Material.Name, v.Detail).at(inMaterial(v.Material.Digest))
		}
	}
	return eachProvenance(f, want, func(v verify.ProvenanceFact) (Result, bool) {
		s := v.Summary
		if s.PredicateType != provenance.TypeV1 && s.PredicateType != provenance.TypeV02 {
			return fail("not-slsa", want, "%s has the predicate type %q", v.Material.Name, s.PredicateType), false
		}
		if len(s.Problems) > 0 {
			return fail("slsa-invalid", want, "%s: %s", v.Material.Name, several(s.Problems)), false
		}
		return Result{}, true
	})
}

func provenancePinned(f *Facts) Result {
	return eachProvenance(f, "every build input with its digest", func(v verify.ProvenanceFact) (Result, bool) {
		s := v.Summary
		if s.Materials == 0 {
			return missing("", v.Material.Name+" lists no build input"), false
		}
		return fail("unpinned", "", "%s: %d of %d build inputs have a digest", v.Material.Name, s.PinnedMaterials, s.Materials),
			s.PinnedMaterials == s.Materials
	})
}
