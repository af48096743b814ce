package verify

import (
	"context"
	"errors"
	"time"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/provenance"
	"github.com/release-dossier/dossier/verify/trust"
)

// ClockSkew is by how much the clocks of a signer and of the verifier may differ
// (controls catalogue, section 0): a statement that says it was made later than
// the moment of judgement by no more than that is not from the future, and a seal
// speaks for so long beyond its own time. What a policy allows between the times
// that it compares is its parameter clock-skew.
const ClockSkew = 5 * time.Minute

// Options say by whose word, by which rules and when a dossier is judged.
type Options struct {
	// Trust says who may state what. Without it nobody is trusted: the report
	// shows what the file says of itself and is never ACCEPTED.
	Trust *trust.Trust
	// Policy judges layer 5. Without it nothing is ACCEPTED.
	Policy Policy
	// AsOf is the moment of judgement; required.
	AsOf time.Time
	// AsOfGiven is recorded in the report: true if the user chose AsOf.
	AsOfGiven bool
	// Gate is the decision being taken; the zero value is GateFinal.
	Gate Gate
	// Target names what is verified, for the report.
	Target string
	// ExpectHead, if set, is a statement that must be there and count.
	ExpectHead *evidence.Digest
	// ExactState, if set, is the state the dossier must have: nothing less and
	// nothing more.
	ExactState *evidence.Digest
	// Signatures verifies bundles that a bare key cannot: certificates,
	// transparency logs, timestamps. Nil leaves those unknown(no-verifier).
	Signatures SignatureVerifier
	// Tags verify tag signatures other than SSH ones.
	Tags []TagVerifier
	// Tokens verifies tokens with which a forge signs approvals. Nil leaves those
	// no better than their signer's word.
	Tokens TokenVerifier
	// SBOMs reads SBOMs. Nil leaves what they say unknown(no-verifier).
	SBOMs SBOMReader
	// Layouts verifies in-toto layouts. Nil leaves them claims.
	Layouts LayoutVerifier
}

// LayoutVerifier verifies an in-toto layout with its links.
type LayoutVerifier interface {
	// VerifyLayout says which of keys, public keys in PEM, signed the layout, and
	// whether the links carry it out, as of a moment. It runs no inspection.
	VerifyLayout(layout []byte, links [][]byte, keys [][]byte, asOf time.Time) Layout
}

// Layout is what a [LayoutVerifier] found.
type Layout struct {
	// Owners are the numbers of the keys that signed it; empty if none did, and
	// then nothing else is told.
	Owners []int
	// Steps are its steps, each with the keys that signed its links.
	Steps []LayoutStep
	// Products are the digests of what the last step produced.
	Products []evidence.Digest
	// Code is why the links do not carry it out, Detail says it in words; "" if
	// they do. Contradicted tells that they show something else, and not just
	// too little.
	Code, Detail string
	Contradicted bool
}

// LayoutStep is one step of a layout.
type LayoutStep struct {
	Name          string
	Functionaries []evidence.Identity
}

// SignatureVerifier verifies what a Sigstore bundle proves beyond a key's
// signature. It rests on the anchors of trust ([trust.Trust.Anchors]). An error
// is a [*ProofError], which says which piece of proof is missing or wrong.
type SignatureVerifier interface {
	// VerifySignature returns who signed b with a certificate, and when.
	VerifySignature(ctx context.Context, b *attest.Bundle, asOf time.Time) (Authenticated, error)
	// VerifyTime returns when b was signed, whose signature by the key is good.
	// Its proofs are then all that is left to look at.
	VerifyTime(ctx context.Context, b *attest.Bundle, key attest.PublicKey, asOf time.Time) (Authenticated, error)
}

// Authenticated is an identity that a verifier has established.
type Authenticated struct {
	Identity evidence.Identity
	// NotBefore and NotAfter bound the time of signing; nil is an open end.
	NotBefore, NotAfter *evidence.Time
	// Proof is "signed", "timestamped" or "logged".
	Proof string
	// Build is what the certificate says of the CI run that it was issued for; nil
	// if the signer has none.
	Build *provenance.Certificate
}

// CertificateVerifier says who made a signature with a certificate, and when, that
// is in no Sigstore bundle. Errors are as those of [SignatureVerifier].
type CertificateVerifier interface {
	VerifyCertificate(s CertificateSignature, asOf time.Time) (Authenticated, error)
}

// CertificateSignature is a signature that the key of its certificate has made:
// whoever read it has verified that.
type CertificateSignature struct {
	// Certificate is the signer's, and Sent are those that stood beside it (DER).
	Certificate []byte
	Sent        [][]byte
	// Signature is over Message.
	Message, Signature []byte
	// Timestamps are RFC 3161 TimeStampTokens over Signature (DER).
	Timestamps [][]byte
	// LogEntry is the entry of a transparency log, as a protobuf
	// TransparencyLogEntry without the body; nil if there is none.
	LogEntry []byte
}

// ProofError says why a signature, or a proof of its time, shows nothing.
type ProofError struct {
	// Code is a stable reason, of the verifier's own table.
	Code   string
	Detail string
	// Refuted is set if the signature was not made by the key of a certificate
	// that is this one's beyond doubt.
	Refuted evidence.Identity
	// Unproven reports that nothing contradicts the signature: it is authentic,
	// and a proof is not there or is one that nobody here can judge.
	Unproven bool
}

func (e *ProofError) Error() string { return e.Code + ": " + e.Detail }

// Errors of tag verifiers.
var (
	// ErrUnknownTagKey: the signature was made by a key that is not at hand.
	ErrUnknownTagKey = errors.New("the signer's key is not among those given")
	// ErrTagRefuted: the key that the signature names did not make it.
	ErrTagRefuted = errors.New("the signature does not verify")
)

// TagVerifier verifies one scheme of git object signatures.
type TagVerifier interface {
	// Scheme is "openpgp" or "x509".
	Scheme() string
	// VerifyTag returns who signed payload. keys are the OpenPGP keys that trust
	// holds. An
	// error that wraps [ErrTagRefuted] says that the key named did not make the
	// signature, one that wraps [ErrUnknownTagKey] that no key at hand did, a
	// [*ProofError] which proof is missing or wrong, and any other that the
	// signature is not acceptable: weak, expired, revoked.
	VerifyTag(payload, signature []byte, keys [][]byte, at Moments) (Authenticated, error)
}

// Moments are the times at which the signature of a tag is judged.
type Moments struct {
	// Stated is when the tagger says it was made, AsOf the moment of judgement.
	Stated, AsOf time.Time
}

// SBOMReader reads SBOMs of the formats it knows.
type SBOMReader interface {
	// Summarize reads a document. It fails only if data is of no format it
	// knows; what is wrong within the document is in the summary.
	Summarize(data []byte) (*evidence.SBOMSummary, error)
}
