package sigstore

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"time"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/internal/strictjson"
)

// What is read at most.
const (
	// MaxBundle is the most bytes of a bundle.
	MaxBundle = 32 << 20

	maxCertificates = 16
	maxEntries      = 32
	maxTimestamps   = 32
	maxHashes       = 64       // a tree of 2^63 leaves has no longer path
	maxCertificate  = 64 << 10 // bytes
	maxSignature    = 16 << 10 // bytes
	maxToken        = 64 << 10 // bytes
	maxCheckpoint   = 64 << 10 // bytes
	maxHint         = 1024     // bytes
)

// parsed is a bundle whose form is right. Nothing in it is authenticated.
type parsed struct {
	mediaType string
	version   string // "0.1", "0.2" or "0.3"

	hint  string
	leaf  *x509.Certificate // nil for a bare key
	chain [][]byte          // what was sent with the leaf, DER
	loose bool              // what was sent may be more than the chain

	entries    []entryJSON
	timestamps [][]byte

	signature []byte
	// Exactly one of the two contents.
	payloadType string
	payload     []byte
	keyID       string
	pae         []byte
	message     *messageJSON
	hash        crypto.Hash // of message
}

// versions are the media types of bundles (protobuf-specs, sigstore_bundle.proto).
var versions = map[string]string{
	"application/vnd.dev.sigstore.bundle+json;version=0.1": "0.1",
	"application/vnd.dev.sigstore.bundle+json;version=0.2": "0.2",
	"application/vnd.dev.sigstore.bundle+json;version=0.3": "0.3",
	evidence.MediaTypeSigstoreBundle:                       "0.3",
}

// hashes are the digest algorithms, as bundles name them.
var hashes = map[string]crypto.Hash{"SHA2_256": crypto.SHA256, "SHA2_384": crypto.SHA384, "SHA2_512": crypto.SHA512}

// parse reads a bundle. Errors are problems.
func parse(raw []byte) (*parsed, error) {
	if len(raw) > MaxBundle {
		return nil, problemf(BundleMalformed, "the bundle has %d bytes, at most %d are read", len(raw), MaxBundle)
	}
	var j bundleJSON
	if err := strictjson.Unmarshal(raw, &j, strictjson.RejectUnknown(), strictjson.Depth(16)); err != nil {
		return nil, problemf(BundleMalformed, "%v", err)
	}
	return assemble(&j)
}

// assemble takes a bundle from its JSON. Errors are problems.
func assemble(j *bundleJSON) (*parsed, error) {
	version, ok := versions[j.MediaType]
	if !ok {
		return nil, problemf(BundleVersion, "at /mediaType: %.80q is not a Sigstore bundle of version 0.1, 0.2 or 0.3", j.MediaType)
	}
	b := &parsed{mediaType: j.MediaType, version: version}
	if j.Material == nil {
		return nil, problemf(BundleMalformed, "at /verificationMaterial: missing")
	}
	if err := b.content(j); err != nil {
		return nil, err
	}
	if err := b.material(j.Material); err != nil {
		return nil, err
	}
	if err := b.proofs(j.Material); err != nil {
		return nil, err
	}
	return b, nil
}

// content takes what was signed.
func (b *parsed) content(j *bundleJSON) error {
	switch {
	case (j.DSSE == nil) == (j.Message == nil):
		return problemf(BundleMalformed, "want exactly one of dsseEnvelope and messageSignature")
	case j.DSSE != nil:
		return b.envelope(j.DSSE)
	}
	m := j.Message
	if m.Digest == nil {
		return problemf(BundleMalformed, "at /messageSignature/messageDigest: missing")
	}
	hash, ok := hashes[m.Digest.Algorithm]
	switch {
	case !ok:
		return problemf(BundleMalformed, "at /messageSignature/messageDigest/algorithm: %.40q is not SHA2_256, SHA2_384 or SHA2_512", m.Digest.Algorithm)
	case len(m.Digest.Digest) != hash.Size():
		return problemf(BundleMalformed, "at /messageSignature/messageDigest/digest: %d bytes, a %s digest has %d", len(m.Digest.Digest), m.Digest.Algorithm, hash.Size())
	}
	b.message, b.hash, b.signature = m, hash, m.Signature
	return signatureSize("/messageSignature/signature", b.signature)
}

func (b *parsed) envelope(e *envelopeJSON) error {
	switch {
	case len(e.Signatures) != 1:
		return problemf(BundleMalformed, "at /dsseEnvelope/signatures: %d signatures, a bundle has exactly one", len(e.Signatures))
	case e.PayloadType == "":
		return problemf(BundleMalformed, "at /dsseEnvelope/payloadType: missing")
	case len(e.Payload) == 0:
		return problemf(BundleMalformed, "at /dsseEnvelope/payload: missing")
	case len(e.Signatures[0].KeyID) > maxHint:
		return problemf(BundleMalformed, "at /dsseEnvelope/signatures/0/keyid: longer than %d bytes", maxHint)
	}
	b.payloadType, b.payload = e.PayloadType, e.Payload
	b.signature, b.keyID = e.Signatures[0].Sig, e.Signatures[0].KeyID
	b.pae = dsse.PAE(b.payloadType, b.payload)
	return signatureSize("/dsseEnvelope/signatures/0/sig", b.signature)
}

func signatureSize(at string, sig []byte) error {
	switch {
	case len(sig) == 0:
		return problemf(BundleMalformed, "at %s: missing", at)
	case len(sig) > maxSignature:
		return problemf(BundleMalformed, "at %s: %d bytes, at most %d are read", at, len(sig), maxSignature)
	}
	return nil
}

