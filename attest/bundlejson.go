package attest

import (
	"github.com/go-json-experiment/json/jsontext"

	"github.com/release-dossier/dossier/internal/strictjson"
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
	RawBytes strictjson.Base64 `json:"rawBytes"`
}

type chainJSON struct {
	Certificates []certificateJSON `json:"certificates"`
}

type timestampsJSON struct {
	RFC3161 []timestampJSON `json:"rfc3161Timestamps,omitempty"`
}

type timestampJSON struct {
	SignedTimestamp strictjson.Base64 `json:"signedTimestamp"`
}

type envelope struct {
	Payload     strictjson.Base64 `json:"payload"`
	PayloadType string            `json:"payloadType"`
	Signatures  []signatureJSON   `json:"signatures"`
}

type signatureJSON struct {
	Sig   strictjson.Base64 `json:"sig"`
	KeyID string            `json:"keyid,omitempty"`
}
