package attest_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rsa"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"

	"github.com/release-dossier/dossier/attest"
)

func TestParsePublicKey(t *testing.T) {
	for _, tt := range []struct{ algorithm, args string }{
		{"ed25519", "-t ed25519"},
		{"ecdsa-p256-sha256", "-t ecdsa -b 256"},
		{"ecdsa-p384-sha384", "-t ecdsa -b 384"},
		{"rsa-pkcs1v15-sha256", "-t rsa -b 3072"},
	} {
		t.Run(tt.algorithm, func(t *testing.T) {
			dir := t.TempDir()
			tool(t, dir, "ssh-keygen", append([]string{"-q", "-f", "k", "-N", "", "-C", "a comment"}, strings.Fields(tt.args)...)...)
			k := publicKey(t, read(t, dir, "k.pub"))
			if k.Algorithm() != tt.algorithm || k.FIDO() || k.ForStatements() != nil {
				t.Errorf("got %s, fido %v, %v", k.Algorithm(), k.FIDO(), k.ForStatements())
			}
			if want := strings.Fields(string(tool(t, dir, "ssh-keygen", "-l", "-f", "k.pub")))[1]; k.Fingerprint() != want {
				t.Errorf("fingerprint %s, ssh-keygen says %s", k.Fingerprint(), want)
			}
			if tt.algorithm != "ed25519" { // which ssh-keygen does not convert
				if want := tool(t, dir, "ssh-keygen", "-e", "-m", "PKCS8", "-f", "k.pub"); !bytes.Equal(k.PEM(), want) {
					t.Errorf("PEM\n%s, ssh-keygen says\n%s", k.PEM(), want)
				}
			}
			again := publicKey(t, k.PEM())
			if !again.Equal(k) || again.Identity() != k.Identity() || !strings.HasPrefix(string(k.Identity()), "key:sha256:") {
				t.Errorf("as PEM it is %s, as SSH key %s", again.Identity(), k.Identity())
			}
		})
	}
}

func TestTagOnlyKeys(t *testing.T) {
	_, rsa2048 := sshKey(t, "", "-t", "rsa", "-b", "2048")
	for name, line := range map[string]string{"FIDO": fidoLine(t), "3072": string(rsa2048)} {
		k := publicKey(t, []byte(line))
		if err := k.ForStatements(); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: got %v", name, err)
		}
		if err := k.Verify(nil, nil); err == nil || errors.Is(err, attest.ErrVerify) {
			t.Errorf("%s: verify: got %v", name, err)
		}
		if k.FIDO() != (name == "FIDO") || strings.HasPrefix(k.Algorithm(), "sk-") != k.FIDO() {
			t.Errorf("%s: algorithm %s", name, k.Algorithm())
		}
	}
	sk := publicKey(t, []byte(fidoLine(t)))
	if bare := publicKey(t, sk.PEM()); bare.Equal(sk) || bare.Identity() != sk.Identity() {
		t.Error("a FIDO key equals the bare key, or has another identity")
	}
	var none attest.PublicKey
	if none.Verify(nil, nil) == nil || none.Equal(none) || none.Fingerprint() != "" || none.AuthorizedKey() != "" || none.Algorithm() != "" {
		t.Error("the zero key is a key")
	}
}

