package sigstore_test

import (
	"crypto"
	"crypto/ed25519"
	"encoding/base64"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/verify/sigstore"
)

// TestParsePublicKey: a key is the same in PEM and as OpenSSH writes it.
func TestParsePublicKey(t *testing.T) {
	const fido = "sk-ssh-ed25519@openssh.com"
	public, _, err := ed25519.GenerateKey(nil)
	must(t, err)
	device := ssh.Marshal(struct {
		Type string
		Key  ed25519.PublicKey
		App  string
	}{fido, public, "ssh:"})
	pem := virtual(t, "key.pub")
	own, err := attest.ParsePublicKey(pem)
	must(t, err)
	want, err := sigstore.ParsePublicKey(pem)
	must(t, err)
	line := own.AuthorizedKey()
	for _, tt := range []struct{ name, text, refused string }{
		{"openssh", line, ""},
		{"with a comment", line + " release@example.com\n", ""},
		{"two lines", line + "\n" + line, "more than one line"},
		{"two blocks", string(pem) + string(pem), "more than one PEM block"},
		{"a line and a block", line + "\n" + string(pem), "before the PEM block"},
		{"options", "cert-authority " + line, "not a public key"},
		{"another type", "ssh-ed25519" + line[strings.Index(line, " "):], "first word"},
		{"a FIDO key", fido + " " + base64.StdEncoding.EncodeToString(device), "FIDO"},
		{"a private key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "not a public key"},
		{"nothing", "", "not a public key"},
	} {
		key, err := sigstore.ParsePublicKey([]byte(tt.text))
		switch {
		case tt.refused != "" && (err == nil || !strings.Contains(err.Error(), tt.refused)):
			t.Errorf("%s: %v, want %s", tt.name, err, tt.refused)
		case tt.refused == "" && (err != nil || !want.(interface{ Equal(crypto.PublicKey) bool }).Equal(key)):
			t.Errorf("%s: %v, %v", tt.name, key, err)
		}
	}
}
