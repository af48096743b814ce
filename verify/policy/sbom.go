package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/sbom/license"
	"github.com/release-dossier/dossier/verify"
)

const themeSBOM = "SBOM"

var sbomControls = []Control{{
	ID: "sbom/present", Level: Must, Sections: "1.7.3, 1.12.3.4, 1.20.3.5, 1.31.3.5, 1.21.3.3", Theme: themeSBOM,
	Title: "Each published artifact has an SBOM", Failing: "An artifact has no SBOM",
	Logic:   "At least one SBOM is listed for the digest of every artifact, by the record or by the document itself.",
	Applies: "*", Waive: "exc",
	Question: 2, Gate: verify.GateStaging, Profile: Solo, Evidence: []string{"record.sboms[]"},
	Fix: verify.Fix{
		Before: "make an SBOM of each artifact in the build and give it to create with --sbom",
		Now:    "make the SBOM from the released bytes and release the record again",
	},
	Check: sbomPresent,
}, {
	ID: "sbom/bound-to-digest", Level: Must, Sections: "1.20.3.5", Theme: themeSBOM,
	Title: "The SBOM is tied to the exact digest", Failing: "No SBOM names the digest of the artifact it is about",
	Logic:   "For every artifact an SBOM names its digest as what it describes, and every SBOM names an artifact of this release. An SBOM of the source tree alone fails.",
	Applies: "*", Waive: "no",
	Question: 2, Gate: verify.GateStaging, Profile: Solo, Evidence: []string{"SBOM: described component and its hashes"},
	Fix: verify.Fix{
		Before: "have the SBOM tool write the artifact's SHA-256 as the described component's hash",
		Now:    "make the SBOM again from the released bytes",
	},
	Check: sbomBound,
}, {
	ID: "sbom/content-hash", Level: Must, Sections: "d: 1.20.3.5", Theme: themeSBOM,
	Title: "The SBOM document is identified by its own digest, which matches", Failing: "An SBOM is not there to be compared with its digest",
	Logic:   "Every listed SBOM is in the dossier, and its bytes have the listed digest.",
	Applies: "*", Waive: "no",
	Question: 2, Gate: verify.GateStaging, Profile: Solo, Evidence: []string{"record.sboms[].material", "the SBOM's bytes"},
	Fix: verify.Fix{
		Before: "embed the SBOM",
		Now:    "fetch the complete dossier again",
	},
	Check: sbomContentHash,
}, {
	ID: "sbom/parsable", Level: Must, Sections: "d: 1.20.3.5, 1.18.3.1", Theme: themeSBOM,
	Title: "The SBOM is well-formed CycloneDX or SPDX with at least one component", Failing: "An SBOM is malformed or empty",
	Logic:   "The document obeys the official schema of its format and version and lists a component. One of SPDX 2.2 that lists components and only violates the schema is a warning.",
	Applies: "*", Waive: "exc",
	Question: 2, Gate: verify.GateStaging, Profile: Solo, Evidence: []string{"the SBOM's bytes"},
	Fix: verify.Fix{
		Before: "update the SBOM tool, or correct what the first problem points at",
		Now:    "make the SBOM again with a correct tool",
	},
	Check: sbomParsable,
}, {
	ID: "sbom/license-vuln", Level: Should, Sections: "1.20.3.5", Theme: themeSBOM,
	Title: "The SBOM carries licence data where tools allow", Failing: "Many components of an SBOM carry no licence",
	Logic:   "The share of components with a licence is at least the parameter licensed-percent, and no component carries a licence that the parameters allowed-licenses and denied-licenses refuse. Of an expression with a choice one licence suffices.",
	Applies: "*", Waive: "rat",
	Question: 2, Gate: verify.GateStaging, Profile: Solo, Evidence: []string{"SBOM: components and their licences"},
	Fix:   verify.Fix{Before: "use an SBOM tool that reads licences, and components under licences that the policy allows"},
	Check: sbomLicences,
}, {
	ID: "sbom/transitive", Level: Should, Sections: "1.18.3.1", Theme: themeSBOM,
	Title: "Transitive dependencies are covered", Failing: "An SBOM shows no dependencies of dependencies",
	Logic:   "An SBOM with more than one component relates dependencies to their own dependencies.",
	Applies: "*", Waive: "rat",
	Question: 2, Gate: verify.GateStaging, Profile: Solo, Evidence: []string{"SBOM: dependency relations"},
	Fix:   verify.Fix{Before: "use an SBOM tool that resolves the whole dependency graph"},
	Check: sbomTransitive,
}, {
	ID: "sbom/immutable", Level: Must, Sections: "1.20.3.5", Theme: themeSBOM,
	Title: "A published SBOM never changes", Failing: "A published SBOM was replaced by another",
	Logic:   "Over an archive, the reference of an SBOM leads to one digest; an SBOM with more in it has a reference of its own.",
	Applies: "arch", Waive: "no",
	Question: 2, Gate: verify.GateFinal,
	Evidence: []string{"record.sboms[] of all dossiers of an archive"},
	Fix: verify.Fix{
		Before: "publish a changed SBOM beside the old one",
		Now:    "publish the SBOM again as it was, and the changed one beside it",
	},
}, {
	ID: "sbom/in-record", Level: Must, Sections: "1.12.3.5, 1.20.3.1, 1.20.3.5", Theme: themeSBOM,
	Title: "The release record points at the SBOM", Failing: "The release record does not point at the SBOM in use",
	Logic:   "The release record lists an SBOM for every artifact, by its digest, and every SBOM that a promotion names by digest is one of them.",
	Applies: "prod", Waive: "exc",
	Question: 2, Gate: verify.GateStaging,
	Evidence: []string{"record.sboms[]", "promotion.sboms[]"},
	Fix: verify.Fix{
		Before: "give the SBOM to create with --sbom",
		Now:    "record the release again with the SBOM that promotions name",
	},
	Check: sbomInRecord,
}, {
	ID: "sbom/from-pipeline", Level: Must, Sections: "1.20.3.5, 1.13.3.1(4)", Theme: themeSBOM,
	Title: "The SBOM was made in the build or release pipeline", Failing: "An SBOM was made outside of the pipeline",
	Logic:   "The run that made the SBOM is the one that built the artifact or recorded the release, or that of a passed check sbom-generate on the release which names the SBOM's digest. Provenance of an artifact, signed by an allowed builder, that lists the SBOM's digest among what the build made says so, too.",
	Applies: "*", Waive: "exc",
	Question: 2, Gate: verify.GateStaging,
	Evidence: []string{"record.sboms[].runId", "record.build.runId", "provenance: run id", "provenance: byproducts", "record.checks[].evidence"},
	Fix: verify.Fix{
		Before: "make the SBOM in the build, and record its run (sboms[].runId)",
		Now:    "make the SBOM again in the pipeline from the released bytes",
	},
	Check: sbomFromPipeline,
}, {
	ID: "sbom/stored-with-artifact", Level: Must, Sections: "1.31.3.5, 1.13.3.1(4), 1.20.3.5", Theme: themeSBOM,
	Title: "The SBOM is stored next to the artifact or at an approved place", Failing: "An SBOM is not stored where it must be",
	Logic:   "The SBOM's location, as the record or a later act of publishing states it, lies in the registry of an artifact that it is about, or in a place of the parameter evidence-stores.",
	Applies: "*", Waive: "exc",
	Question: 2, Gate: verify.GateStaging,
	Evidence: []string{"record.sboms[].location", "promotion.sboms[].uri", "record.artifacts[].publication.registry", "record.artifacts[].image.repository"},
	Fix: verify.Fix{
		Before: "attach the SBOM to the image in the registry, and record where (sboms[].location)",
		Now:    "attach the SBOM to the artifact, and record where: dossier promote --action publish --published NAME=ADDRESS",
	},
	Check: sbomStored,
}, {
	ID: "sbom/before-production", Level: Must, Sections: "d: 1.31.5.2, 1.12.6.1(3)", Theme: themeSBOM,
	Title: "The SBOM exists before the first promotion", Failing: "An SBOM was made after the release was promoted",
	Logic:   "Every SBOM says when it was made, or the release record lists it, before the first promotion to staging or production began and before the tag's signature was verified for production.",
	Applies: "prod", Waive: "emg",
	Question: 2, Gate: verify.GateStaging,
	Evidence: []string{"SBOM: time of creation", "record.createdAt", "promotion.at", "promotion.verification[]"},
	Fix: verify.Fix{
		Before: "make the SBOM in the build",
		Now:    "record why the SBOM came late, with an emergency record",
	},
	Check: sbomBeforeProduction,
}}

