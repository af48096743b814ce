package policy

import (
	"testing"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/provenance"
	"github.com/release-dossier/dossier/verify"
)

// second is another artifact of the release, with whatever add gives it.
func second(f *verify.Facts, add ...func(*verify.Facts, evidence.Artifact)) {
	a := evidence.Artifact{Name: "hello-arm", Digest: evidence.Sum([]byte("arm"))}
	f.Record.Artifacts = append(f.Record.Artifacts, a)
	for _, x := range add {
		x(f, a)
	}
}

func sbomChanges() []change {
	return []change{{
		name: "none", control: "sbom/present", want: verify.Fail, code: "missing-evidence",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) { f.SBOMs, f.Record.SBOMs = nil, nil },
	}, {
		name: "none for the second artifact", control: "sbom/present", want: verify.Fail, code: "missing-evidence",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) { second(f, addProvenance) },
	}, {
		name: "one for each", control: "sbom/present", want: verify.Pass,
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) { second(f, addProvenance, addSBOM) },
	}, {
		name: "of the source tree", control: "sbom/bound-to-digest", want: verify.Fail, code: "other-subject",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) { f.SBOMs[0].Names = nil },
	}, {
		name: "listed for an artifact it does not name", control: "sbom/bound-to-digest", want: verify.Fail, code: "missing-evidence",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) {
			second(f, addProvenance, addSBOM)
			f.SBOMs[1].Names = f.SBOMs[0].Names
		},
	}, {
		name: "no reader", control: "sbom/bound-to-digest", want: verify.Unknown, code: "no-verifier",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) {
			f.SBOMs[0].Summary, f.SBOMs[0].Code = nil, "no-verifier"
		},
		also: []string{"sbom/parsable", "sbom/license-vuln", "sbom/transitive"},
	}, {
		name: "bytes missing", control: "sbom/content-hash", want: verify.Unknown, code: "missing",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) {
			f.SBOMs[0].Present, f.SBOMs[0].Summary, f.SBOMs[0].Code = false, nil, "missing"
		},
	}, {
		name: "no digest", control: "sbom/content-hash", want: verify.Fail, code: "digest",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) { f.SBOMs[0].Material.Digest = evidence.Digest{} },
	}, {
		name: "another digest", control: "sbom/content-hash", want: verify.Fail, code: "digest",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) { f.SBOMs[0].Material.Digest = evidence.Sum(nil) },
	}, {
		name: "unreadable", control: "sbom/parsable", want: verify.Fail, code: "sbom-unreadable",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) {
			f.SBOMs[0].Summary, f.SBOMs[0].Code = nil, "sbom-unreadable"
		},
	}, {
		name: "schema violation", control: "sbom/parsable", want: verify.Fail, code: "sbom-invalid",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) {
			f.SBOMs[0].Summary.Problems = []evidence.SBOMProblem{{Code: "schema", Pointer: "/components/0", Message: "name is missing"}}
		},
	}, {
		name: "problems counted only", control: "sbom/parsable", want: verify.Fail, code: "sbom-invalid",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) { f.SBOMs[0].Summary.ProblemCount = 3 },
	}, {
		name: "empty", control: "sbom/parsable", want: verify.Fail, code: "sbom-empty",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) {
			f.SBOMs[0].Summary.Components, f.SBOMs[0].Summary.Licensed = 0, 0
		},
	}, {
		name: "few licences", control: "sbom/license-vuln", want: verify.Warn, code: "licences",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) { f.SBOMs[0].Summary.Licensed = 7 },
	}, {
		name: "share lowered", control: "sbom/license-vuln", want: verify.Pass,
		patch: func(_ *testing.T, f *verify.Facts, p *Params) { f.SBOMs[0].Summary.Licensed, p.LicensedPercent = 7, 70 },
	}, {
		name: "direct only", control: "sbom/transitive", want: verify.Warn, code: "direct-only",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) { f.SBOMs[0].Summary.Transitive = false },
	}, {
		name: "one component", control: "sbom/transitive", want: verify.Pass,
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) {
			f.SBOMs[0].Summary.Transitive, f.SBOMs[0].Summary.Components, f.SBOMs[0].Summary.Licensed = false, 1, 1
		},
	}}
}

