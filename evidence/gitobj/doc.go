// Package gitobj reads and hashes git objects from their raw bytes, and
// carries sets of them in one file. It runs nothing and needs no repository:
// what it reports is what the bytes say, under the object id they hash to.
//
// Parsing is stricter than git's own. A header that occurs twice or out of
// order, a person with two addresses or a tree out of order is an error,
// because two readers could understand such an object differently. SHA-1 is
// always computed with collision detection (rules of format, R13).
//
// # Archive format
//
// Objects travel as one file of media type
// application/vnd.release-dossier.git-objects.v1 (rules of format, R19):
//
//	archive = header *object trailer
//	header  = "dossier git-objects v1 " format LF
//	object  = id SP type SP size SP sha256 LF body LF
//	trailer = "end " count LF
//
// where format is "sha1" or "sha256", id the object id (40 or 64 lower-case
// hex digits), type one of "blob", "commit", "tag" and "tree", size the number
// of bytes of body and count the number of objects (both decimal, without
// leading zeros), and sha256 the SHA-256 of body in lower-case hex. SP is one
// byte 0x20, LF one byte 0x0a. Body is the object's content without git's own
// "type size NUL" prefix. Objects are in ascending order of id, each once.
// Nothing follows the trailer. So one set of objects has exactly one archive.
//
// [WritePatchIDs] has the format of the list of patch ids that may stand beside
// an archive.
//
// # What a range proves
//
// [Objects.Range] answers "which commits are reachable from tip and not from
// base" from the embedded commits alone. Object ids bind every commit to all
// of its ancestors, so the walk from tip cannot be led astray. It stops only
// at commits that are proven to be reachable from base, by a chain of embedded
// commits that begins at base. A commit that is needed and absent is a
// [*MissingError]. The answer therefore never leaves out a commit of the
// range. An archive that lacks a proof can only make it too large or fail.
package gitobj
