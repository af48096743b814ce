package attest

import (
	"errors"
	"fmt"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/secure-systems-lab/go-securesystemslib/dsse"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/internal/bundlejson"
	"github.com/release-dossier/dossier/internal/strictjson"
)

const (
	// PayloadType is the DSSE payload type of in-toto statements.
	PayloadType = "application/vnd.in-toto+json"
	// MaxBundle is the most bytes of one Sigstore bundle that are read: a
	// payload in base64 and its proofs.
	MaxBundle = 8 << 20

	maxChain      = 16
	maxTimestamps = 32
	maxLogEntries = 32
	maxHint       = 1024 // bytes
)

// ErrMessageSignature is the refusal of a Sigstore bundle that signs the
// digest of an artifact (messageSignature) and says nothing about it.
var ErrMessageSignature = errors.New("at /messageSignature: the bundle signs an artifact and states nothing: use a bundle with a dsseEnvelope (cosign attest-blob, not sign-blob)")

// Bundle is one signature: a Sigstore bundle (protobuf-specs, v0.1 to v0.3)
// around a DSSE envelope with exactly one signature. It is read with our own
// strict reader; what only a Sigstore client can judge is kept as it is.
type Bundle struct {
	// MediaType names the bundle's version; empty for a bare envelope.
	MediaType string
	// PayloadType is the envelope's payload type.
	PayloadType string
	// Payload is what was signed, decoded.
	Payload []byte
	// Signature is the one signature over PAE(PayloadType, Payload).
	Signature []byte
	// Hint is what the bundle says of the key, in publicKey.hint or keyid. It
	// helps to find a key and proves nothing (rules of format, R20).
	Hint string
	// Chain holds the signing certificate and what was sent with it (DER);
	// empty if the bundle was signed with a bare key.
	Chain [][]byte
	// Timestamps are RFC 3161 tokens over Signature (DER).
	Timestamps [][]byte
	// LogEntries are transparency-log entries, as protobuf JSON.
	LogEntries []jsontext.Value
}

// ParseBundle reads a Sigstore bundle that holds a DSSE envelope. It checks
// form only: nothing it returns is authenticated. The error wraps
// ErrMessageSignature if the bundle holds no envelope but a bare signature.
func ParseBundle(raw []byte) (Bundle, error) {
	var j bundleJSON
	if err := unmarshal(raw, &j, strictjson.RejectUnknown()); err != nil {
		return Bundle{}, err
	}
	if !supported(j.MediaType) {
		return Bundle{}, fmt.Errorf("at /mediaType: %.80q is not a Sigstore bundle of version 0.1, 0.2 or 0.3", j.MediaType)
	}
	if j.DSSE == nil {
		if j.Message != nil {
			return Bundle{}, ErrMessageSignature
		}
		return Bundle{}, errors.New("at /dsseEnvelope: missing: the bundle signs nothing")
	}
	if j.Message != nil {
		return Bundle{}, errors.New("at /messageSignature: stands beside dsseEnvelope: a bundle holds one of the two")
	}
	b, err := fromEnvelope(j.DSSE, "/dsseEnvelope")
	if err != nil {
		return Bundle{}, err
	}
	b.MediaType = j.MediaType
	if err := b.material(j.Material); err != nil {
		return Bundle{}, err
	}
	return b, b.limits()
}

// ParseEnvelope reads a bare DSSE envelope, which another tool wrote, with
// exactly one signature. Members that DSSE does not define are ignored, as
// DSSE asks of readers. The bundle has no MediaType and no proofs; it is not
// authenticated.
func ParseEnvelope(raw []byte) (Bundle, error) {
	var j struct {
		bundlejson.Envelope
		MediaType string `json:"mediaType"`
	}
	if err := unmarshal(raw, &j); err != nil {
		return Bundle{}, err
	}
	if j.MediaType != "" {
		return Bundle{}, errors.New("at /mediaType: this is a Sigstore bundle, not a bare DSSE envelope")
	}
	b, err := fromEnvelope(&j.Envelope, "")
	if err != nil {
		return Bundle{}, err
	}
	return b, b.limits()
}

func unmarshal(raw []byte, v any, opts ...strictjson.Option) error {
	if len(raw) > MaxBundle {
		return fmt.Errorf("the bundle has %d bytes, at most %d are read", len(raw), MaxBundle)
	}
	return strictjson.Unmarshal(raw, v, opts...)
}

