package pack_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/internal/testrelease"
	"github.com/release-dossier/dossier/verify/policy/pack"
)

var packedAt = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

// documents are a policy that extends another one, and a trust document.
func documents(t testing.TB) (*attest.KeySigner, fstest.MapFS) {
	t.Helper()
	_, owner := testrelease.NewKey(t, t.TempDir(), "owner")
	key := strings.TrimSpace(owner.Public().AuthorizedKey())
	return owner, fstest.MapFS{
		"policy.yaml":       {Data: []byte("id: team\nversion: 2\neffective: { from: 2026-01-01 }\nextends: base/company.yaml\n")},
		"base/company.yaml": {Data: []byte("id: company\nversion: 7\neffective: { from: 2026-01-01 }\nextends: minimal\nparameters: { approvers: 2 }\n")},
		"trust.yaml":        {Data: fmt.Appendf(nil, "id: company-trust\nversion: 1\neffective: { from: 2026-01-01 }\nkeys:\n  ci: { public: %q }\nroles:\n  release-ci: { keys: [ci] }\ngrants: []\n", key)},
	}
}

func files(fsys fstest.MapFS) pack.Files {
	return pack.Files{Policy: "policy.yaml", Trust: "trust.yaml", Open: func(name string) ([]byte, error) { return fs.ReadFile(fsys, name) }}
}

func TestRoundTrip(t *testing.T) {
	owner, fsys := documents(t)
	raw, err := pack.Pack(context.Background(), owner, files(fsys), packedAt)
	if err != nil {
		t.Fatal(err)
	}
	got, err := pack.Open(raw, owner.Public().Fingerprint(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if got.Policy.ID != "team" || got.Policy.Params.Approvers != 2 || got.Trust.ID != "company-trust" ||
		!got.PackedAt.Equal(packedAt) || got.Differs || len(got.Documents) != 3 {
		t.Errorf("%+v", got)
	}
	if !pack.Is(raw) || pack.Is([]byte("id: team\n")) {
		t.Error("a packed policy is not told from a document")
	}
}

// TestAnchor: the key of somebody else, and none, are refused.
func TestAnchor(t *testing.T) {
	owner, fsys := documents(t)
	_, other := testrelease.NewKey(t, t.TempDir(), "other")
	raw, err := pack.Pack(context.Background(), owner, files(fsys), packedAt)
	if err != nil {
		t.Fatal(err)
	}
	for _, anchor := range []string{"", other.Public().Fingerprint(), "SHA256:"} {
		var wrong *pack.AnchorError
		if _, err := pack.Open(raw, anchor, nil); !errors.As(err, &wrong) || wrong.Signer != owner.Public().Fingerprint() {
			t.Errorf("anchor %q: %v", anchor, err)
		}
	}
}

// TestTampered changes every byte of a packed policy: none of the changed files
// is accepted with another meaning.
func TestTampered(t *testing.T) {
	owner, fsys := documents(t)
	raw, err := pack.Pack(context.Background(), owner, files(fsys), packedAt)
	if err != nil {
		t.Fatal(err)
	}
	want, err := pack.Open(raw, owner.Public().Fingerprint(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := range raw {
		mutant := append([]byte{}, raw...)
		mutant[i] ^= 1
		got, err := pack.Open(mutant, owner.Public().Fingerprint(), nil)
		if err == nil && (got.Policy.Digest != want.Policy.Digest || got.Trust.Digest != want.Trust.Digest || !got.PackedAt.Equal(want.PackedAt)) {
			t.Fatalf("byte %d: accepted with another meaning", i)
		}
	}
}

func TestBadFiles(t *testing.T) {
	owner, fsys := documents(t)
	for name, change := range map[string]func(*pack.Files){
		"no policy":                  func(f *pack.Files) { f.Policy = "none.yaml" },
		"no trust":                   func(f *pack.Files) { f.Trust = "none.yaml" },
		"trust is a policy":          func(f *pack.Files) { f.Trust = "base/company.yaml" },
		"policy is a trust":          func(f *pack.Files) { f.Policy = "trust.yaml" },
		"one file without the other": func(f *pack.Files) { f.Trust = "policy.yaml" },
	} {
		f := files(fsys)
		change(&f)
		if _, err := pack.Pack(context.Background(), owner, f, packedAt); err == nil {
			t.Errorf("%s: packed", name)
		}
	}
}

func FuzzOpen(f *testing.F) {
	owner, fsys := documents(f)
	raw, err := pack.Pack(context.Background(), owner, files(fsys), packedAt)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	f.Add([]byte("{}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := pack.Open(data, owner.Public().Fingerprint(), nil)
		if (err == nil) != (got != nil) {
			t.Error("neither or both of a policy and an error")
		}
	})
}

// TestPackedRoots packs what the trust document names, by files that are text.
func TestPackedRoots(t *testing.T) {
	owner, fsys := documents(t)
	trust := string(fsys["trust.yaml"].Data)
	fsys["trust.yaml"] = &fstest.MapFile{Data: []byte("roots: sigstore/root.json\nauthorities: ca.pem\n" + trust)}
	fsys["sigstore/root.json"] = &fstest.MapFile{Data: []byte("{}")}
	fsys["ca.pem"] = &fstest.MapFile{Data: []byte("-----BEGIN CERTIFICATE-----\n")}
	raw, err := pack.Pack(context.Background(), owner, files(fsys), packedAt)
	if err != nil {
		t.Fatal(err)
	}
	got, err := pack.Open(raw, owner.Public().Fingerprint(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if a := got.Trust.Anchors(); len(got.Documents) != 5 || len(a.Roots) != 1 || string(a.Roots[0]) != "{}" || len(a.Authorities) != 1 {
		t.Errorf("%d documents, anchors %q", len(got.Documents), a)
	}
	fsys["ca.pem"] = &fstest.MapFile{Data: []byte{0x30, 0x82, 0xff}}
	if _, err := pack.Pack(context.Background(), owner, files(fsys), packedAt); err == nil || !strings.Contains(err.Error(), "PEM") {
		t.Errorf("a file that is no text: %v", err)
	}
}
