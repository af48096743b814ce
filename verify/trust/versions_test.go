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
