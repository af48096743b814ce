package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/internal/strictyaml"
	"github.com/release-dossier/dossier/verify"
)

// The built-in profiles, each of which contains the one before.
const (
	// Solo asks for integrity, tag, artifact, SBOM, provenance and linkage: one
	// person, day one.
	Solo = "solo"
	// Minimal asks for a review by another person besides.
	Minimal = "minimal"
	// Standard asks every MUST that one dossier can decide and that the release
	// policy states. People and environments must be attested.
	Standard = "standard"
	// SOX asks every control. What only a seal or a proven time shows is unknown
	// without one, as under standard.
	SOX = "sox"
)

// profiles is the ladder.
var profiles = []string{Solo, Minimal, Standard, SOX}

// Profiles lists the built-in profiles, each of which contains the one before.
func Profiles() []string { return slices.Clone(profiles) }

// profile returns the lowest profile that asks c.
func (c *Control) profile() string {
	switch {
	case c.Profile != "":
		return c.Profile
	case c.Level == Must && !c.derived() && !appliesTo(c.Applies).beyond():
		return Standard
	}
	return SOX
}

// askedBy reports whether profile asks c.
func (c *Control) askedBy(profile string) bool {
	return slices.Index(profiles, c.profile()) <= slices.Index(profiles, profile)
}

// strict reports whether a profile takes a moment or an absence that nothing
// proves for unknown, where the lower ones warn.
func strict(profile string) bool {
	return slices.Index(profiles, profile) >= slices.Index(profiles, Standard)
}

// personal are the themes of controls about people and environments, for which
// a strict profile wants a recorder's word or the person's own signature.
var personal = []string{"pr", "approval", "sod", "promotion", "window", "emergency"}

// leastGrade is the lowest grade that passes c under a profile; "" is any.
func (c *Control) leastGrade(profile string) verify.Grade {
	theme, _, _ := strings.Cut(c.ID, "/")
	if strict(profile) && slices.Contains(personal, theme) {
		return verify.Attested
	}
	return ""
}

// checkProfile explains why name is no profile.
func checkProfile(name string) error {
	if slices.Contains(profiles, name) {
		return nil
	}
	if s := strictyaml.Suggest(name, profiles); s != "" {
		return fmt.Errorf("unknown profile %.40q: did you mean %q?", name, s)
	}
	return fmt.Errorf("unknown profile %.40q: want %s", name, strings.Join(profiles, ", "))
}

// rulesOf returns the controls that a profile asks, as it asks them.
func rulesOf(profile string) []rule {
	all, n := controls(), 0
	for i := range all {
		if all[i].askedBy(profile) {
			n++
		}
	}
	list := make([]rule, 0, n)
	for i := range all {
		if all[i].askedBy(profile) {
			list = append(list, ruleOf(all[i], profile))
		}
	}
	return list
}

// ruleOf is a control as a profile asks it.
func ruleOf(c Control, profile string) rule {
	return rule{Control: c, applies: appliesTo(c.Applies), waiver: waiverOf(c.Waive), atLeast: c.leastGrade(profile)}
}
