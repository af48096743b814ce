// Package forge holds what the collectors of forge evidence have in common:
// how a forge is asked, how its answers are kept, and the facts that are read
// from them. The packages github and gitlab ask; this one contacts nobody.
//
// # One path for live and recorded answers
//
// Every request goes through a [Recorder]. It turns what came over the wire
// into an [Answer] and gives the client a response made from that Answer and
// from nothing else. [Recorded] plays answers back through the same path, so
// facts read offline are the facts that were read online, and an auditor can
// read them again from the material.
//
// # The material
//
// One collector brings along one material of type [MediaType]: JSON lines. The
// first is a head with a random salt (rules of format, R2: answers are short
// and guessable) and the number of lines that follow. Each further line is one
// Answer, sorted by address and attempt:
//
//	{"url":"https://api.github.com/repos/org/repo","method":"GET","attempt":1,
//	 "retrievedAt":"2026-11-20T09:00:00Z","status":200,"complete":true,
//	 "retriever":"release-dossier","bodyDigest":{"sha256":"..."},"body":{...}}
//
// The body stands there as the forge wrote it, without the white space between
// its tokens; bodyDigest is of the bytes as they came. Attempts that failed are
// kept as well. An answer is complete if it was read in full and all pages
// after it were. Titles, descriptions, comments and e-mail addresses are only
// in the material, so that withholding the material withholds them. The titles
// and descriptions of changes, which some controls need, are in a second material
// as well, see [Texts].
//
// One thing of the descriptions is among the facts: what they give for the fields
// of the pull-request template, without e-mail addresses (package description).
// Where [PartTexts] is kept apart, it is not read, and the controls that need it
// are unknown.
//
// # Not smoothed over
//
// What could not be read is listed in [Result.Unread]: the endpoint, the answer's
// status, the permission that is needed, and the controls that stay unknown. So
// is what no record can carry: a span that ends before it begins, a megabyte of
// label.
// Without the repository itself, with a refused token, past a limit or past
// the time to wait for a rate limit there is no result but an error.
//
// # Tokens
//
// A token is asked for at each request and sent only to the host of the base
// address, over https (or to the machine itself). It is in no answer: one that
// repeats it is dropped. No header of a request is kept.
//
// # Limits
//
// [Limits] bound requests, bytes, pages, attempts and waiting. Each answer is
// held in memory until the material is written: at most Limits.Bytes.
package forge
