// Package tagsig verifies OpenPGP and X.509 signatures of Git tags from bytes. It
// is a leaf: only who needs them links it.
//
// # X.509
//
// [X509] reads the CMS signatures (RFC 5652) of gitsign, smimesign, gpgsm and
// OpenSSL, and leaves certificates and proofs of time to a verifier of these.
//
// # OpenPGP
//
// An OpenPGP signature (RFC 9580 and, before it, RFC 4880) is accepted if
//
//   - it is one version 4 or 6 signature packet over binary data, with
//     SHA-256, SHA-384, SHA-512 or SHA-3, without critical parts that are not
//     understood;
//   - a key of the given keys made it, which is a primary key marked for
//     signing, or a subkey that the primary key bound for signing and that
//     signed the binding back;
//   - the primary key and the subkey existed, and were neither expired nor
//     revoked, at the signature's own time and at the time the caller names.
//
// The clock is never read. A revocation without a reason, or because the key
// was compromised, counts for all times; one because the key was retired or
// replaced counts from its date (RFC 9580, section 5.2.3.31).
//
// Expiry is that of the newest self-signature, as in GnuPG: an owner who
// prolongs a key replaces the self-signatures, and old tags still verify.
//
// # Weak algorithms
//
// Refused are DSA, RSA below 2048 bits, secp256k1, and SHA-1, MD5 and
// RIPEMD-160 in the tag's signature: where SHA-1 is broken the signer can be
// brought to sign two texts. Self-signatures of keys are not text of others;
// there SHA-1 is accepted up to 2019-01-19, GnuPG's own limit, because many
// keys of that time are in use.
package tagsig
