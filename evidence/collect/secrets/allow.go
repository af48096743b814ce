package secrets

import (
	"errors"
	"fmt"
	"path"

	"github.com/release-dossier/dossier/internal/lazyregexp"
)

// Allow lets hits of one rule through, by the material's name, the
// fingerprint, or both.
type Allow struct {
	// Rule is the rule's id, for example "generic-api-key".
	Rule string `yaml:"rule,required"`
	// Material is the material's name or a pattern of it, as path.Match reads
	// it: "sbom/*.json". "" means any.
	Material string `yaml:"material"`
	// Fingerprint is that of the hit; "" means any.
	Fingerprint string `yaml:"fingerprint"`
	// Reason says why it is no credential, or one that opens nothing.
	Reason string `yaml:"reason,required"`
}

var fingerprintForm = lazyregexp.New(`^[0-9a-f]{16}$`)

// Check refuses an allowance that can let nothing through: of an unknown rule,
// or with a pattern that cannot be read.
func (a Allow) Check() error {
	rules, err := defaultRules()
	if err != nil {
		return err
	}
	return a.check(rules)
}

func (a Allow) check(rules *ruleSet) error {
	_, badPattern := path.Match(a.Material, "")
	switch {
	case rules.byName[a.Rule] == nil:
		return fmt.Errorf("there is no rule %.80q: take the one that the hit was reported with", a.Rule)
	case a.Reason == "":
		return errors.New("the reason is missing")
	case a.Material == "" && a.Fingerprint == "":
		return errors.New("name the material, or give the fingerprint that the hit was reported with")
	case badPattern != nil:
		return fmt.Errorf("material %.200q: %w: want a name or a pattern such as results/*", a.Material, badPattern)
	case a.Fingerprint != "" && !fingerprintForm.MatchString(a.Fingerprint):
		return fmt.Errorf("fingerprint %q: want 16 hex digits", a.Fingerprint)
	}
	return nil
}

// covers reports whether a lets h through.
func (a Allow) covers(h Hit) bool {
	if a.Material != "" {
		if ok, _ := path.Match(a.Material, h.Material); !ok {
			return false
		}
	}
	return a.Rule == h.Rule && (a.Fingerprint == "" || a.Fingerprint == h.Fingerprint)
}

// allowedBy returns the reason of the first that lets h through.
func allowedBy(list []Allow, h Hit) string {
	for _, a := range list {
		if a.covers(h) {
			return a.Reason
		}
	}
	return ""
}