func provenanceChanges() []change {
	return []change{{
		name: "none", control: "provenance/present", want: verify.Fail, code: "missing-evidence",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) { f.Provenance, f.Record.Provenance = nil, nil },
	}, {
		name: "none for the second artifact", control: "provenance/present", want: verify.Fail, code: "missing-evidence",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) { second(f, addSBOM) },
	}, {
		name: "bytes missing", control: "provenance/present", want: verify.Unknown, code: "missing",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) {
			f.Provenance[0] = verify.ProvenanceFact{Attachment: f.Provenance[0].Attachment, Code: "missing"}
		},
		// Recommendations warn on their own.
		also: []string{"provenance/signed", "provenance/slsa-shape", "provenance/pinned-materials"},
	}, {
		name: "about something else", control: "provenance/bound-to-digest", want: verify.Fail, code: "other-subject",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) { f.Provenance[0].Names = nil },
	}, {
		name: "names only the first artifact", control: "provenance/bound-to-digest", want: verify.Fail, code: "missing-evidence",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) {
			second(f, addSBOM, addProvenance)
			f.Provenance[1].Names = f.Provenance[0].Names
		},
	}, {
		name: "other repository", control: "provenance/source-commit", want: verify.Fail, code: "source-repository",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) {
			f.Provenance[0].Summary.SourceURI = "https://github.com/evil/hello"
		},
	}, {
		name: "no repository", control: "provenance/source-commit", want: verify.Fail, code: "source-repository",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) { f.Provenance[0].Summary.SourceURI = "" },
	}, {
		name: "other commit", control: "provenance/source-commit", want: verify.Fail, code: "source-commit",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) { f.Provenance[0].Summary.SourceCommits = []string{"x"} },
		also:  []string{"tag/equals-build-commit"},
	}, {
		name: "no run", control: "provenance/build-run-id", want: verify.Fail, code: "missing-evidence",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) { f.Provenance[0].Summary.RunID = "" },
	}, {
		name: "no run on a laptop", control: "provenance/build-run-id", want: verify.NotApplicable, code: "not-applicable",
		patch: func(_ *testing.T, f *verify.Facts, p *Params) {
			f.Provenance[0].Summary.RunID, f.Provenance[0].Summary.BuilderID = "", provenance.LocalBuilder
			p.Builders = []string{provenance.LocalBuilder}
		},
	}, {
		name: "no run in CI beside a laptop", control: "provenance/build-run-id", want: verify.Fail, code: "missing-evidence",
		patch: func(_ *testing.T, f *verify.Facts, p *Params) {
			second(f, addSBOM, addProvenance)
			f.Provenance[0].Summary.BuilderID, f.Provenance[1].Summary.RunID = provenance.LocalBuilder, ""
			p.Builders = []string{provenance.LocalBuilder, "https://ci.example/builders/*"}
		},
	}, {
		name: "laptop", control: "provenance/trusted-builder", want: verify.Fail, code: "local-builder",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) {
			f.Provenance[0].Summary.BuilderID = provenance.LocalBuilder
		},
		also: []string{"provenance/build-run-id"},
	}, {
		name: "laptop under a pattern", control: "provenance/trusted-builder", want: verify.Fail, code: "local-builder",
		patch: func(_ *testing.T, f *verify.Facts, p *Params) {
			f.Provenance[0].Summary.BuilderID, p.Builders = provenance.LocalBuilder, []string{"*"}
		},
		also: []string{"provenance/build-run-id"},
	}, {
		name: "approved by pattern", control: "provenance/trusted-builder", want: verify.Pass,
		patch: func(_ *testing.T, _ *verify.Facts, p *Params) { p.Builders = []string{"https://ci.example/*/main"} },
	}, {
		name: "another builder", control: "provenance/trusted-builder", want: verify.Fail, code: "builder-not-approved",
		patch: func(_ *testing.T, _ *verify.Facts, p *Params) { p.Builders = []string{"https://ci.example/*"} },
	}, {
		name: "signer is no builder", control: "provenance/trusted-builder", want: verify.Fail, code: "builder-not-approved",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) { f.Provenance[0].Signer.Identity = keyAna },
	}, {
		name: "not signed", control: "provenance/signed", want: verify.Warn, code: "missing-evidence",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) { f.Provenance[0].Signer = nil },
		also:  []string{"provenance/trusted-builder"},
	}, {
		name: "signed by a stranger", control: "provenance/signed", want: verify.Warn, code: "signer-not-trusted",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) {
			f.Provenance[0].Signer = &verify.Signer{Code: "signer-not-trusted"}
		},
		also: []string{"provenance/trusted-builder"},
	}, {
		name: "other predicate", control: "provenance/slsa-shape", want: verify.Warn, code: "not-slsa",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) {
			f.Provenance[0].Summary.PredicateType = "https://example.com/build"
		},
	}, {
		name: "contradiction", control: "provenance/slsa-shape", want: verify.Warn, code: "slsa-invalid",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) {
			f.Provenance[0].Summary.Problems = []string{"no build type is stated"}
		},
	}, {
		name: "unreadable", control: "provenance/slsa-shape", want: verify.Warn, code: "not-slsa",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) {
			f.Provenance[0].Summary, f.Provenance[0].Code = nil, "provenance-unreadable"
		},
		// The obligations that need its content are unknown in their own right.
		also: []string{
			"tag/equals-build-commit", "provenance/bound-to-digest", "provenance/source-commit", "provenance/build-run-id",
			"provenance/trusted-builder", "provenance/signed", "provenance/pinned-materials",
		},
	}, {
		name: "unpinned", control: "provenance/pinned-materials", want: verify.Warn, code: "unpinned",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) { f.Provenance[0].Summary.PinnedMaterials = 1 },
	}, {
		name: "no inputs", control: "provenance/pinned-materials", want: verify.Warn, code: "missing-evidence",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) {
			f.Provenance[0].Summary.Materials, f.Provenance[0].Summary.PinnedMaterials = 0, 0
		},
	}}
}
