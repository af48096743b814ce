package sigstore

import "slices"

// Code is a reason, stable over versions: why a check did not pass.
type Code string

// The reasons. What each one means and what to do about it is in [Reasons].
const (
	TrustRoot        Code = "trust-root"
	BundleMalformed  Code = "bundle-malformed"
	BundleVersion    Code = "bundle-version"
	Duplicate        Code = "duplicate"
	PayloadType      Code = "payload-type"
	PayloadMalformed Code = "payload-malformed"
	SubjectMissing   Code = "subject-missing"
	ArtifactDigest   Code = "artifact-digest"
	KeyMissing       Code = "key-missing"
	KeyMismatch      Code = "key-mismatch"
	BadSignature     Code = "signature"
	CertMalformed    Code = "cert-malformed"
	CertChain        Code = "cert-chain"
	CertTime         Code = "cert-time"
	CertUsage        Code = "cert-usage"
	CertConstraints  Code = "cert-constraints"
	CertRevoked      Code = "cert-revoked"
	CRLInvalid       Code = "crl-invalid"
	CRLStale         Code = "crl-stale"
	SCT              Code = "sct"
	WrongIdentity    Code = "identity"
	LogUnknown       Code = "log-unknown"
	LogMismatch      Code = "log-mismatch"
	LogSET           Code = "log-set"
	LogTime          Code = "log-time"
	LogCheckpoint    Code = "log-checkpoint"
	LogInclusion     Code = "log-inclusion"
	LogWitness       Code = "log-witness"
	TSAMalformed     Code = "tsa-malformed"
	TSAMismatch      Code = "tsa-mismatch"
	TSAUntrusted     Code = "tsa-untrusted"
	TSASignature     Code = "tsa-signature"
	TSATime          Code = "tsa-time"
	NoTime           Code = "no-time"
	UnprovenOffline  Code = "unproven-offline"
)

// Reason explains a code to people.
type Reason struct {
	Code Code
	// Meaning is what was found.
	Meaning string
	// Fix is what the reader can do.
	Fix string
}

// Reasons is the one table of codes, in the order in which a result with
// several names one of them: what makes the others pointless comes first.
func Reasons() []Reason { return slices.Clone(reasonTable) }

