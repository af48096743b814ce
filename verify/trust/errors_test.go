package trust

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/release-dossier/dossier/internal/strictyaml"
)

// Two keys of the example file.
const (
	lineCI  = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFunTzQpvmpQp6tK5FQ1tvgSwvUl8vREEP94F+qH3TAI"
	printCI = "SHA256:AoKR9H6UPtI4pIfJv/3fOzWGQ4yuO5ArTSW2ZcKzk6M"
	lineAna = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIabCu+AQK26Jas0f6jc9jhetWyaB+8sK6zktJN4al1l"
)

// TestErrors has the whole text of each error.
func TestErrors(t *testing.T) {
	grant := func(change ...string) string {
		g := "people: { ana: {} }\ngrants:\n  - { who: ana, kinds: [record], repositories: [github.com/a/b], from: 2026-01-01, until: 2027-01-01, min-proof: signed }\n"
		return strings.NewReplacer(change...).Replace(g)
	}
	tests := []struct{ name, in, want string }{
		{"unknown section", "poeple: {}\n", `4:1: poeple: unknown key: did you mean "people"?`},
		{"two claim an address", "people:\n  ana: { email: a@x.example }\n  ben: { email: [b@x.example, A@X.example] }\n",
			`6:31: people.ben.email[1]: mailto:A@x.example belongs to "ana" already (line 5): an identity is one person's or a bot's`},
		{"two claim a key", "people:\n  ana: { ssh: \"" + lineCI + "\" }\n  ben: { ssh: \"" + printCI + "\" }\n",
			`6:15: people.ben.ssh: key:sha256:bbd429494a3472cdedf1ea7497be825275f7837f70fcbd233c72af2899162e55 belongs to "ana" already (line 5): an identity is one person's or a bot's`},
		{"person and bot", "people: { ana: { github: 7 } }\nbots: { github: [8, 7] }\n",
			`5:21: bots.github[1]: account:github.com:7 belongs to "ana" already (line 4): an identity is one person's or a bot's`},
		{"person's name", "people: { \"ana ruiz\": {} }\n", `4:11: people."ana ruiz": the name of a person begins with a letter or digit and goes on with letters, digits, dots, hyphens and underscores`},
		{"quoted number", "people: { ana: { github: \"7\" } }\n", `4:26: people.ana.github: want a whole number in decimal digits, got the text "7"`},
		{"address", "people: { ana: { email: nobody } }\n", `4:25: people.ana.email: "nobody" is not an e-mail address`},
		{"pgp", "people: { ana: { pgp: 12AB } }\n", `4:23: people.ana.pgp: pgp identity wants the 40 or 64 hex digits of the primary key's fingerprint`},
		{"short fingerprint", "people: { ana: { ssh: \"SHA256:7Kq\" } }\n", `4:23: people.ana.ssh: the fingerprint after SHA256: is not 43 characters of base64: copy it in full from ssh-keygen -l`},
		{"unknown key", "keys: { laptop: { public: \"" + lineCI + "\" } }\npeople: { ana: { keys: labtop } }\n",
			`5:24: people.ana.keys: unknown key "labtop": want a public key, SHA256:..., key:sha256:... or a name in keys; did you mean "laptop"?`},
		{"broken key", "people: { ana: { keys: \"ssh-ed25519 AAAA\" } }\n", `4:24: people.ana.keys: `},
		{"private key", "people:\n  ana:\n    keys: |\n      -----BEGIN PRIVATE KEY-----\n      AAAA\n      -----END PRIVATE KEY-----\n", `6:11: people.ana.keys: this is a private key`},
		{"fingerprint under keys", "keys: { ci: { public: \"" + printCI + "\" } }\n", `4:23: keys.ci.public: want a public key: a line such as ssh-ed25519 AAAA... or a PEM block`},
		{"key twice", "keys: { a: { public: \"" + lineCI + "\" }, b: { public: \"" + lineCI + " x\" } }\n", `4:121: keys.b.public: this is the key "a" once more: a key has one name`},
		{"algorithm", "keys:\n  ci:\n    public: \"" + lineCI + "\"\n    algorithm: ecdsa-p256-sha256\n",
			`7:16: keys.ci.algorithm: the key's algorithm is "ed25519", not "ecdsa-p256-sha256"`},
		{"roots are not read", "roots: [roots.json]\n", `4:9: roots[0]: names a file, and files are not read here: write its text in its place`},
		{"roots are not fetched", "roots: https://x.example/root.json\n", `4:8: roots: this is an address: nothing is fetched; save the file from a place you trust and name it`},
		{"absolute path", "authorities: /etc/ssl/ca.pem\n", `4:14: authorities: want a path from the document's own, not an absolute one`},
		{"keyless without subject", "roles:\n  recorder:\n    - keyless: { issuer: \"https://x.example\" }\n", `6:26: roles.recorder[0].keyless.issuer: whom? Give subject (an e-mail address or URI) or workflow (owner/repository/.github/workflows/file.yml@refs/tags/v5)`},
		{"keyless without issuer", "roles: { recorder: { keyless: {} } }\n", `4:31: roles.recorder.keyless: the key "issuer" is missing`},
		{"keyless with both", "roles: { a: { keyless: { issuer: \"https://x.example\", subject: a, workflow: b } } }\n", `4:77: roles.a.keyless.workflow: names the same as subject: give one of the two`},
		{"keyless pattern", "roles: { a: { keyless: { issuer: \"https://x.example\", subject: \"*\" } } }\n", `4:64: roles.a.keyless.subject: is literal: only the who of a grant may hold a pattern`},
		{"keyless pattern in the ref", "roles: { a: { keyless: { issuer: \"https://x.example\", subject: a, ref: \"refs/tags/*\" } } }\n", `4:72: roles.a.keyless.ref: is literal: only the who of a grant may hold a pattern, in its subject`},
		{"workflow without ref", "roles: { a: { keyless: { issuer: \"https://token.actions.githubusercontent.com\", workflow: o/r/.github/workflows/x.yml } } }\n", `4:91: roles.a.keyless.workflow: want the ref too, as certificates have it: owner/repository/.github/workflows/file.yml@refs/tags/v5`},
		{"workflow of another issuer", "roles: { a: { keyless: { issuer: \"https://gitlab.example\", workflow: o/r//.gitlab-ci.yml@refs/heads/main } } }\n", `4:70: roles.a.keyless.workflow: of this issuer a workflow is written as certificates have it, with https:// and host`},
		{"unknown in a list of roles", "roles:\n  a:\n    - keylss: {}\n", `6:7: roles.a[0].keylss: unknown key`},
		{"unknown role", "roles: { a: [], b: [aa] }\n", `4:21: roles.b[0]: unknown role "aa"; did you mean "a"?`},
		{"unknown person in role", "people: { ana: {} }\nroles: { a: { people: [anna] } }\n", `5:24: roles.a.people[0]: unknown person "anna"; did you mean "ana"?`},
		{"pattern revoked", "revoked: [{ identity: \"oidc:https://x.example|https://x.example/acme/*\", since: 2026-01-01 }]\n", `4:23: revoked[0].identity: names one identity, without *: only the who of a grant may hold a pattern`},
		{"pattern of a person", "people: { ana: { identities: \"oidc:https://x.example|*\" } }\n", `4:30: people.ana.identities: names one identity, without *`},
		{"role cycle", "roles:\n  a: [b]\n  b: [c]\n  c: [a]\n", `5:3: roles.a: the role contains itself: a -> b -> c -> a`},
		{"role in itself", "roles: { a: [a] }\n", `4:10: roles.a: the role contains itself: a -> a`},
		{"who", grant("who: ana", "who: anna"), `6:12: grants[0].who: "anna" is no role and no person of this document; did you mean "ana"?`},
		{"who is two", grant("people: { ana: {} }", "people: { ana: {} }\nroles: { ana: [] }"), `7:12: grants[0].who: "ana" is a role and a person: give one of them another name`},
		{"pattern in the issuer", grant("who: ana", `who: "oidc:https://*|x"`), `6:12: grants[0].who: the issuer is literal: * may stand in the subject only`},
		{"pattern in a key", grant("who: ana", `who: "key:sha256:*"`), `6:12: grants[0].who: sha256 digest has 1 characters, want 64 lower-case hex digits`},
		{"claims sign nothing", grant("who: ana", `who: "mailto:ana@x.example"`), `6:12: grants[0].who: mailto: identities are claims or accounts and sign nothing: name a key, person or role`},
		{"kind", grant("[record]", "[recrod]"), `6:25: grants[0].kinds[0]: unknown kind "recrod": did you mean record?`},
		{"far kind", grant("[record]", "[zzzzzzzz]"), `6:25: grants[0].kinds[0]: unknown kind "zzzzzzzz": want a name such as record or approval, the full URI of a predicate type, or "*" for all`},
		{"no kinds", grant("[record]", "[]"), `6:12: grants[0].who: the grant's list kinds is empty: write "*" to cover all`},
		{"no kinds at all", grant("kinds: [record], ", ""), `6:5: grants[0]: the key "kinds" is missing`},
		{"no repositories", grant("repositories: [github.com/a/b], ", ""), `6:5: grants[0]: the key "repositories" is missing`},
		{"no end", grant("until: 2027-01-01, ", ""), `6:5: grants[0]: the key "until" is missing`},
		{"no proof", grant(", min-proof: signed", ""), `6:5: grants[0]: the key "min-proof" is missing`},
		{"pattern in the host", grant("github.com/a/b", "\"*.example/a/b\""), `6:49: grants[0].repositories[0]: the host of a repository pattern is literal and a path follows: write "github.com/org/*", or "*" alone for every repository`},
		{"pattern with .git", grant("github.com/a/b", "github.com/a/*.git"), `6:49: grants[0].repositories[0]: the path of the repository pattern is not in its normal form: leave out .git and the slash at the end`},
		{"pattern in the environment", grant("min-proof", "environments: [prod-*], min-proof"), `6:118: grants[0].environments[0]: want the name of an environment or "*" for all`},
		{"ends first", grant("until: 2027-01-01", "until: 2025-01-01"), `6:91: grants[0].until: the grant ends before it begins`},
		{"proof", grant("min-proof: signed", "min-proof: proven"), `6:114: grants[0].min-proof: unknown proof "proven": want signed, timestamped, logged`},
		{"threshold of nobody", grant("min-proof: signed", "min-proof: signed, threshold: -1"), `6:133: grants[0].threshold: want the number of people who must sign, 1 to 32`},
		{"threshold of too many", grant("min-proof: signed", "min-proof: signed, threshold: 33"), `6:133: grants[0].threshold: want the number of people who must sign, 1 to 32`},
		{"unknown part of a grant", grant("min-proof", "min_proof"), `6:103: grants[0].min_proof: unknown key: did you mean "min-proof"?`},
		{"before 1970", grant("until: 2027-01-01", "until: 0001-01-01"), `6:91: grants[0].until: the time is before 1970`},
		{"revoked", "revoked: [{ identity: nobody, since: 2026-01-01 }]\n", `4:23: revoked[0].identity: unknown key "nobody": want a public key, SHA256:..., key:sha256:... or a name in keys`},
		{"revoked without time", "revoked: [{ identity: \"" + printCI + "\" }]\n", `4:11: revoked[0]: the key "since" is missing`},
		{"pgp keys", "pgp-keys: nothing\n", `4:11: pgp-keys: want armored OpenPGP public keys`},
		{"secret pgp keys", "pgp-keys: \"-----BEGIN PGP PRIVATE KEY BLOCK-----\"\n", `4:11: pgp-keys: this is a private key: give the public one (gpg --armor --export)`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Parse("trust.yaml", []byte(head+tt.in))
			if err == nil {
				t.Fatal("accepted")
			}
			if got := err.Error(); !strings.HasPrefix(got, "trust.yaml:"+tt.want) {
				t.Errorf("got\n%s\nwant\ntrust.yaml:%s", got, tt.want)
			}
		})
	}
}

