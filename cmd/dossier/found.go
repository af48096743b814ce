package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/evidence/collect"
	"github.com/release-dossier/dossier/evidence/redact"
	"github.com/release-dossier/dossier/internal/result"
	"github.com/release-dossier/dossier/verify"
	"github.com/release-dossier/dossier/verify/report"
)

// dryRun prints what is there and what is missing.
func (c *Cmd) dryRun(draft *collect.Draft, p *preview) error {
	if c.asJSON {
		return c.printResult(result.Result{DryRun: true, Record: draft.Record, Facts: draft.Facts, Gaps: draft.Gaps, Withheld: withheld(draft), Preview: &p.Preview})
	}
	fmt.Fprintf(c.Stdout, "%s %s, not signed and not written (--dry-run)\n\n", report.Safe(draft.Name), report.Safe(draft.Record.Version))
	c.found(draft)
	c.gaps(draft.Gaps)
	_, err := fmt.Fprintf(c.Stdout, "\n%s", p.text())
	return err
}

// found lists what is there: label, text, and the best grade a verifier can
// give it, in columns of 90.
func (c *Cmd) found(draft *collect.Draft) {
	fmt.Fprintf(c.Stdout, "%-80s%s\n", "What is there", "best grade")
	for _, x := range draft.Facts {
		c.line(x.What, x.Text, x.Grade)
	}
	for _, s := range draft.Record.Collected {
		c.line("from", s.Source+sourceText(s), "")
	}
	for _, w := range draft.Withheld {
		c.line("withheld", fmt.Sprintf("%s, %s: listed, and left out%s", w.Part, counted(w.Material.Size, "byte", "bytes"), givenAway(w.Blob)), "")
	}
}

// sourceText says where a system was asked, and whether it gave everything.
func sourceText(s evidence.Collected) string {
	text := ""
	if s.URI != "" {
		text = ", " + s.URI
	}
	switch n := len(s.Unread); n {
	case 0:
		return text
	case 1:
		return text + ", without " + s.Unread[0].What
	default:
		return text + fmt.Sprintf(", without %d things", n)
	}
}

// textColumns is the width of the middle column.
const textColumns = 64

func (c *Cmd) line(what, text, grade string) {
	var lines []string
	width := textColumns - 1 // the grade stands beside the first line
	for line := range strings.SplitSeq(wrap(report.Safe(text), 0, textColumns), "\n") {
		lines = append(lines, chop(line, width)...)
		width = columns - 17
	}
	fmt.Fprintln(c.Stdout, strings.TrimRight(fmt.Sprintf("  %-13s %-64s%s", report.Safe(what), lines[0], grade), " "))
	for _, line := range lines[1:] {
		fmt.Fprintf(c.Stdout, "  %-13s %s\n", "", line)
	}
}

// chop breaks a word that is too long for a line, such as an address.
func chop(line string, width int) []string {
	var list []string
	runes := []rune(line)
	for len(runes) > width+1 {
		list, runes = append(list, string(runes[:width])), runes[width:]
	}
	return append(list, string(runes))
}

func (c *Cmd) gaps(gaps []collect.Gap) {
	if len(gaps) == 0 {
		return
	}
	fmt.Fprintln(c.Stdout, "\nWhat is missing, by who can close it")
	var who []string
	for _, g := range gaps {
		if w := string(g.Who); !slices.Contains(who, w) {
			who = append(who, w)
		}
	}
	for _, w := range who {
		fmt.Fprintf(c.Stdout, "  %s\n", w)
		for _, g := range gaps {
			if string(g.Who) == w {
				fmt.Fprintf(c.Stdout, "    %s\n      %s\n", wrapLines(g.What+": "+g.Why, 6, columns), wrap(report.Safe(g.Fix), 6, columns))
			}
		}
	}
}

// created says which file was written, what a verifier will say of it and how
// to ask.
func (c *Cmd) created(f finished, job *creation) error {
	draft, p, out, by := f.draft, f.preview, f.out, job.signer
	c.found(draft)
	c.gaps(draft.Gaps)
	r := draft.Record
	release := verify.ReleaseName(strings.TrimPrefix(r.Repository.URI, "https://"), r.Component, r.Version)
	command := append([]string{"dossier", "verify", out, "--release", release}, p.flags...)
	_, err := fmt.Fprintf(c.Stdout, "\n%s  signed by %s\n%sverify it:\n  %s\n", report.Safe(out), report.Safe(by.name), p.text(), shell(command, 4))
	return err
}

// printCreated is created for programs.
func (c *Cmd) printCreated(f finished, job *creation, pushed []result.Push) error {
	r := f.draft.Record
	view := viewOf(f.signed[0].Digest, r.Repository.URI, r.Component, r.Version)
	return c.printResult(result.Result{
		Files:  []result.File{{Path: f.out, Change: result.Written}},
		Pushed: pushed, Release: &view, Statements: f.signed, Signer: job.signer.told(), State: &f.state,
		Collected: r.Collected, Gaps: f.draft.Gaps, Withheld: withheld(f.draft), Preview: &f.preview.Preview,
	})
}

// withheld are the materials that are listed and left out.
func withheld(draft *collect.Draft) (list []evidence.Material) {
	for _, w := range draft.Withheld {
		list = append(list, w.Material)
	}
	return list
}

// givenAway warns of a document that its digest, which stays, gives away.
func givenAway(b bundle.Blob) string {
	if g, err := redact.Guessable(b); err != nil || g != redact.Short {
		return ""
	}
	return "; it is short and has no salt: its digest lets others find its content by trying"
}