// uncovered names the artifacts for whose digest covers does not hold. Instead
// of an index, all its images may be covered.
func uncovered(f *Facts, covers func(evidence.Digest) bool) []string {
	var names []string
	for _, a := range f.Record.Artifacts {
		if !a.Covered(covers) {
			names = append(names, a.Name)
		}
	}
	return names
}

func sbomPresent(f *Facts) Result {
	const want = "an SBOM for every artifact"
	gaps := uncovered(f, func(d evidence.Digest) bool {
		return slices.ContainsFunc(f.SBOMs, func(s verify.SBOMFact) bool {
			return slices.Contains(s.About, d) || slices.Contains(s.Names, d)
		})
	})
	switch {
	case len(f.SBOMs) == 0:
		return missing(want, "no SBOM is recorded").at(inRecord(f, "/sboms"))
	case len(gaps) > 0:
		return missing(want, "none for "+several(gaps)).at(inRecord(f, "/sboms"))
	}
	return pass(sbomProof(f), "%s for %s", plural(len(f.SBOMs), "SBOM", "SBOMs"), plural(len(f.Record.Artifacts), "artifact", "artifacts")).wants(want).at(inRecord(f, "/sboms"))
}

func sbomProof(f *Facts) verify.Proof {
	var proofs []verify.Proof
	for _, s := range f.SBOMs {
		proofs = append(proofs, s.Proof)
	}
	return weakest(proofs, f.Stated())
}

