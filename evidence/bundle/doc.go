// Package bundle holds a dossier: a set of statements, signatures and
// materials, each known by its SHA-256, and the packaging of that set.
//
// # The set
//
// A statement is the payload of one or more signatures; it has no blob of its
// own. A signature is a Sigstore bundle, known by the digest of its bytes as
// found. A material is any other bytes that a statement lists. [Open] computes
// the set from what is there; nothing in an index, a manifest, an annotation
// or a file name is believed.
//
// # The packaging
//
// The packaging is an OCI image layout, as a directory or as one tar file, and
// is computed from the set alone, so that equal sets have equal bytes:
//
//	oci-layout                 {"imageLayoutVersion":"1.0.0"}
//	index.json                 all manifests, sorted by digest
//	blobs/sha256/<64 hex>      manifests, the empty config, signatures, materials
//
// Each signature has a manifest of the shape that cosign writes and finds:
// artifactType and the single layer's media type are the Sigstore bundle's,
// the config is the empty object, "subject" is the image that the statement
// names, if it names one. Each statement that lists materials has a manifest
// of type application/vnd.release-dossier.materials.v1 with one layer for each
// material that is present. In the tar file, entries are sorted by name, with
// mode 0644, no owner, no time, no directories.
//
// A packaging that differs but holds the same set is the warning
// packaging-not-canonical. A link, a path outside the layout, two entries of
// one name or a size beyond the [Limits] make the file unreadable
// ([ReadError]).
//
// A writer of a directory that is killed leaves files of its own there, whose
// names begin with ".dossier-" and go on in one of two fixed forms (docs/format.md,
// section 10). Readers pass them over, and the next writer removes them, so that
// what is there is a dossier at any time, with the whole addition or without it.
//
// # The state
//
// [Dossier.State] is one digest over everything reachable from a stated set of
// heads; see there.
package bundle
