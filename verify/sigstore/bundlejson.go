package sigstore

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/release-dossier/dossier/internal/strictjson"
)

// The JSON of a Sigstore bundle (protobuf-specs, sigstore_bundle.proto and
// sigstore_rekor.proto), whole: a member that is not here is refused.
type bundleJSON struct {
	MediaType string        `json:"mediaType"`
	Material  *materialJSON `json:"verificationMaterial"`
	DSSE      *envelopeJSON `json:"dsseEnvelope"`
	Message   *messageJSON  `json:"messageSignature"`
}

type materialJSON struct {
	PublicKey   *publicKeyJSON      `json:"publicKey"`
	Certificate *rawJSON            `json:"certificate"`
	Chain       *chainJSON          `json:"x509CertificateChain"`
	LogEntries  elements[entryJSON] `json:"tlogEntries"`
	Timestamps  *timestampsJSON     `json:"timestampVerificationData"`
}

type publicKeyJSON struct {
	Hint string `json:"hint"`
}

type rawJSON struct {
	RawBytes strictjson.Base64 `json:"rawBytes"`
}

type chainJSON struct {
	Certificates elements[rawJSON] `json:"certificates"`
}

type timestampsJSON struct {
	RFC3161 elements[timestampJSON] `json:"rfc3161Timestamps"`
}

type timestampJSON struct {
	SignedTimestamp strictjson.Base64 `json:"signedTimestamp"`
}

type envelopeJSON struct {
	Payload     strictjson.Base64               `json:"payload"`
	PayloadType string                          `json:"payloadType"`
	Signatures  elements[envelopeSignatureJSON] `json:"signatures"`
}

type envelopeSignatureJSON struct {
	Sig   strictjson.Base64 `json:"sig"`
	KeyID string            `json:"keyid"`
}

type messageJSON struct {
	Digest    *messageDigestJSON `json:"messageDigest"`
	Signature strictjson.Base64  `json:"signature"`
}

type messageDigestJSON struct {
	Algorithm string            `json:"algorithm"`
	Digest    strictjson.Base64 `json:"digest"`
}

type entryJSON struct {
	LogIndex       protoInt          `json:"logIndex"`
	LogID          *logIDJSON        `json:"logId"`
	KindVersion    *kindVersionJSON  `json:"kindVersion"`
	IntegratedTime protoInt          `json:"integratedTime"`
	Promise        *promiseJSON      `json:"inclusionPromise"`
	Proof          *proofJSON        `json:"inclusionProof"`
	Body           strictjson.Base64 `json:"canonicalizedBody"`
}

type logIDJSON struct {
	KeyID strictjson.Base64 `json:"keyId"`
}

type kindVersionJSON struct {
	Kind    string `json:"kind"`
	Version string `json:"version"`
}

type promiseJSON struct {
	SET strictjson.Base64 `json:"signedEntryTimestamp"`
}

type checkpointJSON struct {
	Envelope string `json:"envelope"`
}

type proofJSON struct {
	LogIndex   protoInt                    `json:"logIndex"`
	RootHash   strictjson.Base64           `json:"rootHash"`
	TreeSize   protoInt                    `json:"treeSize"`
	Hashes     elements[strictjson.Base64] `json:"hashes"`
	Checkpoint *checkpointJSON             `json:"checkpoint"`
}

// maxElements bounds every array of a bundle before it is read: a longer one
// costs no memory. What each kind of element is bounded by is lower.
const maxElements = 64

// elements is an array of at most maxElements.
type elements[T any] []T

// UnmarshalJSONFrom implements json.UnmarshalerFrom.
func (l *elements[T]) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	list, err := atMost[T](d, maxElements)
	*l = list
	return err
}

// atMost reads an array, or null, of at most n elements.
func atMost[T any](d *jsontext.Decoder, n int) ([]T, error) {
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

// protoInt is an int64 of protobuf JSON that is not negative: a string of
// digits, or a number. It has one way to be written.
type protoInt int64

// UnmarshalJSON implements json.Unmarshaler.
func (n *protoInt) UnmarshalJSON(text []byte) error {
	s := string(text)
	if s == "null" {
		return nil
	}
	if len(s) > 1 && s[0] == '"' {
		s = s[1 : len(s)-1]
	}
	v, err := strconv.ParseInt(s, 10, 64)
	if err != nil || v < 0 || strconv.FormatInt(v, 10) != s {
		return errors.New("want a count from 0 to 2^63-1 in decimal")
	}
	*n = protoInt(v)
	return nil
}
