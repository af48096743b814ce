package trust

import (
	"testing"
	"time"

	"github.com/release-dossier/dossier/evidence"
)

// TestWithSigner adds a signer to documents that name people and roles of the same
// names, and to several versions.
func TestWithSigner(t *testing.T) {
	key, other := newKey(t), newKey(t)
	ask := Question{
		Signer: key.Identity(), Kind: evidence.RecordType, Repository: "https://example.com/acme/hello",
		Stated: time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC), AsOf: time.Date(2026, 6, 2, 0, 0, 0, 0, time.UTC), Proof: "signed",
	}
	one := mustParse(t, head+"people: { signer: { name: Ana } }\nroles: { signer-: { people: signer }, release-ci: [signer-] }\n")
	next := mustParse(t, "id: t\nversion: 2\neffective: { from: 2026-03-01 }\npeople: { ana: {} }\n")
	both, err := Join(one, next)
	if err != nil {
		t.Fatal(err)
	}
	for name, before := range map[string]*Trust{"names that are taken": one, "no roles": next, "two versions": both} {
		after, err := before.WithSigner(key)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if d := before.Allows(ask); d.Allowed {
			t.Errorf("%s: allowed before", name)
		}
		if d := after.Allows(ask); !d.Allowed || !after.Holds(key) {
			t.Errorf("%s: %+v", name, d)
		}
		stranger := ask
		stranger.Signer = other.Identity()
		if d := after.Allows(stranger); d.Allowed {
			t.Errorf("%s: a stranger is allowed", name)
		}
		for _, role := range []string{"builder", "release-ci"} {
			if !after.HasRole(key.Identity(), role) {
				t.Errorf("%s: the signer is no %s", name, role)
			}
		}
		if after.Digest == before.Digest {
			t.Errorf("%s: another trust has the same digest", name)
		}
	}
	only, err := ForKey(key)
	if err != nil || !only.Holds(key) || !only.Allows(ask).Allowed {
		t.Errorf("ForKey: %v", err)
	}
}
