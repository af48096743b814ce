package layout

import "fmt"

// Verdict is the answer about a layout.
type Verdict string

const (
	// Verified: every check that applies has passed.
	Verified Verdict = "verified"
	// Unproven: nothing contradicts the layout, and something that it asks for was
	// not looked at.
	Unproven Verdict = "unproven"
	// Rejected: at least one check has failed.
	Rejected Verdict = "rejected"
)

// Outcome is how one check ended.
type Outcome string

const (
	Pass    Outcome = "pass"
	Fail    Outcome = "fail"
	Unknown Outcome = "unknown"
	// Warn is what in-toto only warns of.
	Warn Outcome = "warn"
	// NotApplicable: nothing asks for it.
	NotApplicable Outcome = "n/a"
)

// Check is one thing that was looked at.
type Check struct {
	// ID names the check: "owner", "step/build", "rules".
	ID      string  `json:"id"`
	Outcome Outcome `json:"outcome"`
	// Code says why a check did not pass.
	Code Code `json:"code,omitempty"`
	// Found is what was seen, for people. It may hold text from outside.
	Found string `json:"found,omitempty"`
}

// Step is one step and who carried it out.
type Step struct {
	Name      string `json:"name"`
	Threshold int    `json:"threshold"`
	// Functionaries are the keys that signed its links: "key:sha256:HEX" of the
	// SubjectPublicKeyInfo.
	Functionaries []string `json:"functionaries"`
	Command       []string `json:"command,omitempty"`
}

// Result is everything that was found out about a layout.
type Result struct {
	Verdict Verdict `json:"verdict"`
	// Code is the first reason, in the order of [Reasons]; empty if Verified.
	Code Code `json:"code,omitempty"`
	// Owners are the keys that signed the layout, Steps its steps.
	Owners []string `json:"owners,omitempty"`
	Steps  []Step   `json:"steps,omitempty"`
	// Products are the SHA-256 digests, in hex, of what the functionaries of the
	// last step report as products.
	Products []string `json:"products,omitempty"`
	Checks   []Check  `json:"checks"`
}

func (r *Result) add(c Check) { r.Checks = append(r.Checks, c) }

func (r *Result) pass(id, format string, args ...any) {
	r.add(Check{ID: id, Outcome: Pass, Found: fmt.Sprintf(format, args...)})
}

func (r *Result) fail(id string, c Code, format string, args ...any) {
	r.add(Check{id, Fail, c, fmt.Sprintf(format, args...)})
}

func (r *Result) warn(id string, c Code, format string, args ...any) {
	r.add(Check{id, Warn, c, fmt.Sprintf(format, args...)})
}

// needed are the checks without which nothing is verified.
var needed = []string{"owner", "expiry", "rules", "artifact"}

func (r *Result) conclude() *Result {
	r.judge()
	for _, id := range needed {
		if r.Verdict != Rejected && !r.has(id) {
			r.fail(id, Malformed, "not reached")
			r.judge()
		}
	}
	return r
}

func (r *Result) has(id string) bool {
	for _, c := range r.Checks {
		if c.ID == id {
			return true
		}
	}
	return false
}

func (r *Result) judge() {
	r.Verdict, r.Code = Verified, ""
	for _, c := range r.Checks {
		switch c.Outcome {
		case Fail:
			if r.Verdict != Rejected || rank(c.Code) < rank(r.Code) {
				r.Verdict, r.Code = Rejected, c.Code
			}
		case Unknown:
			if r.Verdict == Verified {
				r.Verdict, r.Code = Unproven, c.Code
			}
		}
	}
}
