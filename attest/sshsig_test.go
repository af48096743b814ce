package attest_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/json"
	"encoding/pem"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"

	"github.com/release-dossier/dossier/attest"
)

func TestVerifySSHSignature(t *testing.T) {
	for _, args := range []string{"-t ed25519", "-t ecdsa -b 256", "-t ecdsa -b 384", "-t rsa -b 2048", "-t rsa -b 3072"} {
		for _, hash := range []string{"sha256", "sha512"} {
			t.Run(args+" "+hash, func(t *testing.T) {
				dir := t.TempDir()
				tool(t, dir, "ssh-keygen", append([]string{"-q", "-f", "k", "-N", ""}, strings.Fields(args)...)...)
				write(t, []byte("a tag"), dir, "m")
				tool(t, dir, "ssh-keygen", "-Y", "sign", "-q", "-f", "k", "-n", "git", "-O", "hashalg="+hash, "m")
				sig := read(t, dir, "m.sig")

				key, err := attest.VerifySSHSignature(sig, []byte("a tag"), "git")
				if err != nil {
					t.Fatal(err)
				}
				if !key.Equal(publicKey(t, read(t, dir, "k.pub"))) {
					t.Errorf("signed by %s", key.Fingerprint())
				}
				if _, err := attest.VerifySSHSignature(sig, []byte("another"), "git"); !errors.Is(err, attest.ErrVerify) {
					t.Errorf("another message: got %v", err)
				}
				if _, err := attest.VerifySSHSignature(sig, []byte("a tag"), "file"); err == nil || !strings.Contains(err.Error(), "namespace") {
					t.Errorf("another namespace: got %v", err)
				}
				for name, bad := range map[string][]byte{
					"empty": nil, "cut": sig[:len(sig)/2], "twice": append(bytes.Clone(sig), sig...), "text before": append([]byte("x\n"), sig...),
					"huge": bytes.Repeat(sig, 1000), "a key": read(t, dir, "k"),
				} {
					if _, err := attest.VerifySSHSignature(bad, []byte("a tag"), "git"); err == nil {
						t.Errorf("%s: accepted", name)
					}
				}
			})
		}
	}
	if _, err := attest.VerifySSHSignature(nil, nil, ""); err == nil {
		t.Error("accepted without a namespace")
	}
}

// sshsigBlob is the signature file of PROTOCOL.sshsig, after its magic.
type sshsigBlob struct {
	Version                   uint32
	Key                       []byte
	Namespace, Reserved, Hash string
	Signature                 []byte
}

// TestSSHSignatureTrailer appends data to a good signature.
func TestSSHSignatureTrailer(t *testing.T) {
	dir := t.TempDir()
	tool(t, dir, "ssh-keygen", "-q", "-t", "ed25519", "-f", "k", "-N", "")
	write(t, []byte("a tag"), dir, "m")
	tool(t, dir, "ssh-keygen", "-Y", "sign", "-q", "-f", "k", "-n", "git", "m")
	block, _ := pem.Decode(read(t, dir, "m.sig"))
	var blob sshsigBlob
	if err := ssh.Unmarshal(block.Bytes[len("SSHSIG"):], &blob); err != nil {
		t.Fatal(err)
	}
	for _, trailer := range []string{"", "x"} {
		b := blob
		b.Signature = append(bytes.Clone(blob.Signature), trailer...)
		block.Bytes = append([]byte("SSHSIG"), ssh.Marshal(b)...)
		if _, err := attest.VerifySSHSignature(pem.EncodeToMemory(block), []byte("a tag"), "git"); (err == nil) != (trailer == "") {
			t.Errorf("trailer %q: got %v", trailer, err)
		}
	}
}

// TestFIDOSignature makes what a FIDO device signs for a Git tag: it adds its
// application, flags and counter to the message (PROTOCOL.u2f of OpenSSH).
func TestFIDOSignature(t *testing.T) {
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	sign := func(flags byte) []byte {
		digest := sha256.Sum256([]byte("a tag"))
		message := append([]byte("SSHSIG"), ssh.Marshal(struct {
			Namespace, Reserved, Hash string
			Digest                    []byte
		}{"git", "", "sha256", digest[:]})...)
		app, inner := sha256.Sum256([]byte("ssh:")), sha256.Sum256(message)
		data := append(append(app[:], flags, 0, 0, 0, 9), inner[:]...)
		sig := ssh.Marshal(struct {
			Format string
			Sig    []byte
		}{"sk-ssh-ed25519@openssh.com", ed25519.Sign(private, data)})
		key := ssh.Marshal(struct {
			Type string
			Key  []byte
			App  string
		}{"sk-ssh-ed25519@openssh.com", public, "ssh:"})
		blob := ssh.Marshal(sshsigBlob{1, key, "git", "", "sha256", append(sig, flags, 0, 0, 0, 9)})
		return pem.EncodeToMemory(&pem.Block{Type: "SSH SIGNATURE", Bytes: append([]byte("SSHSIG"), blob...)})
	}
	key, err := attest.VerifySSHSignature(sign(1), []byte("a tag"), "git")
	if err != nil {
		t.Fatal(err)
	}
	bare, err := attest.NewPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	if !key.FIDO() || key.Identity() != bare.Identity() {
		t.Errorf("fido %v, identity %s, want %s", key.FIDO(), key.Identity(), bare.Identity())
	}
	if _, err := attest.VerifySSHSignature(sign(0), []byte("a tag"), "git"); err == nil {
		t.Error("accepted although nobody touched the device")
	}
}

// TestSSHTags verifies real Git tags, each with the key that it brings.
func TestSSHTags(t *testing.T) {
	root := corpus(t)
	n := 0
	for line := range bytes.Lines(read(t, root, "manifest.jsonl")) {
		var c struct{ Kind, Sig, File string }
		if json.Unmarshal(line, &c) != nil || c.Kind != "git-tag" || c.Sig != "ssh" {
			continue
		}
		n++
		tag := read(t, filepath.Join(root, c.File))
		i := bytes.Index(tag, []byte("-----BEGIN SSH SIGNATURE-----"))
		payload, sig := tag[:i], tag[i:]
		if _, err := attest.VerifySSHSignature(sig, payload, "git"); err != nil {
			t.Errorf("%s: %v", c.File, err)
		}
		payload[len(payload)/2] ^= 1
		if _, err := attest.VerifySSHSignature(sig, payload, "git"); err == nil {
			t.Errorf("%s: verifies with a byte changed", c.File)
		}
	}
	if n == 0 {
		t.Error("the corpus has no SSH tags")
	}
	t.Logf("%d tags", n)
}
