package policy

import (
	"slices"
	"strings"
	"time"
)

// Params are the values that controls take from the policy. The zero value is
// not usable: see [DefaultParams].
type Params struct {
	// Builders are the builder ids that count as approved, with * for any
	// characters but "/". Empty means: any builder that is not local and whose
	// provenance is signed by a signer in the trust role "builder".
	Builders []string `json:"builders"`
	// TagPattern is the regular expression (RE2) that a whole tag name must
	// match; "" means v1.2.3, with component/ before it if the release names a
	// component.
	TagPattern string `json:"tagPattern"`
	// Signers is how many different people or keys must have signed the release
	// statement.
	Signers int `json:"signers"`
	// Approvers is how many different people, none of them an author, must
	// approve.
	Approvers int `json:"approvers"`
	// ProductionEnvironments are names that an approval for production may
	// give. An approval that names no environment is for any.
	ProductionEnvironments []string `json:"productionEnvironments"`
	// ClockSkew is by how much clocks may differ (controls catalogue, section 0).
	ClockSkew time.Duration `json:"-"`
	// PatchRefused and PatchWarned are commit types that a patch release may not
	// carry, and those it should not.
	PatchRefused []string `json:"patchRefused"`
	PatchWarned  []string `json:"patchWarned"`
	// LicensedPercent is the share of an SBOM's components that should carry a
	// licence, in per cent.
	LicensedPercent int `json:"licensedPercent"`
	// SharedAccounts are names that identify nobody.
	SharedAccounts []string `json:"sharedAccounts"`
	// StockRationales are words that are no reason for an approval.
	StockRationales []string `json:"stockRationales"`
}

// DefaultParams returns the values that hold where a policy gives none.
func DefaultParams() Params {
	return Params{
		Builders:               []string{},
		Signers:                1,
		Approvers:              1,
		ProductionEnvironments: []string{"production", "prod"},
		ClockSkew:              5 * time.Minute,
		PatchRefused:           []string{"feat"},
		PatchWarned:            []string{"refactor"},
		LicensedPercent:        80,
		SharedAccounts:         []string{"admin", "administrator", "deploy", "jenkins", "root"},
		StockRationales:        []string{"approve", "approved", "fine", "lgtm", "looks good", "ok", "okay", "yes"},
	}
}

// holdsFold reports whether list holds s, apart from case, outer space and
// final punctuation.
func holdsFold(list []string, s string) bool {
	s = strings.Trim(strings.TrimSpace(s), ".!")
	return slices.ContainsFunc(list, func(x string) bool { return strings.EqualFold(x, s) })
}
