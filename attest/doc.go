// Package attest makes and reads signed statements.
//
// # What is signed
//
// The payload is an in-toto Statement v1 (JSON): subjects, a predicate type
// and a predicate. Its bytes are never re-encoded; their SHA-256 is the
// statement's identity. The signature is over the pre-authentication encoding
// of the DSSE protocol, version 1:
//
//	"DSSEv1" SP len(type) SP type SP len(payload) SP payload
//
// with lengths in decimal bytes and the type "application/vnd.in-toto+json".
// Nothing outside of it is protected: keyid and hint help to find a key, no
// more (rules of format, R20).
//
// # What is written
//
// A Sigstore bundle, v0.3, as one line of JSON without a final newline:
//
//	{"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
//	 "verificationMaterial": {"publicKey": {"hint": "<SHA-256 of the key, base64>"}},
//	 "dsseEnvelope": {"payload": "<base64>",
//	                  "payloadType": "application/vnd.in-toto+json",
//	                  "signatures": [{"sig": "<base64>"}]}}
//
// cosign verify-blob-attestation reads it. Exactly one signature stands in a
// bundle; a second signer makes a second bundle over the same payload.
//
// # What is read
//
// [ParseBundle] reads bundles of versions 0.1 to 0.3 strictly: no duplicate or
// unknown members, base64 in either alphabet of RFC 4648 (as protobuf JSON
// allows) but never with line breaks or stray bits. [ParseEnvelope] reads a
// bare DSSE envelope of another tool. Both check form only. Nothing is
// authentic before [PublicKey.Verify], or a Sigstore client, said so.
//
// # Keys
//
//	algorithm            key          signature
//	ecdsa-p256-sha256    NIST P-256   ASN.1 DER over SHA-256; the default
//	ecdsa-p384-sha384    NIST P-384   ASN.1 DER over SHA-384
//	ed25519              Ed25519      RFC 8032, pure: over the message itself
//	rsa-pkcs1v15-sha256  RSA >= 3072  PKCS #1 v1.5 over SHA-256
//
// They are cosign's with these differences: cosign also accepts RSA 2048 and
// P-521, and no RSA key over 4096 bits; it prehashes Ed25519 by default where
// a transparency log is used; and given a P-384 key as a file it hashes with
// SHA-256, so that it refuses what P-384 signs here (rules of format, R20).
//
// FIDO keys (sk-ssh-...) and RSA 2048 sign Git tags, see [VerifySSHSignature],
// and no statements: a FIDO key signs its own authenticator data, which no
// bundle can carry. [PublicKey.ForStatements] tells which is which.
//
// A key has one identity, key:sha256: and the SHA-256 of its
// SubjectPublicKeyInfo (DER), whether it was written as PEM or as an SSH key.
//
// # Limits
//
//	payload 4 MiB, bundle 8 MiB, 1000 subjects, 16 certificates,
//	32 timestamps, 32 log entries, key file 16 KiB, SSH signature 16 KiB,
//	message through an SSH agent 255 KiB (OpenSSH's own limit)
//
// A passphrase is asked for only if a key is encrypted, and never tried if
// the file asks for more work than about three seconds or 256 MiB.
package attest