// material takes who signed.
func (b *parsed) material(m *materialJSON) error {
	const at = "/verificationMaterial"
	kinds := 0
	for _, present := range []bool{m.PublicKey != nil, m.Certificate != nil, m.Chain != nil} {
		if present {
			kinds++
		}
	}
	var list []rawJSON
	switch {
	case kinds != 1:
		return problemf(BundleMalformed, "at %s: want exactly one of publicKey, certificate, x509CertificateChain", at)
	case m.PublicKey != nil:
		if len(m.PublicKey.Hint) > maxHint {
			return problemf(BundleMalformed, "at %s/publicKey/hint: longer than %d bytes", at, maxHint)
		}
		b.hint = m.PublicKey.Hint
		return nil
	case m.Certificate != nil:
		list = []rawJSON{*m.Certificate}
	case b.version == "0.3":
		return problemf(BundleMalformed, "at %s/x509CertificateChain: version 0.3 has certificate instead", at)
	default:
		list = m.Chain.Certificates
	}
	switch {
	case len(list) == 0:
		return problemf(BundleMalformed, "at %s/x509CertificateChain: the chain is empty", at)
	case len(list) > maxCertificates:
		return problemf(BundleMalformed, "at %s/x509CertificateChain: %d certificates, at most %d are read", at, len(list), maxCertificates)
	}
	for i, c := range list {
		if len(c.RawBytes) == 0 || len(c.RawBytes) > maxCertificate {
			return problemf(BundleMalformed, "at %s: certificate %d has %d bytes, want 1 to %d", at, i, len(c.RawBytes), maxCertificate)
		}
		for _, earlier := range list[:i] {
			if bytes.Equal(earlier.RawBytes, c.RawBytes) {
				return problemf(Duplicate, "at %s/x509CertificateChain: certificate %d stands there twice", at, i)
			}
		}
		if i > 0 {
			b.chain = append(b.chain, c.RawBytes)
		}
	}
	leaf, err := x509.ParseCertificate(list[0].RawBytes)
	if err != nil {
		return problemf(CertMalformed, "the signing certificate: %v", err)
	}
	b.leaf = leaf
	return nil
}

// proofs takes log entries and timestamps.
func (b *parsed) proofs(m *materialJSON) error {
	const at = "/verificationMaterial"
	if len(m.LogEntries) > maxEntries {
		return problemf(BundleMalformed, "at %s/tlogEntries: %d entries, at most %d are read", at, len(m.LogEntries), maxEntries)
	}
	for i := range m.LogEntries {
		e := &m.LogEntries[i]
		if code, lack := e.complete(); lack != "" {
			return problemf(code, "at %s/tlogEntries/%d: %s", at, i, lack)
		}
		for j := range i {
			f := &m.LogEntries[j]
			if bytes.Equal(e.LogID.KeyID, f.LogID.KeyID) && (e.LogIndex == f.LogIndex || bytes.Equal(e.Body, f.Body)) {
				return problemf(Duplicate, "at %s/tlogEntries/%d: the entry stands there twice", at, i)
			}
		}
	}
	b.entries = m.LogEntries
	if m.Timestamps == nil {
		return nil
	}
	if n := len(m.Timestamps.RFC3161); n > maxTimestamps {
		return problemf(BundleMalformed, "at %s/timestampVerificationData: %d timestamps, at most %d are read", at, n, maxTimestamps)
	}
	for i, t := range m.Timestamps.RFC3161 {
		if n := len(t.SignedTimestamp); n == 0 || n > maxToken {
			return problemf(BundleMalformed, "at %s/timestampVerificationData/rfc3161Timestamps/%d: %d bytes, want 1 to %d", at, i, n, maxToken)
		}
		for _, earlier := range b.timestamps {
			if bytes.Equal(earlier, t.SignedTimestamp) {
				return problemf(Duplicate, "at %s/timestampVerificationData/rfc3161Timestamps/%d: the timestamp stands there twice", at, i)
			}
		}
		b.timestamps = append(b.timestamps, t.SignedTimestamp)
	}
	return nil
}

// complete says what an entry lacks; "" if nothing.
func (e *entryJSON) complete() (Code, string) {
	switch {
	case e.LogID == nil || len(e.LogID.KeyID) == 0 || len(e.LogID.KeyID) > maxHint:
		return BundleMalformed, "no logId"
	case e.KindVersion == nil || e.KindVersion.Kind == "" || e.KindVersion.Version == "":
		return BundleMalformed, "no kindVersion"
	case len(e.Body) == 0:
		return BundleMalformed, "no canonicalizedBody"
	case e.Promise != nil && (len(e.Promise.SET) == 0 || len(e.Promise.SET) > maxSignature):
		return LogSET, "an inclusionPromise without a signedEntryTimestamp"
	case e.Proof == nil:
		return "", ""
	case e.Proof.Checkpoint == nil || e.Proof.Checkpoint.Envelope == "":
		return LogCheckpoint, "an inclusionProof without a checkpoint"
	case len(e.Proof.Checkpoint.Envelope) > maxCheckpoint:
		return LogCheckpoint, "the checkpoint is too large"
	case len(e.Proof.RootHash) != crypto.SHA256.Size():
		return LogInclusion, "the rootHash is not a SHA-256 digest"
	case len(e.Proof.Hashes) > maxHashes:
		return LogInclusion, "the inclusion proof is longer than that of any tree"
	}
	return "", ""
}

func (e *entryJSON) time() time.Time { return time.Unix(int64(e.IntegratedTime), 0).UTC() }

// v2 reports whether the entry says it is of a Rekor v2 log, which knows one
// kind (rekor-tiles; the intoto kind of v1 also has a version 0.0.2).
func (e *entryJSON) v2() bool {
	return e.KindVersion.Kind == "hashedrekord" && e.KindVersion.Version == "0.0.2"
}