func TestParsePublicKeyRefuses(t *testing.T) {
	private, line := sshKey(t, "", "-t", "ed25519")
	_, p521 := sshKey(t, "", "-t", "ecdsa", "-b", "521")
	good := publicKey(t, line).PEM()
	der, _ := pem.Decode(good)
	block := func(typ string, der []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: typ, Bytes: der}))
	}
	p256 := openssl(t, nil, words("ecparam -name prime256v1 -genkey -noout")...)
	rsa1024 := openssl(t, nil, words("genrsa 1024")...)
	point := openssl(t, p256, words("ec -in in -pubout -outform DER")...)
	point[len(point)-1] ^= 1
	fields := strings.Fields(string(line))

	tests := []struct{ name, key, want string }{
		{"empty", "", "not a public key"},
		{"huge", strings.Repeat("a", 1<<20), "at most"},
		{"private ssh", string(private), "private key"},
		{"private pem", string(p256), "private key"},
		{"certificate", string(openssl(t, p256, words("req -x509 -key in -subj /CN=x -days 1")...)), "certificate"},
		{"pkcs1", string(openssl(t, rsa1024, words("rsa -in in -RSAPublicKey_out")...)), "PKCS #1"},
		{"rsa 1024", string(openssl(t, rsa1024, words("rsa -in in -pubout")...)), "1024 bits"},
		{"rsa e=3", string(openssl(t, openssl(t, nil, words("genrsa -3 3072")...), words("rsa -in in -pubout")...)), "exponent"},
		{"p-521", string(p521), "P-256"},
		{"dsa", "ssh-dss AAAAB3NzaC1kc3M= x", "malformed"},
		{"openpgp", "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmDM=\n-----END PGP PUBLIC KEY BLOCK-----\n", "OpenPGP"},
		{"not on the curve", block("PUBLIC KEY", point), "not a SubjectPublicKeyInfo"},
		{"compressed point", string(openssl(t, p256, words("ec -in in -pubout -conv_form compressed")...)), "SubjectPublicKeyInfo"},
		{"trailing der", block("PUBLIC KEY", append(bytes.Clone(der.Bytes), 0)), "SubjectPublicKeyInfo"},
		{"two blocks", string(good) + string(good), "one PEM block"},
		{"bad block first", "-----BEGIN PUBLIC KEY-----\n!\n-----END PUBLIC KEY-----\n" + string(good), "one PEM block"},
		{"text before", "x\n" + string(good), "more than one line"},
		{"two lines", string(line) + string(line), "more than one line"},
		{"options", `namespaces="git" ` + string(line), "options"},
		{"principal", "ann@example.com " + string(line), "principals"},
		{"another type", "ecdsa-sha2-nistp256 " + fields[1], "first word"},
		{"no base64", "ssh-ed25519 A_==", "base64"},
		{"ssh certificate", sshCertificate(t), "certificate"},
		{"leading zeros", paddedRSA(t), "canonical"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := attest.ParsePublicKey([]byte(tt.key)); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

// paddedRSA is an SSH key whose modulus has a leading zero too many: another
// text for the same key.
func paddedRSA(t *testing.T) string {
	_, line := sshKey(t, "", "-t", "rsa", "-b", "3072")
	wire, err := base64.StdEncoding.DecodeString(strings.Fields(string(line))[1])
	if err != nil {
		t.Fatal(err)
	}
	var k struct {
		Type string
		E, N []byte
	}
	if err := ssh.Unmarshal(wire, &k); err != nil {
		t.Fatal(err)
	}
	k.N = append([]byte{0}, k.N...)
	return "ssh-rsa " + base64.StdEncoding.EncodeToString(ssh.Marshal(k))
}

func sshCertificate(t *testing.T) string {
	dir := t.TempDir()
	for _, k := range []string{"ca", "k"} {
		tool(t, dir, "ssh-keygen", "-q", "-t", "ed25519", "-f", k, "-N", "")
	}
	tool(t, dir, "ssh-keygen", "-q", "-s", "ca", "-I", "ann", "k.pub")
	return string(read(t, dir, "k-cert.pub"))
}

// TestEd25519Points has the encodings that let somebody else sign: the points
// of small order and the second encodings, as libsodium lists them.
func TestEd25519Points(t *testing.T) {
	for _, h := range []string{
		"0000000000000000000000000000000000000000000000000000000000000000",
		"0100000000000000000000000000000000000000000000000000000000000000",
		"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
		"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	} {
		point, err := hex.DecodeString(h)
		if err != nil {
			t.Fatal(err)
		}
		for _, sign := range []byte{0, 0x80} {
			point[31] = point[31]&0x7f | sign
			if _, err := attest.NewPublicKey(ed25519.PublicKey(point)); err == nil {
				t.Errorf("%x is accepted", point)
			}
		}
	}
	if _, err := attest.NewPublicKey(ed25519.PublicKey{1}); err == nil {
		t.Error("a key of one byte is accepted")
	}
	if _, err := attest.NewPublicKey(&rsa.PublicKey{}); err == nil {
		t.Error("an RSA key without modulus is accepted")
	}
	if _, err := attest.NewPublicKey(&rsa.PublicKey{N: new(big.Int).Lsh(big.NewInt(1), 9000), E: 65537}); err == nil {
		t.Error("an RSA key of 9001 bits is accepted")
	}
}

// TestWycheproof runs the vectors of C2SP/wycheproof. Those for RSA have 2048
// bits, which statements do not: there every signature is refused.
func TestWycheproof(t *testing.T) {
	for _, file := range []string{"ecdsa_secp256r1_sha256_test.json", "ed25519_test.json", "rsa_signature_2048_sha256_test.json"} {
		t.Run(file, func(t *testing.T) {
			data := read(t, corpus(t), "wycheproof", file)
			var vectors struct {
				TestGroups []struct {
					PublicKeyPem string
					Tests        []struct {
						TcID     int
						Comment  string
						Msg, Sig string
						Result   string
					}
				}
			}
			if err := json.Unmarshal(data, &vectors); err != nil {
				t.Fatal(err)
			}
			counts := map[string]int{}
			for _, g := range vectors.TestGroups {
				k, err := attest.ParsePublicKey([]byte(g.PublicKeyPem))
				if err != nil && !strings.Contains(err.Error(), "exponent") { // RSA with e = 3
					t.Fatal(err)
				}
				for _, v := range g.Tests {
					msg, _ := hex.DecodeString(v.Msg)
					sig, _ := hex.DecodeString(v.Sig)
					got := k.Verify(msg, sig) == nil
					if want := v.Result == "valid" && k.ForStatements() == nil; got != want && v.Result != "acceptable" {
						t.Errorf("%d (%s): verifies %v, want %v", v.TcID, v.Comment, got, want)
					}
					counts[v.Result]++
				}
			}
			t.Log(counts)
			if counts["valid"] == 0 || counts["invalid"] == 0 {
				t.Error("vectors of both kinds are needed")
			}
		})
	}
}

func corpus(t *testing.T) string {
	t.Helper()
	root := os.Getenv("DOSSIER_CORPUS")
	if root == "" {
		t.Skip("DOSSIER_CORPUS is not set: the third-party vectors are not read")
	}
	return filepath.Clean(root)
}
