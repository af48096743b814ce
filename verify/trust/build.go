package trust

import (
	"math"
	"strings"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/internal/strictyaml"
)

// build checks a document and prepares it for questions. The extra keys came
// with the evidence.
func build(d *document, extra []attest.PublicKey) (*Trust, error) {
	t := &Trust{
		ID:        d.ID.Value,
		Version:   d.Version.Value,
		Effective: Interval{d.Effective.Value.From.Time, d.Effective.Value.Until.Time},
		doc:       d,
	}
	if err := t.checkHead(); err != nil {
		return nil, err
	}
	if err := t.addKeys(extra); err != nil {
		return nil, err
	}
	if d.PGPKeys.Value != "" {
		t.pgp = []byte(d.PGPKeys.Value)
	}
	for _, add := range []func() error{t.addPeople, t.addRoles, t.addGrants, t.addRevoked, t.addForges} {
		if err := add(); err != nil {
			return nil, err
		}
	}
	if d.members != nil {
		d.members(t)
	}
	return t, nil
}

// checkHead checks id, version, interval and OpenPGP keys.
func (t *Trust) checkHead() error {
	d := t.doc
	if d.ID.Pos.Line > 0 {
		if err := checkName(d.ID, "trust document"); err != nil {
			return err
		}
	}
	if t.Version < 1 || t.Version > math.MaxInt32 {
		return d.Version.Errorf("want a version from 1 to %d", math.MaxInt32)
	}
	if e := t.Effective; !e.Until.IsZero() && !e.From.Before(e.Until) {
		return d.Effective.Errorf("the interval ends before it begins")
	}
	return checkPGP(d.PGPKeys)
}

// checkPGP refuses what is not a sequence of armored public keys. Whoever
// verifies tags reads them.
func checkPGP(keys text) error {
	const begin, end = "-----BEGIN PGP PUBLIC KEY BLOCK-----", "-----END PGP PUBLIC KEY BLOCK-----"
	s := strings.TrimSpace(keys.Value)
	switch {
	case keys.Pos == strictyaml.Pos{} && s == "":
		return nil
	case strings.Contains(s, "PRIVATE KEY"):
		return keys.Errorf("this is a private key: give the public one (gpg --armor --export)")
	case !strings.HasPrefix(s, begin) || !strings.HasSuffix(s, end) || strings.Count(s, begin) != strings.Count(s, end):
		return keys.Errorf("want armored OpenPGP public keys, from %q to %q, as gpg --armor --export prints them", begin, end)
	}
	return nil
}
