package attest

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
)

// LoadSigner reads a private key file: OpenSSH, PKCS #8, PKCS #1, SEC 1, or
// cosign's; all but PKCS #1 and SEC 1 also encrypted. It calls passphrase only
// if the key is encrypted, and returns its error as it is; a nil passphrase
// means that there is none to give. The error is a *PublicOnlyError if data is
// a public key, and wraps ErrPassphrase if the passphrase does not fit.
func LoadSigner(data []byte, passphrase func() ([]byte, error)) (*KeySigner, error) {
	if len(data) > maxKeyFile {
		return nil, fmt.Errorf("the key file has %d bytes, at most %d are read", len(data), maxKeyFile)
	}
	if public, err := ParsePublicKey(data); err == nil {
		if err := public.ForStatements(); err != nil {
			return nil, err
		}
		return nil, &PublicOnlyError{public}
	}
	block, err := keyBlock(data)
	if err != nil {
		return nil, err
	}
	key, err := parsePrivate(block, passphrase)
	if err != nil {
		return nil, err
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, fmt.Errorf("a private key of type %T does not sign: use ECDSA P-256, P-384, Ed25519 or RSA", key)
	}
	return NewKeySigner(signer)
}

// keyBlock returns the PEM block of a private key file. openssl ecparam
// writes the name of the curve in a block before the key, which repeats it.
func keyBlock(data []byte) (*pem.Block, error) {
	data = bytes.TrimSpace(data)
	if !bytes.HasPrefix(data, []byte("-----BEGIN ")) {
		return nil, errors.New("not a private key file: want OpenSSH, PEM or cosign's form")
	}
	if block, rest := pem.Decode(data); block != nil && block.Type == "EC PARAMETERS" {
		data = bytes.TrimSpace(rest)
	}
	return onePEM(data)
}

func parsePrivate(block *pem.Block, passphrase func() ([]byte, error)) (any, error) {
	if strings.Contains(block.Headers["Proc-Type"], "ENCRYPTED") {
		return nil, errors.New("the key is encrypted in the old PEM way, with MD5: convert it with openssl pkcs8 -topk8 -v2 aes-256-cbc")
	}
	switch block.Type {
	case "OPENSSH PRIVATE KEY":
		return parseOpenSSH(block, passphrase)
	case "ENCRYPTED PRIVATE KEY":
		return decryptPKCS8(block.Bytes, passphrase)
	case "ENCRYPTED SIGSTORE PRIVATE KEY", "ENCRYPTED COSIGN PRIVATE KEY":
		return parseCosign(block.Bytes, passphrase)
	case "PRIVATE KEY":
		return readable(x509.ParsePKCS8PrivateKey(block.Bytes))
	case "EC PRIVATE KEY":
		key, err := x509.ParseECPrivateKey(block.Bytes)
		return readable(key, err)
	case "RSA PRIVATE KEY":
		key, err := x509.ParsePKCS1PrivateKey(block.Bytes)
		return readable(key, err)
	case "CERTIFICATE":
		return nil, errors.New("a certificate is not a private key: give the key file that belongs to it")
	}
	return nil, fmt.Errorf("a PEM block of type %.40q is not a private key that is read here: convert it with openssl pkcs8 -topk8", block.Type)
}

// readable hides the parser's error, which may speak of secret values.
func readable(key any, err error) (any, error) {
	if err != nil {
		return nil, errors.New("the private key is malformed, or of a type that is not supported: use ECDSA P-256, P-384, Ed25519 or RSA")
	}
	return key, nil
}

// noPassphrase is an ErrPassphrase of a key for which none was given.
type noPassphrase struct{}

// Error implements error.
func (noPassphrase) Error() string { return "the key is encrypted and no passphrase was given" }

// Unwrap lets errors.Is find ErrPassphrase.
func (noPassphrase) Unwrap() error { return ErrPassphrase }

// ask gets the passphrase of a key that needs one.
func ask(passphrase func() ([]byte, error)) ([]byte, error) {
	if passphrase == nil {
		return nil, noPassphrase{}
	}
	return passphrase()
}
