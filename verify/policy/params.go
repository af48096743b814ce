package policy

import (
	"slices"
	"strings"
	"time"
)

// Params are the values that controls take from the policy. The zero value is
// not usable: see [DefaultParams]. [Parameters] says what each means.
type Params struct {
	CommonParams
	TraceParams
	TagParams
	ChangeParams
	CheckParams
	ArtifactParams
	SupplyParams
	ApprovalParams
	WindowParams
	ExceptionParams
	FreezeParams
}

// CommonParams are the values that controls of several themes take.
type CommonParams struct {
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
	// ProductionEnvironments, StagingEnvironments and DevEnvironments are the
	// names of the environments, whatever their case.
	ProductionEnvironments []string `json:"productionEnvironments"`
	StagingEnvironments    []string `json:"stagingEnvironments"`
	DevEnvironments        []string `json:"devEnvironments"`
	// UnderPolicy is how much of the release policy the repository is under.
	UnderPolicy string `json:"exposure"`
	// OtherEnvironments are those that are none of these. Under a strict profile
	// what is in no list counts as production.
	OtherEnvironments []string `json:"otherEnvironments"`
	// ClockSkew is by how much clocks may differ (controls catalogue, section 0).
	ClockSkew Span `json:"clockSkew"`
	// PatchRefused and PatchWarned are commit types that a patch release may not
	// carry, and those it should not.
	PatchRefused []string `json:"patchRefused"`
	PatchWarned  []string `json:"patchWarned"`
	// LicensedPercent is the share of an SBOM's components that should carry a
	// licence, in per cent.
	LicensedPercent int `json:"licensedPercent"`
	// AllowedLicenses are the only licences that components may carry, and
	// DeniedLicenses those that none may; see license.Lists.
	AllowedLicenses []string `json:"allowedLicenses"`
	DeniedLicenses  []string `json:"deniedLicenses"`
	// SharedAccounts are names that identify nobody.
	SharedAccounts []string `json:"sharedAccounts"`
	// StockRationales are words that are no reason for an approval.
	StockRationales []string `json:"stockRationales"`
	// BusinessZone, Weekend and Holidays say which days are business days.
	BusinessZone string   `json:"businessZone"`
	Weekend      []string `json:"weekend"`
	Holidays     []string `json:"holidays"`
}

var commonParameters = []Parameter{
	words("builders", "builder ids that count as approved, * for any characters but /; none means any builder that is not local and whose provenance is signed by the trust role builder", "1.12.3.3", []string{}, func(p *Params) *[]string { return &p.Builders }),
	pattern("tag-pattern", "regular expression for a whole tag name; none means v1.2.3, with component/ before it if the release names a component", "A25", "", func(p *Params) *string { return &p.TagPattern }),
	number("signers", "how many different people or keys sign the release statement", "1.21.3.4", 1, 1, maxPeople, func(p *Params) *int { return &p.Signers }),
	number("approvers", "how many different people, none of them an author, approve", "A16", 1, 1, maxPeople, func(p *Params) *int { return &p.Approvers }),
	words("production-environments", "names of the production environment", "A1", []string{"production", "prod", "live"}, func(p *Params) *[]string { return &p.ProductionEnvironments }),
	words("staging-environments", "names of the staging environment", "A1", []string{"staging", "stage", "pre-prod", "preprod"}, func(p *Params) *[]string { return &p.StagingEnvironments }),
	words("dev-environments", "names of the development environment", "A1", []string{"dev", "dev/test", "test", "development"}, func(p *Params) *[]string { return &p.DevEnvironments }),
	choice("exposure", "how much of the release policy the repository is under: full; tooling that can affect production, for which every control is a recommendation; or out-of-scope, for which those of review and signing are recommendations and the others are not asked", "A63", exposureFull, []string{exposureFull, exposureTooling, exposureOutOfScope}, func(p *Params) *string { return &p.UnderPolicy }),
	words("other-environments", "names of environments that are neither dev, staging nor production; under standard and sox an environment in no list counts as production", "A1", []string{}, func(p *Params) *[]string { return &p.OtherEnvironments }),
	length("clock-skew", "by how much clocks may differ", "controls 0", 5*time.Minute, 24*time.Hour, func(p *Params) *Span { return &p.ClockSkew }),
	words("patch-refused", "commit types that a patch release may not carry", "A45", []string{"feat"}, func(p *Params) *[]string { return &p.PatchRefused }),
	words("patch-warned", "commit types that a patch release should not carry", "A45", []string{"refactor"}, func(p *Params) *[]string { return &p.PatchWarned }),
	number("licensed-percent", "share of an SBOM's components that carry a licence, in per cent", "1.20.3.5", 80, 0, 100, func(p *Params) *int { return &p.LicensedPercent }),
	words("allowed-licenses", "SPDX ids of the only licences that an SBOM's components may carry, or names of licences; * at the end for any end; none means any licence", "1.20.3.5", []string{}, func(p *Params) *[]string { return &p.AllowedLicenses }),
	words("denied-licenses", "SPDX ids of licences that no component of an SBOM may carry, unless it can be taken under another; * at the end for any end", "1.20.3.5", []string{}, func(p *Params) *[]string { return &p.DeniedLicenses }),
	words("shared-accounts", "names that identify nobody", "1.5.2", []string{"admin", "administrator", "deploy", "jenkins", "root"}, func(p *Params) *[]string { return &p.SharedAccounts }),
	words("stock-rationales", "words that are no reason for a decision", "1.13.3.3", []string{"approve", "approved", "fine", "lgtm", "looks good", "ok", "okay", "yes"}, func(p *Params) *[]string { return &p.StockRationales }),
	zone("business-zone", "time zone in which business days begin and end", "A42", "UTC", func(p *Params) *string { return &p.BusinessZone }),
	words("weekend", "days of the week that are no business days", "A42", []string{"Saturday", "Sunday"}, func(p *Params) *[]string { return &p.Weekend }),
	dates("holidays", "days that are no business days, as 2026-12-25", "A42", []string{}, func(p *Params) *[]string { return &p.Holidays }),
}

// DefaultParams returns the values that hold where a policy gives none.
func DefaultParams() Params {
	var p Params
	for _, x := range parameterTable {
		x.reset(&p)
	}
	return p
}

// holdsFold reports whether list holds s, apart from case, outer space and
// final punctuation.
func holdsFold(list []string, s string) bool {
	s = strings.Trim(strings.TrimSpace(s), ".!")
	return slices.ContainsFunc(list, func(x string) bool { return strings.EqualFold(x, s) })
}
