package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/verify"
)

// Reason codes that change the shape of a page.
const (
	codeNoTrust  = "no-trust"
	codeNoPolicy = "no-policy"
)

// savedNote stands on every page that was not made by verifying.
const savedNote = "Rendered from a saved report: nothing was verified again, and who made the report is not proven."

// header is the verdict, who judged and when, and further reasons.
func (v *view) header() section {
	verdict := cut(Safe(string(v.r.Verdict)), 20)
	if verdict == "" {
		verdict = "NO VERDICT"
	}
	lines := v.paragraph(pad("", len(verdict)+3), len(verdict)+3, v.headline(), 2)
	lines[0] = line{mark: verdict, text: lines[0].text[len(verdict):]}
	lines = append(lines, v.judged()...)
	if v.saved {
		lines = append(lines, v.paragraph("", 2, savedNote, 0)...)
	}
	lines = append(lines, v.paragraph("by ", 3, v.judge(), 2)...)
	if v.r.Verdict == verify.Accepted && v.fileHolds() {
		lines = append(lines, v.paragraph("", 0, "the file: "+strings.Join(v.held(), ", "), 1)...)
	}
	return section{head: append(lines, v.reasons()...)}
}

// headline is what stands beside the verdict.
func (v *view) headline() string {
	name := v.name()
	switch {
	case v.r.Verdict == verify.Accepted:
		return name + " meets " + v.policyName()
	case v.r.Verdict == verify.NotGenuine:
		return name + ": the file contradicts itself, " + v.shortfall()
	case v.fallsShort():
		return name + " does not meet " + v.policyName() + ": " + v.shortfall()
	case v.untrusted():
		return v.shortfall()
	}
	return name + ": " + v.shortfall()
}

// shortfall says in a few words why the release is not accepted.
func (v *view) shortfall() string {
	switch {
	case v.r.Verdict == verify.NotGenuine || v.fallsShort():
		return v.deciding().blocked()
	case v.r.Relied && v.fileFails():
		return v.causes[0].check.Title
	case v.untrusted():
		return "no signer is trusted yet"
	case len(v.r.Reasons) > 0:
		return v.r.Reasons[0].Text
	}
	return v.deciding().blocked()
}

// fallsShort reports that a genuine release of a trusted signer fails controls.
// Another release or artifact than was meant outweighs any of them.
func (v *view) fallsShort() bool {
	return v.r.Relied && v.r.Policy != nil && v.controls.failed+v.controls.unknown > 0 && !v.fileFails()
}

// fileFails reports whether the first failure is one of the file itself.
func (v *view) fileFails() bool { return len(v.causes) > 0 && ofFile(*v.causes[0].check) }

// deciding tallies the checks that the verdict is told by: those of the file as
// long as one of them fails or no control was asked, else the controls.
func (v *view) deciding() tally {
	if v.fileFails() || v.controls.asked == 0 {
		return v.file
	}
	return v.controls
}

// untrusted reports that the worst reason is the lack of trust.
func (v *view) untrusted() bool {
	return len(v.r.Reasons) > 0 && v.r.Reasons[0].Code == codeNoTrust
}

// name is the release as people call it, or what was verified.
func (v *view) name() string {
	r := v.r.Release
	if r == nil {
		return cut(tidy(v.r.Target), 120)
	}
	name := r.Name
	if name == "" {
		name = r.Repository
	}
	return cut(tidy(name), 60) + " " + cut(tidy(r.Version), 60)
}

// policyName is the policy that judged.
func (v *view) policyName() string {
	if v.r.Policy == nil {
		return "no policy"
	}
	return document(v.r.Policy.DocumentView)
}

// profileOf names the built-in profile that a policy extends.
func profileOf(p *verify.PolicyView) string {
	if p.Profile == "" || p.Profile == p.ID {
		return ""
	}
	return " (profile " + cut(tidy(p.Profile), 30) + ")"
}

// document is a trust or policy document's id and version.
func document(d verify.DocumentView) string {
	id := cut(tidy(d.ID), 60)
	if id == "" {
		id = "(no id)"
	}
	if d.Version == 0 {
		return id
	}
	return fmt.Sprintf("%s %d", id, d.Version)
}

// judged says when, and sums up what stands below.
func (v *view) judged() []line {
	when := v.r.AsOf.UTC().Format("2006-01-02 15:04 UTC")
	if !v.r.AsOfGiven {
		when += " (now)"
	}
	left := "judged as of " + when + ", offline, gate: " + cut(tidy(string(v.r.Gate)), 20)
	switch {
	case v.r.Verdict == verify.Accepted:
		return v.spread(left, v.controls.blocked(), edgeColumns)
	case v.r.Verdict == verify.NotAccepted && v.r.Relied:
		return v.spread(left+".", "The file itself is genuine.", 0)
	}
	return plain(left)
}

// judge says whose policy judged and whose word was taken.
func (v *view) judge() string {
	switch p, t := v.r.Policy, v.r.Trust; {
	case p != nil && t != nil:
		return "policy " + document(p.DocumentView) + profileOf(p) + ", trust " + document(*t)
	case p != nil:
		return "policy " + document(p.DocumentView) + profileOf(p) + ", no trust"
	case t != nil && v.policyGiven():
		return "trust " + document(*t) + "; the policy " + idle
	case t != nil:
		return "no policy, trust " + document(*t)
	case v.policyGiven():
		return "nobody: no trust was given, so the policy did not judge"
	}
	return "nobody: no policy and no trust was given"
}

// idle is what a policy did if there was nothing that it could judge.
const idle = "had no single release statement that it could rely on"

// policyGiven reports whether a policy was given, which judges only a release
// statement that can be read, and under trust.
func (v *view) policyGiven() bool {
	return v.r.Policy != nil || !slices.ContainsFunc(v.r.Reasons, func(r verify.Reason) bool { return r.Code == codeNoPolicy })
}

// reasons prints the other grounds.
func (v *view) reasons() []line {
	var lines []line
	for _, text := range v.otherReasons() {
		if len(lines) >= 6 && !v.all {
			break
		}
		lines = append(lines, v.paragraph("also: ", 6, text, 2)...)
	}
	return lines
}

// otherReasons are the grounds that neither the headline nor a failure tells.
func (v *view) otherReasons() []string {
	var list []string
	for i, r := range v.r.Reasons {
		if i == 0 && (v.untrusted() || v.headline() == v.name()+": "+r.Text) || v.told(r.Code) {
			continue
		}
		list = append(list, r.Text)
	}
	return list
}

// told reports whether a reason is told of by another line or a failure.
func (v *view) told(code string) bool {
	if code == codeNoPolicy && v.r.Policy == nil {
		return true
	}
	for _, c := range v.causes {
		for _, check := range append(c.also[:len(c.also):len(c.also)], c.check) {
			if check.Code == code {
				return true
			}
		}
	}
	return false
}
