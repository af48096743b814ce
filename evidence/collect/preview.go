package collect

import (
	"cmp"
	"fmt"
	"slices"
)

// Found is one thing that was found, for a preview.
type Found struct {
	// What is the kind of evidence: "tag", "commits", "artifact", ...
	What string `json:"what"`
	Text string `json:"text"`
	// Grade is the best grade that a verifier can give it: "proven",
	// "attested" or "claimed". No signature was checked here, so "proven"
	// holds only if the verifier trusts the signer.
	Grade string `json:"grade"`
	// Source is where it was found: a path, an object id, a variable.
	Source string `json:"source"`
}

// Who says who can close a gap.
type Who string

// Who can close a gap, the easiest first.
const (
	Line    Who = "a line"    // one more argument on the command line
	Setting Who = "a setting" // of the build, the CI system or another tool
	Habit   Who = "a habit"   // of those who release
	Person  Who = "a person"  // somebody else has to act
)

// Gap is evidence that is missing or does not fit.
type Gap struct {
	What string `json:"what"` // what is missing, a few words
	Why  string `json:"why"`  // what was found instead
	Who  Who    `json:"who"`
	Fix  string `json:"fix"` // what to do
}

// Everybody returns them in that order.
func Everybody() []Who { return []Who{Line, Setting, Habit, Person} }

// sortGaps sorts by who can close them, and keeps the order otherwise.
func sortGaps(gaps []Gap) {
	ease := Everybody()
	slices.SortStableFunc(gaps, func(a, b Gap) int {
		return cmp.Compare(slices.Index(ease, a.Who), slices.Index(ease, b.Who))
	})
}

// Grades of what was found, as package verify names them.
const (
	Proven   = "proven"
	Attested = "attested" // if a recorder signs the record
	Claimed  = "claimed"
)

const (
	proven  = Proven
	claimed = Claimed
)

// count writes a number with its noun.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func (a *assembly) found(what, text, grade, source string) {
	a.draft.Facts = append(a.draft.Facts, Found{what, text, grade, source})
}

func (a *assembly) gap(who Who, what, why, fix string) {
	a.draft.Gaps = append(a.draft.Gaps, Gap{what, why, who, fix})
}
