package trust

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
)

// newKey returns a fresh P-256 key.
func newKey(t testing.TB) attest.PublicKey {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	key, err := attest.NewPublicKey(private.Public())
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func newEd25519(t testing.TB) attest.PublicKey {
	t.Helper()
	public, _, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	key, err := attest.NewPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// head is the start of every document.
const head = "id: t\nversion: 1\neffective: { from: 2026-01-01, until: 2028-01-01 }\n"

func mustParse(t testing.TB, doc string) *Trust {
	t.Helper()
	tr, err := Parse("trust.yaml", []byte(doc))
	if err != nil {
		t.Fatalf("%v in\n%s", err, doc)
	}
	return tr
}

func example(t testing.TB) *Trust {
	t.Helper()
	data, err := os.ReadFile("testdata/trust.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return mustParse(t, string(data))
}

func day(s string) time.Time {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return t
}

func TestExampleFile(t *testing.T) {
	tr := example(t)
	if tr.ID != "hello-trust" || tr.Version != 1 || tr.Effective.String() != "from 2026-01-01 until 2028-01-01" {
		t.Errorf("got %s, %d, %s", tr.ID, tr.Version, tr.Effective)
	}
	keys := tr.Keys()
	if len(keys) != 3 {
		t.Fatalf("%d keys, want ci, build-farm and Ana's", len(keys))
	}
	if !strings.HasPrefix(string(tr.PGPKeys()), "-----BEGIN PGP PUBLIC KEY BLOCK-----") {
		t.Error("no OpenPGP keys")
	}
	var names []string
	for _, k := range keys {
		id, ok := tr.Pin(k)
		if !ok || id != k.Identity() {
			t.Errorf("%s is not pinned", k.Fingerprint())
		}
		names = append(names, tr.Name(id))
	}
	if diff := cmp.Diff([]string{"ci", "build-farm", "ana.ruiz"}, names); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"recorder", "release-ci"}, tr.Roles(keys[0].Identity())); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"release-manager"}, tr.Roles("account:github.com:1182210")); diff != "" {
		t.Error(diff)
	}
	if _, ok := tr.Pin(newKey(t)); ok {
		t.Error("a strange key is pinned")
	}
}

// TestOnePerson: all accounts of a person fold into one, in every way to write
// them, and nothing else does.
func TestOnePerson(t *testing.T) {
	tr := example(t)
	ana := tr.Keys()[2].Identity()
	for _, id := range []evidence.Identity{
		ana, "mailto:ana@example.com", "mailto:ana.ruiz@old.example", "mailto:Ana@example.com",
		"account:github.com:1182210", "account:github.com:9921177", "account:jira:712020:9f",
		"pgp:876D80BFA90C05EC121FD7542D446CF326AEC33B",
	} {
		if got := tr.Fold(id); got != "ana.ruiz" {
			t.Errorf("Fold(%s) = %q", id, got)
		}
		p, ok := tr.Person(id)
		if !ok || p.Display != "Ana Ruiz" || p.Name != "ana.ruiz" || len(p.Identities) != 7 {
			t.Errorf("Person(%s) = %+v, %t", id, p, ok)
		}
		if tr.IsBot(id) {
			t.Errorf("%s is a bot", id)
		}
	}
	for _, id := range []evidence.Identity{
		"", "mailto:", "mailto:eve@example.com", "account:github.com:118221", "account:gitlab.com:1182210",
		"account:github.com:41898282", tr.Keys()[0].Identity(), "ana.ruiz",
	} {
		if got := tr.Fold(id); got != "" {
			t.Errorf("Fold(%s) = %q", id, got)
		}
		if p, ok := tr.Person(id); ok {
			t.Errorf("Person(%s) = %+v", id, p)
		}
	}
	if !tr.IsBot("account:github.com:41898282") || tr.IsBot("account:github.com:1") || tr.IsBot("") {
		t.Error("bots are not told apart")
	}
}

