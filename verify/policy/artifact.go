package policy

import "github.com/release-dossier/dossier/verify"

const themeArtifact = "Artifact immutability & promotion"

// artifactControls are the controls of artifacts.
var artifactControls = []Control{{
	ID: "artifact/digest-recorded", Level: Must, Sections: "1.12.3.5, 1.13.3.1(6), 1.20.3.1, 1.20.5.2 pitfall", Theme: themeArtifact,
	Title: "Each released artifact is recorded with version and digest", Failing: "An artifact is recorded without its version or digest",
	Logic:   "The release lists at least one artifact, and each has a digest and says its version: in its own field, the tag or label of its image, its coordinates or its name.",
	Applies: "*", Waive: "no",
	Question: 2, Gate: verify.GateTag,
	Evidence: []string{"record.artifacts[].digest", "record.artifacts[].version", "record.artifacts[].image"},
	Fix: verify.Fix{
		Before: "build the version into the artifact, or name the file by it",
		Now:    "collect the release again from artifacts that say their version: dossier create",
	},
	Check: artifactDigestRecorded,
}, {
	ID: "artifact/is-subject", Level: Must, Sections: "d: 1.21.3.4", Theme: themeArtifact,
	Title: "The signed statement's subjects are exactly the released artifacts", Failing: "The subjects of the release statement are not the released artifacts",
	Logic:   "Name and digest of every artifact are among the subjects of the release statement, which has no others but commit and tag.",
	Applies: "*", Waive: "no",
	Question: 2, Gate: verify.GateTag,
	Evidence: []string{"subjects of the release statement", "record.artifacts[]"},
	Fix: verify.Fix{
		Before: "have the release statement signed by a correct tool",
		Now:    "have the release signed again by a correct tool: dossier create",
	},
	Check: artifactIsSubject,
}, {
	ID: "artifact/blob-matches", Level: Must, Sections: "d: 1.12.3.5", Theme: themeArtifact,
	Title: "The artifact at hand has a recorded digest", Failing: "The artifact at hand is not one of this release",
	Logic:   "Every artifact that was given to the verifier, and every one within the dossier, hashes to the digest of a released artifact. Where none is at hand, or only a digest was given, the rule has nothing to judge.",
	Applies: "*", Waive: "no",
	Question: 2, Gate: verify.GateTag,
	Evidence: []string{"the artifact's bytes", "record.artifacts[].digest"},
	Fix: verify.Fix{
		Before: "take the artifact from where the release published it",
		Now:    "do not use the artifact; fetch the released one by its digest",
	},
	Check: artifactBlobMatches,
}, {
	ID: "artifact/built-once", Level: Must, Sections: "1.3.2, 1.6.3(2), 1.13.3.1 guardrail, 1.23.3, 1.31.3.7", Theme: themeArtifact,
	Title: "Exactly one build produced the version", Failing: "An artifact of this version was built more than once",
	Logic:   "All provenance of an artifact names one run, and no provenance of the release names other bytes under the artifact's name. A second run fails although its bytes are the same: that is a rebuild that can be reproduced.",
	Applies: "*", Waive: "no",
	Question: 2, Gate: verify.GateStaging,
	Evidence: []string{"provenance: run id", "provenance: subjects"},
	Fix: verify.Fix{
		Before: "build once, and publish and promote that build's bytes",
		Now:    "build once from the tag of a new version and release that",
	},
	Check: artifactBuiltOnce,
}, {
	ID: "artifact/no-build-after-publish", Level: Must, Sections: "d: 1.13.3.1, 1.31.3.3", Theme: themeArtifact,
	Title: "No build of the version begins after its publication or between environments", Failing: "The version was built after it was published or promoted",
	Logic:   "Every build of the release, by its provenance, began no later than the artifact was published and no later than the first promotion began.",
	Applies: "prod", Waive: "no",
	Question: 2, Gate: verify.GateStaging,
	Evidence: []string{"provenance: start of the build", "record.artifacts[].publication", "promotion.at"},
	Fix: verify.Fix{
		Before: "build before publishing, and promote what was published",
		Now:    "find out which bytes were built when, and release under a new version",
	},
	Check: artifactNoBuildAfterPublish,
}, {
	ID: "artifact/no-rebuild-in-archive", Level: Must, Sections: "1.12.3.5, 1.16.3.2, 1.20.3.1", Theme: themeArtifact,
	Title: "No other dossier shows the same version with different content", Failing: "Another dossier shows this version with different content",
	Logic:   "Over an archive, name and version of an artifact lead to one digest.",
	Applies: "arch", Waive: "no",
	Question: 2, Gate: verify.GateFinal,
	Evidence: []string{"record.artifacts[] of all dossiers of an archive"},
	Fix: verify.Fix{
		Before: "never release other bytes under a version that exists",
		Now:    "find out which bytes are in use, and release under a new version",
	},
}, {
	ID: "artifact/fix-means-new-commit", Level: Must, Sections: "1.14.3 pitfall", Theme: themeArtifact,
	Title: "A changed candidate comes from a new commit under a new version", Failing: "A candidate was changed without a new commit and version",
	Logic:   "No promotion, go/no-go or provenance of the release names other bytes under its version, tag or commit.",
	Applies: "T", Waive: "no",
	Question: 2, Gate: verify.GateProduction,
	Evidence: []string{"promotion.artifacts[]", "go-no-go.subject", "provenance: subjects"},
	Fix: verify.Fix{
		Before: "fix the candidate by a commit, and tag and build it as a new version",
		Now:    "release the changed candidate from a new commit under a new version",
	},
	Check: artifactFixMeansNewCommit,
}, {
	ID: "artifact/no-env-builds", Level: Must, Sections: "1.20.3.4 guardrail", Theme: themeArtifact,
	Title: "No artifact is built for one environment", Failing: "An artifact is built for one environment",
	Logic:   "No name, version or image tag of an artifact and no parameter of its build has a word of the parameter environment-tokens in it. What is configured at deployment does not matter.",
	Applies: "*", Waive: "exc",
	Question: 2, Gate: verify.GateStaging,
	Evidence: []string{"record.artifacts[].name", "record.artifacts[].version", "record.artifacts[].image.tag", "provenance: parameters of the build"},
	Fix: verify.Fix{
		Before: "build one artifact for all environments, and configure it where it is deployed",
		Now:    "build one artifact for all environments and release it under a new version",
	},
	Check: artifactNoEnvBuilds,
}, {
	ID: "artifact/version-equals-tag", Level: Must, Sections: "1.20.3.4, 1.12.3.1", Theme: themeArtifact,
	Title: "The published version label equals the release tag", Failing: "An artifact is published under another version than the tag's",
	Logic:   "The artifact's own version, the tag and version label of its image and the tag in its coordinates are the release's version, with or without v; at least one of them is there, or the version stands in its name.",
	Applies: "*", Waive: "exc",
	Question: 2, Gate: verify.GateTag,
	Evidence: []string{"record.artifacts[].version", "record.artifacts[].image", "record.artifacts[].publication.coordinates"},
	Fix: verify.Fix{
		Before: "publish the artifact under the version of the tag",
		Now:    "publish the same bytes under the version of the tag, and record that",
	},
	Check: artifactVersionEqualsTag,
}, {
	ID: "artifact/approved-registry", Level: Must, Sections: "1.20.3.4", Theme: themeArtifact,
	Title: "Artifacts live in an approved registry that never changes them and logs access", Failing: "An artifact lives in a registry that is not approved for it",
	Logic:   "Each artifact's registry lies in one that the parameter registries lists with the words immutable and access-log.",
	Applies: "*", Waive: "exc",
	Question: 2, Gate: verify.GateStaging,
	Evidence: []string{"record.artifacts[].publication.registry", "record.artifacts[].image.repository", "record.releasePage", "promotion.artifacts[].uri", "parameter registries"},
	Fix: verify.Fix{
		Before: "publish to an approved registry, or name the registry in the parameter registries of the policy",
		Now:    "publish the same bytes to an approved registry and record that",
	},
	Check: artifactApprovedRegistry,
}, {
	ID: "artifact/content-addressed", Level: Must, Sections: "1.13.3.1(6)", Theme: themeArtifact,
	Title: "Publication is immutable and content-addressed", Failing: "An artifact is published under a name that may mean other bytes later",
	Logic:   "The artifact's coordinates hold its digest, or its registry is immutable by the record or by the parameter registries. A tag that can be moved is not enough.",
	Applies: "*", Waive: "exc",
	Question: 2, Gate: verify.GateStaging,
	Evidence: []string{"record.artifacts[].publication", "record.artifacts[].image", "record.releasePage.immutable"},
	Fix: verify.Fix{
		Before: "deploy by digest, or make the registry's tags immutable",
		Now:    "publish the same bytes where they cannot be replaced, and record that",
	},
	Check: artifactContentAddressed,
}, {
	ID: "artifact/retrievable", Level: Must, Sections: "1.20.3.4", Theme: themeArtifact,
	Title: "The exact artifact of any released tag can be fetched", Failing: "The artifact of a released tag can no longer be fetched",
	Logic:   "Over an archive, the digests of every tag within retention are in the registry's inventory.",
	Applies: "arch", Waive: "exc",
	Question: 2, Gate: verify.GateFinal,
	Evidence: []string{"record.artifacts[] of all dossiers of an archive", "inventory of the registry"},
	Fix: verify.Fix{
		Before: "keep what was released as long as its evidence",
		Now:    "restore the artifact from a copy that has its digest",
	},
}, {
	ID: "artifact/coords-service", Level: Must, Sections: "1.9.3.3, 1.9.5.1(4)", Theme: themeArtifact,
	Title: "A service release names the exact image digest promoted to production", Failing: "What was promoted to production is no image that the release names",
	Logic:   "The release has an image, virtual machine or function, and everything that a promotion into production names is one of them, by digest.",
	Applies: "svc", Waive: "no",
	Question: 2, Gate: verify.GateProduction,
	Evidence: []string{"record.artifacts[].type", "record.artifacts[].image", "promotion.artifacts[].digest"},
	Fix: verify.Fix{
		Before: "release the image that is deployed, by its digest: dossier create --artifact REGISTRY/NAME@sha256:HEX",
		Now:    "promote the released image by its digest",
	},
	Check: artifactCoordsService,
}, {
	ID: "artifact/coords-library", Level: Must, Sections: "1.9.3.3, 1.9.5.1(4)", Theme: themeArtifact,
	Title: "A library release names package, version and registry", Failing: "A library release does not name package, version and registry",
	Logic:   "Each artifact that is published names its registry, and its coordinates or its own version say package and version. Its digest is the checksum.",
	Applies: "lib", Waive: "exc",
	Question: 2, Gate: verify.GateFinal,
	Evidence: []string{"record.artifacts[].publication", "record.artifacts[].version"},
	Fix: verify.Fix{
		Before: "record registry, package and coordinates of each artifact (artifacts[].publication)",
		Now:    "collect the release again with its publication: dossier create",
	},
	Check: artifactCoordsLibrary,
}, {
	ID: "artifact/coords-iac", Level: Must, Sections: "1.9.3.3, 1.9.5.1(4)", Theme: themeArtifact,
	Title: "A module or chart release names package, version, registry and where it was applied", Failing: "A module or chart release does not name its coordinates and where it was applied",
	Logic:   "Each artifact names registry, package and version as a library does, and at least one promotion says where and when it was applied.",
	Applies: "iac", Waive: "exc",
	Question: 2, Gate: verify.GateFinal,
	Evidence: []string{"record.artifacts[].publication", "promotion.targets", "promotion.at"},
	Fix: verify.Fix{
		Before: "record where the module is published and each environment that it is applied to: dossier add promotion",
		Now:    "record where the module was published and applied: dossier add promotion",
	},
	Check: artifactCoordsInfrastructure,
}, {
	ID: "artifact/coords-app", Level: Must, Sections: "1.9.3.3, 1.9.5.1(4)", Theme: themeArtifact,
	Title: "An app release names build, signing identity, track, rollout controls and store availability", Failing: "An app release lacks what tells how it reached its users",
	Logic:   "Each artifact says who signed it, and each submission to the store says its track, its rollout stages and when the store made it available, which is pending for as long as the parameter store-review allows.",
	Applies: "app; part post", Waive: "exc",
	Question: 2, Gate: verify.GateFinal,
	Evidence: []string{"record.artifacts[].signingIdentity", "promotion.track", "promotion.stages[]", "promotion.storeAvailableAt"},
	Fix: verify.Fix{
		Before: "record the submission with track and rollout stages: dossier add promotion",
		Now:    "record the submission, and its availability once the store approves: dossier add promotion",
	},
	Check: artifactCoordsApp,
}, {
	ID: "artifact/coords-standard", Level: Should, Sections: "1.20.3.4", Theme: themeArtifact,
	Title: "Coordinates follow the standard shape", Failing: "The coordinates of an artifact have another shape than the standard one",
	Logic:   "An image is registry/service:tag@sha256:digest with the release's tag; anything else is called name-version, and its digest is the checksum.",
	Applies: "*", Waive: "rat",
	Question: 2, Gate: verify.GateStaging,
	Evidence: []string{"record.artifacts[].publication.coordinates", "record.artifacts[].image", "record.artifacts[].name"},
	Fix:      verify.Fix{Before: "publish an image under the release's tag, and a package as name-version"},
	Check:    artifactCoordsStandard,
}}
