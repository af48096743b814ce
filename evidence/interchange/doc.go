// Package interchange carries signed statements between a dossier and the files
// that other tools read and write:
//
//   - .sigstore.jsonl: Sigstore bundles, one a line, each byte for byte as it is
//     known by its digest. What [Write] writes, [Read] reads as the same set.
//   - .intoto.jsonl: DSSE envelopes, one a line (in-toto attestation framework,
//     spec/v1/bundle.md). Certificates, timestamps and log entries have no place
//     in it, and [Write] counts what it leaves out.
//   - a file with one document: a Sigstore bundle, an envelope or a statement,
//     and the list of bundles that npm's registry hands out.
//
// [Items] lists what a dossier holds, and [Sort] says what the lines of a file
// are to a dossier. Nothing here verifies a signature.
package interchange
