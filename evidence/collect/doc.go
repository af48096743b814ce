// Package collect assembles a release statement and its materials from what a
// build has at hand: the git repository, the artifacts, SBOMs, provenance and
// other attestations. It signs nothing and decides nothing; what it could not
// find it reports as a [Gap], with who can close it.
//
// [Release] makes a [Draft]. The caller signs [Draft.Payload], adds signature
// and [Draft.Blobs] to a dossier and writes it, then calls [Draft.Close].
//
// # Materials
//
//	git/objects                      raw git objects, see package gitobj
//	git/patch-ids                    patch ids of the commits, if asked for
//	sbom/<artifact>.cdx.json         CycloneDX (.spdx.json for SPDX)
//	provenance/<artifact>.<form>     SLSA provenance
//	attestations/<file>              other attestations
//	keys/<sha256 of the SPKI>.pem    public keys of signers, proof of nothing
//	artifacts/<artifact>             the artifacts, if asked for
//
// Bytes are embedded as they were found. What an SBOM or an attestation is
// about is read from its own bytes and matched by SHA-256; if it names no
// digest of this release, it is about nothing, and a Gap says so. Nothing is
// matched by name.
//
// # Memory
//
// Artifacts and the git objects are streamed and never held in memory. SBOMs
// and attestations are read one at a time, within the limits of their
// packages.
package collect
