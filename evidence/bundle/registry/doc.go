// Package registry keeps a dossier where its artifacts live: in a repository of
// an OCI registry.
//
// [Push] adds a dossier, [Pull] downloads all of one, [List] says which there
// are. Nothing is verified but that bytes are what their digests say; that is
// for package verify, on what was pulled, offline.
//
// # What is where
//
// Each signature and the materials of each statement are a manifest of the shape
// that package bundle gives them (cosign finds the signatures), whose subject is
// the image that the statement names: a referrer of it (OCI distribution
// specification 1.1). A statement that names no image of the repository is a
// referrer of the release's anchor: a manifest computed from the digest of the
// release statement, with the tag dossier-<64 hex>.
//
// A registry without the referrers interface lists referrers in the index with
// the tag sha256-<64 hex of the subject>. Two who write that at once would lose
// one entry, so there each manifest has a tag of its own as well,
// dossier-<first 32 hex of the subject>-<64 hex of the manifest>: whoever writes
// the index puts in what the tags say, and reads it back until nothing is
// missing.
//
// # What is believed
//
// Nothing that a registry says. Pull starts at the image or tag that it is given,
// takes the statements whose signed bytes are a release statement or name it,
// looks where that release statement leads (its images, its anchor), and
// downloads the materials that those statements list, by digest. Everything else
// that is attached is in [Pulled.Others] and is not imported. Sizes, counts,
// requests and time have [Limits].
//
// Pushes only add. Who may push can add statements and delete them: which count
// is for the verifier's trust, and what is missing shows under a seal or an
// expected state.
package registry
