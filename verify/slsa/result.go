package slsa

import (
	"fmt"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/provenance"
	"github.com/release-dossier/dossier/verify/sigstore"
)

// Check is one thing that was looked at.
type Check struct {
	// ID names the check: "signature", "builder", "source".
	ID      string           `json:"id"`
	Outcome sigstore.Outcome `json:"outcome"`
	// Code says why a check failed or is unknown: one of [sigstore.Reasons] or
	// [provenance.Reasons].
	Code string `json:"code,omitempty"`
	// Found is what was seen, for people.
	Found string `json:"found,omitempty"`
}

// Source is what the provenance says was built.
type Source struct {
	Repository string   `json:"repository"`
	Commits    []string `json:"commits,omitempty"`
	Ref        string   `json:"ref,omitempty"`
	Branch     string   `json:"branch,omitempty"`
	Tag        string   `json:"tag,omitempty"`
}

// Build is what the provenance says of the build. Nothing in it may be relied on
// unless the Verdict is Verified.
type Build struct {
	PredicateType string                        `json:"predicateType"`
	BuildType     string                        `json:"buildType,omitempty"`
	Builder       string                        `json:"builder,omitempty"`
	Source        Source                        `json:"source"`
	Workflow      string                        `json:"workflow,omitempty"`
	Trigger       string                        `json:"trigger,omitempty"`
	Inputs        map[string]string             `json:"inputs,omitempty"`
	Invocation    string                        `json:"invocation,omitempty"`
	StartedOn     evidence.Time                 `json:"startedOn,omitzero"`
	FinishedOn    evidence.Time                 `json:"finishedOn,omitzero"`
	Subjects      []evidence.ResourceDescriptor `json:"subjects"`
	Dependencies  []evidence.ResourceDescriptor `json:"dependencies,omitempty"`
}

func buildOf(s *provenance.Summary) *Build {
	return &Build{
		PredicateType: s.PredicateType, BuildType: s.BuildType, Builder: s.BuilderID,
		Source:   Source{s.SourceURI, s.SourceCommits, s.SourceRef, s.SourceBranch, s.SourceTag},
		Workflow: s.Workflow, Trigger: s.Trigger, Inputs: s.Inputs, Invocation: s.RunID,
		StartedOn: s.StartedAt, FinishedOn: s.FinishedAt, Subjects: s.Subjects, Dependencies: s.Dependencies,
	}
}

// Result is everything that was found out about the provenance of an artifact.
type Result struct {
	Verdict sigstore.Verdict `json:"verdict"`
	// Code is the first reason: one of the signature's before one of the
	// statement's, each in the order of its table. Empty if Verified.
	Code string `json:"code,omitempty"`
	// Builder is who built it, as the signature proves.
	Builder string           `json:"builder,omitempty"`
	Signer  *sigstore.Signer `json:"signer,omitempty"`
	Times   []sigstore.Time  `json:"times,omitempty"`
	Build   *Build           `json:"build,omitempty"`
	// Entry is the number of the statement in the document, from 1.
	Entry  int     `json:"entry,omitempty"`
	Checks []Check `json:"checks"`
}

func (r *Result) add(id string, o sigstore.Outcome, c provenance.Code, format string, args ...any) {
	r.Checks = append(r.Checks, Check{id, o, string(c), fmt.Sprintf(format, args...)})
}

func (r *Result) pass(id, format string, args ...any) {
	r.add(id, sigstore.Pass, "", format, args...)
}

func (r *Result) fail(id string, c provenance.Code, format string, args ...any) {
	r.add(id, sigstore.Fail, c, format, args...)
}

// settle adds the mismatches, or that there are none.
func (r *Result) settle(id string, list []provenance.Mismatch, format string, args ...any) {
	if len(list) == 0 {
		r.pass(id, format, args...)
	}
	for _, m := range list {
		r.fail(id, m.Code, "%s", m.Text)
	}
}

// needed are the checks without which nothing is verified, whatever else has
// passed.
var needed = []string{"signature", "artifact", "builder", "source"}

// conclude draws the verdict from the checks.
func (r *Result) conclude() *Result {
	r.judge()
	if r.Verdict == sigstore.Rejected {
		return r
	}
	for _, id := range needed {
		if !r.has(id) {
			r.fail(id, provenance.Malformed, "not reached")
		}
	}
	r.judge()
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
	r.Verdict, r.Code = sigstore.Verified, ""
	for _, c := range r.Checks {
		switch c.Outcome {
		case sigstore.Fail:
			if r.Verdict != sigstore.Rejected || rank(c.Code) < rank(r.Code) {
				r.Verdict, r.Code = sigstore.Rejected, c.Code
			}
		case sigstore.Unknown:
			if r.Verdict == sigstore.Verified || r.Verdict == sigstore.Unproven && rank(c.Code) < rank(r.Code) {
				r.Verdict, r.Code = sigstore.Unproven, c.Code
			}
		}
	}
}

// rank is the place of a code in both tables: what concerns the signature
// comes first, for it makes the rest pointless.
func rank(code string) int {
	reasons := sigstore.Reasons()
	for i, r := range reasons {
		if string(r.Code) == code {
			return i
		}
	}
	return len(reasons) + provenance.Rank(provenance.Code(code))
}

// Explain returns what a code means and what to do about it.
func Explain(code string) (meaning, fix string) {
	if r := sigstore.Explain(sigstore.Code(code)); r.Code != "" {
		return r.Meaning, r.Fix
	}
	r := provenance.Explain(provenance.Code(code))
	return r.Meaning, r.Fix
}

// better reports whether r says more for the artifact than o.
func (r *Result) better(o *Result) bool {
	order := map[sigstore.Verdict]int{sigstore.Verified: 0, sigstore.Unproven: 1, sigstore.Rejected: 2}
	if order[r.Verdict] != order[o.Verdict] {
		return order[r.Verdict] < order[o.Verdict]
	}
	if a, b := r.failed("artifact"), o.failed("artifact"); a != b {
		return b
	}
	return r.failures() < o.failures()
}

func (r *Result) failed(id string) bool {
	for _, c := range r.Checks {
		if c.ID == id && c.Outcome == sigstore.Fail {
			return true
		}
	}
	return false
}

func (r *Result) failures() int {
	n := 0
	for _, c := range r.Checks {
		if c.Outcome == sigstore.Fail {
			n++
		}
	}
	return n
}
