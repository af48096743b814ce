package attest_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/binary"
	"io"
	"slices"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/internal/testca"
)

// Each process of a fuzz run makes its own keys unless they are fixed: what one of
// them signed means nothing to the others. So inputs say how to change a file that
// has been made here, or the keys are these.

// changed replaces n bytes of a file, from the byte at on, by others.
func changed(file []byte, at, n uint, by []byte) []byte {
	at %= uint(len(file)) + 1
	n = min(n, uint(len(file))-at)
	return slices.Concat(file[:at], by, file[at+n:])
}

// fixedKeys are an Ed25519 and a P-256 key.
func fixedKeys(f *testing.F) []ssh.Signer {
	ec, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), bytes.Repeat([]byte{7}, 32))
	if err != nil {
		f.Fatal(err)
	}
	var list []ssh.Signer
	for _, key := range []any{ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, 32)), ec} {
		s, err := ssh.NewSignerFromKey(key)
		if err != nil {
			f.Fatal(err)
		}
		list = append(list, s)
	}
	return list
}

// FuzzWithCertificate: a certificate that is taken is for the key that signs.
func FuzzWithCertificate(f *testing.F) {
	begin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	company := testca.NewAuthority(f, "Acme", begin, nil)
	ana, ben := company.Employee(f, "ana@acme.example", begin, nil), company.Employee(f, "ben@acme.example", begin, nil)
	key := signer(f, ana.KeyPEM(f))
	files := [][]byte{ana.PEM(), append(ana.PEM(), company.PEM()...), append(ben.PEM(), ana.PEM()...)}
	if _, err := attest.WithCertificate(key, files[0]); err != nil {
		f.Fatal(err)
	}
	f.Add(uint8(0), uint(1<<20), uint(0), []byte("\n"))
	f.Add(uint8(1), uint(200), uint(1), []byte("A"))
	f.Add(uint8(2), uint(0), uint(0), []byte("-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n"))
	f.Fuzz(func(t *testing.T, which uint8, at, n uint, by []byte) {
		s, err := attest.WithCertificate(key, changed(files[int(which)%len(files)], at, n, by))
		if err != nil {
			return
		}
		c, err := x509.ParseCertificate(s.Certificate())
		if err != nil {
			t.Fatalf("the certificate that is sent cannot be read: %v", err)
		}
		if k, err := attest.NewPublicKey(c.PublicKey); err != nil || !k.Equal(key.Public()) {
			t.Errorf("the certificate is for another key, %v", err)
		}
	})
}

// answers is an agent that answers with these messages, whatever it is asked.
type answers struct{ io.Reader }

func (answers) Write(data []byte) (int, error) { return len(data), nil }

// agentAnswers frames messages as an agent does (draft-ietf-sshm-ssh-agent,
// section 4).
func agentAnswers(messages ...[]byte) answers {
	var b bytes.Buffer
	for _, m := range messages {
		b.Write(binary.BigEndian.AppendUint32(nil, uint32(len(m))))
		b.Write(m)
	}
	return answers{&b}
}

// listed is an agent's list of one key, signatureAnswer its signature.
func listed(blob []byte) []byte {
	return ssh.Marshal(struct {
		Type    byte
		Count   uint32
		Blob    []byte
		Comment string
	}{12, 1, blob, "ana"})
}

func signatureAnswer(sig *ssh.Signature) []byte {
	return ssh.Marshal(struct {
		Type byte
		Blob []byte
	}{14, ssh.Marshal(sig)})
}

// FuzzAgent: whatever an agent answers, a signature that is handed out is of the
// key that was asked for, over the message.
func FuzzAgent(f *testing.F) {
	message := []byte("a statement")
	var keys []attest.PublicKey
	for _, holder := range fixedKeys(f) {
		keys = append(keys, publicKey(f, ssh.MarshalAuthorizedKey(holder.PublicKey())))
		sig, err := holder.Sign(rand.Reader, message)
		if err != nil {
			f.Fatal(err)
		}
		list := listed(holder.PublicKey().Marshal())
		f.Add(list, signatureAnswer(sig))
		f.Add(list, signatureAnswer(&ssh.Signature{Format: sig.Format, Blob: []byte{0, 0, 0, 1}}))
		f.Add(list, []byte{5})
	}
	f.Fuzz(func(t *testing.T, list, signature []byte) {
		offered, err := attest.ListAgent(agentAnswers(list))
		if err != nil {
			return
		}
		for _, k := range offered {
			if err := k.ForStatements(); err != nil {
				t.Errorf("%s is offered: %v", k.Fingerprint(), err)
			}
		}
		for _, key := range keys {
			s, err := attest.AgentSigner(agentAnswers(list, signature), key)
			if err != nil {
				continue
			}
			signed, err := s.Sign(context.Background(), message)
			if err == nil && key.Verify(message, signed.Signature) != nil {
				t.Errorf("%x is no signature of %s", signed.Signature, key.Fingerprint())
			}
		}
	})
}
