package attest_test

import (
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/release-dossier/dossier/attest"
)

// toolKeys are the private keys that real tools make, one of each form.
func toolKeys(t testing.TB) map[string][]byte {
	t.Helper()
	keys := map[string][]byte{}
	for name, args := range map[string][]string{
		"ssh ed25519": {"-t", "ed25519"}, "ssh p256": {"-t", "ecdsa", "-b", "256"},
		"ssh p384": {"-t", "ecdsa", "-b", "384"}, "ssh rsa": {"-t", "rsa", "-b", "3072"},
	} {
		keys[name], _ = sshKey(t, "", args...)
	}
	keys["ssh encrypted"], _ = sshKey(t, secret, "-t", "ed25519")
	keys["ssh encrypted rsa"], _ = sshKey(t, secret, "-t", "rsa", "-b", "3072")
	keys["ssh encrypted cbc"], _ = sshKey(t, secret, "-t", "ecdsa", "-Z", "aes256-cbc")
	keys["ssh pem"], _ = sshKey(t, "", "-t", "ecdsa", "-m", "PEM")
	keys["ssh pkcs8"], _ = sshKey(t, "", "-t", "ecdsa", "-m", "PKCS8")

	for name, args := range map[string]string{
		"pkcs8 p256": "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256", "pkcs8 p384": "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384",
		"pkcs8 ed25519": "genpkey -algorithm ED25519", "pkcs8 rsa": "genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:3072",
		"sec1": "ecparam -name prime256v1 -genkey -noout", "sec1 with parameters": "ecparam -name prime256v1 -genkey",
		"pkcs1":              "genrsa -traditional 3072",
		"pkcs8 encrypted":    "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -aes256 -pass pass:" + secretArg,
		"pkcs8 encrypted 25": "genpkey -algorithm ED25519 -aes128 -pass pass:" + secretArg,
	} {
		keys[name] = openssl(t, nil, words(args)...)
	}
	for name, args := range map[string]string{
		"pkcs8 scrypt": "-scrypt", "pkcs8 sha512": "-v2 aes-192-cbc -v2prf hmacWithSHA512", "pkcs8 sha1": "-v2 aes-256-cbc -v2prf hmacWithSHA1",
		"pkcs8 many": "-iter 600000",
	} {
		keys[name] = openssl(t, keys["pkcs8 p256"], words("pkcs8 -topk8 -in in -passout pass:"+secretArg+" "+args)...)
	}
	return keys
}

// secretArg is the passphrase as words takes it.
const secretArg = "correct_horse"

func words(s string) []string {
	args := strings.Fields(s)
	for i := range args {
		args[i] = strings.ReplaceAll(args[i], secretArg, secret)
	}
	return args
}

func TestSignWithToolKeys(t *testing.T) {
	message := []byte("DSSEv1 4 type 2 {}")
	for name, private := range toolKeys(t) {
		t.Run(name, func(t *testing.T) {
			s := signer(t, private)
			got, err := s.Sign(t.Context(), message)
			if err != nil {
				t.Fatal(err)
			}
			key := publicKey(t, s.Public().PEM())
			if err := key.Verify(message, got.Signature); err != nil {
				t.Error(err)
			}
			if got.Hint != key.Hint() || key.Identity() != s.Public().Identity() {
				t.Error("the public key in PEM is another key")
			}
			if again := publicKey(t, []byte(key.AuthorizedKey())); again.Identity() != key.Identity() {
				t.Error("the SSH form of the key has another identity")
			}
			if err := key.Verify(append(message, 0), got.Signature); !errors.Is(err, attest.ErrVerify) {
				t.Errorf("another message: got %v", err)
			}
			checkPassphrase(t, name, private)
		})
	}
}

// checkPassphrase checks that it is asked for only where it is needed.
func checkPassphrase(t *testing.T, name string, private []byte) {
	asked := false
	_, err := attest.LoadSigner(private, func() ([]byte, error) { asked = true; return []byte("wrong"), nil })
	encrypted := strings.Contains(string(private), "ENCRYPTED") || strings.Contains(name, "encrypted")
	switch {
	case asked != encrypted:
		t.Errorf("asked for a passphrase: %v, want %v", asked, encrypted)
	case encrypted && !errors.Is(err, attest.ErrPassphrase):
		t.Errorf("wrong passphrase: got %v", err)
	case !encrypted && err != nil:
		t.Error(err)
	}
	_, err = attest.LoadSigner(private, nil)
	if encrypted != errors.Is(err, attest.ErrPassphrase) || encrypted && strings.Contains(err.Error(), "wrong") {
		t.Errorf("no passphrase: got %v", err)
	}
}

// TestOpenSSL has openssl verify what we sign, and us what openssl signs.
func TestOpenSSL(t *testing.T) {
	dir := t.TempDir()
	private, public, err := attest.GenerateKey([]byte(secret))
	if err != nil {
		t.Fatal(err)
	}
	write(t, private, dir, "key")
	write(t, public.PEM(), dir, "pub")
	write(t, []byte("message"), dir, "message")
	tool(t, dir, "openssl", "dgst", "-sha256", "-sign", "key", "-passin", "pass:"+secret, "-out", "theirs", "message")
	if err := public.Verify([]byte("message"), read(t, dir, "theirs")); err != nil {
		t.Error(err)
	}
	got, err := signer(t, private).Sign(t.Context(), []byte("message"))
	if err != nil {
		t.Fatal(err)
	}
	write(t, got.Signature, dir, "ours")
	tool(t, dir, "openssl", "dgst", "-sha256", "-verify", "pub", "-signature", "ours", "message")
}

