package kms_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/sigstore/sigstore/pkg/signature/kms/cliplugin/common"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/attest/kms"
)

// TestMain lets the test binary be the plugin, where its name says so.
func TestMain(m *testing.M) {
	if strings.HasPrefix(filepath.Base(os.Args[0]), "sigstore-kms-") {
		pluginMain()
		return
	}
	os.Exit(m.Run())
}

// pluginMain holds a key in the file that the reference names; other references
// are misbehaviours.
func pluginMain() {
	var args common.PluginArgs
	if err := json.Unmarshal([]byte(os.Args[2]), &args); err != nil || os.Args[1] != common.ProtocolVersion {
		fmt.Fprintln(os.Stderr, "not called by the protocol")
		os.Exit(2)
	}
	answer := func(r common.PluginResp) { json.NewEncoder(os.Stdout).Encode(r) }
	switch args.InitOptions.KeyResourceID {
	case "hang":
		exec.Command("sleep", "3600").Run()
	case "hang-behind": // ends, and leaves a child that holds the pipe
		child := exec.Command("sleep", "3600")
		child.Stdout = os.Stdout
		child.Start()
		return
	case "flood":
		for {
			if _, err := os.Stdout.Write(make([]byte, 64<<10)); err != nil {
				os.Exit(1)
			}
		}
	case "crash":
		fmt.Fprintln(os.Stderr, "segmentation\x1b[31m fault")
		os.Exit(3)
	case "nonsense":
		fmt.Println("hello")
		return
	case "nothing":
		answer(common.PluginResp{})
		return
	case "refuse":
		answer(common.PluginResp{ErrorMessage: "the token\nis locked"})
		os.Exit(1)
	}
	data, err := os.ReadFile(args.InitOptions.KeyResourceID)
	if err != nil {
		answer(common.PluginResp{ErrorMessage: err.Error()})
		return
	}
	block, _ := pem.Decode(data)
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		panic(err)
	}
	key := parsed.(crypto.Signer)
	if args.MethodName == common.PublicKeyMethodName {
		spki, err := x509.MarshalPKIXPublicKey(key.Public())
		if err != nil {
			panic(err)
		}
		answer(common.PluginResp{PublicKey: &common.PublicKeyResp{PublicKeyPEM: pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: spki})}})
		return
	}
	o := args.SignMessage.SignOptions.MessageOptions
	digest, hash := []byte(nil), crypto.Hash(0)
	if o.Digest != nil {
		digest, hash = *o.Digest, *o.HashFunc
	} else if digest, err = io.ReadAll(os.Stdin); err != nil {
		panic(err)
	}
	if os.Getenv("FAULTY") != "" {
		digest = make([]byte, len(digest))
	}
	signature, err := key.Sign(rand.Reader, digest, hash)
	if err != nil {
		panic(err)
	}
	answer(common.PluginResp{SignMessage: &common.SignMessageResp{Signature: signature}})
}

// installed puts the plugin on PATH as sigstore-kms-test.
func installed(t *testing.T) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.Symlink(self, filepath.Join(dir, "sigstore-kms-test")); err != nil {
		t.Skip("no symbolic links here: NOT TESTED")
	}
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
}

var payload = []byte(`{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"hello","digest":{"sha256":"5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"}}],"predicateType":"https://example.com/test/v1","predicate":{}}`)

func TestSign(t *testing.T) {
	installed(t)
	for _, generate := range []func() (crypto.Signer, error){
		func() (crypto.Signer, error) { return ecdsa.GenerateKey(elliptic.P256(), rand.Reader) },
		func() (crypto.Signer, error) { return ecdsa.GenerateKey(elliptic.P384(), rand.Reader) },
		func() (crypto.Signer, error) { _, k, err := ed25519.GenerateKey(rand.Reader); return k, err },
	} {
		key, err := generate()
		if err != nil {
			t.Fatal(err)
		}
		der, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(t.TempDir(), "key")
		if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := kms.Open(t.Context(), "test://"+file, kms.Options{})
		if err != nil {
			t.Fatal(err)
		}
		raw, err := attest.Sign(t.Context(), s, payload)
		if err != nil {
			t.Fatal(err)
		}
		b, err := attest.ParseBundle(raw)
		if err != nil {
			t.Fatal(err)
		}
		want, err := attest.NewPublicKey(key.Public())
		if err != nil {
			t.Fatal(err)
		}
		if err := want.Verify(b.SignedBytes(), b.Signature); err != nil || b.Hint != want.Hint() {
			t.Errorf("%s: %v, hint %s", want.Algorithm(), err, b.Hint)
		}
		faulty, err := kms.Open(t.Context(), "test://"+file, kms.Options{Env: append(os.Environ(), "FAULTY=1")})
		if err != nil {
			t.Fatal(err)
		}
		if raw, err := attest.Sign(t.Context(), faulty, payload); raw != nil || !errors.Is(err, attest.ErrVerify) {
			t.Errorf("%s, a faulty token: %d bytes, %v", want.Algorithm(), len(raw), err)
		}
	}
}

func TestBadPlugins(t *testing.T) {
	installed(t)
	for _, tt := range []struct{ reference, want string }{
		{"test://hang", "no answer within 300ms: it was stopped"},
		{"test://flood", "more than 1048576 bytes"},
		{"test://crash", "segmentation [31m fault"},
		{"test://nonsense", "not JSON"},
		{"test://nothing", "without a public key"},
		{"test://refuse", "the token is locked"},
		{"test:///no/such/file", "no such file"},
		{"absent://key", "no plugin sigstore-kms-absent on PATH"},
		{"../test://key", "not a key reference"},
		{"test://", "not a key reference"},
		{"key.pem", "not a key reference"},
		{"test://" + strings.Repeat("x", 5000), "not a key reference"},
	} {
		timeout := time.Minute
		if strings.HasPrefix(tt.reference, "test://hang") {
			timeout = 300 * time.Millisecond
		}
		if s, err := kms.Open(t.Context(), tt.reference, kms.Options{Timeout: timeout}); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%.40s: %v, %v, want %q", tt.reference, s, err, tt.want)
		}
	}
	// A child that keeps the pipe open does not keep us waiting for it.
	if _, err := kms.Open(t.Context(), "test://hang-behind", kms.Options{}); err == nil {
		t.Error("no error")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := kms.Open(ctx, "test://hang", kms.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// TestNothingIsLeft looks for what a plugin that was stopped has started.
func TestNothingIsLeft(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("looks into /proc")
	}
	installed(t)
	mark := base64.RawURLEncoding.EncodeToString([]byte(t.TempDir()))
	if _, err := kms.Open(t.Context(), "test://hang", kms.Options{Timeout: 500 * time.Millisecond, Env: append(os.Environ(), "MARK="+mark)}); err == nil {
		t.Fatal("no error")
	}
	files, err := filepath.Glob("/proc/[0-9]*/environ")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if env, err := os.ReadFile(file); err == nil && strings.Contains(string(env), "MARK="+mark) {
			t.Errorf("%s is still running", filepath.Dir(file))
		}
	}
}
