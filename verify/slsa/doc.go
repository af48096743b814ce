// Package slsa verifies SLSA build provenance of one artifact, offline: who
// signed it, that the signer is the builder that was expected, and that it was
// built from the repository, tag, branch or commit that was expected. It reads
// what slsa-github-generator, GitHub's attestations, npm and Google Cloud Build
// publish, in the forms of [provenance.ReadAny].
//
// The signature is for package [sigstore] to verify; what is asked of the
// statement is in package [provenance], with one table of reason codes,
// [provenance.Reasons]. This package puts both together:
//
//   - The certificate decides who the builder is, never the statement alone.
//   - What the statement says of its run must be what the certificate says of
//     it: a predicate that names another repository than the token that the
//     signer held is refused, whichever of the two was expected.
//   - What was asked and is not stated fails.
//
// It is a leaf: only who verifies certificates links it.
package slsa