var reasonTable = []Reason{
	{TrustRoot, "The trusted root cannot be used: not JSON, a key or certificate that does not parse, a validity without a start, a log or authority listed twice, or none given for a certificate.", "Give a trusted_root.json that you obtained from a place you trust."},
	{BundleMalformed, "The bundle is not what the Sigstore bundle format allows: wrong JSON, a name twice, an unknown member, a missing or empty part, more than the limits.", "Ask its producer for the bundle as it was written; it was damaged or edited."},
	{BundleVersion, "The media type is not that of a Sigstore bundle of version 0.1, 0.2 or 0.3.", "Use a bundle of a known version, or a newer dossier."},
	{Duplicate, "The same certificate, timestamp or log entry stands in the bundle twice.", "Do not accept it: a repeated proof is no second proof, and no tool writes it."},
	{PayloadType, "The envelope holds something other than an in-toto statement.", "Ask for an attestation (payload type application/vnd.in-toto+json)."},
	{PayloadMalformed, "The signed statement is not an in-toto Statement v1 or v0.1, or two readers could understand it differently.", "Ask its producer to sign a well-formed statement."},
	{SubjectMissing, "The signed statement has no subject with a digest, or none with a digest algorithm known here (sha256, sha384, sha512).", "Ask its producer to name what the statement is about."},
	{ArtifactDigest, "The bundle signs another artifact than the one given, or a digest of it disagrees.", "Check that file and bundle belong together; if they should, the file was changed."},
	{KeyMissing, "The bundle is signed with a bare key and no key was given, or with a certificate and only a key was given.", "Give the key for bundles of a key; an identity and an issuer for bundles of a certificate."},
	{KeyMismatch, "The bundle names another key than the one given.", "Give the key that the signer uses, from a place you trust."},
	{BadSignature, "The signature does not verify under the certificate or key, or the key is of a kind that is not accepted (RSA below 2048 bits, unknown curves).", "Do not accept it: content or signature was changed."},
	{CertMalformed, "The signing certificate, or one sent with it, does not parse or has trailing data.", "Ask its producer for the bundle as it was written."},
	{CertChain, "The certificate was issued by no authority of the trusted root, or of those given for a company, or the certificates sent with it are not that chain or include the root.", "Check that the trusted root is that of the signer's Sigstore instance, or that the authorities are the company's, with those between."},
	{CertTime, "The certificate, or the authority that issued it, was not valid when the signature was made.", "Do not accept it; a signer who signs within the lifetime of the certificate does not get here."},
	{CertUsage, "The certificate, or one above it, is not for signing: it is for TLS or another purpose, for no stated one, or of an authority.", "Have the signer use a certificate for code signing or for signing mail."},
	{CertConstraints, "An authority in the chain may not issue for that name, or not through so many others below it.", "Ask the company's authority which of its certificates are for signing; do not trust the lower one by itself."},
	{CertRevoked, "The certificate, or one above it, was revoked before the signature is proven to have been made.", "Do not accept it; if it was signed before, ask for the timestamp that shows it."},
	{CRLInvalid, "A revocation list that was given says that it is of the certificate's issuer, and is not signed by it.", "Give the list that the authority publishes."},
	{CRLStale, "The revocation list was to be replaced by now, and the signature is not proven to be older than the list.", "Give the authority's newest list."},
	{SCT, "No certificate-transparency log of the trusted root vouches for the certificate, or one is said to and its signature does not verify.", "Check that the trusted root is that of the signer's Sigstore instance."},
	{WrongIdentity, "The certificate is for somebody else: another identity, issuer, repository, workflow, ref, commit or runner, or for several identities at once.", "Compare the identity found with the one you expect; do not adapt the expectation to the bundle."},
	{LogUnknown, "No entry is of a transparency log that the trusted root names.", "Check that the trusted root is that of the signer's Sigstore instance, and not older than the log."},
	{LogMismatch, "The log entry is about something else than the bundle: kind, version, digest, signature, certificate or key differ, or the entry contradicts itself.", "Do not accept it: proof and content were put together from different signatures."},
	{LogSET, "The log's signed entry timestamp (inclusion promise) is missing where the version requires it, or does not verify.", "Do not accept it: index, time or body of the entry were changed."},
	{LogTime, "The log's time is outside of the validity of the certificate or of the log's key, in the future, or given by a log that knows no time.", "Do not accept it."},
	{LogCheckpoint, "The checkpoint is malformed, not signed by the log, of another log, or its size or root hash disagrees with the proof.", "Do not accept it."},
	{LogInclusion, "The inclusion proof is missing where the version requires it, or does not lead to the root hash.", "Do not accept it: the entry is not shown to be in the log."},
	{LogWitness, "Fewer of the witnesses that were asked for have cosigned the checkpoint.", "Ask its producer for a checkpoint with cosignatures, or ask for fewer."},
	{TSAMalformed, "A timestamp is not an RFC 3161 response in DER with exactly one signer and without trailing data, or uses a weak digest.", "Ask its producer for the bundle as it was written."},
	{TSAMismatch, "A timestamp is for another signature than that of the bundle.", "Do not accept it: the timestamp was taken from elsewhere."},
	{TSAUntrusted, "A timestamp is by no authority of the trusted root.", "If you trust that authority, add it to the trusted root."},
	{TSASignature, "A timestamp does not verify under the authority's certificate, or holds certificates that are not of its chain.", "Do not accept it: the timestamp was changed."},
	{TSATime, "A timestamp's time is outside of the validity of the authority, or in the future.", "Do not accept it."},
	{UnprovenOffline, "The trusted root names transparency logs and the bundle carries no entry: only asking the log could show that there is one.", "Ask its producer for a bundle with a log entry, or accept signatures without one (log optional)."},
	{NoTime, "Authentic, but nothing proves when: neither a log's signed time nor a timestamp. For a short-lived certificate that decides.", "Ask its producer for a timestamp; for a key that is still good, accept signatures without a time."},
}

// rank is the place of a code in Reasons.
var rank = func() map[Code]int {
	m := make(map[Code]int, len(reasonTable))
	for i, r := range reasonTable {
		m[r.Code] = i
	}
	return m
}()

// Explain returns the reason of a code; the zero Reason if there is none.
func Explain(c Code) Reason {
	if i, ok := rank[c]; ok {
		return reasonTable[i]
	}
	return Reason{}
}