// fromEnvelope returns what an envelope at the JSON pointer at says, if it is
// complete.
func fromEnvelope(e *bundlejson.Envelope, at string) (Bundle, error) {
	if n := len(e.Signatures); n != 1 {
		return Bundle{}, fmt.Errorf("at %s/signatures: %d signatures, exactly one is allowed", at, n)
	}
	b := Bundle{
		PayloadType: e.PayloadType,
		Payload:     e.Payload,
		Signature:   e.Signatures[0].Sig,
		Hint:        e.Signatures[0].KeyID,
	}
	switch {
	case b.PayloadType == "":
		return Bundle{}, fmt.Errorf("at %s/payloadType: missing", at)
	case len(b.Signature) == 0:
		return Bundle{}, fmt.Errorf("at %s/signatures/0/sig: the signature is empty", at)
	case len(b.Payload) == 0:
		return Bundle{}, fmt.Errorf("at %s/payload: the payload is empty", at)
	case len(b.Payload) > MaxPayload:
		return Bundle{}, fmt.Errorf("at %s/payload: %d bytes, at most %d are read", at, len(b.Payload), MaxPayload)
	}
	return b, nil
}

func (b *Bundle) material(m *materialJSON) error {
	if m == nil {
		m = &materialJSON{}
	}
	if err := checkMaterial(m, b.MediaType); err != nil {
		return err
	}
	switch {
	case m.PublicKey != nil:
		if m.PublicKey.Hint != "" {
			b.Hint = m.PublicKey.Hint
		}
	case m.Certificate != nil:
		b.Chain = [][]byte{m.Certificate.RawBytes}
	default:
		for _, c := range m.Chain.Certificates {
			b.Chain = append(b.Chain, c.RawBytes)
		}
	}
	for i, c := range b.Chain {
		if len(c) == 0 {
			return fmt.Errorf("at /verificationMaterial: certificate %d is empty", i)
		}
	}
	b.LogEntries = m.LogEntries
	if m.Timestamps != nil {
		for _, t := range m.Timestamps.RFC3161 {
			b.Timestamps = append(b.Timestamps, t.SignedTimestamp)
		}
	}
	return nil
}

// checkMaterial reports verification material that names no key or several, or names
// it in a way that the bundle's version does not have.
func checkMaterial(m *materialJSON, mediaType string) error {
	kinds := 0
	for _, present := range []bool{m.PublicKey != nil, m.Certificate != nil, m.Chain != nil} {
		if present {
			kinds++
		}
	}
	switch {
	case kinds != 1:
		return errors.New("at /verificationMaterial: want exactly one of publicKey, certificate, x509CertificateChain")
	case m.Chain != nil && isV03(mediaType):
		return errors.New("at /verificationMaterial/x509CertificateChain: version 0.3 has certificate instead")
	case m.Chain != nil && len(m.Chain.Certificates) == 0:
		return errors.New("at /verificationMaterial/x509CertificateChain: the chain is empty")
	}
	return nil
}

func (b *Bundle) limits() error {
	for _, l := range []struct {
		what     string
		got, max int
	}{
		{"certificates", len(b.Chain), maxChain},
		{"timestamps", len(b.Timestamps), maxTimestamps},
		{"log entries", len(b.LogEntries), maxLogEntries},
		{"bytes of key hint", len(b.Hint), maxHint},
	} {
		if l.got > l.max {
			return fmt.Errorf("at /verificationMaterial: %d %s, at most %d are read", l.got, l.what, l.max)
		}
	}
	return nil
}

func supported(mediaType string) bool {
	switch mediaType {
	case "application/vnd.dev.sigstore.bundle+json;version=0.2",
		"application/vnd.dev.sigstore.bundle+json;version=0.1":
		return true
	}
	return isV03(mediaType)
}

func isV03(mediaType string) bool {
	return mediaType == evidence.MediaTypeSigstoreBundle ||
		mediaType == "application/vnd.dev.sigstore.bundle+json;version=0.3"
}

// StatementID is the identity of the statement that b signs.
func (b *Bundle) StatementID() evidence.Digest { return evidence.Sum(b.Payload) }

// SignedBytes is what the signature is over: PAE(PayloadType, Payload) of the
// DSSE protocol, v1.
func (b *Bundle) SignedBytes() []byte { return dsse.PAE(b.PayloadType, b.Payload) }
