package attest

import (
	"crypto/x509"

	"github.com/secure-systems-lab/go-securesystemslib/encrypted"
)

// parseCosign reads the JSON within a cosign.key: PKCS #8 in a NaCl secret box
// under scrypt. The library accepts only the three costs that cosign ever
// wrote, the dearest of which takes 128 MiB. The passphrase may be empty:
// cosign encrypts always.
func parseCosign(data []byte, passphrase func() ([]byte, error)) (any, error) {
	pass, err := ask(passphrase)
	if err != nil {
		return nil, err
	}
	der, err := encrypted.Decrypt(data, pass)
	if err != nil {
		return nil, ErrPassphrase
	}
	return readable(x509.ParsePKCS8PrivateKey(der))
}
