package tagsig_test

import (
	"bytes"
	"crypto"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/packet"
	openpgp "github.com/ProtonMail/go-crypto/openpgp/v2"
	"github.com/google/go-cmp/cmp"

	"github.com/release-dossier/dossier/verify"
	"github.com/release-dossier/dossier/verify/tagsig"
)

// The interface that package verify plugs OpenPGP into.
var _ verify.TagVerifier = tagsig.OpenPGP{}

const text = "object 0000\ntag v1\n\nrelease\n"

func year(y int) time.Time { return time.Date(y, 1, 2, 0, 0, 0, 0, time.UTC) }

func TestGitTag(t *testing.T) {
	for _, algo := range []string{"ed25519", "nistp256", "nistp384", "rsa2048", "rsa3072", "brainpoolP256r1"} {
		t.Run(algo, func(t *testing.T) {
			g := newGPG(t)
			fpr := g.key("Ann <ann@example.com>", algo, "sign", "never")
			payload, sig := g.tag(fpr)
			key := g.export(fpr)

			a, err := tagsig.OpenPGP{}.VerifyTag(payload, sig, [][]byte{key}, verify.Moments{})
			if err != nil || string(a.Identity) != "pgp:"+fpr {
				t.Fatalf("got %s, %v, want pgp:%s", a.Identity, err, fpr)
			}
			if hint, err := tagsig.Inspect(sig); err != nil || hint != fpr {
				t.Errorf("inspected as %s, %v, want %s", hint, err, fpr)
			}
			for i := range payload {
				changed := bytes.Clone(payload)
				changed[i] ^= 1
				if _, err := tagsig.VerifyOpenPGP(key, changed, sig, time.Time{}); !errors.Is(err, tagsig.ErrVerify) {
					t.Fatalf("byte %d of the payload changed: got %v", i, err)
				}
				if i > 8 {
					break // each byte is hashed alike
				}
			}
		})
	}
}

func TestResult(t *testing.T) {
	g := newGPG(t)
	g.now = y2020
	fpr := g.key("Ann <ann@example.com>", "rsa2048", "cert", "never")
	g.run("", "--quick-add-uid", fpr, "Ann B <b@example.com>")
	g.run("", "--quick-add-key", fpr, "ed25519", "sign", "never")
	sub := g.fingerprints(fpr)[1]
	binary := g.run("", "--export", fpr)
	other := g.key("Bob <bob@example.com>", "ed25519", "sign", "never")
	both := append(g.export(other), g.export(fpr)...)
	sig := g.sign(text, "-u", fpr)

	want := tagsig.Result{
		Fingerprint: fpr, Subkey: sub, SignedAt: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC),
		UserIDs: []string{"Ann <ann@example.com>", "Ann B <b@example.com>"},
	}
	for name, ring := range map[string][]byte{"binary": binary, "two armored blocks": both} {
		got, err := tagsig.VerifyOpenPGP(ring, []byte(text), sig, time.Time{})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: (-want +got)\n%s", name, d)
		}
	}
	_, err := tagsig.VerifyOpenPGP(g.export(other), []byte(text), sig, time.Time{})
	if !errors.Is(err, tagsig.ErrUnknownKey) || !strings.Contains(err.Error(), sub) {
		t.Errorf("got %v, want ErrUnknownKey that names %s", err, sub)
	}
}

func TestExpiry(t *testing.T) {
	g := newGPG(t)
	g.now = y2020
	fpr := g.key("Ann <ann@example.com>", "ed25519", "sign", "1y")
	sig := g.sign(text, "-u", fpr)
	short := g.export(fpr)
	g.now = "20201201T000000!"
	g.run("", "--quick-set-expire", fpr, "5y")
	long := g.export(fpr) // has no self-signature of 2020-01 any more

	tests := []struct {
		name string
		key  []byte
		at   time.Time
		want error
	}{
		{"at its own time", short, time.Time{}, nil},
		{"tag in its lifetime", short, year(2020), nil},
		{"tag after its end", short, year(2022), tagsig.ErrExpired},
		{"tag before the key", short, year(2019), tagsig.ErrExpired},
		{"prolonged, old tag", long, year(2020), nil},
		{"prolonged, later tag", long, year(2022), nil},
		{"prolonged, after all", long, year(2027), tagsig.ErrExpired},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := tagsig.VerifyOpenPGP(tt.key, []byte(text), sig, tt.at); !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
		})
	}
}

