package sigstore

import (
	"crypto/x509"
	"encoding/pem"
	"strings"
	"time"

	"github.com/release-dossier/dossier/internal/bundlejson"
	"github.com/release-dossier/dossier/internal/strictjson"
)

// certifiedJSON is a DSSE envelope that carries the certificate of its signer,
// as slsa-github-generator wrote it before there were Sigstore bundles.
type certifiedJSON struct {
	Payload     strictjson.Base64 `json:"payload"`
	PayloadType string            `json:"payloadType"`
	Signatures  bundlejson.Elements[struct {
		Sig   strictjson.Base64 `json:"sig"`
		KeyID string            `json:"keyid"`
		Cert  string            `json:"cert"` // PEM
	}] `json:"signatures"`
}

// VerifyEnvelope judges a bare DSSE envelope with one signature, by a key or by
// the certificate in its member cert. An envelope holds no log entry and no
// timestamp: by a certificate it is [Unproven] at best, for only asking the log
// could show an entry.
func (v *Verifier) VerifyEnvelope(raw []byte, a Artifact, by Signers, at time.Time) *Result {
	b, err := parseEnvelope(raw)
	return v.verify(b, err, a, by, at)
}

func parseEnvelope(raw []byte) (*parsed, error) {
	if len(raw) > MaxBundle {
		return nil, problemf(BundleMalformed, "the envelope has %d bytes, at most %d are read", len(raw), MaxBundle)
	}
	var j certifiedJSON
	if err := strictjson.Unmarshal(raw, &j, strictjson.RejectUnknown(), strictjson.Depth(16)); err != nil {
		return nil, problemf(BundleMalformed, "%v", err)
	}
	e := envelopeJSON{Payload: j.Payload, PayloadType: j.PayloadType}
	for _, s := range j.Signatures {
		e.Signatures = append(e.Signatures, envelopeSignatureJSON{Sig: s.Sig, KeyID: s.KeyID})
	}
	b := &parsed{version: "dsse"}
	if err := b.envelope(&e); err != nil {
		return nil, err
	}
	cert := j.Signatures[0].Cert
	if cert == "" {
		b.hint = b.keyID
		return b, nil
	}
	return b, b.certified(cert)
}

// certified takes the certificate of the signer, and what may follow it.
func (b *parsed) certified(text string) error {
	if len(text) > maxCertificates*maxCertificate {
		return problemf(CertMalformed, "at /signatures/0/cert: %d bytes", len(text))
	}
	rest := []byte(text)
	for {
		var block *pem.Block
		block, rest = pem.Decode(rest)
		switch {
		case block == nil && b.leaf != nil && strings.TrimSpace(string(rest)) == "":
			return nil
		case block == nil || block.Type != "CERTIFICATE" || len(b.chain) == maxCertificates:
			return problemf(CertMalformed, "at /signatures/0/cert: want certificates in PEM and nothing else")
		case b.leaf != nil:
			b.chain = append(b.chain, block.Bytes)
			continue
		}
		leaf, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return problemf(CertMalformed, "the signing certificate: %v", err)
		}
		b.leaf = leaf
	}
}
