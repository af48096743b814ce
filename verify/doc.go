// Package verify checks a dossier offline and says what holds, what does not,
// and how each fact is known.
//
// [Bundle] is pure: it opens no file and no socket, reads no environment and no
// clock, keeps no state and prints nothing. The dossier, what the caller
// expects, whom to trust, which policy judges and the moment of judgement are
// all arguments; equal arguments give equal reports. It goes through five
// layers and lists every check of each:
//
//  1. integrity: every blob has its digest, nothing is missing, nothing is
//     there that no statement lists;
//  2. signatures: who signed each statement, and whether a grant lets them;
//  3. order: exactly one release statement, later statements that name it and
//     what they saw, the state that was expected;
//  4. linkage: tag object, commit, provenance, artifact and SBOM name each
//     other, and the release is the one the caller expected;
//  5. policy: the controls, judged by a [Policy] over [Facts].
//
// Statements whose signer is not known or not allowed are set aside: named,
// never counted, and without influence, so that junk in storage cannot ruin a
// dossier. If that is so for the release statement itself, the report tells
// what the file says of itself and is never ACCEPTED.
//
// What is heavy plugs in through small interfaces in [Options]: Sigstore
// certificates and logs, OpenPGP and X.509 tag signatures, SBOM reading. What
// would need a plug-in that is not there is unknown(no-verifier), never
// skipped. Signatures by keys and SSH signatures of tags need none.
//
// # Verdicts
//
//	ACCEPTED      every asked control holds, is waived, pending or a warning  exit 0
//	NOT ACCEPTED  the file is what it says, but that is not enough            exit 1
//	NOT GENUINE   the file contradicts itself (layers 1 to 3)                 exit 3
//
// Exit status 2 (usage or configuration) and 4 (cannot read) belong to errors
// that leave no report.
package verify
