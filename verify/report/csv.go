package report

import (
	"encoding/csv"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify"
)

// CSVHeader names the columns of [CSV]. Later versions add columns at the end
// only.
func CSVHeader() []string { return slices.Clone(csvHeader) }

var csvHeader = []string{
	"target", "verdict", "name", "version", "repository", "component",
	"as_of", "gate", "policy", "policy_version", "policy_digest", "trust", "trust_version", "trust_digest", "state",
	"asked", "held", "failed", "unknown", "waived", "pending", "warnings", "not_enforced_yet", "not_applicable",
	"failed_checks", "waived_until", "pending_due", "sealed_until", "source", "reason",
	"file_asked", "file_held", "file_failed", "file_unknown", "unknown_checks",
}

// CSVWriter writes a header and a line a release (RFC 4180, lines end with LF).
// Numbers count controls of the policy, those of columns that begin with file_ the
// checks of the file itself; failed_checks are the causes of failures, separated by
// spaces, and unknown_checks those that could not be judged; waived_until and pending_due are the earliest
// of several times; source is "verified" or "saved". A text that a spreadsheet
// would take for a formula begins with an apostrophe.
//
// It keeps no result, so that an archive takes no more memory than one release.
type CSVWriter struct {
	out     *csv.Writer
	options Options
	begun   bool
}

// NewCSVWriter returns a writer of lines to w.
func NewCSVWriter(w io.Writer, o Options) *CSVWriter {
	return &CSVWriter{out: csv.NewWriter(w), options: o}
}

// Write writes the line of one result, and the header before the first.
func (c *CSVWriter) Write(r Result) error {
	if !c.begun {
		c.begun = true
		if err := c.out.Write(csvHeader); err != nil {
			return err
		}
	}
	if err := c.out.Write(r.row(c.options)); err != nil {
		return err
	}
	c.out.Flush()
	return c.out.Error()
}

// CSV writes the lines of all results.
func CSV(w io.Writer, results []Result, o Options) error {
	c := NewCSVWriter(w, o)
	for _, r := range results {
		if err := c.Write(r); err != nil {
			return err
		}
	}
	return nil
}

// row is the line of one result.
func (r Result) row(o Options) []string {
	cells := map[string]string{"target": r.Target, "verdict": verdictUnread, "reason": r.reason()}
	if r.Report != nil {
		cells = reportCells(newView(r.Report, o))
	}
	row := make([]string, len(csvHeader))
	for i, name := range csvHeader {
		row[i] = csvCell(cells[name])
	}
	return row
}

// reportCells are the texts of a report's line by column.
func reportCells(v *view) map[string]string {
	r, t, f := v.r, v.controls, v.file
	cells := map[string]string{
		"target": r.Target, "verdict": verdictWord(r), "as_of": stamp(&r.AsOf), "gate": string(r.Gate),
		"asked": strconv.Itoa(t.asked), "held": strconv.Itoa(t.held), "failed": strconv.Itoa(t.failed),
		"unknown": strconv.Itoa(t.unknown), "waived": strconv.Itoa(t.waived), "pending": strconv.Itoa(t.pending),
		"warnings": strconv.Itoa(t.warned), "not_enforced_yet": strconv.Itoa(t.later), "not_applicable": strconv.Itoa(t.skipped),
		"file_asked": strconv.Itoa(f.asked), "file_held": strconv.Itoa(f.held),
		"file_failed": strconv.Itoa(f.failed), "file_unknown": strconv.Itoa(f.unknown),
		"failed_checks": v.causeIDs("FAILED"), "unknown_checks": v.causeIDs("UNKNOWN"), "source": "verified",
		"waived_until": stamp(earliest(r.Checks, func(c verify.Check) *evidence.Time { return c.Until })),
		"pending_due":  stamp(earliest(r.Checks, func(c verify.Check) *evidence.Time { return c.Due })),
	}
	if v.saved {
		cells["source"] = "saved"
	}
	if r.Release != nil {
		cells["name"], cells["version"] = r.Release.Name, r.Release.Version
		cells["repository"], cells["component"] = r.Release.Repository, r.Release.Component
	}
	if p := r.Policy; p != nil {
		cells["policy"], cells["policy_version"], cells["policy_digest"] = p.ID, strconv.Itoa(p.Version), p.Digest.String()
	}
	if d := r.Trust; d != nil {
		cells["trust"], cells["trust_version"], cells["trust_digest"] = d.ID, strconv.Itoa(d.Version), d.Digest.String()
	}
	if r.State != nil {
		cells["state"] = r.State.String()
	}
	if r.Seal != nil {
		cells["sealed_until"] = stamp(&r.Seal.CoversUntil)
	}
	if len(r.Reasons) > 0 {
		cells["reason"] = r.Reasons[0].Text
	}
	return cells
}

// causeIDs names the causes of failures that a page marks with word, each once,
// separated by spaces.
func (v *view) causeIDs(word string) string {
	var ids []string
	for _, c := range v.causes {
		id := strings.ReplaceAll(cut(tidy(c.check.ID), 80), " ", "_")
		if failureWord(c.check) == word && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return strings.Join(ids, " ")
}

// earliest returns the first of the times that checks have.
func earliest(checks []verify.Check, of func(verify.Check) *evidence.Time) *evidence.Time {
	var first *evidence.Time
	for _, c := range checks {
		if t := of(c); t != nil && (first == nil || t.Before(first.Time)) {
			first = t
		}
	}
	return first
}

// stamp writes a time for programs; "" for none.
func stamp(t *evidence.Time) string {
	if t == nil || t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// csvCell makes a text inert in spreadsheets, which take what begins with one
// of these characters for a formula, full-width forms too.
func csvCell(s string) string {
	s = cell(s)
	if start := strings.TrimLeft(s, " '\""); start != "" && strings.ContainsRune("=+-@\t\r\n|%＝＋－＠", []rune(start)[0]) {
		return "'" + s
	}
	return s
}