func TestHeadErrors(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"", "trust.yaml: the file is empty"},
		{"version: 1\neffective: { from: 2026-01-01 }\n", `trust.yaml:1:1: the key "id" is missing`},
		{"id: t\neffective: { from: 2026-01-01 }\n", `trust.yaml:1:1: the key "version" is missing`},
		{"id: t\nversion: 1\n", `trust.yaml:1:1: the key "effective" is missing`},
		{"id: t\nversion: 0\neffective: { from: 2026-01-01 }\n", "trust.yaml:2:10: version: want a version from 1 to 2147483647"},
		{"id: t\nversion: 1.5\neffective: { from: 2026-01-01 }\n", `trust.yaml:2:10: version: want a whole number in decimal digits, got the number "1.5"`},
		{"id: \"\"\nversion: 1\neffective: { from: 2026-01-01 }\n", "trust.yaml:1:5: id: the name of a trust document has 1 to 64 characters"},
		{"id: t\nversion: 1\neffective: { until: 2026-01-01 }\n", `trust.yaml:3:12: effective: the key "from" is missing`},
		{"id: t\nversion: 1\neffective: { from: 2026-01-01, until: 2026-01-01 }\n", "trust.yaml:3:12: effective: the interval ends before it begins"},
		{"id: a\nid: b\n", `trust.yaml:2:1: id: the key "id" is given twice, first in line 1`},
	} {
		if _, err := Parse("trust.yaml", []byte(tt.in)); err == nil || err.Error() != tt.want {
			t.Errorf("got\n%v\nwant\n%s", err, tt.want)
		}
	}
}

