package attest

import (
	"crypto/ecdsa"
	"encoding/asn1"
	"math/big"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/internal/bundlejson"
	"github.com/release-dossier/dossier/internal/strictjson"
)

// Canonical returns the one form in which a bundle with b's statement and
// signature, made by k, is written here (format, section 5): Sign writes it,
// and nobody without the key can make a second one. It is nil if b holds
// proofs beside the signature, for which there is no such form.
func (k PublicKey) Canonical(b *Bundle) []byte {
	if len(b.Chain)+len(b.Timestamps)+len(b.LogEntries) > 0 {
		return nil
	}
	raw, err := strictjson.Marshal(bundleJSON{
		MediaType: evidence.MediaTypeSigstoreBundle,
		Material:  &materialJSON{PublicKey: &bundlejson.PublicKey{Hint: k.Hint()}},
		DSSE: &bundlejson.Envelope{
			Payload: b.Payload, PayloadType: b.PayloadType, Signatures: []bundlejson.Signature{{Sig: k.canonicalSignature(b.Signature)}},
		},
	})
	if err != nil {
		return nil
	}
	return raw
}

// canonicalSignature returns sig or, if it is an ECDSA signature (r, s), that of
// (r, s) and (r, n-s) whose s is smaller: both verify, and whoever has one has
// the other.
func (k PublicKey) canonicalSignature(sig []byte) []byte {
	key, ok := k.parts().key.(*ecdsa.PublicKey)
	if !ok {
		return sig
	}
	var rs struct{ R, S *big.Int }
	if rest, err := asn1.Unmarshal(sig, &rs); err != nil || len(rest) > 0 {
		return sig
	}
	if other := new(big.Int).Sub(key.Params().N, rs.S); other.Cmp(rs.S) < 0 {
		rs.S = other
	}
	der, err := asn1.Marshal(rs)
	if err != nil {
		return sig
	}
	return der
}
