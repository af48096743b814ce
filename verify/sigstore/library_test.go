package sigstore_test

import (
	"bytes"
	"crypto"
	"testing"
	"time"

	"github.com/sigstore/sigstore-go/pkg/bundle"
	"github.com/sigstore/sigstore-go/pkg/root"
	sgverify "github.com/sigstore/sigstore-go/pkg/verify"
	"github.com/sigstore/sigstore/pkg/signature"
)

// keyed is a trusted root with one bare key, which is valid for ever.
type keyed struct {
	root.TrustedMaterial
	key crypto.PublicKey
}

type timeless struct{ signature.Verifier }

func (timeless) ValidAtTime(time.Time) bool { return true }

func (k keyed) PublicKeyVerifier(string) (root.TimeConstrainedVerifier, error) {
	v, err := signature.LoadVerifier(k.key, crypto.SHA256)
	return timeless{v}, err
}

// libraryVerify is the verdict of sigstore-go, by the same policy.
func libraryVerify(t testing.TB, raw, rootJSON []byte, p policy) error {
	t.Helper()
	tr, err := root.NewTrustedRootFromJSON(rootJSON)
	must(t, err)
	v, err := libraryVerifier(tr, p)
	must(t, err)
	return libraryVerifyWith(v, raw, p)
}

func libraryVerifier(tr *root.TrustedRoot, p policy) (*sgverify.Verifier, error) {
	options := []sgverify.VerifierOption{sgverify.WithObserverTimestamps(1)}
	if p.log {
		options = append(options, sgverify.WithTransparencyLog(1))
	}
	if p.sct {
		options = append(options, sgverify.WithSignedCertificateTimestamps(1))
	}
	var material root.TrustedMaterial = tr
	if p.key != nil {
		material = keyed{tr, p.key}
	}
	return sgverify.NewVerifier(material, options...)
}

func libraryVerifyWith(v *sgverify.Verifier, raw []byte, p policy) error {
	var b bundle.Bundle
	if err := b.UnmarshalJSON(raw); err != nil {
		return err
	}
	option := sgverify.WithKey()
	if p.key == nil {
		id, err := sgverify.NewShortCertificateIdentity(p.issuer, "", p.identity, "")
		if err != nil {
			return err
		}
		option = sgverify.WithCertificateIdentity(id)
	}
	_, err := v.Verify(&b, sgverify.NewPolicy(sgverify.WithArtifact(bytes.NewReader(p.artifact)), option))
	return err
}
