package services

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	ct "github.com/google/certificate-transparency-go"
	"github.com/google/certificate-transparency-go/tls"
)

// CertificateLog answers as a certificate-transparency log (RFC 6962, section 4):
// it signs a timestamp for what it is given. It keeps nothing, so it has no tree
// to show: verifiers look at the signed timestamp only.
type CertificateLog struct {
	URL string
	key *ecdsa.PrivateKey
	id  [sha256.Size]byte
}

func newCertificateLog(t testing.TB) *CertificateLog {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	l := &CertificateLog{key: key}
	spki, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	l.id = sha256.Sum256(spki)
	mux := http.NewServeMux()
	mux.HandleFunc("POST /ct/v1/add-chain", l.add(ct.X509LogEntryType))
	mux.HandleFunc("POST /ct/v1/add-pre-chain", l.add(ct.PrecertLogEntryType))
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	l.URL = server.URL
	return l
}

// Key is the key that signs the log's timestamps.
func (l *CertificateLog) Key() crypto.PublicKey { return l.key.Public() }

func (l *CertificateLog) add(kind ct.LogEntryType) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var req ct.AddChainRequest
		err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<18)).Decode(&req)
		if err == nil {
			var resp ct.AddChainResponse
			if resp, err = l.sign(kind, req); err == nil {
				answer(w, resp)
				return
			}
		}
		http.Error(w, err.Error(), http.StatusBadRequest)
	}
}

// sign makes the signed certificate timestamp.
func (l *CertificateLog) sign(kind ct.LogEntryType, req ct.AddChainRequest) (resp ct.AddChainResponse, err error) {
	var chain []ct.ASN1Cert
	for _, der := range req.Chain {
		chain = append(chain, ct.ASN1Cert{Data: der})
	}
	now := uint64(time.Now().UnixMilli())
	leaf, err := ct.MerkleTreeLeafFromRawChain(chain, kind, now)
	if err != nil {
		return resp, err
	}
	sct := ct.SignedCertificateTimestamp{SCTVersion: ct.V1, LogID: ct.LogID{KeyID: l.id}, Timestamp: now}
	input, err := ct.SerializeSCTSignatureInput(sct, ct.LogEntry{Leaf: *leaf})
	if err != nil {
		return resp, err
	}
	signed, err := tls.CreateSignature(*l.key, tls.SHA256, input)
	if err != nil {
		return resp, err
	}
	signature, err := tls.Marshal(ct.DigitallySigned(signed))
	if err != nil {
		return resp, err
	}
	return ct.AddChainResponse{SCTVersion: ct.V1, ID: l.id[:], Timestamp: now, Signature: signature}, nil
}
