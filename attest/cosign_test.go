package attest_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"testing"

	"github.com/release-dossier/dossier/attest"
)

func cosign(t *testing.T) string {
	t.Helper()
	name := os.Getenv("COSIGN")
	if name == "" {
		name = "cosign"
	}
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skip("no cosign in PATH or COSIGN: what it writes and reads is not tested")
	}
	return path
}

// TestCosignKey signs with a key that cosign made, and has cosign verify it.
func TestCosignKey(t *testing.T) {
	bin, dir := cosign(t), t.TempDir()
	tool(t, dir, bin, "generate-key-pair")
	private := read(t, dir, "cosign.key")
	s := signer(t, private)
	if !s.Public().Equal(publicKey(t, read(t, dir, "cosign.pub"))) {
		t.Error("the private key is not that of cosign.pub")
	}
	checkPassphrase(t, "cosign", private)
	verifiedByCosign(t, bin, s, "app")
}

// TestCosignReadsOurs has cosign verify bundles by each kind of key but P-384:
// given a key file, cosign hashes with SHA-256 whatever the curve.
func TestCosignReadsOurs(t *testing.T) {
	bin := cosign(t)
	for name, args := range map[string][]string{
		"p256":    {"-t", "ecdsa", "-b", "256"},
		"ed25519": {"-t", "ed25519"}, "rsa 3072": {"-t", "rsa", "-b", "3072"}, "rsa 4096": {"-t", "rsa", "-b", "4096"},
	} {
		t.Run(name, func(t *testing.T) {
			private, _ := sshKey(t, "", args...)
			verifiedByCosign(t, bin, signer(t, private), name)
		})
	}
}

func verifiedByCosign(t *testing.T, bin string, s *attest.KeySigner, content string) {
	t.Helper()
	dir := t.TempDir()
	raw, err := attest.Sign(t.Context(), s, payload(t, content))
	if err != nil {
		t.Fatal(err)
	}
	write(t, raw, dir, "bundle")
	write(t, []byte(content), dir, "app")
	write(t, s.Public().PEM(), dir, "pub")
	tool(t, dir, bin, "verify-blob-attestation", "--key", "pub", "--bundle", "bundle",
		"--type", "https://example.com/note/v1", "--insecure-ignore-tlog", "app")
}

// TestReadCosigns reads the bundle that cosign attest-blob writes.
func TestReadCosigns(t *testing.T) {
	bin, dir := cosign(t), t.TempDir()
	tool(t, dir, bin, "generate-key-pair")
	write(t, []byte("app"), dir, "app")
	write(t, []byte(`{"note":"seen"}`), dir, "predicate")
	tool(t, dir, bin, "attest-blob", "--key", "cosign.key", "--predicate", "predicate", "--type", "https://example.com/note/v1",
		"--use-signing-config=false", "--tlog-upload=false", "--bundle", "bundle", "--yes", "app")
	raw := read(t, dir, "bundle")
	b, err := attest.ParseBundle(raw)
	if err != nil {
		t.Fatalf("%v\n%s", err, raw)
	}
	key := publicKey(t, read(t, dir, "cosign.pub"))
	if err := key.Verify(b.SignedBytes(), b.Signature); err != nil {
		t.Error(err)
	}
	if b.Hint != key.Hint() {
		t.Errorf("cosign's hint is %q, ours %q", b.Hint, key.Hint())
	}
	s, err := attest.ParseImported(b.Payload)
	if err != nil || s.PredicateType != "https://example.com/note/v1" {
		t.Errorf("got %+v, %v", s, err)
	}
	var envelope struct{ DsseEnvelope json.RawMessage }
	if err := json.Unmarshal(raw, &envelope); err != nil {
		t.Fatal(err)
	}
	if bare, err := attest.ParseEnvelope(envelope.DsseEnvelope); err != nil || bare.StatementID() != b.StatementID() {
		t.Errorf("the envelope alone: %v", err)
	}
}
