// Package bundlejson is the JSON of a Sigstore bundle (protobuf-specs,
// sigstore_bundle.proto), whole, for those who read bundles and those who write
// them: a reader refuses a member that is not here. Nothing in it is checked but
// its form.
package bundlejson

import (
	"errors"
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/release-dossier/dossier/internal/strictjson"
)

// Bundle is a bundle whose log entries are read as E: who only carries them keeps
// them as they are.
type Bundle[E any] struct {
	MediaType string       `json:"mediaType"`
	Material  *Material[E] `json:"verificationMaterial"`
	DSSE      *Envelope    `json:"dsseEnvelope,omitempty"`
	Message   *Message     `json:"messageSignature,omitempty"`
}

// Material is what verifies a bundle.
type Material[E any] struct {
	PublicKey   *PublicKey  `json:"publicKey,omitempty"`
	Certificate *Raw        `json:"certificate,omitempty"`
	Chain       *Chain      `json:"x509CertificateChain,omitempty"`
	LogEntries  Elements[E] `json:"tlogEntries,omitempty"`
	Timestamps  *Timestamps `json:"timestampVerificationData,omitempty"`
}

// PublicKey names a key.
type PublicKey struct {
	Hint string `json:"hint,omitempty"`
}

// Raw is a certificate or key (DER).
type Raw struct {
	RawBytes strictjson.Base64 `json:"rawBytes"`
}

// Chain is a certificate and what was sent with it; versions 0.1 and 0.2.
type Chain struct {
	Certificates Elements[Raw] `json:"certificates"`
}

// Timestamps are RFC 3161 responses.
type Timestamps struct {
	RFC3161 Elements[Timestamp] `json:"rfc3161Timestamps,omitempty"`
}

// Timestamp is one of them (DER).
type Timestamp struct {
	SignedTimestamp strictjson.Base64 `json:"signedTimestamp"`
}

// Envelope is a DSSE envelope.
type Envelope struct {
	Payload     strictjson.Base64   `json:"payload"`
	PayloadType string              `json:"payloadType"`
	Signatures  Elements[Signature] `json:"signatures"`
}

// Signature is one of an envelope's.
type Signature struct {
	Sig   strictjson.Base64 `json:"sig"`
	KeyID string            `json:"keyid,omitempty"`
}

// Message is the signature of an artifact.
type Message struct {
	Digest    *MessageDigest    `json:"messageDigest"`
	Signature strictjson.Base64 `json:"signature"`
}

// MessageDigest says which artifact.
type MessageDigest struct {
	Algorithm string            `json:"algorithm"`
	Digest    strictjson.Base64 `json:"digest"`
}

// maxElements bounds every array of a bundle before it is read: a longer one
// costs no memory. What each kind of element is bounded by is lower.
const maxElements = 64

// Elements is an array of at most 64.
type Elements[T any] []T

// UnmarshalJSONFrom implements json.UnmarshalerFrom.
func (l *Elements[T]) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	list, err := AtMost[T](d, maxElements)
	*l = list
	return err
}

// AtMost reads an array, or null, of at most n elements.
func AtMost[T any](d *jsontext.Decoder, n int) ([]T, error) {
	token, err := d.ReadToken()
	if err != nil || token.Kind() == 'n' {
		return nil, err
	}
	if token.Kind() != '[' {
		return nil, errors.New("want an array")
	}
	var list []T
	for d.PeekKind() != ']' {
		if len(list) == n {
			return nil, fmt.Errorf("more than %d elements", n)
		}
		var v T
		if err := json.UnmarshalDecode(d, &v); err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	_, err = d.ReadToken()
	return list, err
}