func TestRevocation(t *testing.T) {
	tests := []struct {
		name, reason string
		signed       string
		want         error
	}{
		{"no reason, tag before", "0", y2020, tagsig.ErrRevoked},
		{"compromised, tag before", "1", y2020, tagsig.ErrRevoked},
		{"superseded, tag before", "2", y2020, nil},
		{"retired, tag before", "3", y2020, nil},
		{"retired, tag after", "3", y2022, tagsig.ErrRevoked},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g := newGPG(t)
			g.now = y2020
			fpr := g.key("Ann <ann@example.com>", "ed25519", "sign", "never")
			good := g.export(fpr)
			g.now = tt.signed
			sig := g.sign(text, "-u", fpr)
			g.now = y2021
			g.revoke(fpr, tt.reason)
			revoked := g.export(fpr)
			if _, err := tagsig.VerifyOpenPGP(revoked, []byte(text), sig, time.Time{}); !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
			// A second, older copy of the key must not undo the revocation.
			for _, keys := range [][][]byte{{good, revoked}, {revoked, good}} {
				if _, err := (tagsig.OpenPGP{}).VerifyTag([]byte(text), sig, keys, verify.Moments{}); !errors.Is(err, tt.want) {
					t.Errorf("two copies: got %v, want %v", err, tt.want)
				}
			}
		})
	}
}

func TestRevokedSubkey(t *testing.T) {
	g := newGPG(t)
	g.now = y2020
	fpr := g.key("Ann <ann@example.com>", "ed25519", "cert", "never")
	g.run("", "--quick-add-key", fpr, "ed25519", "sign", "never")
	sig := g.sign(text, "-u", fpr)
	g.now = y2021
	cmd := g.command("gpg", "--faked-system-time", g.now, "--no-tty", "--pinentry-mode", "loopback", "--passphrase", "",
		"--command-fd", "0", "--edit-key", fpr)
	output(t, cmd, "key 1\nrevkey\ny\n1\n\ny\nsave\n") // compromised
	if _, err := tagsig.VerifyOpenPGP(g.export(fpr), []byte(text), sig, time.Time{}); !errors.Is(err, tagsig.ErrRevoked) {
		t.Errorf("got %v, want ErrRevoked", err)
	}
}

