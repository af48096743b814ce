package attest_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
)

const secret = "correct horse"

func passphrase() ([]byte, error) { return []byte(secret), nil }

// tool runs a program that makes keys, in dir and without the user's
// configuration, and returns what it prints.
func tool(t testing.TB, dir, name string, args ...string) []byte {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		t.Skipf("%s is not installed: keys of real tools are not tested", name)
	}
	var stderr bytes.Buffer
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.Stderr = dir, &stderr
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "LC_ALL=C", "COSIGN_PASSWORD=" + secret}
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, stderr.String())
	}
	return out
}

func read(t testing.TB, path ...string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func write(t testing.TB, data []byte, path ...string) string {
	t.Helper()
	name := filepath.Join(path...)
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// sshKey makes an OpenSSH key and returns both files. Few bcrypt rounds keep
// the tests fast.
func sshKey(t testing.TB, pass string, args ...string) (private, public []byte) {
	t.Helper()
	dir := t.TempDir()
	tool(t, dir, "ssh-keygen", append([]string{"-q", "-f", "k", "-N", pass, "-a", "2", "-C", "a comment"}, args...)...)
	return read(t, dir, "k"), read(t, dir, "k.pub")
}

// openssl returns what an openssl command prints, given key as file "in".
func openssl(t testing.TB, in []byte, args ...string) []byte {
	t.Helper()
	dir := t.TempDir()
	write(t, in, dir, "in")
	return tool(t, dir, "openssl", args...)
}

func signer(t testing.TB, private []byte) *attest.KeySigner {
	t.Helper()
	s, err := attest.LoadSigner(private, passphrase)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func publicKey(t testing.TB, data []byte) attest.PublicKey {
	t.Helper()
	k, err := attest.ParsePublicKey(data)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// payload is a statement about a file of those bytes.
func payload(t testing.TB, content string) []byte {
	t.Helper()
	p, err := attest.NewStatement([]evidence.ResourceDescriptor{{
		Name: "app", Digest: evidence.Sum([]byte(content)).Set(),
	}}, "https://example.com/note/v1", map[string]string{"note": "seen"})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// fidoPublic is a public key of type sk-ssh-ed25519@openssh.com, whose maker
// is a device, not ssh-keygen, in SSH's wire form.
func fidoPublic(t testing.TB) []byte {
	t.Helper()
	return ssh.Marshal(struct {
		Type string
		Key  []byte
		App  string
	}{"sk-ssh-ed25519@openssh.com", edKey(t), "ssh:"})
}

func edKey(t testing.TB) []byte {
	t.Helper()
	public, _, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	return public
}

func fidoLine(t testing.TB) string {
	return "sk-ssh-ed25519@openssh.com " + base64.StdEncoding.EncodeToString(fidoPublic(t)) + " token"
}

// opensshFile is the frame of an OpenSSH private key file (PROTOCOL.key).
type opensshFile struct {
	Cipher, KDF, Options string
	Keys                 uint32
	Public, Private      []byte
}

const opensshMagic = "openssh-key-v1\x00"

func (f opensshFile) pem() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "OPENSSH PRIVATE KEY", Bytes: append([]byte(opensshMagic), ssh.Marshal(f)...)})
}

func fidoKeyFile(t testing.TB) []byte {
	return opensshFile{"none", "none", "", 1, fidoPublic(t), make([]byte, 64)}.pem()
}

// setRounds changes the cost that an encrypted OpenSSH key asks for.
func setRounds(t testing.TB, private []byte, rounds uint32) []byte {
	t.Helper()
	block, _ := pem.Decode(private)
	var f opensshFile
	if err := ssh.Unmarshal(bytes.TrimPrefix(block.Bytes, []byte(opensshMagic)), &f); err != nil {
		t.Fatal(err)
	}
	f.Options = string(ssh.Marshal(struct {
		Salt   []byte
		Rounds uint32
	}{make([]byte, 16), rounds}))
	return f.pem()
}
