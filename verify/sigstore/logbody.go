package sigstore

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"

	"github.com/release-dossier/dossier/internal/bundlejson"
	"github.com/release-dossier/dossier/internal/strictjson"
)

// What a log entry of each kind holds (Rekor's canonicalized bodies). A body
// with a member that is not here is refused: it would say something about the
// signature that nobody compared.
type (
	bodyHead struct {
		APIVersion string  `json:"apiVersion"`
		Kind       string  `json:"kind"`
		Spec       anyJSON `json:"spec"`
	}
	hexDigest struct {
		Algorithm string `json:"algorithm"`
		Value     string `json:"value"`
	}
	// hashedrekord 0.0.1
	hashedRekordSpec struct {
		Data struct {
			Hash hexDigest `json:"hash"`
		} `json:"data"`
		Signature struct {
			Content   strictjson.Base64 `json:"content"`
			PublicKey struct {
				Content strictjson.Base64 `json:"content"` // PEM
			} `json:"publicKey"`
		} `json:"signature"`
	}
	// dsse 0.0.1
	dsseSpec struct {
		EnvelopeHash hexDigest `json:"envelopeHash"` // of the JSON as it was uploaded, which nobody has
		PayloadHash  hexDigest `json:"payloadHash"`
		Signatures   bundlejson.Elements[struct {
			Signature strictjson.Base64 `json:"signature"`
			Verifier  strictjson.Base64 `json:"verifier"` // PEM
		}] `json:"signatures"`
	}
	// intoto 0.0.2
	intotoSpec struct {
		Content struct {
			Envelope struct {
				Payload     strictjson.Base64 `json:"payload"` // of base64, if at all
				PayloadType string            `json:"payloadType"`
				Signatures  bundlejson.Elements[struct {
					KeyID     string            `json:"keyid"`
					Sig       strictjson.Base64 `json:"sig"`       // of base64
					PublicKey strictjson.Base64 `json:"publicKey"` // PEM
				}] `json:"signatures"`
			} `json:"envelope"`
			Hash        hexDigest `json:"hash"` // as envelopeHash
			PayloadHash hexDigest `json:"payloadHash"`
		} `json:"content"`
	}
	// hashedrekord 0.0.2, of Rekor v2
	hashedRekordV2Spec struct {
		Entry struct {
			Data struct {
				Algorithm string            `json:"algorithm"`
				Digest    strictjson.Base64 `json:"digest"`
			} `json:"data"`
			Signature struct {
				Content  strictjson.Base64 `json:"content"`
				Verifier struct {
					KeyDetails  string   `json:"keyDetails"`
					Certificate *rawJSON `json:"x509Certificate"`
					PublicKey   *rawJSON `json:"publicKey"`
				} `json:"verifier"`
			} `json:"signature"`
		} `json:"hashedRekordV002"`
	}
)

// describes checks that the body of an entry is about this bundle and key:
// everything that is in both must agree.
func (b *parsed) describes(e *entryJSON, key crypto.PublicKey) error {
	var head bodyHead
	if err := strictjson.Unmarshal(e.Body, &head, strictjson.RejectUnknown()); err != nil {
		return fmt.Errorf("the canonicalized body: %w", err)
	}
	if head.Kind != e.KindVersion.Kind || head.APIVersion != e.KindVersion.Version {
		return fmt.Errorf("the entry says it is %.40s %.40s, its body is %.40s %.40s", e.KindVersion.Kind, e.KindVersion.Version, head.Kind, head.APIVersion)
	}
	switch head.Kind + " " + head.APIVersion {
	case "hashedrekord 0.0.1":
		return b.describedHashedRekord(head.Spec, key)
	case "dsse 0.0.1":
		return b.describedDSSE(head.Spec, key)
	case "intoto 0.0.2":
		return b.describedIntoto(head.Spec, key)
	case "hashedrekord 0.0.2":
		return b.describedV2(head.Spec, key)
	}
	return fmt.Errorf("entries of the kind %.40s %.40s are not known here", head.Kind, head.APIVersion)
}

func spec(raw anyJSON, v any) error {
	if err := strictjson.Unmarshal(raw, v, strictjson.RejectUnknown()); err != nil {
		return fmt.Errorf("the canonicalized body: /spec: %w", err)
	}
	return nil
}

func (b *parsed) describedHashedRekord(raw anyJSON, key crypto.PublicKey) error {
	var s hashedRekordSpec
	if err := spec(raw, &s); err != nil {
		return err
	}
	if b.message == nil {
		return errors.New("the entry is of a signed artifact, the bundle of a statement")
	}
	if err := s.Data.Hash.is(b.hash, b.message.Digest.Digest, "artifact"); err != nil {
		return err
	}
	if !bytes.Equal(s.Signature.Content, b.signature) {
		return errors.New("the entry is of another signature")
	}
	return b.namesKey(s.Signature.PublicKey.Content, key)
}

