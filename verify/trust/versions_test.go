package trust_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify/trust"
)

// newKey makes a key and returns it as trust documents name it.
func newKey(t *testing.T) (attest.PublicKey, string) {
	t.Helper()
	private, _, err := attest.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	s, err := attest.LoadSigner(private, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s.Public(), s.Public().Fingerprint()
}

func version(t *testing.T, n int, from, people, rest string) *trust.Trust {
	t.Helper()
	tr, err := trust.Parse("trust.yaml", fmt.Appendf(nil, `id: acme
version: %d
effective: { from: %s }
people:
%sroles:
  signers: { people: [ana] }
grants:
  - { who: signers, kinds: ["*"], repositories: ["*"], environments: ["*"], from: 2020-01-01, until: 2040-01-01, min-proof: signed }
%s`, n, from, people, rest))
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

func person(name string, keys ...string) string {
	return fmt.Sprintf("  %s: { keys: [%q] }\n", name, strings.Join(keys, `", "`))
}

// TestJoin asks trust in two versions: ana signs with the old key until 2027 and
// with the new one after that.
func TestJoin(t *testing.T) {
	oldKey, oldPrint := newKey(t)
	newerKey, newPrint := newKey(t)
	first := version(t, 1, "2026-01-01", person("ana", oldPrint)+"  bob: { keys: []}\n", "")
	second := version(t, 2, "2027-01-01", person("ana", newPrint), "")
	day := func(s string) time.Time {
		at, err := time.Parse(time.DateOnly, s)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	proven := func(s string) *time.Time { at := day(s); return &at }
	tests := []struct {
		name         string
		versions     []*trust.Trust
		key          attest.PublicKey
		stated, asOf string
		proven       bool
		code         string
	}{
		{"in its time", []*trust.Trust{first, second}, oldKey, "2026-06-01", "2026-07-01", false, ""},
		{"proven, judged later", []*trust.Trust{second, first}, oldKey, "2026-06-01", "2028-01-01", true, ""},
		{"not proven, judged by who left it out", []*trust.Trust{first, second}, oldKey, "2026-06-01", "2028-01-01", false, trust.CodeKind},
		{"signs after it was left out", []*trust.Trust{first, second}, oldKey, "2027-06-01", "2028-01-01", true, trust.CodeKind},
		{"signs for a time before it was named", []*trust.Trust{first, second}, newerKey, "2026-06-01", "2028-01-01", true, trust.CodeKind},
		{"the new one in its time", []*trust.Trust{first, second}, newerKey, "2027-06-01", "2028-01-01", false, ""},
		{"before all versions", []*trust.Trust{first, second}, oldKey, "2025-06-01", "2028-01-01", true, trust.CodeNotInForce},
		{"revoked by the newest", []*trust.Trust{first, version(t, 3, "2027-02-01", person("ana", newPrint), "revoked:\n  - { identity: "+oldPrint+", since: 2026-03-01 }\n")}, oldKey, "2026-06-01", "2028-01-01", true, trust.CodeRevoked},
		{"a revocation that the newest dropped", []*trust.Trust{version(t, 1, "2026-01-01", person("ana", oldPrint), "revoked:\n  - { identity: "+oldPrint+", since: 2026-03-01 }\n"), version(t, 2, "2027-01-01", person("ana", oldPrint), "")}, oldKey, "2026-06-01", "2028-01-01", true, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			joined, err := trust.Join(tt.versions...)
			if err != nil {
				t.Fatal(err)
			}
			if joined, err = joined.Resolve(oldKey, newerKey); err != nil {
				t.Fatal(err)
			}
			q := trust.Question{
				Signer: tt.key.Identity(), Kind: evidence.RecordType, Repository: "https://github.com/acme/x", Stated: day(tt.stated), AsOf: day(tt.asOf), Proof: "signed",
			}
			if tt.proven {
				q.NotBefore, q.NotAfter = proven(tt.stated), proven(tt.stated)
			}
			if d := joined.Allows(q); d.Code != tt.code || d.Allowed != (tt.code == "") {
				t.Errorf("%+v", d)
			}
		})
	}
	joined, err := trust.Join(first, second)
	if err != nil {
		t.Fatal(err)
	}
	if joined, err = joined.Resolve(oldKey, newerKey); err != nil {
		t.Fatal(err)
	}
	if joined.Version != 2 || joined.Digest == second.Digest || joined.Digest == first.Digest {
		t.Errorf("version %d, digest %s", joined.Version, joined.Digest)
	}
	for _, key := range []attest.PublicKey{oldKey, newerKey} {
		if who := joined.Fold(key.Identity()); who != "ana" {
			t.Errorf("%s is %q", key.Fingerprint(), who)
		}
	}
	if roles := joined.Roles(oldKey.Identity()); len(roles) > 0 {
		t.Errorf("a key that the newest version left out has now the roles %v", roles)
	}
	if roles := joined.At(day("2026-05-01")).Roles(oldKey.Identity()); !slices.Equal(roles, []string{"signers"}) {
		t.Errorf("then it had %v", roles)
	}
}

// TestJoinRenamed gives a person another name in the second version, which leaves
// out one of their accounts: they stay one person, in both, and a bot stays a bot.
func TestJoinRenamed(t *testing.T) {
	parse := func(text string) *trust.Trust {
		tr, err := trust.Parse("trust.yaml", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return tr
	}
	joined, err := trust.Join(
		parse("id: acme\nversion: 1\neffective: { from: 2026-01-01 }\npeople:\n  ana: { github: [1, 2] }\n  bob: { github: [3] }\nbots: { github: [9] }\n"),
		parse("id: acme\nversion: 2\neffective: { from: 2027-01-01 }\npeople:\n  ana-maria: { name: Ana Maria, github: [1] }\n"),
	)
	if err != nil {
		t.Fatal(err)
	}
	for account, want := range map[string]string{"1": "ana-maria", "2": "ana-maria", "3": "bob", "9": ""} {
		id := evidence.Identity("account:github.com:" + account)
		if who := joined.Fold(id); who != want {
			t.Errorf("account %s is %q, not %q", account, who, want)
		}
		if p, ok := joined.Person(id); ok != (want != "") || p.Name != want {
			t.Errorf("account %s is the person %+v", account, p)
		}
		if joined.IsBot(id) != (account == "9") {
			t.Errorf("account %s: bot %v", account, joined.IsBot(id))
		}
	}
}

// TestJoinRoles asks for the roles of a key that had one in versions 1 and 3, and
// may sign in all three.
func TestJoinRoles(t *testing.T) {
	key, print := newKey(t)
	const none = "roles:\n  signers: { people: [ana] }\n"
	at := func(s string) time.Time {
		when, err := time.Parse(time.DateOnly, s)
		if err != nil {
			t.Fatal(err)
		}
		return when
	}
	var list []*trust.Trust
	for i, roles := range []string{none + "  recorder: { people: [ana] }\n", none, none + "  recorder: { people: [ana] }\n"} {
		tr, err := trust.Parse("trust.yaml", fmt.Appendf(nil, "id: acme\nversion: %d\neffective: { from: %d-01-01 }\npeople:\n%s%sgrants:\n  - { who: signers, kinds: [\"*\"], repositories: [\"*\"], environments: [\"*\"], from: 2020-01-01, until: 2040-01-01, min-proof: signed }\n",
			i+1, 2026+i, person("ana", print), roles))
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, tr)
	}
	joined, err := trust.Join(list...)
	if err != nil {
		t.Fatal(err)
	}
	if joined, err = joined.Resolve(key); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, stated, asOf, notBefore, notAfter string
		recorder                                bool
	}{
		{"claimed, in its time", "2026-06-01", "2026-07-01", "", "", true},
		{"claimed, and lost since", "2026-06-01", "2027-06-01", "", "", false},
		{"claimed, and not had then", "2027-06-01", "2028-06-01", "", "", false},
		{"proven, and lost since", "2026-06-01", "2027-06-01", "2026-05-01", "2026-07-01", true},
		{"proven to lie in a time with a gap", "2026-06-01", "2028-06-01", "2026-05-01", "2028-05-01", false},
		{"before all versions", "2025-06-01", "2028-06-01", "", "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			q := trust.Question{Signer: key.Identity(), Kind: evidence.RecordType, Repository: "https://github.com/acme/x", Stated: at(tt.stated), AsOf: at(tt.asOf), Proof: "signed"}
			if tt.notBefore != "" {
				from, to := at(tt.notBefore), at(tt.notAfter)
				q.NotBefore, q.NotAfter = &from, &to
			}
			if got := slices.Contains(joined.RolesFor(q), "recorder"); got != tt.recorder {
				t.Errorf("recorder: %v", got)
			}
		})
	}
	if n := len(joined.Between(at("2026-12-31"), at("2028-01-01"))); n != 3 {
		t.Errorf("%d versions counted between, not 3", n)
	}
}

// TestJoinRefused joins what are no versions of one document.
func TestJoinRefused(t *testing.T) {
	_, print := newKey(t)
	ana := person("ana", print)
	one := version(t, 1, "2026-01-01", ana, "")
	other := version(t, 2, "2027-01-01", ana, "")
	other.ID = "other"
	for name, list := range map[string][]*trust.Trust{
		"no trust document":           nil,
		"give the versions of one":    {one, other},
		"and differ":                  {one, version(t, 1, "2026-02-01", ana, "")},
		"begins no later than":        {one, version(t, 2, "2025-01-01", ana, "")},
		"begins no later than versio": {one, version(t, 2, "2026-01-01", ana, "")},
	} {
		if _, err := trust.Join(list...); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if same, err := trust.Join(one, one); err != nil || same != one {
		t.Errorf("the same twice: %v", err)
	}
}
