package attest

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
)

// ourPBKDF2 is the cost for SHA-256 in OWASP's advice on password storage.
const ourPBKDF2 = 600_000

// encryptPKCS8 returns key as PKCS #8 under passphrase: PBES2 with PBKDF2,
// HMAC-SHA-256 and AES-256-CBC, which every openssl reads.
func encryptPKCS8(key any, passphrase []byte) ([]byte, error) {
	plain, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	salt, iv := make([]byte, 16), make([]byte, aes.BlockSize)
	rand.Read(salt)
	rand.Read(iv)
	secret, err := pbkdf2.Key(sha256.New, string(passphrase), salt, ourPBKDF2, 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(secret)
	if err != nil {
		return nil, err
	}
	data := pad(plain)
	cipher.NewCBCEncrypter(block, iv).CryptBlocks(data, data)
	algorithm, err := pbes2Algorithm(salt, iv)
	if err != nil {
		return nil, err
	}
	return asn1.Marshal(encryptedPrivateKeyInfo{algorithm, data})
}

// pad appends PKCS #7 padding to a copy of data.
func pad(data []byte) []byte {
	n := aes.BlockSize - len(data)%aes.BlockSize
	padded := make([]byte, len(data)+n)
	for i := copy(padded, data); i < len(padded); i++ {
		padded[i] = byte(n)
	}
	return padded
}

func pbes2Algorithm(salt, iv []byte) (id pkix.AlgorithmIdentifier, err error) {
	prf := pkix.AlgorithmIdentifier{Algorithm: oidHMACSHA256, Parameters: asn1.NullRawValue}
	kdf, err := identify(oidPBKDF2, pbkdf2Params{Salt: salt, Iterations: ourPBKDF2, PRF: prf})
	if err != nil {
		return id, err
	}
	aes, err := identify(oidAES256CBC, iv)
	if err != nil {
		return id, err
	}
	return identify(oidPBES2, pbes2Params{kdf, aes})
}

func identify(oid asn1.ObjectIdentifier, params any) (pkix.AlgorithmIdentifier, error) {
	der, err := asn1.Marshal(params)
	return pkix.AlgorithmIdentifier{Algorithm: oid, Parameters: asn1.RawValue{FullBytes: der}}, err
}