func (b *parsed) describedDSSE(raw anyJSON, key crypto.PublicKey) error {
	var s dsseSpec
	if err := spec(raw, &s); err != nil {
		return err
	}
	if b.message != nil {
		return errors.New("the entry is of a statement, the bundle of a signed artifact")
	}
	if err := s.PayloadHash.is(crypto.SHA256, sum(crypto.SHA256, b.payload), "payload"); err != nil {
		return err
	}
	if len(s.Signatures) != 1 || !bytes.Equal(s.Signatures[0].Signature, b.signature) {
		return errors.New("the entry is of another signature")
	}
	return b.namesKey(s.Signatures[0].Verifier, key)
}

func (b *parsed) describedIntoto(raw anyJSON, key crypto.PublicKey) error {
	var s intotoSpec
	if err := spec(raw, &s); err != nil {
		return err
	}
	envelope := s.Content.Envelope
	if b.message != nil {
		return errors.New("the entry is of a statement, the bundle of a signed artifact")
	}
	if err := s.Content.PayloadHash.is(crypto.SHA256, sum(crypto.SHA256, b.payload), "payload"); err != nil {
		return err
	}
	if envelope.PayloadType != b.payloadType {
		return errors.New("the entry is of another payload type")
	}
	if len(envelope.Payload) > 0 && !encodes(envelope.Payload, b.payload) {
		return errors.New("the entry is of another payload")
	}
	if len(envelope.Signatures) != 1 || !encodes(envelope.Signatures[0].Sig, b.signature) {
		return errors.New("the entry is of another signature")
	}
	if envelope.Signatures[0].KeyID != "" && envelope.Signatures[0].KeyID != b.keyID {
		return errors.New("the entry names another keyid")
	}
	return b.namesKey(envelope.Signatures[0].PublicKey, key)
}

func (b *parsed) describedV2(raw anyJSON, key crypto.PublicKey) error {
	var s hashedRekordV2Spec
	if err := spec(raw, &s); err != nil {
		return err
	}
	details, hash, err := loggedAs(key)
	if err != nil {
		return err
	}
	digest, want := b.messageDigest(), hash
	if b.message == nil {
		digest = sum(hash, b.pae)
	} else {
		want = b.hash
	}
	data, sig := s.Entry.Data, s.Entry.Signature
	switch {
	case hashes[data.Algorithm] != want || !bytes.Equal(data.Digest, digest):
		return errors.New("the entry is of another digest")
	case !bytes.Equal(sig.Content, b.signature):
		return errors.New("the entry is of another signature")
	case sig.Verifier.KeyDetails != details:
		return fmt.Errorf("the entry is of a key of the kind %.60s, the signature by one of %s", sig.Verifier.KeyDetails, details)
	case (sig.Verifier.Certificate == nil) == (sig.Verifier.PublicKey == nil):
		return errors.New("the entry does not name exactly one certificate or key")
	case sig.Verifier.Certificate != nil:
		if b.leaf == nil || !bytes.Equal(sig.Verifier.Certificate.RawBytes, b.leaf.Raw) {
			return errors.New("the entry is of another certificate")
		}
		return nil
	}
	return b.isKey(sig.Verifier.PublicKey.RawBytes, key)
}

func (b *parsed) messageDigest() []byte {
	if b.message == nil {
		return nil
	}
	return b.message.Digest.Digest
}

// encodes reports whether text is the base64 of data.
func encodes(text, data []byte) bool {
	return string(text) == base64.StdEncoding.EncodeToString(data)
}

// is reports whether a digest in hex is the given one.
func (d hexDigest) is(hash crypto.Hash, digest []byte, what string) error {
	names := map[crypto.Hash]string{crypto.SHA256: "sha256", crypto.SHA384: "sha384", crypto.SHA512: "sha512"}
	if d.Algorithm != names[hash] || d.Value != hex.EncodeToString(digest) {
		return fmt.Errorf("the entry is of another %s: %.20s:%.128s", what, d.Algorithm, d.Value)
	}
	return nil
}

// namesKey reports whether PEM text is the bundle's certificate, or the key.
func (b *parsed) namesKey(text []byte, key crypto.PublicKey) error {
	block, rest := pem.Decode(text)
	switch {
	case block == nil || len(bytes.TrimSpace(rest)) > 0:
		return errors.New("the entry does not name exactly one certificate or key")
	case block.Type == "CERTIFICATE":
		if b.leaf == nil || !bytes.Equal(block.Bytes, b.leaf.Raw) {
			return errors.New("the entry is of another certificate")
		}
		return nil
	}
	return b.isKey(block.Bytes, key)
}

func (b *parsed) isKey(der []byte, key crypto.PublicKey) error {
	spki, err := x509.MarshalPKIXPublicKey(key)
	if err != nil || b.leaf != nil || !bytes.Equal(der, spki) {
		return errors.New("the entry is of another key")
	}
	return nil
}
