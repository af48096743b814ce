package controlvectors

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/pem"
	"fmt"
	"sync"

	"github.com/hiddeco/sshsig"
	"golang.org/x/crypto/ssh"

	"github.com/release-dossier/dossier/attest"
)

// key is a test key, which anybody can derive from its name: the seed of the
// Ed25519 key (RFC 8032) is the SHA-256 of "dossier test key " and the name.
type key struct {
	*attest.KeySigner
	private crypto.Signer
}

func newKey(name string) (*key, error) {
	seed := sha256.Sum256([]byte("dossier test key " + name))
	private := ed25519.NewKeyFromSeed(seed[:])
	s, err := attest.NewKeySigner(private)
	if err != nil {
		return nil, fmt.Errorf("test key %s: %w", name, err)
	}
	return &key{s, private}, nil
}

// ssh returns the armored SSH signature of message for git.
func (k *key) ssh(message []byte) ([]byte, error) {
	signer, err := ssh.NewSignerFromSigner(k.private)
	if err != nil {
		return nil, err
	}
	sig, err := sshsig.Sign(bytes.NewReader(message), signer, sshsig.HashSHA512, "git")
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: sshsig.PEMType, Bytes: sig.Marshal()}), nil
}

// maker keeps what many cases have in common: keys, and signatures of the
// statements that a case leaves as they are.
type maker struct {
	keys sync.Map // name to *key
	memo sync.Map // memoKey to any
}

// memoKey says what was made from which bytes, by which key.
type memoKey struct {
	what, key string
	digest    [sha256.Size]byte
}

func (m *maker) key(name string) (*key, error) {
	if k, ok := m.keys.Load(name); ok {
		return k.(*key), nil
	}
	k, err := newKey(name)
	if err != nil {
		return nil, err
	}
	m.keys.Store(name, k)
	return k, nil
}

// once makes a value from data, or returns the one made before. Who gets it
// does not change it.
func once[T any](m *maker, what, key string, data []byte, create func() (T, error)) (T, error) {
	at := memoKey{what, key, sha256.Sum256(data)}
	if v, ok := m.memo.Load(at); ok {
		return v.(T), nil
	}
	v, err := create()
	if err == nil {
		m.memo.Store(at, v)
	}
	return v, err
}

// sign returns the Sigstore bundle of a payload.
func (m *maker) sign(key string, payload []byte) ([]byte, error) {
	k, err := m.key(key)
	if err != nil {
		return nil, err
	}
	return once(m, "statement", key, payload, func() ([]byte, error) {
		return attest.Sign(context.Background(), k, payload)
	})
}

// sshSign returns the SSH signature of a git object.
func (m *maker) sshSign(key string, message []byte) ([]byte, error) {
	k, err := m.key(key)
	if err != nil {
		return nil, err
	}
	return once(m, "ssh", key, message, func() ([]byte, error) { return k.ssh(message) })
}
