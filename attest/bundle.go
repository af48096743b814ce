package attest

import (
	"context"
	"errors"
	"fmt"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/secure-systems-lab/go-securesystemslib/dsse"

	"github.com/release-dossier/dossier/evidence"
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
)

// Bundle is one signature: a Sigstore bundle (v0.3, protobuf-specs) around a
// DSSE envelope with exactly one signature. It is read with our own strict
// reader; what only a Sigstore client can judge is kept as it is.
type Bundle struct {
	// MediaType names the bundle's version.
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

// The JSON of a Sigstore bundle, as far as we read and write it.
type bundleJSON struct {
	MediaType string         `json:"mediaType"`
	Material  materialJSON   `json:"verificationMaterial"`
	DSSE      *envelope      `json:"dsseEnvelope,omitempty"`
	Message   jsontext.Value `json:"messageSignature,omitempty"`
}

type materialJSON struct {
	PublicKey   *publicKeyJSON `json:"publicKey,omitempty"`
	Certificate *rawBytesJSON  `json:"certificate,omitempty"`
	Chain       *struct {
		Certificates []rawBytesJSON `json:"certificates"`
	} `json:"x509CertificateChain,omitempty"`
	LogEntries []jsontext.Value `json:"tlogEntries,omitempty"`
	Timestamps *timestampsJSON  `json:"timestampVerificationData,omitempty"`
}

type publicKeyJSON struct {
	Hint string `json:"hint,omitempty"`
}

type rawBytesJSON struct {
	RawBytes []byte `json:"rawBytes"`
}

type timestampsJSON struct {
	RFC3161 []struct {
		SignedTimestamp []byte `json:"signedTimestamp"`
	} `json:"rfc3161Timestamps,omitempty"`
}

type envelope struct {
	Payload     []byte          `json:"payload"`
	PayloadType string          `json:"payloadType"`
	Signatures  []signatureJSON `json:"signatures"`
}

type signatureJSON struct {
	Sig   []byte `json:"sig"`
	KeyID string `json:"keyid,omitempty"`
}

// ParseBundle reads a Sigstore bundle that holds a DSSE envelope. It checks
// form only: nothing it returns is authenticated.
func ParseBundle(raw []byte) (Bundle, error) {
	if len(raw) > MaxBundle {
		return Bundle{}, fmt.Errorf("the bundle has %d bytes, at most %d are read", len(raw), MaxBundle)
	}
	var j bundleJSON
	if err := strictjson.Unmarshal(raw, &j, strictjson.RejectUnknown()); err != nil {
		return Bundle{}, err
	}
	if !supported(j.MediaType) {
		return Bundle{}, fmt.Errorf("at /mediaType: %.80q is not a Sigstore bundle that is read here", j.MediaType)
	}
	if j.DSSE == nil || len(j.Message) > 0 {
		return Bundle{}, errors.New("at /dsseEnvelope: the bundle does not hold a DSSE envelope")
	}
	if n := len(j.DSSE.Signatures); n != 1 {
		return Bundle{}, fmt.Errorf("at /dsseEnvelope/signatures: %d signatures, exactly one is allowed", n)
	}
	b := Bundle{
		MediaType:   j.MediaType,
		PayloadType: j.DSSE.PayloadType,
		Payload:     j.DSSE.Payload,
		Signature:   j.DSSE.Signatures[0].Sig,
		Hint:        j.DSSE.Signatures[0].KeyID,
		LogEntries:  j.Material.LogEntries,
	}
	if err := b.material(j.Material); err != nil {
		return Bundle{}, err
	}
	return b, b.limits()
}

func (b *Bundle) material(m materialJSON) error {
	if m.PublicKey != nil && m.PublicKey.Hint != "" {
		b.Hint = m.PublicKey.Hint
	}
	kinds := 0
	if m.PublicKey != nil {
		kinds++
	}
	if m.Certificate != nil {
		kinds++
		b.Chain = [][]byte{m.Certificate.RawBytes}
	}
	if m.Chain != nil {
		kinds++
		for _, c := range m.Chain.Certificates {
			b.Chain = append(b.Chain, c.RawBytes)
		}
		if len(b.Chain) == 0 {
			return errors.New("at /verificationMaterial/x509CertificateChain: the chain is empty")
		}
	}
	if kinds != 1 {
		return errors.New("at /verificationMaterial: want exactly one of publicKey, certificate, x509CertificateChain")
	}
	if m.Timestamps != nil {
		for _, t := range m.Timestamps.RFC3161 {
			b.Timestamps = append(b.Timestamps, t.SignedTimestamp)
		}
	}
	return nil
}

func (b *Bundle) limits() error {
	switch {
	case len(b.Signature) == 0:
		return errors.New("at /dsseEnvelope/signatures/0/sig: the signature is empty")
	case len(b.Payload) == 0:
		return errors.New("at /dsseEnvelope/payload: the payload is empty")
	case len(b.Payload) > MaxPayload:
		return fmt.Errorf("at /dsseEnvelope/payload: %d bytes, at most %d are read", len(b.Payload), MaxPayload)
	case len(b.Chain) > maxChain:
		return fmt.Errorf("at /verificationMaterial: %d certificates, at most %d are read", len(b.Chain), maxChain)
	case len(b.Timestamps) > maxTimestamps:
		return fmt.Errorf("at /verificationMaterial: %d timestamps, at most %d are read", len(b.Timestamps), maxTimestamps)
	case len(b.LogEntries) > maxLogEntries:
		return fmt.Errorf("at /verificationMaterial: %d log entries, at most %d are read", len(b.LogEntries), maxLogEntries)
	}
	return nil
}

func supported(mediaType string) bool {
	switch mediaType {
	case evidence.MediaTypeSigstoreBundle,
		"application/vnd.dev.sigstore.bundle+json;version=0.3",
		"application/vnd.dev.sigstore.bundle+json;version=0.2",
		"application/vnd.dev.sigstore.bundle+json;version=0.1":
		return true
	}
	return false
}

// StatementID is the identity of the statement that b signs.
func (b *Bundle) StatementID() evidence.Digest { return evidence.Sum(b.Payload) }

// SignedBytes is what the signature is over: PAE(PayloadType, Payload) of the
// DSSE protocol, v1.
func (b *Bundle) SignedBytes() []byte { return dsse.PAE(b.PayloadType, b.Payload) }

// Signer signs. Keys implement it here; keyless and KMS signers implement it
// in attest/sigstore.
type Signer interface {
	// Sign signs message, which is the DSSE pre-authentication encoding of a
	// statement, and returns the signature with what is needed to verify it.
	Sign(ctx context.Context, message []byte) (Signed, error)
}

// Signed is what a Signer made.
type Signed struct {
	Signature []byte
	// Hint helps a verifier find the key; ignored if Certificate is set.
	Hint string
	// Certificate is the signing certificate (DER), if there is one.
	Certificate []byte
	// Timestamps are RFC 3161 tokens over Signature (DER).
	Timestamps [][]byte
	// LogEntries are transparency-log entries as protobuf JSON.
	LogEntries []jsontext.Value
}

// Sign signs a statement's payload and returns the Sigstore bundle: one line
// of JSON without a final newline (rules of format, R1).
func Sign(ctx context.Context, s Signer, payload []byte) ([]byte, error) {
	if _, err := ParseStatement(payload); err != nil {
		return nil, fmt.Errorf("payload to sign: %w", err)
	}
	got, err := s.Sign(ctx, dsse.PAE(PayloadType, payload))
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	j := bundleJSON{
		MediaType: evidence.MediaTypeSigstoreBundle,
		Material:  materialJSON{LogEntries: got.LogEntries},
		DSSE:      &envelope{payload, PayloadType, []signatureJSON{{Sig: got.Signature}}},
	}
	if got.Certificate != nil {
		j.Material.Certificate = &rawBytesJSON{got.Certificate}
	} else {
		j.Material.PublicKey = &publicKeyJSON{got.Hint}
	}
	if len(got.Timestamps) > 0 {
		t := &timestampsJSON{}
		for _, token := range got.Timestamps {
			t.RFC3161 = append(t.RFC3161, struct {
				SignedTimestamp []byte `json:"signedTimestamp"`
			}{token})
		}
		j.Material.Timestamps = t
	}
	raw, err := strictjson.Marshal(j)
	if err != nil {
		return nil, err
	}
	if _, err := ParseBundle(raw); err != nil {
		return nil, fmt.Errorf("the bundle just written is not readable: %w", err)
	}
	return raw, nil
}
