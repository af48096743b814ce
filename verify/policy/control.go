package policy

import (
	"cmp"
	"slices"
	"strings"
	"sync"

	"github.com/release-dossier/dossier/verify"
)

// Catalogue is the version of the control catalogue that this package follows.
// It is part of what the effective policy's digest covers.
const Catalogue = 1

// CatalogueSize is the number of controls in the catalogue, of which
// [Controls] lists those that this version judges.
const CatalogueSize = 713

// The levels of controls (RFC 2119). A MAY control judges an option that was
// chosen, so that it binds as a MUST does.
const (
	Must   = "MUST"
	Should = "SHOULD"
	May    = "MAY"
)

// Control is one rule: what must hold, on what evidence, and how it is judged.
type Control struct {
	// ID is the control's id in the catalogue: "tag/annotated".
	ID string
	// Level is Must, Should or May.
	Level string
	// Sections are the sections of the release policy that it follows from;
	// "d:" before them marks a rule that is derived and not stated there.
	Sections string
	// Theme is the theme of the catalogue it belongs to.
	Theme string
	// Title says in one short sentence what holds, Failing what is wrong
	// otherwise.
	Title, Failing string
	// Logic says how it is judged, for Explain.
	Logic string
	// Applies says to which repositories, releases and phases it applies, in
	// the catalogue's abbreviations, which the engine reads.
	Applies string
	// Waive says what may turn a failure into "waived", in the catalogue's
	// abbreviations: "exc", "exc+ (...)", "emg", "rat" or "no".
	Waive string
	// Question is the number, 1 to 7, of the question it answers.
	Question int
	// Gate is the earliest gate at which it is asked.
	Gate verify.Gate
	// Profile is the lowest profile that asks it. In the tables of themes it
	// stands for solo and minimal only: level, sections and what it applies to
	// say the others.
	Profile string
	// Evidence names the fields of records and statements it reads.
	Evidence []string
	// Fix says what mends a failure.
	Fix verify.Fix
	// Last says that it judges the outcomes of the others, after them.
	Last bool
	// Check judges the facts. It may rely on Facts.Record and Facts.Trust
	// being set, and on nothing else. It is nil for a control that only an
	// archive of several dossiers can decide.
	Check func(*Facts) Result
}

// Controls returns all controls that this version judges, sorted by ID. The
// caller may change what it gets.
func Controls() []Control {
	all := slices.Clone(controls())
	for i := range all {
		all[i].Evidence = slices.Clone(all[i].Evidence)
	}
	return all
}

// controls is the one list of them.
var controls = sync.OnceValue(func() []Control {
	all := slices.Concat(
		traceControls, tagControls, versionControls, branchControls, commitControls,
		reviewControls, mergeControls, templateControls, mainControls, // of pull requests and the main branch
		passingControls, resultControls, // of checks
		pipelineControls, entryControls, lookControls, // of gates and the pipeline
		artifactControls, promotionControls,
		sbomControls, provenanceControls, signControls, approvalControls, sodControls,
		windowControls, emergencyControls, exceptionControls, flakyControls, freezeControls,
	)
	for i := range all {
		all[i].Profile = all[i].profile()
	}
	slices.SortFunc(all, func(a, b Control) int { return cmp.Compare(a.ID, b.ID) })
	return all
})

// Lookup returns the control with the given id.
func Lookup(id string) (Control, bool) {
	for _, c := range Controls() {
		if c.ID == id {
			return c, true
		}
	}
	return Control{}, false
}

// gateOrder are the gates in their order.
var gateOrder = verify.Gates()

// askedAt reports whether c must already hold at gate.
func (c *Control) askedAt(gate verify.Gate) bool {
	return slices.Index(gateOrder, c.Gate) <= slices.Index(gateOrder, gate)
}

// derived reports whether no sentence of the release policy states the rule.
func (c *Control) derived() bool { return strings.HasPrefix(c.Sections, "d:") }
