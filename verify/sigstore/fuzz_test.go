package sigstore_test

import (
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"testing"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/internal/testca"
	"github.com/release-dossier/dossier/verify/sigstore"
)

// FuzzVerify looks for a bundle that we accept and the library does not, for a
// refusal without a reason, and for a panic.
func FuzzVerify(f *testing.F) {
	rootJSON := virtual(f, "trusted_root.json")
	roots, err := sigstore.ParseRoots(rootJSON)
	must(f, err)
	for _, name := range []string{"dsse-v1.json", "dsse-v2.json", "message-v01.json", "timestamp-only.json", "no-proof.json", "key.json"} {
		f.Add(virtual(f, name))
	}
	f.Add([]byte("{}"))
	v := verifier(f, sigstore.Config{Roots: roots})
	p := virtualPolicy(f, "")
	artifact, now := artifactOf(f, p.artifact), virtualAt(f)
	f.Fuzz(func(t *testing.T, raw []byte) {
		r := v.Verify(raw, artifact, p.signers(), now)
		if r.Verdict != sigstore.Verified {
			if sigstore.Explain(r.Code).Meaning == "" {
				t.Errorf("%s without a reason", r.Verdict)
			}
			return
		}
		if err := libraryVerify(t, raw, rootJSON, p); err != nil {
			t.Errorf("accepted, and the library refuses: %v", err)
		}
	})
}

// FuzzRoots looks for a panic.
func FuzzRoots(f *testing.F) {
	f.Add(virtual(f, "trusted_root.json"))
	f.Add(virtual(f, "trusted_root-ct.json"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if r, err := sigstore.ParseRoots(data); err == nil && r.Len() == 0 {
			t.Error("no root and no error")
		}
	})
}

// FuzzCertificates reads authorities, keys and the holder of a certificate. What
// is read is bounded, and its keys are of algorithms that are accepted.
func FuzzCertificates(f *testing.F) {
	c := newCompany(f)
	ana := c.issuing.Employee(f, "ana@acme.example", hired, nil)
	f.Add(c.root.PEM(c.issuing))
	f.Add(c.issuing.PEM())
	f.Add(ana.PEM())
	public, err := x509.MarshalPKIXPublicKey(ana.Certificate.PublicKey)
	must(f, err)
	key := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public})
	f.Add(key)
	f.Add([]byte("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f ana"))
	instance := testca.NewInstance(f, hired)
	holder := instance.Keyless(f, testca.Workflow("https://github.com/acme/hello", "release.yml", "refs/tags/v1.0.0"), signing)
	f.Add(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: holder.Certificate(ana.Certificate.PublicKey)}))
	f.Fuzz(func(t *testing.T, data []byte) {
		if a, err := sigstore.ParseAuthorities(data); err == nil {
			if _, err := sigstore.New(sigstore.Config{Authorities: a, TimeOptional: true}); err != nil {
				t.Errorf("authorities that are read cannot be used: %v", err)
			}
		}
		if k, err := sigstore.ParsePublicKey(data); err == nil {
			der, err := x509.MarshalPKIXPublicKey(k)
			if err != nil {
				t.Fatal(err)
			}
			again, err := sigstore.ParsePublicKey(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
			if same, ok := again.(interface{ Equal(crypto.PublicKey) bool }); err != nil || !ok || !same.Equal(k) {
				t.Errorf("written and read again it is another key: %v", err)
			}
		}
		block, _ := pem.Decode(data)
		if block == nil {
			return
		}
		id, build, since, err := sigstore.Certified(block.Bytes)
		if err != nil {
			return
		}
		if _, err := evidence.ParseIdentity(string(id)); err != nil || build == nil || since.IsZero() {
			t.Errorf("certified for %q since %s: %v", id, since, err)
		}
	})
}
