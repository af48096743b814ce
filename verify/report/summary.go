package report

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/verify"
)

// Summary prints one line for each of several results, the worst last, and then
// how many had which verdict or cannot be read.
func Summary(w io.Writer, results []Result) error {
	sorted := slices.Clone(results)
	slices.SortStableFunc(sorted, func(a, b Result) int { return cmp.Compare(a.exitCode(), b.exitCode()) })
	var lines []line
	totals := map[verify.Verdict]int{}
	for _, r := range sorted {
		if r.Report == nil && r.Err == nil && r.Target == "" {
			return errNoReport
		}
		totals[r.shown().Verdict]++
		lines = append(lines, r.line())
	}
	text := plural(len(results), "file") + ":"
	for _, total := range []struct {
		verdict verify.Verdict
		word    string
	}{
		{verify.Accepted, "accepted"}, {verify.NotAccepted, "not accepted"}, {verify.NotGenuine, "not genuine"}, {verdictUnread, "cannot be read"},
	} {
		if n := totals[total.verdict]; n > 0 {
			text += fmt.Sprintf(" %d %s,", n, total.word)
		}
	}
	return write(w, append(lines, line{text: strings.TrimRight(text, ",:")}), false)
}

// exitCode is the exit status that stands for r.
func (r Result) exitCode() int {
	if r.Report == nil {
		return 4
	}
	return r.Report.Verdict.ExitCode()
}

// line is the line of r in a summary: verdict, release or reason, and file.
func (r Result) line() line {
	const verdictColumns, nameColumns = 15, 34
	shown := r.shown()
	v := newView(shown, Options{})
	what := v.name()
	if shown.Release == nil {
		what = ""
	}
	if r.Report == nil {
		what = tidy(r.reason())
	}
	if n := len(v.causes); n > 0 {
		what += fmt.Sprintf(", %d failed", n)
	}
	name := pad(cut(strings.TrimPrefix(what, ", "), nameColumns-2), nameColumns)
	return line{mark: string(shown.Verdict), text: pad("", verdictColumns-len(shown.Verdict)) + name + cut(tidy(shown.Target), 60)}
}

// CannotRead prints what there is to say of a target that is not readable as a
// dossier and so has no report (exit status 4): the reason, and what to do.
func CannotRead(w io.Writer, target string, err error) error {
	const verdict = "CANNOT READ"
	v := newView(&verify.Report{}, Options{})
	reason := "it is not readable as a dossier"
	if err != nil {
		reason = err.Error()
	}
	target = cut(tidy(target), 120)
	reason = strings.TrimPrefix(tidy(reason), strings.TrimPrefix(target, "oci://")+": ")
	lines := v.paragraph(pad("", len(verdict)+3), len(verdict)+3, target+": "+reason, 6)
	lines[0] = line{mark: verdict, text: lines[0].text[len(verdict):]}
	var known *bundle.ReadError
	if !errors.As(err, &known) || known.Remedy == "" {
		lines = append(lines, v.paragraph("  ", 2,
			"give a dossier: its directory, its .dossier file or its reference, complete and as it was sent", 0)...)
	}
	return write(w, lines, false)
}
