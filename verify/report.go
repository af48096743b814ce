package verify

import (
	"fmt"
	"slices"

	"github.com/release-dossier/dossier/evidence"
)

// Verdict is the answer in one word or two.
type Verdict string

// The verdicts. A file that is not a dossier at all has no report.
const (
	Accepted    Verdict = "ACCEPTED"
	NotAccepted Verdict = "NOT ACCEPTED"
	NotGenuine  Verdict = "NOT GENUINE"
)

// ExitCode is the process exit status that goes with a verdict. 2 (usage or
// configuration) and 4 (cannot read) belong to errors, which have no report.
func (v Verdict) ExitCode() int {
	switch v {
	case Accepted:
		return 0
	case NotGenuine:
		return 3
	}
	return 1
}

// Gate is the decision that a verification is for.
type Gate string

// The gates. At a gate before Final, what falls due later is not asked.
const (
	GateTag        Gate = "tag"
	GateStaging    Gate = "staging"
	GateProduction Gate = "production"
	GateFinal      Gate = "final"
)

// Gates lists the gates in their order.
func Gates() []Gate { return slices.Clone(allGates) }

var allGates = []Gate{GateTag, GateStaging, GateProduction, GateFinal}

// ParseGate returns the gate of that name.
func ParseGate(s string) (Gate, error) {
	if slices.Contains(allGates, Gate(s)) {
		return Gate(s), nil
	}
	return "", fmt.Errorf("unknown gate %.40q: want tag, staging, production or final", s)
}

// Report is everything a verification found. It holds no map and no time of
// its own, so that equal inputs give equal bytes; every rendering is made from
// it alone.
type Report struct {
	// Format is "dossier-report/v1".
	Format string `json:"format"`
	// Target is the name the caller gave what was verified.
	Target  string  `json:"target"`
	Verdict Verdict `json:"verdict"`
	// Reasons say why the verdict is not ACCEPTED, worst first.
	Reasons []Reason `json:"reasons,omitempty"`
	// AsOf is the moment of judgement; AsOfGiven tells whether the user chose
	// it or the program filled it in.
	AsOf      evidence.Time `json:"asOf"`
	AsOfGiven bool          `json:"asOfGiven"`
	Gate      Gate          `json:"gate"`
	// Release is the release the file claims to be about.
	Release *ReleaseView `json:"release,omitempty"`
	// Relied reports that the release statement is signed by an allowed
	// signer. If false, everything below is what the file says of itself.
	Relied bool `json:"relied"`
	// Expected says what the caller expected, for people; "" for nothing.
	Expected string `json:"expected,omitempty"`
	// Chain are the lines of the section "The release".
	Chain []FactLine `json:"chain,omitempty"`
	// People are the lines of the section "The people".
	People []FactLine `json:"people,omitempty"`
	// Timeline is what happened to the release, in the order of the stated times.
	Timeline []Event `json:"timeline,omitempty"`
	// Checks are all checks of all layers, in the order of Layers.
	Checks []Check `json:"checks"`
	// Signers are all signatures over statements of ours, counted or not.
	Signers []Signer `json:"signers"`
	// NotCompared are artifacts of the release that were not given.
	NotCompared []string `json:"notCompared,omitempty"`
	// Exhibits are the embedded documents, numbered from 1 in a stable order.
	Exhibits []Exhibit `json:"exhibits,omitempty"`
	// Attestations are what other tools state in exhibits.
	Attestations []AttestationView `json:"attestations,omitempty"`
	// State is the digest of everything that counts; Heads are its heads.
	State *evidence.Digest  `json:"state,omitempty"`
	Heads []evidence.Parent `json:"heads,omitempty"`
	// Seal is the last seal that counts; nil if there is none.
	Seal *SealView `json:"seal,omitempty"`
	// Trust and Policy say by whose word and rules was judged; nil if none.
	Trust  *DocumentView `json:"trust,omitempty"`
	Policy *PolicyView   `json:"policy,omitempty"`
	// CannotShow says what no file of this kind can show.
	CannotShow []string `json:"cannotShow,omitempty"`
	// Repeat is the command that repeats the verification, as its arguments with
	// the program's name first. Whoever ran the verification fills it in.
	Repeat []string `json:"repeat,omitempty"`
	// Basis is what the verdict rests on. It is no part of a written report.
	Basis Basis `json:"-"`
}

