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

// Summary prints one line for each of several reports, the worst last, and
// then how many had which verdict, with the number of files that have no report
// because they cannot be read.
func Summary(w io.Writer, reports []*verify.Report, unreadable int) error {
	if slices.Contains(reports, nil) {
		return errNoReport
	}
	sorted := slices.Clone(reports)
	slices.SortStableFunc(sorted, func(a, b *verify.Report) int {
		return cmp.Compare(a.Verdict.ExitCode(), b.Verdict.ExitCode())
	})
	var lines []line
	totals := map[verify.Verdict]int{}
	for _, r := range sorted {
		totals[r.Verdict]++
		lines = append(lines, summaryLine(r))
	}
	text := plural(len(reports)+unreadable, "file") + ":"
	for _, verdict := range []verify.Verdict{verify.Accepted, verify.NotAccepted, verify.NotGenuine} {
		if n := totals[verdict]; n > 0 {
			text += fmt.Sprintf(" %d %s,", n, strings.ToLower(string(verdict)))
		}
	}
	if unreadable > 0 {
		text += fmt.Sprintf(" %d cannot be read,", unreadable)
	}
	return write(w, append(lines, line{text: strings.TrimRight(text, ",:")}), false)
}

func summaryLine(r *verify.Report) line {
	const verdictColumns, nameColumns = 15, 34
	v := newView(r, Options{})
	target := cut(tidy(r.Target), 60)
	what := v.name()
	if r.Release == nil {
		what = ""
	}
	if n := len(v.causes); n > 0 {
		what += fmt.Sprintf(", %d failed", n)
	}
	name := pad(cut(strings.TrimPrefix(what, ", "), nameColumns-2), nameColumns)
	return line{mark: string(r.Verdict), text: pad("", verdictColumns-len(r.Verdict)) + name + target}
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
