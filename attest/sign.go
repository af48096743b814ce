package attest

import (
	"context"
	"errors"
	"fmt"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/secure-systems-lab/go-securesystemslib/dsse"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/internal/bundlejson"
	"github.com/release-dossier/dossier/internal/strictjson"
)

// Signer signs. Keys implement it here; keyless and KMS signers implement it
// in attest/sigstore.
type Signer interface {
	// Sign signs message, which is the DSSE pre-authentication encoding of a
	// statement, and returns the signature with what is needed to verify it.
	Sign(ctx context.Context, message []byte) (Signed, error)
}

// Checker is a Signer that looks at the finished bundle before anybody else does:
// what it refuses, [Sign] does not return.
type Checker interface {
	Signer
	Check(bundle []byte) error
}

// Signed is what a Signer made.
type Signed struct {
	// Signature is over the message as the key's algorithm defines it.
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
	if s == nil {
		return nil, errNoSigner
	}
	if _, err := ParseStatement(payload); err != nil {
		return nil, fmt.Errorf("payload to sign: %w", err)
	}
	got, err := s.Sign(ctx, dsse.PAE(PayloadType, payload))
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	raw, err := strictjson.Marshal(bundleJSON{
		MediaType: evidence.MediaTypeSigstoreBundle,
		Material:  got.material(),
		DSSE:      &bundlejson.Envelope{Payload: payload, PayloadType: PayloadType, Signatures: []bundlejson.Signature{{Sig: got.Signature}}},
	})
	if err != nil {
		return nil, err
	}
	if _, err := ParseBundle(raw); err != nil {
		return nil, fmt.Errorf("the bundle just written is not readable: %w", err)
	}
	if c, ok := s.(Checker); ok {
		if err := c.Check(raw); err != nil {
			return nil, fmt.Errorf("sign: %w", err)
		}
	}
	return raw, nil
}

var errNoSigner = errors.New("there is no signer: make one with LoadSigner, NewKeySigner or another function")

func (s *Signed) material() *materialJSON {
	m := &materialJSON{LogEntries: s.LogEntries}
	if s.Certificate != nil {
		m.Certificate = &bundlejson.Raw{RawBytes: s.Certificate}
	} else {
		m.PublicKey = &bundlejson.PublicKey{Hint: s.Hint}
	}
	for _, token := range s.Timestamps {
		if m.Timestamps == nil {
			m.Timestamps = &bundlejson.Timestamps{}
		}
		m.Timestamps.RFC3161 = append(m.Timestamps.RFC3161, bundlejson.Timestamp{SignedTimestamp: token})
	}
	return m
}