// weakest is the lowest of the proofs, or otherwise if there is none.
func weakest(proofs []verify.Proof, otherwise verify.Proof) verify.Proof {
	if len(proofs) == 0 {
		return otherwise
	}
	return verify.Weakest(proofs[0], proofs[1:]...)
}

// eachSBOM applies judge to every SBOM and returns the first result that is
// not ok. An SBOM that could not be read, and having none, are results of
// their own.
func eachSBOM(f *Facts, want string, judge func(verify.SBOMFact) (Result, bool)) Result {
	if len(f.SBOMs) == 0 {
		return missing(want, "no SBOM is recorded").follows("sbom/present").at(inRecord(f, "/sboms"))
	}
	for _, s := range f.SBOMs {
		if s.Summary == nil {
			return unreadSBOM(s).wants(want)
		}
		if r, ok := judge(s); !ok {
			return r.wants(want).at(inMaterial(s.Material.Digest))
		}
	}
	return pass(sbomProof(f), "%d SBOMs", len(f.SBOMs)).wants(want).at(inRecord(f, "/sboms"))
}

// unreadSBOM says why an SBOM's content is not known.
func unreadSBOM(s verify.SBOMFact) Result {
	place := inMaterial(s.Material.Digest)
	switch {
	case !s.Present:
		return unknown(absent(s.Code), "%s is listed and not there", s.Material.Name).at(place).follows("sbom/content-hash")
	case unreadable(s.Code):
		return unknown(s.Code, "%s: %s", s.Material.Name, s.Detail).at(place).follows("sbom/parsable")
	}
	return unknown(reason(s.Code), "%s: %s", s.Material.Name, s.Detail).at(place)
}

// unreadable reports whether code says that a document is there and is not what
// it should be.
func unreadable(code string) bool { return strings.HasSuffix(code, "unreadable") }

// reason is a code of layer 4, or a general one if there is none.
func reason(code string) string {
	if code == "" {
		return "not-read"
	}
	return code
}

func sbomBound(f *Facts) Result {
	const want = "SBOMs that name the digests of this release's artifacts"
	r := eachSBOM(f, want, func(s verify.SBOMFact) (Result, bool) {
		return fail("other-subject", want, "%s names no artifact of this release", s.Material.Name), len(s.Names) > 0
	})
	if r.Outcome != verify.Pass {
		return r
	}
	gaps := uncovered(f, func(d evidence.Digest) bool {
		return slices.ContainsFunc(f.SBOMs, func(s verify.SBOMFact) bool { return slices.Contains(s.Names, d) })
	})
	if len(gaps) == 0 {
		return r
	}
	r = missing(want, "no SBOM names "+several(gaps)).at(inRecord(f, "/sboms"))
	if sbomPresent(f).Outcome != verify.Pass {
		r = r.follows("sbom/present")
	}
	return r
}

