package verify

import (
	"crypto/ed25519"
	"crypto/rand"
	"strings"
	"testing"

	"github.com/hiddeco/sshsig"
	"golang.org/x/crypto/ssh"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence/gitobj"
)

// TestCommitSignatures: a signature counts over the very bytes that it signs.
func TestCommitSignatures(t *testing.T) {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	payload := []byte("tree 0\n\nfix: x\n")
	sig, err := sshsig.Sign(strings.NewReader(string(payload)), signer, sshsig.HashSHA512, "git")
	if err != nil {
		t.Fatal(err)
	}
	var signed, changed, unsigned, pgp gitobj.CommitWithID
	signed.Payload, signed.Signature = payload, sshsig.Armor(sig)
	changed.Payload, changed.Signature = append([]byte("x"), payload...), signed.Signature
	pgp.Payload, pgp.Signature = payload, []byte("-----BEGIN PGP SIGNATURE-----")
	got := signaturesOf([]gitobj.CommitWithID{signed, changed, unsigned, pgp})
	key, err := attest.ParsePublicKey(ssh.MarshalAuthorizedKey(signer.PublicKey()))
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []CommitSignature{{Identity: key.Identity()}, {Code: "signature-invalid"}, {Code: "unsigned"}, {Code: "no-verifier"}} {
		if got[i] != want {
			t.Errorf("commit %d: %+v, want %+v", i, got[i], want)
		}
	}
	if n := len(signaturesOf(nil)); n != 0 {
		t.Errorf("%d signatures of no commits", n)
	}
}
