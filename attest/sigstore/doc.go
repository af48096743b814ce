// Package sigstore signs statements with more proof than a key: with a
// certificate that Fulcio issues for an OpenID Connect identity (keyless), with RFC
// 3161 timestamps, and with an entry in a Rekor v2 log.
//
// It is a leaf: only who signs in these ways links it, and net/http with it. It
// reads no environment, no file and no configuration of its own, and knows no host
// by name: the services are those of a signing configuration ([ParseConfig],
// signing_config.json), tokens come from a [TokenSource] that the caller chose.
//
// # Two signers
//
// [Keyless] asks Fulcio for a certificate once and signs with it as often as
// needed, for the few minutes that the certificate is valid. [Proved] adds
// timestamps and log entries to what a key signs: a short life of proof is no
// longer than the key's, but a key's signature has no time of its own.
//
// Both implement [attest.Signer], and [attest.Checker]: the finished bundle is
// handed to Options.Check before attest.Sign returns it, which should verify it as
// a stranger will. A service that answers with something else than it should then
// is an error here, and not at the verifier.
//
// # Without a public log
//
// A public log shows to everybody, for ever, that somebody with this identity
// signed at this time. With Options.NoLog nothing is sent to a log; what proves the
// time is the timestamp, and the verifier must not ask for a log entry. A timestamp
// authority sees a digest of the signature only.
//
// # What services may do
//
// An answer is at most 1 MiB, redirects are not followed, a request that fails is
// repeated twice where a repetition does no harm, and all of it ends after
// Options.Timeout for each service. Errors name the service, what it said, and what
// to do.
package sigstore
