// Package trust says whose word counts: which people there are and under which
// accounts and keys they are known, which of them have which role, and who may
// state what, where and when. Nobody is trusted by default.
//
// A trust document is YAML that somebody other than the judged party writes
// and hands to the verifier (rules of format, R5). [Parse] reads it, and
// refuses whatever it does not understand with file, line and column.
// [ForSigner] is the trust of one flag: exactly one key.
//
// The document has these parts:
//
//   - keys: names for public keys.
//   - people: each person with all keys, e-mail addresses and accounts. Two
//     accounts under one person count as one person, and no account belongs to
//     two people or to a person and a bot.
//   - bots: what never counts as a person.
//   - roles: groups of people, identities and other roles.
//   - grants: who may make which kind of statement about which repository and
//     environment, from when until when, with how much proof of time (R6).
//   - revoked: identities whose signatures fall from a moment on.
//   - pgp-keys: OpenPGP keys for the signatures of tags.
//
// Whoever has evidence and trust in hand asks in this order: [Trust.Resolve]
// with the public keys found in the evidence, because trust may name a key by
// its fingerprint alone; then [Trust.Allows] for each signature, and
// [Trust.Person], [Trust.Fold] and [Trust.Roles] about those that count.
//
// The package is pure: it reads no file and no clock.
package trust
