package attest

import (
	"bytes"
	"crypto/ed25519"
	"encoding/pem"
	"errors"
	"fmt"

	"golang.org/x/crypto/ssh"
)

const (
	opensshMagic = "openssh-key-v1\x00"
	// maxBcryptRounds is about three seconds; ssh-keygen's default is 16 or
	// 24, people set 100 or so.
	maxBcryptRounds = 400
)

// parseOpenSSH reads a private key in OpenSSH's form (PROTOCOL.key). What is
// not secret in it is judged before a passphrase is asked for.
func parseOpenSSH(block *pem.Block, passphrase func() ([]byte, error)) (any, error) {
	encrypted, err := checkOpenSSH(block.Bytes)
	if err != nil {
		return nil, err
	}
	text := pem.EncodeToMemory(block)
	if !encrypted {
		key, err := ssh.ParseRawPrivateKey(text)
		return unpoint(readable(key, err))
	}
	pass, err := ask(passphrase)
	if err != nil {
		return nil, err
	}
	key, err := ssh.ParseRawPrivateKeyWithPassphrase(text, pass)
	if err != nil {
		return nil, ErrPassphrase
	}
	return unpoint(key, nil)
}

// checkOpenSSH reads the clear part of a key file and reports whether the
// rest is encrypted.
func checkOpenSSH(data []byte) (encrypted bool, err error) {
	var file struct {
		Cipher, KDF string
		KDFOptions  string
		Keys        uint32
		Public      []byte
		Private     []byte
		Rest        []byte `ssh:"rest"` // the tag of an AEAD cipher
	}
	rest, ok := bytes.CutPrefix(data, []byte(opensshMagic))
	if !ok || ssh.Unmarshal(rest, &file) != nil {
		return false, errors.New("the OpenSSH private key is malformed")
	}
	if file.Keys != 1 {
		return false, fmt.Errorf("the OpenSSH file holds %d keys, want one", file.Keys)
	}
	if err := checkOpenSSHPublic(file.Public); err != nil {
		return false, err
	}
	if file.Cipher == "none" && file.KDF == "none" {
		return false, nil
	}
	if file.Cipher != "aes256-ctr" && file.Cipher != "aes256-cbc" {
		return false, fmt.Errorf("the OpenSSH key is encrypted with %.40q: rewrite it with ssh-keygen -p -Z aes256-ctr", file.Cipher)
	}
	return true, checkBcrypt(file.KDF, file.KDFOptions)
}

// checkOpenSSHPublic refuses keys that cannot sign statements, FIDO keys
// first: their file holds a handle and no key.
func checkOpenSSHPublic(wire []byte) error {
	key, err := ssh.ParsePublicKey(wire)
	if err != nil {
		return errors.New("the OpenSSH private key is of a type that is not supported: use ssh-keygen -t ed25519 or -t ecdsa")
	}
	public, err := fromSSH(key)
	if err != nil {
		return err
	}
	return public.ForStatements()
}

func checkBcrypt(kdf, options string) error {
	var o struct {
		Salt   string
		Rounds uint32
	}
	if kdf != "bcrypt" || ssh.Unmarshal([]byte(options), &o) != nil {
		return fmt.Errorf("the OpenSSH key is encrypted under %.20q, want bcrypt", kdf)
	}
	if o.Rounds > maxBcryptRounds {
		return fmt.Errorf("the OpenSSH key asks for %d bcrypt rounds, at most %d are done: lower them with ssh-keygen -p -a 100", o.Rounds, maxBcryptRounds)
	}
	return nil
}

// unpoint makes the pointer that crypto/ssh returns for Ed25519 the value that
// the standard library signs with.
func unpoint(key any, err error) (any, error) {
	if p, ok := key.(*ed25519.PrivateKey); ok && err == nil {
		return *p, nil
	}
	return key, err
}
