package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/evidence/collect"
	"github.com/release-dossier/dossier/internal/result"
	"github.com/release-dossier/dossier/verify"
	"github.com/release-dossier/dossier/verify/report"
)

// preview is what a verifier will say of a new dossier.
type preview struct {
	result.Preview
	asIf  bool     // the key was made for this preview
	alone bool     // and nobody else is trusted
	flags []string // of verify, to judge by the same trust and policy
}

// preview verifies the dossier before it is written. Two keys are more than
// trust in one signer covers, so without a trust document there is no verdict
// then.
func (s *signing) preview(ctx context.Context, d *bundle.Dossier) (*preview, error) {
	p := &preview{flags: s.judge.given(), asIf: s.throwaway, alone: !s.judge.trusts()}
	if !s.judge.trusts() {
		p.flags = append(p.flags, "--signer", s.signer.pin())
		if s.twoKeys() {
			return p, nil
		}
	}
	r, err := verify.Bundle(ctx, d, verify.ExpectAnyUnsafe(), s.verify)
	if err != nil {
		return nil, err
	}
	p.read(r)
	return p, nil
}

func (p *preview) read(r *verify.Report) {
	p.Verdict = r.Verdict
	if r.Policy != nil {
		p.Policy = r.Policy.ID
	}
	for _, who := range collect.Everybody() {
		for _, k := range r.Checks {
			if k.Blocks() && k.FollowsFrom == "" && closer(k) == who {
				p.Failed = append(p.Failed, result.Failed{
					Who: who, Check: k.ID, Title: k.Title, Found: k.Found, Fix: firstOf(k.Fix.Before, k.Fix.Now),
				})
			}
		}
	}
}

// closers say who can mend a failed control, by the first part of its id. The
// others are settings.
var closers = map[collect.Who][]string{
	collect.Line: {"record", "notes", "rollback", "changelog", "files"},
	collect.Habit: {"tag", "version", "commit", "branch", "main", "pr", "trace", "revert", "cadence", "relbranch", "backport",
		"forwardport", "compat", "dep", "flag", "db", "flaky", "retention"},
	collect.Person: {"approval", "sod", "review", "gonogo", "exception", "emergency", "breakglass", "freeze", "incident", "decision",
		"train", "raci", "window", "promotion", "hotfix", "rollout"},
}

// closer says who can mend a failed check.
func closer(k verify.Check) collect.Who {
	theme, _, _ := strings.Cut(k.ID, "/")
	for who, themes := range closers {
		if slices.Contains(themes, theme) {
			return who
		}
	}
	return collect.Setting
}

// text says it in a line, and in up to three more for each failure.
func (p *preview) text() string {
	if p.Verdict == "" {
		return "preview: two keys sign: give --trust or --policy to see what a verifier will say\n"
	}
	w := &strings.Builder{}
	fmt.Fprintf(w, "preview: %s", p.Verdict)
	if p.Policy != "" {
		fmt.Fprintf(w, " by %s", report.Safe(p.Policy))
	}
	switch {
	case p.asIf && p.alone:
		w.WriteString(", if the signer alone is trusted")
	case p.asIf:
		w.WriteString(", if the signer is trusted")
	}
	w.WriteString("\n")
	var who collect.Who
	for _, x := range p.Failed {
		if x.Who != who {
			who = x.Who
			fmt.Fprintf(w, "  missing: %s\n", who)
		}
		fmt.Fprintf(w, "    %s\n", wrap(report.Safe(x.Check+": "+x.Title), 6, columns))
		for _, l := range [][2]string{{"found", x.Found}, {"fix", x.Fix}} {
			if l[1] != "" {
				fmt.Fprintf(w, "      %-6s%s\n", l[0], wrapLines(l[1], 12, columns))
			}
		}
	}
	return w.String()
}
