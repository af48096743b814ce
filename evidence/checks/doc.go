// Package checks reads what test runners, analysers, coverage tools and
// vulnerability scanners write, and says in one form how a check ended.
//
// [Read] recognises the format, reads the file as a stream within [Limits] and
// returns a [Result]: an [Outcome] with the reason for it, counts, times, and
// the digest of the bytes. [Merge] puts the files of one check together, and
// [Result.Check] turns them into a check of a release statement and the material
// that backs it. The file itself stays as it was found; nothing is written back.
// Collectors read with it when a release is assembled, and verifiers when they
// count again.
//
// # A pass is earned
//
// A file passes only if it shows something that could have failed. A test
// suite without tests, a scan without a result list and a run whose tests were
// all skipped are "skipped", with the reason. A coverage file has no verdict of
// its own: without an agreed minimum it is "na". Counts are taken from the
// cases, not from the totals a file claims; where they differ, [Result.Problems]
// says so, and more claimed than shown tests, failures or errors are a failure.
//
// # Rerun until green
//
// A test that failed and then passed is listed in [Attempts.Flaky], if the
// runner marks it (Surefire's flakyFailure), if a stream repeats it, or if two
// cases share a name. A failure is set aside only where the format itself says
// that the test was run again. Attempts of a whole check are checks of their own.
//
// # Hostile input
//
// Entities of XML and their definitions, duplicate names and attributes, UTF-16
// and invalid UTF-8 are refused. Every text taken from a file is cut and freed
// of control characters before it reaches a Result.
package checks