func TestGenerateKey(t *testing.T) {
	private, public, err := attest.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	s, err := attest.LoadSigner(private, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !s.Public().Equal(public) || public.Algorithm() != "ecdsa-p256-sha256" {
		t.Errorf("got %s %s, want %s", s.Public().Algorithm(), s.Public().Fingerprint(), public.Fingerprint())
	}
}

func TestLoadSignerRefuses(t *testing.T) {
	ed, edPub := sshKey(t, "", "-t", "ed25519")
	p521, _ := sshKey(t, "", "-t", "ecdsa", "-b", "521")
	small, _ := sshKey(t, "", "-t", "rsa", "-b", "2048")
	rounds, _ := sshKey(t, secret, "-t", "ed25519")
	gcm, _ := sshKey(t, secret, "-t", "ed25519", "-Z", "aes256-gcm@openssh.com")
	p256 := openssl(t, nil, words("ecparam -name prime256v1 -genkey -noout")...)
	pk8 := func(args string) []byte {
		return openssl(t, p256, words("pkcs8 -topk8 -in in -passout pass:x "+args)...)
	}
	tests := []struct {
		name string
		key  []byte
		want string
	}{
		{"empty", nil, "not a private key file"},
		{"huge", make([]byte, 1<<20), "at most"},
		{"public ssh", edPub, "ssh-agent"},
		{"public pem", publicKey(t, edPub).PEM(), "public key"},
		{"p-521", p521, "P-256"},
		{"rsa 2048", small, "3072"},
		{"secp256k1", openssl(t, nil, words("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:secp256k1")...), "malformed, or"},
		{"x25519", openssl(t, nil, words("genpkey -algorithm X25519")...), "does not sign"},
		{"old pem encryption", openssl(t, p256, words("ec -in in -aes256 -passout pass:x")...), "topk8"},
		{"3des", pk8("-v2 des3"), "AES-CBC"},
		{"pbes1", pk8("-v1 PBE-SHA1-3DES"), "PBES2"},
		{"iterations", pk8("-iter 10000001"), "iterations"},
		{"scrypt work", pk8("-scrypt -scrypt_N 1024 -scrypt_r 8 -scrypt_p 5"), "scrypt"},
		{"gcm", gcm, "aes256-ctr"},
		{"bcrypt rounds", setRounds(t, rounds, 1<<30), "bcrypt rounds"},
		{"two keys", append(append([]byte{}, ed...), ed...), "one PEM block"},
		{"fido", fidoKeyFile(t), "FIDO"},
		{"fido public", []byte(fidoLine(t)), "FIDO"},
		{"certificate", openssl(t, p256, words("req -x509 -key in -subj /CN=x -days 1")...), "certificate"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := attest.LoadSigner(tt.key, func() ([]byte, error) {
				t.Error("asked for a passphrase")
				return nil, nil
			})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
	var only *attest.PublicOnlyError
	if _, err := attest.LoadSigner(edPub, nil); !errors.As(err, &only) || !only.Key.Equal(publicKey(t, edPub)) {
		t.Errorf("got %v, want a *PublicOnlyError with the key", err)
	}
}

// TestRoundTrip: what a key signs verifies, and no other message or signature.
func TestRoundTrip(t *testing.T) {
	signers := map[string]*attest.KeySigner{}
	for name, private := range toolKeys(t) {
		if !strings.Contains(name, "rsa") && !strings.Contains(name, "pkcs1") { // slow, and covered above
			signers[name] = signer(t, private)
		}
	}
	for name, s := range signers {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(r *rapid.T) {
				message := rapid.SliceOf(rapid.Byte()).Draw(r, "message")
				got, err := s.Sign(context.Background(), message)
				if err != nil {
					r.Fatal(err)
				}
				if err := s.Public().Verify(message, got.Signature); err != nil {
					r.Fatal(err)
				}
				i := rapid.IntRange(0, len(got.Signature)-1).Draw(r, "byte")
				got.Signature[i] ^= 1 << rapid.IntRange(0, 7).Draw(r, "bit")
				if s.Public().Verify(message, got.Signature) == nil {
					r.Fatal("verifies with a bit of the signature changed")
				}
				if s.Public().Verify(append(message, 'x'), got.Signature) == nil {
					r.Fatal("verifies another message")
				}
			})
		})
	}
}

// liar is a token that signs with another key than it says.
type liar struct {
	crypto.Signer
	says crypto.PublicKey
}

func (l liar) Public() crypto.PublicKey { return l.says }

func TestFaultyToken(t *testing.T) {
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	other, _, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	s, err := attest.NewKeySigner(liar{key, other})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Sign(t.Context(), []byte("m")); !errors.Is(err, attest.ErrVerify) {
		t.Errorf("got %v, want ErrVerify", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Sign(ctx, []byte("m")); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the context's error", err)
	}
	weak, err := rsa.GenerateKey(nil, 2048)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := attest.NewKeySigner(weak); err == nil {
		t.Error("RSA 2048 may sign statements")
	}
}
