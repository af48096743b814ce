package trust

import (
	"math"

	"github.com/release-dossier/dossier/attest"
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
	for _, add := range []func() error{t.addPeople, t.addRoles, t.addGrants, t.addRevoked} {
		if err := add(); err != nil {
			return nil, err
		}
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