// TestWaysToWriteAKey: a key is one identity however trust names it.
func TestWaysToWriteAKey(t *testing.T) {
	key := newEd25519(t)
	id, line := key.Identity(), key.AuthorizedKey()+" somebody's: key"
	pem := "|\n        " + strings.ReplaceAll(strings.TrimSpace(string(key.PEM())), "\n", "\n        ")
	tests := []struct{ name, keys, people string }{
		{"line", "", `keys: ["` + line + `"]`},
		{"one line", "", `keys: "` + line + `"`},
		{"PEM", "", "keys:\n      - " + pem},
		{"name", `keys: { laptop: { public: "` + line + `", algorithm: ed25519 } }`, `keys: laptop`},
		{"identity", "", `keys: "` + string(id) + `"`},
		{"identities", "", `identities: ["` + string(id) + `"]`},
		{"fingerprint", "", `keys: "` + key.Fingerprint() + `"`},
		{"fingerprint with scheme", "", `ssh: "ssh:` + key.Fingerprint() + `"`},
		{"fingerprint with padding", "", `ssh: "` + key.Fingerprint() + `="`},
		{"fingerprint as identity", "", `identities: "` + key.Fingerprint() + `"`},
		{"fingerprint and name", `keys: { laptop: { public: "` + line + `" } }`, `ssh: "` + key.Fingerprint() + `"`},
		{"all at once", "", `{ keys: ["` + line + `", "` + string(id) + `"], ssh: "` + key.Fingerprint() + `" }`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			people := tt.people
			if !strings.HasPrefix(people, "{") {
				people = "\n    " + people
			}
			tr := mustParse(t, head+tt.keys+"\npeople:\n  ana: "+people+"\nroles: { manager: { people: [ana] } }\n")
			if got, ok := tr.Pin(key); !ok || got != id {
				t.Fatalf("Pin = %s, %t", got, ok)
			}
			r, err := tr.Resolve(key)
			if err != nil {
				t.Fatal(err)
			}
			p, _ := r.Person(id)
			if diff := cmp.Diff(Person{Name: "ana", Identities: []evidence.Identity{id}}, p); diff != "" {
				t.Error(diff)
			}
			if !r.HasRole(id, "manager") || r.Digest != tr.Digest {
				t.Error("Resolve lost the role or changed the digest")
			}
		})
	}
}

// TestResolve: a fingerprint says nothing about identities before the key is
// at hand, and a key that trust does not name gains nothing.
func TestResolve(t *testing.T) {
	key, stranger := newKey(t), newKey(t)
	tr := mustParse(t, head+`people: { ana: { ssh: "`+key.Fingerprint()+`" } }`)
	if p, ok := tr.Person(key.Identity()); ok {
		t.Errorf("got %+v", p)
	}
	r, err := tr.Resolve(stranger)
	if err != nil {
		t.Fatal(err)
	}
	if r, err = r.Resolve(key); err != nil {
		t.Fatal(err)
	}
	if r.Fold(key.Identity()) != "ana" || r.Fold(stranger.Identity()) != "" || len(r.Keys()) != 0 {
		t.Error("the wrong key was resolved")
	}
	if _, ok := r.Pin(stranger); ok {
		t.Error("a stranger's key is pinned because it was seen")
	}
	if tr.Fold(key.Identity()) != "" {
		t.Error("Resolve changed its receiver")
	}
	clash := mustParse(t, head+`people: { ana: { ssh: "`+key.Fingerprint()+`" }, ben: { keys: "`+string(key.Identity())+`" } }`)
	if _, err := clash.Resolve(key); err == nil || !strings.Contains(err.Error(), "trust.yaml:4:") {
		t.Errorf("one key of two people: %v", err)
	}
}

func TestRoles(t *testing.T) {
	a, b := newKey(t).Identity(), newKey(t).Identity()
	tr := mustParse(t, head+`
people:
  ana: { email: ana@example.com, keys: "`+string(a)+`" }
roles:
  first: { people: [ana], keys: "`+string(a)+`" }
  second: [first]
  third: { identities: [second, "`+string(b)+`"] }
  fourth: [third, first, second]
  other: { identities: "oidc:https://issuer.example|sub" }
`)
	for id, want := range map[evidence.Identity][]string{
		a: {"first", "fourth", "second", "third"}, "mailto:ana@example.com": {"first", "fourth", "second", "third"},
		b: {"fourth", "third"}, "oidc:https://issuer.example|sub": {"other"}, "oidc:https://issuer.example|subject": nil, "": nil,
	} {
		if got := tr.Roles(id); !slices.Equal(got, want) {
			t.Errorf("Roles(%s) = %q, want %q", id, got, want)
		}
	}
	if !tr.HasRole(b, "fourth") || tr.HasRole(b, "first") || tr.HasRole(b, "") {
		t.Error("HasRole disagrees with Roles")
	}
}

