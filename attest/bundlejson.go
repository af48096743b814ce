package attest

import (
	"bytes"
	"encoding/base64"
	"errors"

	"github.com/go-json-experiment/json/jsontext"
)

// The JSON of a Sigstore bundle, as far as we read and write it.
type bundleJSON struct {
	MediaType string         `json:"mediaType"`
	Material  materialJSON   `json:"verificationMaterial"`
	DSSE      *envelope      `json:"dsseEnvelope,omitempty"`
	Message   jsontext.Value `json:"messageSignature,omitempty"`
}

type materialJSON struct {
	PublicKey   *publicKeyJSON   `json:"publicKey,omitempty"`
	Certificate *certificateJSON `json:"certificate,omitempty"`
	Chain       *chainJSON       `json:"x509CertificateChain,omitempty"`
	LogEntries  []jsontext.Value `json:"tlogEntries,omitempty"`
	Timestamps  *timestampsJSON  `json:"timestampVerificationData,omitempty"`
}

type publicKeyJSON struct {
	Hint string `json:"hint,omitempty"`
}

type certificateJSON struct {
	RawBytes base64Bytes `json:"rawBytes"`
}

type chainJSON struct {
	Certificates []certificateJSON `json:"certificates"`
}

type timestampsJSON struct {
	RFC3161 []timestampJSON `json:"rfc3161Timestamps,omitempty"`
}

type timestampJSON struct {
	SignedTimestamp base64Bytes `json:"signedTimestamp"`
}

type envelope struct {
	Payload     base64Bytes     `json:"payload"`
	PayloadType string          `json:"payloadType"`
	Signatures  []signatureJSON `json:"signatures"`
}

type signatureJSON struct {
	Sig   base64Bytes `json:"sig"`
	KeyID string      `json:"keyid,omitempty"`
}

// base64Bytes is written in standard base64. Protobuf JSON, and so a Sigstore
// bundle, may also hold the URL alphabet, and either without padding. Go's
// decoder would let line breaks through; a text has one meaning here or none.
type base64Bytes []byte

// MarshalText implements encoding.TextMarshaler.
func (b base64Bytes) MarshalText() ([]byte, error) {
	return base64.StdEncoding.AppendEncode(nil, b), nil
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (b *base64Bytes) UnmarshalText(text []byte) error {
	if bytes.IndexByte(text, '\r') >= 0 || bytes.IndexByte(text, '\n') >= 0 {
		return errors.New("base64 with a line break")
	}
	padded, bare := standard, bareStandard
	if bytes.IndexByte(text, '-') >= 0 || bytes.IndexByte(text, '_') >= 0 {
		padded, bare = url, bareURL // which in turn refuse + and /
	}
	enc := bare
	if bytes.HasSuffix(text, []byte("=")) {
		enc = padded
	}
	got := make([]byte, enc.DecodedLen(len(text)))
	n, err := enc.Decode(got, text)
	if err != nil {
		return errors.New("not base64 of RFC 4648, standard or URL alphabet")
	}
	*b = got[:n]
	return nil
}

// The encodings of RFC 4648, sections 4 and 5, with and without padding, in
// which a text has no bits to spare.
var (
	standard     = base64.StdEncoding.Strict()
	bareStandard = base64.RawStdEncoding.Strict()
	url          = base64.URLEncoding.Strict()
	bareURL      = base64.RawURLEncoding.Strict()
)
