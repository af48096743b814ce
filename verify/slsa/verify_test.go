package slsa_test

import (
	"context"
	"crypto"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/provenance"
	"github.com/release-dossier/dossier/verify/sigstore"
	"github.com/release-dossier/dossier/verify/slsa"
)

// signer returns a builder with a key of its own.
func signer(t testing.TB) (attest.Signer, []crypto.PublicKey) {
	t.Helper()
	private, public, err := attest.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	s, err := attest.LoadSigner(private, nil)
	if err != nil {
		t.Fatal(err)
	}
	key, err := sigstore.ParsePublicKey(public.PEM())
	if err != nil {
		t.Fatal(err)
	}
	return s, []crypto.PublicKey{key}
}

func signed(t *testing.T, s attest.Signer, predicateType, predicate string) []byte {
	t.Helper()
	subjects := []evidence.ResourceDescriptor{{Name: "hello", Digest: evidence.Sum([]byte("hello")).Set()}}
	payload, err := attest.NewStatement(subjects, predicateType, json.RawMessage(predicate))
	if err != nil {
		t.Fatal(err)
	}
	raw, err := attest.Sign(context.Background(), s, payload)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// TestLines looks for the provenance among several statements, as "gh
// attestation download" writes them.
func TestLines(t *testing.T) {
	s, keys := signer(t)
	v, err := slsa.New(slsa.Config{Keys: keys})
	if err != nil {
		t.Fatal(err)
	}
	build := func(repository string) []byte {
		return signed(t, s, provenance.TypeV1, fmt.Sprintf(`{"buildDefinition":{"buildType":"https://b.example","externalParameters":{"source":"git+%s@refs/heads/main"}},"runDetails":{"builder":{"id":"https://ci.example"}}}`, repository))
	}
	const repository = "https://github.com/org/repo"
	other := signed(t, s, "https://example.com/other/v1", `{}`)
	a, err := sigstore.ReadArtifact(strings.NewReader("hello"))
	if err != nil {
		t.Fatal(err)
	}
	expect := slsa.Expect{Expect: provenance.Expect{Repository: repository, Branch: "main"}}
	for _, tt := range []struct {
		name  string
		lines [][]byte
		code  provenance.Code
	}{
		{"one", [][]byte{build(repository)}, ""},
		{"among others", [][]byte{other, build("https://github.com/org/fork"), build(repository)}, ""},
		{"of a fork", [][]byte{other, build("https://github.com/org/fork")}, provenance.SourceMismatch},
		{"none", [][]byte{other}, provenance.WrongType},
	} {
		var raw []byte
		for _, l := range tt.lines {
			raw = append(append(raw, l...), '\n')
		}
		r := v.Verify(raw, a, expect, at)
		if r.Code != string(tt.code) || (r.Verdict == sigstore.Verified) != (tt.code == "") {
			t.Errorf("%s: %s %s, want %q: %+v", tt.name, r.Verdict, r.Code, tt.code, r.Checks)
		}
	}
	if r := v.Verify(build(repository), a, slsa.Expect{}, at); r.Verdict != sigstore.Rejected {
		t.Error("without a source everything is accepted")
	}
	if r := v.Verify(build(repository), sigstore.AnyArtifactUnsafe(), expect, at); r.Verdict != sigstore.Rejected {
		t.Error("without an artifact everything is accepted")
	}
}