// TestRefused has signatures and keys that gpg makes and that do not count.
func TestRefused(t *testing.T) {
	g := newGPG(t)
	g.now = y2020
	fpr := g.key("Ann <ann@example.com>", "rsa2048", "sign", "never")
	key := g.export(fpr)
	good := g.sign(text, "-u", fpr)
	dsa := g.key("Dan <dan@example.com>", "dsa2048", "sign", "never")
	weak := g.key("Eve <eve@example.com>", "rsa1024", "sign", "never")
	koblitz := g.key("Kim <kim@example.com>", "secp256k1", "sign", "never")

	tests := []struct {
		name string
		key  []byte
		sig  []byte
		want string
	}{
		{"sha-1", key, g.sign(text, "-u", fpr, "--digest-algo", "SHA1"), "too weak"},
		{"ripemd-160", key, g.sign(text, "-u", fpr, "--digest-algo", "RIPEMD160"), "not understood"},
		{"text mode", key, g.sign(text, "-u", fpr, "--textmode"), "binary document"},
		{"critical notation", key, g.sign(text, "-u", fpr, "--sig-notation", "!x@example.com=1"), "critical notation"},
		{"two signers", key, g.sign(text, "-u", fpr, "-u", dsa), "more than one packet"},
		{"two blocks", key, append(bytes.Clone(good), good...), "not one armored"},
		{"text before", key, append([]byte("x\n"), good...), "not one armored"},
		{"a key as signature", key, key, "not one armored"},
		{"inline message", key, g.run(text, "-u", fpr, "--armor", "--sign"), "not one armored"},
		{"dsa", g.export(dsa), g.sign(text, "-u", dsa), "too weak"},
		{"rsa 1024", g.export(weak), g.sign(text, "-u", weak), "too weak"},
		{"secp256k1", g.export(koblitz), g.sign(text, "-u", koblitz), "too weak"},
		{"private key", g.run("", "--armor", "--export-secret-keys", fpr), good, "not a public key"},
		{"private key, binary", g.run("", "--export-secret-keys", fpr), good, "private key"},
		{"no key", nil, good, "public keys"},
		{"signature as key", good, good, "not a public key"},
		{"huge signature", key, bytes.Repeat([]byte("A"), 1<<20), "at most"},
		{"huge keyring", bytes.Repeat([]byte("A"), 2<<20), good, "at most"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := tagsig.VerifyOpenPGP(tt.key, []byte(text), tt.sig, time.Time{})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
	if _, err := tagsig.VerifyOpenPGP(key, []byte(text), good, time.Time{}); err != nil {
		t.Errorf("the good signature: %v", err)
	}
}

// TestExpiringSignature has a signature with an end of its own.
func TestExpiringSignature(t *testing.T) {
	g := newGPG(t)
	g.now = y2020
	fpr := g.key("Ann <ann@example.com>", "ed25519", "sign", "never")
	sig := g.sign(text, "-u", fpr, "--default-sig-expire", "10d")
	for at, want := range map[time.Time]error{year(2020): nil, year(2021): tagsig.ErrExpired} {
		if _, err := tagsig.VerifyOpenPGP(g.export(fpr), []byte(text), sig, at); !errors.Is(err, want) {
			t.Errorf("at %s: got %v, want %v", at, err, want)
		}
	}
}

// TestForeignSubkey grafts Bob's signing subkey, with its binding by Bob, onto
// Ann's key: Ann did not bind it.
func TestForeignSubkey(t *testing.T) {
	g := newGPG(t)
	g.now = y2020
	ann := g.key("Ann <ann@example.com>", "ed25519", "cert", "never")
	bob := g.key("Bob <bob@example.com>", "ed25519", "cert", "never")
	g.run("", "--quick-add-key", bob, "ed25519", "sign", "never")
	sig := g.sign(text, "-u", bob)

	key := g.run("", "--export", ann)
	packets := packet.NewOpaqueReader(bytes.NewReader(g.run("", "--export", bob)))
	var graft bytes.Buffer
	for from := false; ; {
		p, err := packets.Next()
		if err != nil {
			break
		}
		if from = from || p.Tag == 14; from {
			p.Serialize(&graft)
		}
	}
	_, err := tagsig.VerifyOpenPGP(append(key, graft.Bytes()...), []byte(text), sig, time.Time{})
	if err == nil || !strings.Contains(err.Error(), "did not bind") {
		t.Errorf("got %v, want a refusal of the binding", err)
	}
}

// TestSHA1SelfSignature has keys certified with SHA-1 before and after GnuPG
// gave it up.
func TestSHA1SelfSignature(t *testing.T) {
	for now, good := range map[string]bool{"20180101T000000!": true, y2020: false} {
		g := newGPG(t)
		g.now = now
		g.run("", "--cert-digest-algo", "SHA1", "--quick-gen-key", "Ann <ann@example.com>", "rsa2048", "sign", "never")
		sig := g.sign(text, "--digest-algo", "SHA256")
		_, err := tagsig.VerifyOpenPGP(g.export("Ann"), []byte(text), sig, time.Time{})
		if (err == nil) != good {
			t.Errorf("made %s: got %v", now, err)
		}
	}
}

// TestKeyUsage signs with keys that are not for signing, which gpg would not
// do: the primary key certifies, the subkey authenticates.
func TestKeyUsage(t *testing.T) {
	g := newGPG(t)
	g.now = y2020
	fpr := g.key("Ann <ann@example.com>", "ed25519", "cert", "never")
	g.run("", "--quick-add-key", fpr, "ed25519", "auth", "never")
	ring, err := openpgp.ReadKeyRing(bytes.NewReader(g.run("", "--export-secret-keys", fpr)))
	if err != nil {
		t.Fatal(err)
	}
	for want, key := range map[string]*packet.PrivateKey{
		"primary key is not marked": ring[0].PrivateKey, "not bound for signing": ring[0].Subkeys[0].PrivateKey,
	} {
		sig := &packet.Signature{
			Version: 4, SigType: packet.SigTypeBinary, PubKeyAlgo: key.PubKeyAlgo, Hash: crypto.SHA256,
			CreationTime: year(2020), IssuerKeyId: &key.KeyId,
		}
		h := crypto.SHA256.New()
		h.Write([]byte(text))
		if err := sig.Sign(h, key, nil); err != nil {
			t.Fatal(err)
		}
		var raw bytes.Buffer
		if err := sig.Serialize(&raw); err != nil {
			t.Fatal(err)
		}
		_, err := tagsig.VerifyOpenPGP(g.export(fpr), []byte(text), arm(t, raw.Bytes()), time.Time{})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

// TestDamaged changes every byte of a signature's packet: no change may verify
// as another key or panic. What is left unprotected are hints.
func TestDamaged(t *testing.T) {
	g := newGPG(t)
	fpr := g.key("Ann <ann@example.com>", "ed25519", "sign", "never")
	key := g.run("", "--export", fpr)
	sig := g.sign(text, "-u", fpr)
	for i := range sig {
		changed := bytes.Clone(sig)
		changed[i] ^= 4
		got, err := tagsig.VerifyOpenPGP(key, []byte(text), changed, time.Time{})
		if err == nil && got.Fingerprint != fpr {
			t.Fatalf("byte %d: verified as %s", i, got.Fingerprint)
		}
	}
	for i := range key {
		changed := bytes.Clone(key)
		changed[i] ^= 4
		tagsig.VerifyOpenPGP(changed, []byte(text), sig, time.Time{})
		tagsig.VerifyOpenPGP(key[:i], []byte(text), sig, time.Time{})
	}
}

// TestCorpus verifies tags of git's own repository. Those up to 2017 are
// signed with SHA-1, which is refused on purpose.
func TestCorpus(t *testing.T) {
	root := os.Getenv("DOSSIER_CORPUS")
	if root == "" {
		t.Skip("DOSSIER_CORPUS is not set: the third-party tags are not read")
	}
	key, err := os.ReadFile(filepath.Join(root, "git-tags", "junio-gpg-pub.asc"))
	if err != nil {
		t.Fatal(err)
	}
	accepted, weak := 0, 0
	for _, file := range corpusTags(t, root, "pgp") {
		tag, err := os.ReadFile(filepath.Join(root, file))
		if err != nil {
			t.Fatal(err)
		}
		payload, sig := split(t, tag)
		a, err := tagsig.OpenPGP{}.VerifyTag(payload, sig, [][]byte{key}, verify.Moments{Stated: tagger(t, payload)})
		switch {
		case err == nil && a.Identity == "pgp:96E07AF25771955980DAD10020D04E5A713660A7":
			accepted++
		case errors.Is(err, tagsig.ErrWeak) && tagger(t, payload).Year() < 2018:
			weak++
		default:
			t.Errorf("%s: got %s, %v", file, a.Identity, err)
		}
		payload[len(payload)/2] ^= 1
		if _, err := (tagsig.OpenPGP{}).VerifyTag(payload, sig, [][]byte{key}, verify.Moments{}); err == nil {
			t.Errorf("%s: verifies with a byte changed", file)
		}
	}
	t.Logf("%d tags verify, %d are refused for SHA-1", accepted, weak)
	if accepted == 0 || weak == 0 {
		t.Error("the corpus has tags of both kinds")
	}
}

// corpusTags returns the files of the tags in the manifest with that kind of
// signature.
func corpusTags(t *testing.T, root, kind string) (files []string) {
	manifest, err := os.ReadFile(filepath.Join(root, "manifest.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(manifest) {
		var c struct{ Kind, Sig, File string }
		if json.Unmarshal(line, &c) == nil && c.Kind == "git-tag" && c.Sig == kind {
			files = append(files, c.File)
		}
	}
	return files
}

func tagger(t *testing.T, payload []byte) time.Time {
	_, line, _ := strings.Cut(string(payload), "\ntagger ")
	_, line, _ = strings.Cut(line, "> ")
	var unix int64
	if _, err := fmt.Sscan(line, &unix); err != nil {
		t.Fatal(err)
	}
	return time.Unix(unix, 0)
}
