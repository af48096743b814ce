// Package sigstore verifies Sigstore bundles of any tool, offline: versions 0.1,
// 0.2 and 0.3, over a DSSE envelope or an artifact, signed with a certificate of
// Fulcio or a bare key, with log entries of Rekor v1 (signed entry timestamp and
// inclusion proof) and v2 (checkpoint, cosigned by witnesses if asked for), and
// RFC 3161 timestamps.
//
// It is a leaf over sigstore-go, whose packages root and certificate read trusted
// roots and what Fulcio says in a certificate: only who needs certificates links
// it. Tests hold every verdict against those of its package verify, which looks
// at less and stops at the first failure. It opens no socket,
// reads no file and no environment, and asks no clock: trusted roots are bytes
// that the caller has, and the moment of judgement is an argument.
//
// A [Result] lists every check with its outcome. Why one did not pass is a
// [Code] of one table, [Reasons]. The verdict is
//
//   - Verified if all checks that apply have passed;
//   - Unproven if nothing contradicts the bundle, signature and signer are as
//     they should be, and a proof is not in the bundle: nothing proves when
//     ([NoTime]), or only asking a log could show an entry ([UnprovenOffline]);
//   - Rejected otherwise.
//
// # Stricter than Sigstore clients
//
// A record that contradicts itself is refused, where clients look at one of its
// two sides or at none: a name twice in the JSON, an unknown member, trailing
// data; a certificate, a timestamp, a log entry or a checkpoint signature that
// stands there twice; certificates sent along that are not the chain, and root
// certificates always; a certificate for several identities; a log entry whose
// kind, version, digest, signature, key, index, tree size, root hash or body
// differ from what they are a proof of; a Rekor v2 entry with a time or a
// promise; a timestamp that does not verify, though another proof would do;
// parts of a timestamp that nobody has signed. A signed time must lie in the
// validity of the certificate, of its authorities and of the trusted root.
//
// # Several trusted roots
//
// Roots are alternatives. A bundle is verified under the root of which an
// authority issued its certificate; a certificate by one root never counts with
// a log or a timestamp of another one. Each log and authority in a root needs a
// beginning of its validity.
//
// # Many bundles
//
// A [Verifier] may be used by several goroutines and remembers what bundles
// have in common: the chains of authorities and the checkpoints that it has
// verified. What it remembers is bounded, and changes no verdict.
package sigstore