// Reason is one ground of a verdict.
type Reason struct {
	// Code is a stable reason code: "no-trust", "no-expectation", ...
	Code string `json:"code"`
	Text string `json:"text"`
}

// ReleaseView identifies a release.
type ReleaseView struct {
	Statement  evidence.Digest `json:"statement"`
	Repository string          `json:"repository"`
	Component  string          `json:"component,omitempty"`
	Version    string          `json:"version"`
	// Name is the repository's last path element, or the component.
	Name string `json:"name"`
}

// SealView is one seal.
type SealView struct {
	Statement   evidence.Digest `json:"statement"`
	Sequence    int64           `json:"sequence"`
	At          evidence.Time   `json:"at"`
	CoversUntil evidence.Time   `json:"coversUntil"`
}

// FactLine is one line about the release or its people. Text may hold text
// from outside: whoever prints it makes it safe.
type FactLine struct {
	Label string `json:"label"`
	Text  string `json:"text"`
	Proof Proof  `json:"proof,omitzero"`
	// Exhibits are the numbers of the exhibits it rests on.
	Exhibits []int `json:"exhibits,omitempty"`
	// Check is the ID of a failed check that concerns this line.
	Check string `json:"check,omitempty"`
}

// Exhibit is one embedded document.
type Exhibit struct {
	Number    int             `json:"number"`
	Name      string          `json:"name"`
	MediaType string          `json:"mediaType"`
	Digest    evidence.Digest `json:"digest"`
	Size      int64           `json:"size"`
	// Present is false for a material that is listed and not there.
	Present bool `json:"present"`
	// Withheld is why it was left out of this copy; "" if it was not.
	Withheld string `json:"withheld,omitempty"`
}

// AttestationView is one statement of another tool. Says may hold text from
// outside: whoever prints it makes it safe.
type AttestationView struct {
	// Exhibit is the number of the exhibit that holds it.
	Exhibit       int    `json:"exhibit"`
	PredicateType string `json:"predicateType"`
	// Says is what it states, in one line, or why that is not read.
	Says string `json:"says"`
	// Proof is how that is known: by the word of its own signer if trust lets
	// them state it, a claim otherwise.
	Proof Proof `json:"proof"`
	// About reports that it is about this release.
	About bool `json:"about"`
}

// DocumentView names a trust or policy document.
type DocumentView struct {
	ID      string          `json:"id"`
	Version int             `json:"version"`
	Digest  evidence.Digest `json:"digest"`
}

// PolicyView names the policy that judged and counts what it asked.
type PolicyView struct {
	DocumentView
	// Profile is the built-in profile it extends.
	Profile string `json:"profile"`
	// Effective is the digest of the policy after profile and defaults.
	Effective evidence.Digest `json:"effective"`
	// Exposure is set where the policy says that the repository is not fully in
	// scope, so that the catalogue's controls are recommendations: tooling or
	// out-of-scope (A63).
	Exposure string `json:"exposure,omitempty"`
	// Asked counts the controls that were judged, NotAsked the others known.
	Asked    int `json:"asked"`
	NotAsked int `json:"notAsked"`
	// NotAskedWhy are reasons for people, with counts.
	NotAskedWhy []string `json:"notAskedWhy,omitempty"`
	// Loosened is what the policy asks less of than what it extends.
	Loosened []LoosenedView `json:"loosened,omitempty"`
	// Next names the next profile, NextAdds what it would ask in addition.
	Next     string   `json:"next,omitempty"`
	NextAdds []string `json:"nextAdds,omitempty"`
}

// LoosenedView is something that a policy asks less of, by an exception.
type LoosenedView struct {
	// What are controls or parameters, Less says how less is asked of them.
	What []string `json:"what"`
	Less string   `json:"less"`
	// Exception is the id of the exception that allows it.
	Exception string `json:"exception"`
}

// Policy judges facts. Package verify/policy has the implementation.
type Policy interface {
	// Judge applies every control that the gate asks for. It must not panic on
	// any facts. The list it returns belongs to the caller.
	Judge(*Facts) ([]Check, PolicyView)
}
