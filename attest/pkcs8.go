package attest

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
)

// PKCS #8 files are encrypted by PBES2 (RFC 8018, section 6.2).
var (
	oidPBES2     = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 13}
	oidAES128CBC = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 1, 2}
	oidAES192CBC = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 1, 22}
	oidAES256CBC = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 1, 42}
)

type encryptedPrivateKeyInfo struct {
	Algorithm pkix.AlgorithmIdentifier
	Data      []byte
}

type pbes2Params struct {
	KDF    pkix.AlgorithmIdentifier
	Cipher pkix.AlgorithmIdentifier
}

func decryptPKCS8(der []byte, passphrase func() ([]byte, error)) (any, error) {
	var file encryptedPrivateKeyInfo
	var params pbes2Params
	if !exactly(der, &file) {
		return nil, errors.New("the encrypted private key is malformed")
	}
	if !file.Algorithm.Algorithm.Equal(oidPBES2) || !exactly(file.Algorithm.Parameters.FullBytes, &params) {
		return nil, errors.New("the private key is not encrypted by PBES2: convert it with openssl pkcs8 -topk8 -v2 aes-256-cbc")
	}
	size, iv, err := parseAES(params.Cipher)
	if err != nil {
		return nil, err
	}
	if n := len(file.Data); n == 0 || n%aes.BlockSize != 0 {
		return nil, errors.New("the encrypted private key is cut short")
	}
	derive, err := parseKDF(params.KDF)
	if err != nil {
		return nil, err
	}
	pass, err := ask(passphrase)
	if err != nil {
		return nil, err
	}
	key, err := derive(pass, size)
	if err != nil {
		return nil, fmt.Errorf("derive the key of the key file: %w", err)
	}
	return openPKCS8(key, iv, file.Data)
}

// openPKCS8 decrypts data in CBC with PKCS #7 padding. A wrong key shows in
// the padding or in the DER within.
func openPKCS8(key, iv, data []byte) (any, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	plain := make([]byte, len(data))
	cipher.NewCBCDecrypter(block, iv).CryptBlocks(plain, data)
	pad := int(plain[len(plain)-1])
	if pad < 1 || pad > aes.BlockSize {
		return nil, ErrPassphrase
	}
	parsed, err := x509.ParsePKCS8PrivateKey(plain[:len(plain)-pad])
	if err != nil {
		return nil, ErrPassphrase
	}
	return parsed, nil
}

func parseAES(id pkix.AlgorithmIdentifier) (size int, iv []byte, err error) {
	switch {
	case id.Algorithm.Equal(oidAES128CBC):
		size = 16
	case id.Algorithm.Equal(oidAES192CBC):
		size = 24
	case id.Algorithm.Equal(oidAES256CBC):
		size = 32
	default:
		return 0, nil, errors.New("the private key is not encrypted with AES-CBC: convert it with openssl pkcs8 -topk8 -v2 aes-256-cbc")
	}
	if !exactly(id.Parameters.FullBytes, &iv) || len(iv) != aes.BlockSize {
		return 0, nil, errors.New("the encrypted private key has no proper initialisation vector")
	}
	return size, iv, nil
}

// exactly decodes der into v and reports whether der is that value and
// nothing more.
func exactly(der []byte, v any) bool {
	rest, err := asn1.Unmarshal(der, v)
	return err == nil && len(rest) == 0
}