func sbomContentHash(f *Facts) Result {
	const want = "every listed SBOM with the bytes that have its digest"
	if len(f.SBOMs) == 0 {
		return missing(want, "no SBOM is recorded").follows("sbom/present").at(inRecord(f, "/sboms"))
	}
	for i, s := range f.SBOMs {
		switch {
		case s.Material.Digest.IsZero() || s.Material.Digest != s.Attachment.Material:
			return fail("digest", want, "SBOM %d has no digest of its own", i+1).at(inRecord(f, "/sboms/%d", i))
		case !s.Present:
			return unknown(absent(s.Code), "%s is listed and not there", s.Material.Name).wants(want).at(inMaterial(s.Material.Digest))
		}
	}
	return pass(recomputed("the SBOMs' bytes"), "%d SBOMs", len(f.SBOMs)).wants(want).at(inRecord(f, "/sboms"))
}

func sbomParsable(f *Facts) Result {
	const want = "a valid SBOM with at least one component"
	for _, s := range f.SBOMs {
		if s.Present && s.Summary == nil && unreadable(s.Code) {
			return fail("sbom-unreadable", want, "%s: %s", s.Material.Name, s.Detail).at(inMaterial(s.Material.Digest))
		}
	}
	r := eachSBOM(f, want, func(s verify.SBOMFact) (Result, bool) {
		switch {
		case graded(s.Summary):
			return Result{}, true
		case s.Summary.ProblemCount > 0 || len(s.Summary.Problems) > 0:
			return fail("sbom-invalid", want, "%s: %s", s.Material.Name, problems(s.Summary)), false
		case s.Summary.Components == 0:
			return fail("sbom-empty", want, "%s lists no component", s.Material.Name), false
		}
		return Result{}, true
	})
	if r.Outcome != verify.Pass {
		return r
	}
	for _, s := range f.SBOMs {
		if graded(s.Summary) {
			return warn(r.Proof, "sbom-schema-2.2", "%s: %s", s.Material.Name, problems(s.Summary)).wants(want).at(inMaterial(s.Material.Digest))
		}
	}
	return r
}

// graded reports whether a document has no other problem than that it violates
// the schema of SPDX 2.2, and lists components. Most documents of that version
// do, because the schema came after the tools.
func graded(s *evidence.SBOMSummary) bool {
	return s.Format == "SPDX" && s.SpecVersion == "2.2" && s.Components > 0 && s.ProblemCount > 0 && s.ProblemCount == len(s.Problems) &&
		!slices.ContainsFunc(s.Problems, func(p evidence.SBOMProblem) bool { return p.Code != "schema-violation" })
}

// problems tells of the first problem and counts them.
func problems(s *evidence.SBOMSummary) string {
	n := plural(max(s.ProblemCount, len(s.Problems)), "problem", "problems")
	if len(s.Problems) == 0 {
		return n
	}
	first := s.Problems[0]
	return fmt.Sprintf("%s, first at %s: %s", n, first.Place(), first.Message)
}

func sbomLicences(f *Facts) Result {
	want := fmt.Sprintf("licences for at least %d %% of the components", f.Params.LicensedPercent)
	return eachSBOM(f, want, func(s verify.SBOMFact) (Result, bool) {
		// In 64 bits: the counts come from outside.
		licensed, all := int64(s.Summary.Licensed), int64(s.Summary.Components)
		if refused := refusedLicence(f, s.Summary); refused != "" {
			return fail("license-refused", want, "%s: %s", s.Material.Name, refused), false
		}
		return fail("licences", want, "%s: %d of %d components carry one", s.Material.Name, licensed, all),
			licensed*100 >= all*int64(f.Params.LicensedPercent)
	})
}

// refusedLicence names a licence that the policy refuses, and a component that
// carries it; "" if there is none.
func refusedLicence(f *Facts, s *evidence.SBOMSummary) string {
	lists := license.Lists{Allow: f.Params.AllowedLicenses, Deny: f.Params.DeniedLicenses}
	if len(lists.Allow) == 0 && len(lists.Deny) == 0 {
		return ""
	}
	permit := lists.Judge()
	for _, l := range s.Licenses {
		if !permit(l.License) {
			return fmt.Sprintf("%.100q of %.100q is not allowed", l.License, l.Example)
		}
	}
	if s.LicenseCount > len(s.Licenses) {
		return fmt.Sprintf("%d different licences are too many to be judged", s.LicenseCount)
	}
	return ""
}

func sbomTransitive(f *Facts) Result {
	return eachSBOM(f, "dependencies of dependencies", func(s verify.SBOMFact) (Result, bool) {
		return fail("direct-only", "", "%s relates %d components to no dependencies of their own", s.Material.Name, s.Summary.Components),
			s.Summary.Transitive || s.Summary.Components <= 1
	})
}
