package forge

import (
	"cmp"
	"slices"

	"github.com/release-dossier/dossier/evidence"
)

// ProtectionControls are the controls that rules for branches decide.
func ProtectionControls() []string {
	return []string{"access/*", "pr/base-protected", "tag/branch-protection-verified", "relbranch/protected", "branch/shared-not-rebased"}
}

// SortActors puts those whom a rule names in an order of their own, by kind and id.
func SortActors(list []evidence.RuleActor) {
	slices.SortFunc(list, func(a, b evidence.RuleActor) int { return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID)) })
}
