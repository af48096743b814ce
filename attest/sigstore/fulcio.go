package sigstore

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// signingKey is a key that lives as long as its certificate, and the certificate.
type signingKey struct {
	key         *ecdsa.PrivateKey
	certificate *x509.Certificate
}

// certificateRequest is what Fulcio is asked (POST /api/v2/signingCert).
type certificateRequest struct {
	PublicKeyRequest struct {
		PublicKey struct {
			Algorithm string `json:"algorithm"`
			Content   string `json:"content"` // PEM
		} `json:"publicKey"`
		ProofOfPossession []byte `json:"proofOfPossession"`
	} `json:"publicKeyRequest"`
}

// chainAnswer is a certificate with its chain, PEM each.
type chainAnswer struct {
	Chain struct {
		Certificates []string `json:"certificates"`
	} `json:"chain"`
}

// certificateAnswer has one of the two.
type certificateAnswer struct {
	Embedded chainAnswer `json:"signedCertificateEmbeddedSct"`
	Detached chainAnswer `json:"signedCertificateDetachedSct"`
}

// issue has Fulcio certify a new P-256 key for the token's identity.
func (c *client) issue(ctx context.Context, base string, token Token) (*signingKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	spki, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return nil, err
	}
	subject := sha256.Sum256([]byte(token.subject))
	proof, err := key.Sign(rand.Reader, subject[:], crypto.SHA256)
	if err != nil {
		return nil, err
	}
	var req certificateRequest
	req.PublicKeyRequest.PublicKey.Algorithm = "ECDSA"
	req.PublicKeyRequest.PublicKey.Content = string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: spki}))
	req.PublicKeyRequest.ProofOfPossession = proof
	body, err := json.Marshal(&req)
	if err != nil {
		return nil, err
	}
	header := map[string]string{"Content-Type": "application/json", "Authorization": "Bearer " + token.raw}
	answer, err := c.do(ctx, http.MethodPost, strings.TrimRight(base, "/")+"/api/v2/signingCert", header, body)
	if err != nil {
		advice := fmt.Sprintf("the token is by %s, for %q and valid until %s: Fulcio must know that issuer, and the audience must be the one it expects", token.Issuer, token.subject, token.Expires.Format(time.RFC3339))
		return nil, remedy(err, advice, http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden)
	}
	certificate, err := leafOf(answer)
	if err != nil {
		return nil, fmt.Errorf("%s at %s: %w", c.name, base, err)
	}
	if public, ok := certificate.PublicKey.(*ecdsa.PublicKey); !ok || !public.Equal(key.Public()) {
		return nil, fmt.Errorf("%s at %s answers with a certificate for another key", c.name, base)
	}
	return &signingKey{key, certificate}, nil
}

func leafOf(answer []byte) (*x509.Certificate, error) {
	var a certificateAnswer
	if err := json.Unmarshal(answer, &a); err != nil {
		return nil, fmt.Errorf("the answer is not JSON of a certificate: %w", err)
	}
	chain := a.Embedded.Chain.Certificates
	if len(chain) == 0 && len(a.Detached.Chain.Certificates) > 0 {
		// It would have to travel beside the certificate, and bundles have no place
		// for it.
		return nil, errors.New("the certificate comes with a detached timestamp of a certificate log, which no bundle can carry")
	}
	if len(chain) == 0 {
		return nil, errors.New("the answer holds no certificate")
	}
	block, _ := pem.Decode([]byte(chain[0]))
	if block == nil {
		return nil, errors.New("the certificate is not PEM")
	}
	return x509.ParseCertificate(block.Bytes)
}
