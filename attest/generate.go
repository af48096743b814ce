package attest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
)

// GenerateKey makes a new ECDSA P-256 key, the algorithm that every verifier
// has (rules of format, R20). It returns the private key as PEM, PKCS #8,
// encrypted if passphrase is not empty, and the public key, whose PEM method
// gives the file to publish. There is no source of randomness to pass: the
// standard library takes the system's whatever it is given.
func GenerateKey(passphrase []byte) (private []byte, public PublicKey, err error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, PublicKey{}, fmt.Errorf("generate a key: %w", err)
	}
	public, err = NewPublicKey(key.Public())
	if err != nil {
		return nil, PublicKey{}, err
	}
	block := &pem.Block{Type: "PRIVATE KEY"}
	if len(passphrase) == 0 {
		block.Bytes, err = x509.MarshalPKCS8PrivateKey(key)
	} else {
		block.Type = "ENCRYPTED PRIVATE KEY"
		block.Bytes, err = encryptPKCS8(key, passphrase)
	}
	if err != nil {
		return nil, PublicKey{}, fmt.Errorf("encode the key: %w", err)
	}
	return pem.EncodeToMemory(block), public, nil
}
