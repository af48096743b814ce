package attest

import (
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"hash"

	"golang.org/x/crypto/scrypt"
)

// The costs of hashing a passphrase stand in the key file, so they are judged
// before they are paid.
const (
	// maxPBKDF2 is about three seconds.
	maxPBKDF2 = 10_000_000
	// maxScryptMemory bounds 128*N*r bytes; openssl takes 16 MiB.
	maxScryptMemory = 256 << 20
	maxScryptP      = 4
)

var (
	oidPBKDF2     = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 12}
	oidScrypt     = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 11591, 4, 11}
	oidHMACSHA1   = asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 7}
	oidHMACSHA256 = asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 9}
	oidHMACSHA384 = asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 10}
	oidHMACSHA512 = asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 11}
)

// pbkdf2Params are those of RFC 8018, appendix A.2.
type pbkdf2Params struct {
	Salt       []byte
	Iterations int
	KeyLength  int                      `asn1:"optional"`
	PRF        pkix.AlgorithmIdentifier `asn1:"optional"` // absent: HMAC with SHA-1
}

// scryptParams are those of RFC 7914, section 7.1.
type scryptParams struct {
	Salt      []byte
	N, R, P   int
	KeyLength int `asn1:"optional"`
}

// A deriver makes a key of size bytes from a passphrase.
type deriver func(passphrase []byte, size int) ([]byte, error)

func parseKDF(id pkix.AlgorithmIdentifier) (deriver, error) {
	switch {
	case id.Algorithm.Equal(oidPBKDF2):
		return parsePBKDF2(id.Parameters.FullBytes)
	case id.Algorithm.Equal(oidScrypt):
		return parseScrypt(id.Parameters.FullBytes)
	}
	return nil, errors.New("the passphrase is not hashed by PBKDF2 or scrypt: convert it with openssl pkcs8 -topk8 -v2 aes-256-cbc")
}

func parsePBKDF2(der []byte) (deriver, error) {
	var p pbkdf2Params
	if !exactly(der, &p) || p.Iterations < 1 {
		return nil, errors.New("the PBKDF2 parameters of the private key are malformed")
	}
	if p.Iterations > maxPBKDF2 {
		return nil, fmt.Errorf("the private key asks for %d iterations of PBKDF2, at most %d are done: convert it with openssl pkcs8 -topk8 -iter 600000", p.Iterations, maxPBKDF2)
	}
	prf, err := parsePRF(p.PRF.Algorithm)
	if err != nil {
		return nil, err
	}
	return func(pass []byte, size int) ([]byte, error) {
		return pbkdf2.Key(prf, string(pass), p.Salt, p.Iterations, size)
	}, nil
}

func parsePRF(oid asn1.ObjectIdentifier) (func() hash.Hash, error) {
	switch {
	case len(oid) == 0, oid.Equal(oidHMACSHA1): // HMAC does not rest on collisions
		return sha1.New, nil
	case oid.Equal(oidHMACSHA256):
		return sha256.New, nil
	case oid.Equal(oidHMACSHA384):
		return sha512.New384, nil
	case oid.Equal(oidHMACSHA512):
		return sha512.New, nil
	}
	return nil, errors.New("the PBKDF2 hash of the private key is not supported: convert it with openssl pkcs8 -topk8 -v2prf hmacWithSHA256")
}

func parseScrypt(der []byte) (deriver, error) {
	var p scryptParams
	if !exactly(der, &p) || p.N < 2 || p.R < 1 || p.P < 1 {
		return nil, errors.New("the scrypt parameters of the private key are malformed")
	}
	// Divided, not multiplied: the numbers are the file's.
	if p.N > maxScryptMemory/128/p.R || p.P > maxScryptP {
		return nil, fmt.Errorf("the private key asks for scrypt with N=%d, r=%d, p=%d, which is beyond %d MiB or p=%d: convert it with openssl pkcs8 -topk8 -scrypt", p.N, p.R, p.P, maxScryptMemory>>20, maxScryptP)
	}
	return func(pass []byte, size int) ([]byte, error) {
		return scrypt.Key(pass, p.Salt, p.N, p.R, p.P, size)
	}, nil
}
