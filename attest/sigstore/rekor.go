package sigstore

import (
	"bytes"
	"context"
	"crypto"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	protorekor "github.com/sigstore/protobuf-specs/gen/pb-go/rekor/v1"
	"google.golang.org/protobuf/encoding/protojson"
)

// logRequest asks Rekor v2 for a hashedrekord entry 0.0.2 (POST
// /api/v2/log/entries). A statement is logged by the digest of what was signed, its
// pre-authentication encoding: the log never sees what it says.
type logRequest struct {
	Entry struct {
		Digest    []byte `json:"digest"`
		Signature struct {
			Content  []byte   `json:"content"`
			Verifier verifier `json:"verifier"`
		} `json:"signature"`
	} `json:"hashedRekordRequestV002"`
}

// verifier is what a signature is verified with, a certificate or a key (DER).
type verifier struct {
	Certificate *rawBytes `json:"x509Certificate,omitempty"`
	PublicKey   *rawBytes `json:"publicKey,omitempty"`
	// Details names the algorithm, as PublicKeyDetails of the Sigstore protocol
	// does.
	Details string `json:"keyDetails"`

	hash crypto.Hash
}

type rawBytes struct {
	RawBytes []byte `json:"rawBytes"`
}

// log enters a signature over a message and returns the entry with its proof.
func (c *client) log(ctx context.Context, base string, message, signature []byte, v verifier) (jsontext.Value, error) {
	var req logRequest
	h := v.hash.New()
	h.Write(message)
	req.Entry.Digest = h.Sum(nil)
	req.Entry.Signature.Content, req.Entry.Signature.Verifier = signature, v
	body, err := json.Marshal(&req)
	if err != nil {
		return nil, err
	}
	answer, err := c.do(ctx, http.MethodPost, strings.TrimRight(base, "/")+"/api/v2/log/entries", map[string]string{"Content-Type": "application/json"}, body)
	if err != nil {
		return nil, remedy(remedy(err, "the log has this signature already: sign again", http.StatusConflict),
			"is it a Rekor v2 log?", http.StatusNotFound, http.StatusMethodNotAllowed)
	}
	entry := new(protorekor.TransparencyLogEntry)
	if err := protojson.Unmarshal(answer, entry); err != nil {
		return nil, fmt.Errorf("%s at %s: the answer is not a log entry: %w", c.name, base, err)
	}
	if entry.GetInclusionProof().GetCheckpoint().GetEnvelope() == "" {
		return nil, fmt.Errorf("%s at %s: %w", c.name, base, errors.New("the entry has no inclusion proof with a checkpoint"))
	}
	text, err := protojson.Marshal(entry)
	if err != nil {
		return nil, err
	}
	// The library varies its white space on purpose.
	var compact bytes.Buffer
	err = json.Compact(&compact, text)
	return compact.Bytes(), err
}
