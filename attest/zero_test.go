package attest_test

import (
	"testing"

	"github.com/release-dossier/dossier/attest"
)

// TestZero: what nobody made is an error, and no panic.
func TestZero(t *testing.T) {
	payload := []byte(`{"_type":"https://in-toto.io/Statement/v1","subject":[{"digest":{"sha256":"5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"}}],"predicateType":"https://example.com/test/v1","predicate":{}}`)
	for name, s := range map[string]attest.Signer{
		"nil": nil, "nil key": (*attest.KeySigner)(nil), "zero key": &attest.KeySigner{}, "zero certificate": &attest.CertificateSigner{},
	} {
		if _, err := attest.Sign(t.Context(), s, payload); err == nil {
			t.Errorf("%s: signed", name)
		}
	}
	if _, err := attest.NewKeySigner(nil); err == nil {
		t.Error("a signer without a key")
	}
	if _, err := attest.WithCertificate(nil, nil); err == nil {
		t.Error("a certificate without a signer")
	}
	if got := (attest.PublicKey{}).PEM(); got != nil {
		t.Errorf("no key is %q", got)
	}
}
