package attest

import (
	"bytes"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/ssh"
)

// maxKeyFile is the most bytes of a key file that are read: an RSA key of
// 8192 bits in OpenSSH's form has 7 KiB.
const maxKeyFile = 16 << 10

// ParsePublicKey reads one public key: a PEM SubjectPublicKeyInfo ("PUBLIC
// KEY", RFC 7468, section 13) or a line "ssh-ed25519 AAAA... comment" as
// ssh-keygen writes it. Options and principals before an SSH key are refused:
// trust says who may sign what, and a restriction must not be lost. The key
// must be in its only encoding, with nothing before or after it.
func ParsePublicKey(data []byte) (PublicKey, error) {
	if len(data) > maxKeyFile {
		return PublicKey{}, fmt.Errorf("the key has %d bytes, at most %d are read", len(data), maxKeyFile)
	}
	data = bytes.TrimSpace(data)
	if !bytes.HasPrefix(data, []byte("-----BEGIN ")) {
		return parseSSHLine(string(data))
	}
	block, err := onePEM(data)
	if err != nil {
		return PublicKey{}, err
	}
	if block.Type != "PUBLIC KEY" {
		return PublicKey{}, notPublic(block.Type)
	}
	return parseSPKI(block.Bytes)
}

// onePEM decodes data, which must be one PEM block and nothing else.
func onePEM(data []byte) (*pem.Block, error) {
	block, rest := pem.Decode(data)
	if block == nil {
		return nil, errors.New("not a readable PEM block")
	}
	// Decode skips what it cannot read before the first good block.
	if !bytes.HasPrefix(data, []byte("-----BEGIN ")) || bytes.Count(data, []byte("-----BEGIN ")) != 1 || len(bytes.TrimSpace(rest)) > 0 {
		return nil, errors.New("want one PEM block and nothing before or after it")
	}
	return block, nil
}

func notPublic(pemType string) error {
	switch {
	case strings.HasSuffix(pemType, "PRIVATE KEY"):
		return errors.New("this is a private key: give the public one (openssl pkey -pubout, or ssh-keygen -y)")
	case pemType == "CERTIFICATE":
		return errors.New("a certificate is not a key: who issued it and when it was valid would be lost; name its identity in trust, or give the key alone (openssl x509 -pubkey -noout)")
	case pemType == "RSA PUBLIC KEY":
		return errors.New("a bare PKCS #1 key: convert it with openssl rsa -RSAPublicKey_in -pubout")
	case strings.HasPrefix(pemType, "PGP"):
		return errors.New("an OpenPGP key signs Git tags, not statements: give it as the tag key")
	}
	return fmt.Errorf("a PEM block of type %.40q is not a public key", pemType)
}

func parseSPKI(der []byte) (PublicKey, error) {
	key, err := x509.ParsePKIXPublicKey(der)
	if err != nil {
		return PublicKey{}, errors.New("not a SubjectPublicKeyInfo of a key type that is known here")
	}
	k, err := NewPublicKey(key)
	if err != nil {
		return PublicKey{}, err
	}
	if !bytes.Equal(k.parts().spki, der) {
		return PublicKey{}, errors.New("the key is not in its canonical encoding, so it would have two identities: write it anew with openssl pkey -pubin -pubout")
	}
	return k, nil
}

func parseSSHLine(line string) (PublicKey, error) {
	if strings.ContainsAny(line, "\r\n") {
		return PublicKey{}, errors.New("more than one line: give one public key")
	}
	fields := strings.Fields(line)
	if len(fields) < 2 || !isSSHType(fields[0]) {
		return PublicKey{}, errors.New("not a public key: want PEM \"PUBLIC KEY\" or a line \"ssh-ed25519 AAAA...\" that begins with the key's type, without options or principals")
	}
	wire, err := base64.StdEncoding.Strict().DecodeString(fields[1])
	if err != nil {
		return PublicKey{}, errors.New("the SSH key is not base64")
	}
	key, err := ssh.ParsePublicKey(wire)
	if err != nil {
		return PublicKey{}, fmt.Errorf("the SSH key is malformed: %w", err)
	}
	if key.Type() != fields[0] || !bytes.Equal(key.Marshal(), wire) {
		return PublicKey{}, errors.New("the SSH key is not what its first word says, or not in its canonical encoding")
	}
	return fromSSH(key)
}

// isSSHType tells the types of SSH keys, known or not, from options and
// principals.
func isSSHType(s string) bool {
	for _, prefix := range []string{"ssh-", "ecdsa-sha2-", "sk-ssh-", "sk-ecdsa-"} {
		if strings.HasPrefix(s, prefix) {
			return true
		}
	}
	return false
}
