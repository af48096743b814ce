//go:build cgo

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/attest/kms"
)

// TestMain lets the test binary be the plugin, where its name says so.
func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == "sigstore-kms-pkcs11" {
		main()
		return
	}
	os.Exit(m.Run())
}

// softHSM makes a token with the PIN 5678, and returns its driver.
func softHSM(t *testing.T) (module string) {
	t.Helper()
	if _, err := exec.LookPath("softhsm2-util"); err != nil {
		t.Skip("SKIPPED, NOT TESTED: no softhsm2-util: install softhsm2")
	}
	found, err := filepath.Glob("/usr/lib/*/softhsm/libsofthsm2.so")
	for _, other := range []string{"/usr/lib/softhsm/libsofthsm2.so", "/opt/homebrew/lib/softhsm/libsofthsm2.so", os.Getenv("SOFTHSM2_MODULE")} {
		if _, err := os.Stat(other); err == nil {
			found = append(found, other)
		}
	}
	if err != nil || len(found) == 0 {
		t.Skip("SKIPPED, NOT TESTED: no libsofthsm2.so: install softhsm2, or name it in SOFTHSM2_MODULE")
	}
	dir := t.TempDir()
	config := filepath.Join(dir, "softhsm2.conf")
	if err := os.WriteFile(config, []byte("directories.tokendir = "+dir+"\nobjectstore.backend = file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("SOFTHSM2_CONF", config)
	out, err := exec.Command("softhsm2-util", "--init-token", "--free", "--label", "release", "--so-pin", "1234", "--pin", "5678").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return found[0]
}

var payload = []byte(`{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"hello","digest":{"sha256":"5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"}}],"predicateType":"https://example.com/test/v1","predicate":{}}`)

func TestSoftHSM(t *testing.T) {
	module := softHSM(t)
	imported := func(name, id string) {
		t.Helper()
		private, _, err := attest.GenerateKey(nil)
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(t.TempDir(), "key.pem")
		if err := os.WriteFile(file, private, 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command("softhsm2-util", "--import", file, "--token", "release", "--label", name, "--id", id, "--pin", "5678").CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	imported("release-key", "0a01")
	imported("twin", "0b01")
	imported("twin", "0b02")

	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	bin := t.TempDir()
	if err := os.Symlink(self, filepath.Join(bin, "sigstore-kms-pkcs11")); err != nil {
		t.Skip("no symbolic links here: NOT TESTED")
	}
	t.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	pin := filepath.Join(bin, "pin")
	if err := os.WriteFile(pin, []byte("5678\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	open := func(uri string) (*attest.KeySigner, error) {
		return kms.Open(t.Context(), "pkcs11://"+uri, kms.Options{})
	}
	with := "?module-path=" + module + "&pin-source=file:" + pin

	for _, uri := range []string{"token=release;object=release-key", "token=release;id=%0A%01", "token=release;object=twin;id=%0B%02;type=private"} {
		s, err := open(uri + with)
		if err != nil {
			t.Fatalf("%s: %v", uri, err)
		}
		raw, err := attest.Sign(t.Context(), s, payload)
		if err != nil {
			t.Fatal(err)
		}
		b, err := attest.ParseBundle(raw)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Public().Verify(b.SignedBytes(), b.Signature); err != nil {
			t.Error(err)
		}
	}
	for _, tt := range []struct{ uri, want string }{
		{"token=release;object=twin" + with, "2 keys of the token match"},
		{"token=release;object=absent" + with, "no such key pair"},
		{"token=elsewhere;object=release-key" + with, "token"},
		{"token=release;object=release-key?module-path=" + module, "no PIN"},
		{"token=release;object=release-key?pin-source=" + pin, "no driver"},
		{"token=release;object=release-key?module-path=/no/such.so&pin-source=" + pin, "token"},
		{"token=release;object=release-key?pin-value=5678", "everybody on the machine"},
	} {
		if s, err := open(tt.uri); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, %v, want %q", tt.uri, s, err, tt.want)
		}
	}
	wrong := filepath.Join(bin, "wrong")
	if err := os.WriteFile(wrong, []byte("0000"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := open("token=release;object=release-key?module-path=" + module + "&pin-source=" + wrong); err == nil {
		t.Error("a wrong PIN is accepted")
	}
	t.Setenv("PKCS11_PIN", "5678")
	t.Setenv("PKCS11_MODULE_PATH", module)
	if _, err := open("token=release;object=release-key"); err != nil {
		t.Errorf("driver and PIN of the environment: %v", err)
	}
}

func TestParseURI(t *testing.T) {
	u, err := parseURI("token=my%20token;object=a%3Bb;id=%01%ff?module-path=/lib/x.so&pin-source=file:///etc/pin")
	if err != nil {
		t.Fatal(err)
	}
	if want := (uri{token: "my token", object: "a;b", id: "\x01\xff", module: "/lib/x.so", pinSource: "file:///etc/pin"}); *u != want {
		t.Errorf("%+v", *u)
	}
	for _, text := range []string{"", "token=a", "object=a", "token=a;serial=b;object=c", "token=a;token=b;object=c", "token=a;object=%zz", "token=a;object=b;slot-id=1", "token=a;object=b?pin-value=1"} {
		if u, err := parseURI(text); err == nil {
			t.Errorf("%q: %+v", text, u)
		}
	}
}
