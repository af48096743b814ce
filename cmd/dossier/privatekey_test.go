package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"
)

// lines breaks text as base64(1) and PEM do.
func lines(text string) string {
	var b strings.Builder
	for len(text) > 64 {
		b.WriteString(text[:64] + "\n")
		text = text[64:]
	}
	return b.String() + text + "\n"
}

// TestPastedKeys gives keys of each kind in each form in which they are kept, in
// the places of a command line, and their public halves.
func TestPastedKeys(t *testing.T) {
	ed, edPrivate, _ := ed25519.GenerateKey(rand.Reader)
	ec, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	rs, _ := rsa.GenerateKey(rand.Reader, 2048)
	openssh, err := ssh.MarshalPrivateKey(edPrivate, "")
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, _ := x509.MarshalPKCS8PrivateKey(edPrivate)
	sec1, _ := x509.MarshalECPrivateKey(ec)
	blocks := map[string]*pem.Block{
		"openssh": openssh,
		"pkcs8":   {Type: "PRIVATE KEY", Bytes: pkcs8},
		"sec1":    {Type: "EC PRIVATE KEY", Bytes: sec1},
		"pkcs1":   {Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(rs)},
	}
	std, url := base64.StdEncoding, base64.RawURLEncoding
	for name, block := range blocks {
		text := string(pem.EncodeToMemory(block))
		for form, key := range map[string]string{
			"PEM": text, "base64": std.EncodeToString([]byte(text)), "base64url": url.EncodeToString([]byte(text)),
			"lines": lines(std.EncodeToString([]byte(text))), "after a line": std.EncodeToString([]byte("\n" + text)),
			"DER": std.EncodeToString(block.Bytes), "DER in lines": lines(std.EncodeToString(block.Bytes)), "DER, url": url.EncodeToString(block.Bytes),
		} {
			for place, args := range map[string][]string{
				"argument 2": {"verify", key}, "argument 1": {"./" + key}, "what follows --key": {"approve", "f.dossier", "--key", key},
				"what follows --trust": {"verify", "--trust=" + key}, "argument 3": {"approve", "f", "key::" + key}, "argument 4": {"a", "b", "c", "/home/ana/" + key},
			} {
				err := refuseKeys(args)
				if err == nil || !strings.Contains(err.Error(), place+" has a private key") {
					t.Errorf("%s, %s, %v: %v", name, form, place, err)
				} else if strings.Contains(err.Error(), key[:20]) {
					t.Errorf("the key is printed: %v", err)
				}
			}
		}
	}
	edPublic, _ := x509.MarshalPKIXPublicKey(ed)
	rsPublic, _ := x509.MarshalPKIXPublicKey(rs.Public())
	sshPublic, _ := ssh.NewPublicKey(ed)
	public := string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: rsPublic}))
	for _, text := range []string{
		"", "-----BEGIN PRIVATE KEY", public, std.EncodeToString([]byte(public)), std.EncodeToString(edPublic), std.EncodeToString(rsPublic),
		"key::" + string(ssh.MarshalAuthorizedKey(sshPublic)), strings.Repeat("a/", 50_000), strings.Repeat("A", 100_000),
		"sha256:" + strings.Repeat("0123456789abcdef", 4), std.EncodeToString(bytes.Repeat([]byte{0x30, 0x82}, 5000)),
	} {
		if err := refuseKeys([]string{"verify", text}); err != nil {
			t.Errorf("%.60q: %v", text, err)
		}
	}
}
