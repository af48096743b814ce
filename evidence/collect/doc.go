// Package collect assembles a release statement and its materials from what a
// build has at hand: the git repository, the artifacts, SBOMs, provenance and
// other attestations, and the systems of record it is given as [Source]s. It
// decides nothing; what it could not find it reports as a [Gap], with who can
// close it.
//
// [Release] makes a [Draft], and [Draft.Sign] a dossier of it, once no credential
// is found in it: the release statement with its materials, and upon that what
// people wrote ([Draft.Records]) and the redaction of what is withheld. The caller
// writes the dossier, then calls [Draft.Close].
//
// # Systems
//
// Repository and files are read side by side, then the sources, stage by stage:
// what is released, then what is known of its commits and artifacts, then the
// tickets that these name. A source that gives nothing is an error of
// [SourcesError], unless [Options.AllowIncomplete] names it; what one did not
// give is listed in the record, with the controls that this leaves unknown.
//
// # People
//
// What only people know is read from the trailers of the annotated tag, and of
// the release's pull request if a source found one: Rollback, Known-issues,
// Risk, Window and Ticket. The rest is in files, see package records. The record
// says of each part where it stands ([evidence.Origin]).
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
// Sources add their answers under names of their own: forge/github.jsonl.
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
