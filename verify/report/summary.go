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

// SummaryWriter gathers a line for each of several results: verdict, release or
// reason, and file. Of a result it keeps no more than that.
type SummaryWriter struct {
	w       io.Writer
	options Options
	rows    []row
	totals  map[verify.Verdict]int
}

// row is one line of a summary.
type row struct {
	exit         int // the exit status that stands for the verdict
	verdict      verify.Verdict
	what, target string
	// entry is the entry of an unreadable file that is at fault, and cause what is
	// wrong with it: what without the remedy.
	entry, cause string
}

// brief is what there is to say, in at most room columns. The remedy and the name
// of an entry make room for what is wrong with it.
func (r row) brief(room int) string {
	if r.entry == "" || columns(r.what) <= room {
		return cut(r.what, room)
	}
	const least = 12
	left := room - columns("entry : ") - columns(r.cause)
	return cut("entry "+middle(r.entry, max(left, least))+": "+r.cause, room)
}

// NewSummaryWriter returns a writer of a summary to w.
func NewSummaryWriter(w io.Writer, o Options) *SummaryWriter {
	return &SummaryWriter{w: w, options: o, totals: map[verify.Verdict]int{}}
}

// Add takes one result.
func (s *SummaryWriter) Add(r Result) error {
	if r.Report == nil && r.Err == nil && r.Target == "" {
		return errNoReport
	}
	v := newView(r.shown(), s.options)
	line := row{verdict: v.r.Verdict, what: v.inBrief(), target: cut(tidy(v.r.Target), 60)}
	var at *bundle.ReadError
	if r.Report == nil && errors.As(r.Err, &at) && at.Entry != "" {
		line.entry, line.cause = tidy(fmt.Sprintf("%.120q", at.Entry)), tidy(at.Err.Error())
		line.what = "entry " + line.entry + ": " + strings.TrimSuffix(line.cause+": "+tidy(at.Remedy), ": ")
	}
	if line.exit = line.verdict.ExitCode(); r.Report == nil {
		line.exit = 4
	}
	s.rows = append(s.rows, line)
	s.totals[line.verdict]++
	return nil
}

// inBrief is the release, and why it is not accepted.
func (v *view) inBrief() string {
	if v.r.Verdict == verify.Accepted {
		return v.name()
	}
	if v.r.Release == nil {
		return tidy(v.shortfall())
	}
	return v.name() + ", " + tidy(v.shortfall())
}

// Close prints the lines, the worst last, and then how many had which verdict or
// cannot be read. A reason gets the room that the verdict and the longest name of a
// file leave of the width.
func (s *SummaryWriter) Close() error {
	const verdictColumns, least = 15, 32
	slices.SortStableFunc(s.rows, func(a, b row) int { return cmp.Compare(a.exit, b.exit) })
	what, target := 0, 0
	for _, r := range s.rows {
		what, target = max(what, columns(r.what)), max(target, columns(r.target))
	}
	room := newView(&verify.Report{}, s.options).width - verdictColumns - 2 - target
	room = max(min(room, what), least)
	var lines []line
	for _, r := range s.rows {
		text := pad("", verdictColumns-len(r.verdict)) + pad(r.brief(room), room+2) + r.target
		lines = append(lines, line{mark: string(r.verdict), text: text})
	}
	text := plural(len(s.rows), "file") + ":"
	for _, total := range []struct {
		verdict verify.Verdict
		word    string
	}{
		{verify.Accepted, "accepted"}, {verify.NotAccepted, "not accepted"}, {verify.NotGenuine, "not genuine"}, {verdictUnread, "cannot be read"},
	} {
		if n := s.totals[total.verdict]; n > 0 {
			text += fmt.Sprintf(" %d %s,", n, total.word)
		}
	}
	return write(s.w, append(lines, line{text: strings.TrimRight(text, ",:")}), s.options.Color)
}

// Summary prints the lines of all results.
func Summary(w io.Writer, results []Result, o Options) error {
	s := NewSummaryWriter(w, o)
	for _, r := range results {
		if err := s.Add(r); err != nil {
			return err
		}
	}
	return s.Close()
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
