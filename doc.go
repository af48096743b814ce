// Package dossier is the overview of this module and holds no code.
//
// A dossier is the evidence of one release in one file: the git tag and its
// commits, what was built from them, the SBOM, the build provenance, the
// approvals, each signed by whoever is responsible for it. A stranger can
// check it years later, without a network and without trusting whoever stored
// it.
//
// # One direction
//
// Evidence flows one way through the packages:
//
//	collect -> model -> sign -> bundle -> verify -> judge -> report
//
// Nothing that verifies, judges or reports imports a collector. Collectors, and
// readers of provenance, use what makes statements and dossiers: attest and
// evidence/bundle.
//
// These are the packages of each step:
//
//   - collect: [github.com/release-dossier/dossier/evidence/collect] reads a git
//     repository (evidence/collect/git), artifacts, SBOMs, provenance and the
//     CI environment (evidence/collect/ci), and says what is missing. Forges
//     are asked by evidence/collect/forge, other systems by
//     evidence/collect/http, registries by evidence/collect/oci;
//     Draft.Sign makes a dossier of it, once
//     evidence/collect/secrets finds no credential in what would be signed.
//   - model: [github.com/release-dossier/dossier/evidence] has the records that
//     statements carry. [github.com/release-dossier/dossier/evidence/gitobj]
//     reads raw git objects, [github.com/release-dossier/dossier/evidence/provenance]
//     SLSA provenance, [github.com/release-dossier/dossier/sbom] SBOMs.
//   - sign: [github.com/release-dossier/dossier/attest] makes and reads in-toto
//     statements in Sigstore bundles, with keys that people already have.
//   - bundle: [github.com/release-dossier/dossier/evidence/bundle] holds the set
//     of statements, signatures and materials, and packs it. evidence/redact
//     says what a copy to be shared may leave out, and
//     [github.com/release-dossier/dossier/evidence/bundle/registry] keeps the set
//     in a registry, attached to its images.
//   - verify: [github.com/release-dossier/dossier/verify] checks the set in
//     layers, by the word of those whom [github.com/release-dossier/dossier/verify/trust]
//     names. [github.com/release-dossier/dossier/verify/tagsig] adds OpenPGP.
//   - judge: [github.com/release-dossier/dossier/verify/policy] asks the controls.
//   - report: [github.com/release-dossier/dossier/verify/report] writes for
//     people and machines what was found.
//
// The command in cmd/dossier is a thin shell over these. The program in
// examples/quickstart goes the whole way in one run. The file format, which
// other implementations can follow, is in docs/format.md.
//
// # Trust
//
// Whoever verifies gives three things, and none of them ever comes from the
// dossier: what is expected (an artifact, or repository and version), whom to
// trust, and which policy judges. Without them the file is shown and not
// accepted.
//
// # Glossary
//
//   - Dossier: the evidence of one release, as a set. Also the file that holds
//     the set. Never called a bundle in texts for users.
//   - Sigstore bundle: one signature over one statement, with what is needed to
//     check it. The media type is application/vnd.dev.sigstore.bundle.v0.3+json.
//   - Statement: an in-toto Statement v1: subjects, and a predicate about them.
//     Known by the SHA-256 of its bytes.
//   - Subject: what a statement is about, as a name and digests.
//   - Predicate: what a statement says. Its type is a URI.
//   - Payload: the bytes of a statement, as they were signed.
//   - Envelope: the DSSE envelope in a Sigstore bundle, that is payload, payload
//     type and one signature.
//   - Signature: one Sigstore bundle. Known by the SHA-256 of its bytes.
//   - Material: other bytes that a statement lists by digest, such as an SBOM.
//   - Release statement: the root of a dossier, exactly one: what was known about
//     the release when it was signed.
//   - Own statement: a statement of a later fact about the release, such as an
//     approval. It names the release statement and its parents.
//   - Parent: a statement, and one signature of it, that a signer saw.
//   - Imported attestation: a statement that names no release, such as SLSA
//     provenance. It travels as a material and is verified by its own signer.
//   - Head: a statement with one of its signatures that no other statement names
//     as a parent.
//   - State: one digest over everything that can be reached from given heads.
//   - Seal: a signed checkpoint of the state. Only under a seal is it a fact that
//     something did not happen.
//   - Record: what one statement of a kind other than record states, known by
//     kind and id. Several statements of one record are one fact.
//   - Redaction: a statement by which a granted signer leaves materials out of a
//     copy. They are then withheld, not missing.
//   - Packaging: the OCI image layout around the set, as a directory or a tar
//     file. It is computed from the set and never believed.
//   - Trust document: who is who, and who may state what. Given to the verifier.
//   - Grant: permission for an identity, person or role to make statements of
//     some kinds about some repositories and environments in some time.
//   - Policy: which controls are asked, how strictly and from when.
//   - Control: one rule with an ID, such as tag/annotated.
//   - Profile: a built-in policy. Profiles are a ladder: solo, minimal, standard, sox.
//   - Gate: the decision that a verification is for: tag, staging, production or
//     final.
//   - Exhibit: an embedded document with a number (E1, E2, ...) in the report.
//   - Grade: how a fact is known. It never rises by computing.
//   - Proven: recomputed from bytes in the dossier, or signed by the party that
//     is trusted for that very fact.
//   - Attested: fetched and signed by a recorder, which the report names.
//   - Claimed: somebody's word alone.
//   - Recorder: a signer that the judged people cannot change. A role in trust.
//   - Verdict: ACCEPTED, NOT ACCEPTED or NOT GENUINE.
package dossier