// TestHostile has documents that are small and dear to work on.
func TestHostile(t *testing.T) {
	list := func(n int, format string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, format, i, i+1)
		}
		return b.String()
	}
	tests := []struct{ name, in, want string }{
		{"billion laughs", "people: &a { a: {} }\nroles: *a\n", "anchors"},
		{"two megabytes", "# " + strings.Repeat("x", 2<<20), "at most 1048576"},
		{"deep", "people: " + strings.Repeat("{a: ", 100) + strings.Repeat("}", 100), "deeper than 32"},
		{"tabs", "people:\n\tana: {}\n", "indent with spaces"},
		{"chain of roles", "roles:\n" + list(5000, "  r%d: [r%d]\n"), "5000 roles, at most 256"},
		{"many grants", "roles: { r: [] }\ngrants:\n" + list(4100, "  - { who: r, kinds: \"*\", repositories: [github.com/%d/%d], from: 2026-01-01, until: 2027-01-01, min-proof: signed }\n"), "more than 4096 grants"},
		{"many people", "people:\n" + list(5000, "  p%d: { github: %d }\n"), ""},
		{"one person often", "people: { a: {} }\nroles:\n  r:\n    people: [" + strings.Repeat("a, ", 50_000) + "a]\n", ""},
		{"dense roles", "roles:\n" + func() string {
			var b strings.Builder
			for i := range 256 {
				fmt.Fprintf(&b, "  r%d: [", i)
				for j := range i {
					fmt.Fprintf(&b, "r%d, ", j)
				}
				b.WriteString("]\n")
			}
			return b.String()
		}(), ""},
		{"long pattern", "roles: { r: [] }\ngrants: [{ who: r, kinds: \"*\", repositories: \"github.com/" + strings.Repeat("*a", 9000) + "\", from: 2026-01-01, until: 2027-01-01, min-proof: signed }]\n", "at most 1024"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Parse("trust.yaml", []byte(head+tt.in))
			if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

func TestFromNode(t *testing.T) {
	n, err := strictyaml.Parse("dossier.yaml", []byte("trust:\n  id: t\n  version: 1\n  effective: { from: 2026-01-01 }\n  rolse: {}\n"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = Reader{}.FromNode("trust.yaml", n.Lookup("trust"))
	if want := `dossier.yaml:5:3: trust.rolse: unknown key: did you mean "roles"?`; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func FuzzParse(f *testing.F) {
	data, err := os.ReadFile("testdata/trust.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	for _, s := range []string{
		"", "people: { a: { github: [1, 2], email: a@b } }\n", "roles: { a: [b], b: { identities: [\"oidc:https://i|s\"] } }\n",
		"keys: { ci: { public: \"" + lineCI + "\" } }\nrevoked: [{ identity: ci, since: 2026-05-01 }]\n",
		"people: { a: { ssh: \"" + printCI + "\" } }\nbots: { keys: \"" + lineAna + "\" }\n",
		"roles: { a: [] }\ngrants: [{ who: a, kinds: \"*\", repositories: \"x.example/*\", from: 2026-01-01, until: 2027-01-01, min-proof: logged }]\n",
	} {
		f.Add([]byte(head + s))
	}
	stranger := newKey(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		tr, err := Parse("f", data)
		var e *strictyaml.Error
		if err != nil {
			if !errors.As(err, &e) {
				t.Fatalf("an error without a place: %v", err)
			}
			return
		}
		if again, err := Parse("f", data); err != nil || again.Digest != tr.Digest {
			t.Fatalf("read twice, understood differently: %v", err)
		}
		r, err := tr.Resolve(append(tr.Keys(), stranger)...)
		if err != nil {
			t.Fatalf("its own keys do not fit: %v", err)
		}
		for id, c := range tr.owners {
			if p, ok := r.Person(id); ok == c.bot || ok && (p.Name != c.person || r.IsBot(id)) {
				t.Fatalf("%s is %+v, want %+v", id, p, c)
			}
			r.Roles(id)
		}
		for _, g := range tr.grants {
			if g.time.Until.IsZero() {
				t.Fatal("a grant without end")
			}
		}
		if d := r.Allows(Question{Signer: stranger.Identity(), Kind: "x", Stated: day("2026-06-01"), AsOf: day("2026-06-01"), Proof: "logged"}); d.Allowed {
			t.Fatalf("a stranger may speak: %+v", d)
		}
	})
}
