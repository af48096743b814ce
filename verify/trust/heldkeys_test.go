package trust

import (
	"crypto/ed25519"
	"encoding/base64"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
)

// TestHeldKeys: a key that the document holds is found by its hint and by the
// bytes of its PEM form, of all versions; one that it names by fingerprint alone,
// or that evidence showed, is not. A FIDO key is another key than the one inside,
// which has the same hint and PEM form.
func TestHeldKeys(t *testing.T) {
	first, second, named := newKey(t), newKey(t), newKey(t)
	public, _, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	bare, err := attest.NewPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	const sk = "sk-ssh-ed25519@openssh.com"
	wire := ssh.Marshal(struct{ Type, Key, Application string }{sk, string(public), "ssh:"})
	fido, err := attest.ParsePublicKey([]byte(sk + " " + base64.StdEncoding.EncodeToString(wire)))
	if err != nil {
		t.Fatal(err)
	}
	document := func(head string, keys ...attest.PublicKey) *Trust {
		var lines []string
		for _, k := range keys {
			lines = append(lines, `"`+k.AuthorizedKey()+`"`)
		}
		return mustParse(t, head+`people: { ana: { ssh: [`+strings.Join(lines, ", ")+`, "`+named.Fingerprint()+`"] } }`)
	}
	older := document("id: t\nversion: 1\neffective: { from: 2025-01-01 }\n", first, second)
	newer := document("id: t\nversion: 2\neffective: { from: 2026-01-01 }\n", fido, second)
	joined, err := Join(older, newer)
	if err != nil {
		t.Fatal(err)
	}
	if joined, err = joined.Resolve(named, bare); err != nil {
		t.Fatal(err)
	}
	if n := len(joined.Keys()); n != 3 {
		t.Errorf("%d keys, want each of both versions once", n)
	}
	for name, tt := range map[string]struct {
		key       attest.PublicKey
		hint, pem bool
	}{
		"of an older version": {first, true, true}, "of both": {second, true, true}, "named by fingerprint": {named, false, false},
		"FIDO": {fido, true, false},
	} {
		got, ok := joined.KeyByHint(tt.key.Hint())
		if ok != tt.hint || ok && !got.Equal(tt.key) {
			t.Errorf("%s: found by hint: %v", name, ok)
		}
		if joined.Holds(tt.key) != tt.hint {
			t.Errorf("%s: held: %v, want %v", name, !tt.hint, tt.hint)
		}
		if joined.HoldsPEM(evidence.Sum(tt.key.PEM())) != tt.pem {
			t.Errorf("%s: held: %v, want %v", name, !tt.pem, tt.pem)
		}
	}
	if got := document(head, bare); !got.HoldsPEM(evidence.Sum(fido.PEM())) {
		t.Error("the key inside of a FIDO key, which the document holds, is not known by its PEM form")
	}
}
