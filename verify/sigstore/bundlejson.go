package sigstore

import (
	"errors"
	"strconv"

	"github.com/release-dossier/dossier/internal/bundlejson"
	"github.com/release-dossier/dossier/internal/strictjson"
)

// The JSON of a Sigstore bundle whose log entries are read.
type (
	bundleJSON            = bundlejson.Bundle[entryJSON]
	materialJSON          = bundlejson.Material[entryJSON]
	publicKeyJSON         = bundlejson.PublicKey
	rawJSON               = bundlejson.Raw
	chainJSON             = bundlejson.Chain
	timestampsJSON        = bundlejson.Timestamps
	timestampJSON         = bundlejson.Timestamp
	envelopeJSON          = bundlejson.Envelope
	envelopeSignatureJSON = bundlejson.Signature
	messageJSON           = bundlejson.Message
	messageDigestJSON     = bundlejson.MessageDigest
)

// entryJSON is a log entry (protobuf-specs, sigstore_rekor.proto), whole.
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
	LogIndex   protoInt                               `json:"logIndex"`
	RootHash   strictjson.Base64                      `json:"rootHash"`
	TreeSize   protoInt                               `json:"treeSize"`
	Hashes     bundlejson.Elements[strictjson.Base64] `json:"hashes"`
	Checkpoint *checkpointJSON                        `json:"checkpoint"`
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