func TestForSigner(t *testing.T) {
	key := newKey(t)
	for _, given := range []string{key.Fingerprint(), "ssh:" + key.Fingerprint(), key.Fingerprint() + "=", string(key.Identity())} {
		tr, err := ForSigner(given)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(tr.ID, "signer:") || tr.Version != 1 || tr.Digest.IsZero() {
			t.Errorf("ForSigner(%s): %s, %d, %s", given, tr.ID, tr.Version, tr.Digest)
		}
		if _, ok := tr.Pin(key); !ok {
			t.Errorf("ForSigner(%s) does not pin it", given)
		}
		if tr, err = tr.Resolve(key); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"builder", "release-ci"}, tr.Roles(key.Identity())); diff != "" {
			t.Error(diff)
		}
		q := Question{Signer: key.Identity(), Kind: evidence.RecordType, Repository: "https://example.com/a/b/c", Proof: "signed"}
		if d := tr.Allows(q); !d.Allowed || !d.TimeClaimed || tr.Name(q.Signer) != "signer" {
			t.Errorf("got %+v", d)
		}
		q.Signer = newKey(t).Identity()
		if d := tr.Allows(q); d.Allowed || d.Code != CodeSignerNotTrusted {
			t.Errorf("a stranger: %+v", d)
		}
	}
	for _, bad := range []string{
		"", "SHA256:", "SHA256:abc", "MD5:00:11", "key:sha256:00", "mailto:a@b", "*", key.Fingerprint()[:40],
		key.Fingerprint() + "A", key.Fingerprint()[:20] + "\n" + key.Fingerprint()[20:], key.AuthorizedKey(),
		"oidc:https://issuer.example|*",
	} {
		if _, err := ForSigner(bad); err == nil {
			t.Errorf("ForSigner(%q) trusts something", bad)
		}
	}
}

// TestDigest: layout does not change it, meaning does.
func TestDigest(t *testing.T) {
	key := newKey(t)
	base := head + `people: { ana: { keys: "` + key.AuthorizedKey() + `", email: [a@example.com, b@example.com] } }
roles: { r: { people: [ana] } }
grants: [{ who: r, kinds: record, repositories: github.com/a/b, from: 2026-01-01, until: 2027-01-01, min-proof: signed }]
`
	want := mustParse(t, base).Digest
	change := func(pairs ...string) string { return strings.NewReplacer(pairs...).Replace(base) }
	for name, doc := range map[string]string{
		"comment":     "# hello\n" + base,
		"order":       change("[a@example.com, b@example.com]", "[b@example.com, a@example.com]"),
		"list":        change("kinds: record", "kinds: [record]"),
		"normal form": change("github.com/a/b", "https://GitHub.com/a/b.git"),
		"key form":    change(key.AuthorizedKey(), string(key.Identity())),
		"time form":   change("until: 2027-01-01", "until: 2027-01-01T01:00:00+01:00"),
	} {
		if got := mustParse(t, doc).Digest; got != want {
			t.Errorf("%s: the digest changed", name)
		}
	}
	for name, doc := range map[string]string{
		"version":      change("version: 1", "version: 2"),
		"effective":    change("until: 2028-01-01", "until: 2028-01-02"),
		"address":      change("b@example.com", "c@example.com"),
		"kind":         change("kinds: record", "kinds: approval"),
		"repository":   change("github.com/a/b", "github.com/a/c"),
		"environments": change("github.com/a/b", `github.com/a/b, environments: "*"`),
		"until":        change("until: 2027-01-01", "until: 2027-01-01T00:00:01Z"),
		"proof":        change("signed", "logged"),
		"bot":          base + "bots: { github: 1 }\n",
		"revoked":      base + "revoked: [{ identity: \"" + string(key.Identity()) + "\", since: 2026-05-01 }]\n",
		"role":         change("{ r: { people: [ana] } }", "{ r: { people: [ana] }, s: [r] }"),
	} {
		if got := mustParse(t, doc).Digest; got == want {
			t.Errorf("%s: the digest did not change", name)
		}
	}
}

// TestKeyCreated asks when a key was made, which is part of what the document
// means.
func TestKeyCreated(t *testing.T) {
	key := newKey(t)
	entry := func(more string) string {
		return head + `keys: { ci: { public: "` + key.AuthorizedKey() + `"` + more + " } }\n"
	}
	silent, told := mustParse(t, entry("")), mustParse(t, entry(", created: 2026-05-01"))
	if _, ok := silent.KeyCreated(key.Identity()); ok {
		t.Error("nobody said when the key was made")
	}
	if at, ok := told.KeyCreated(key.Identity()); !ok || !at.Equal(day("2026-05-01")) {
		t.Errorf("made %s", at)
	}
	if silent.Digest == told.Digest {
		t.Error("the digest did not change")
	}
}
