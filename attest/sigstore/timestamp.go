package sigstore

import (
	"bytes"
	"context"
	"crypto"
	"crypto/sha256"
	"fmt"
	"net/http"

	"github.com/digitorus/timestamp"
)

// stamp has an authority confirm that a signature exists now (RFC 3161, section
// 3.4): it sees the signature's digest only.
func (c *client) stamp(ctx context.Context, url string, signature []byte) ([]byte, error) {
	digest := sha256.Sum256(signature)
	query, err := (&timestamp.Request{HashAlgorithm: crypto.SHA256, HashedMessage: digest[:]}).Marshal()
	if err != nil {
		return nil, err
	}
	token, err := c.do(ctx, http.MethodPost, url, map[string]string{"Content-Type": "application/timestamp-query"}, query)
	if err != nil {
		return nil, remedy(err, "the URL in the signing configuration must be the full one, with its path", http.StatusNotFound, http.StatusMethodNotAllowed)
	}
	got, err := timestamp.ParseResponse(token)
	if err != nil {
		return nil, fmt.Errorf("%s at %s: the answer is not a timestamp: %w", c.name, url, err)
	}
	if got.HashAlgorithm != crypto.SHA256 || !bytes.Equal(got.HashedMessage, digest[:]) {
		return nil, fmt.Errorf("%s at %s answers with a timestamp of something else", c.name, url)
	}
	return token, nil
}
