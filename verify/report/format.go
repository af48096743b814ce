package report

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/verify"
)

// Format is a form in which reports are written.
type Format string

// The formats.
const (
	FormatText     Format = "text"     // the page for terminals
	FormatJSON     Format = "json"     // the report itself, from which all others are made
	FormatHTML     Format = "html"     // a page to read, print and file
	FormatCSV      Format = "csv"      // a line a release
	FormatJUnit    Format = "junit"    // a test case a control, for CI systems
	FormatSARIF    Format = "sarif"    // a result a finding, for code scanning
	FormatMarkdown Format = "markdown" // a comment or a release page
)

// Formats lists the formats.
func Formats() []Format { return slices.Clone(allFormats) }

var allFormats = []Format{FormatText, FormatJSON, FormatHTML, FormatCSV, FormatJUnit, FormatSARIF, FormatMarkdown}

// ParseFormat returns the format of that name.
func ParseFormat(s string) (Format, error) {
	if slices.Contains(allFormats, Format(s)) {
		return Format(s), nil
	}
	names := make([]string, len(allFormats))
	for i, f := range allFormats {
		names[i] = string(f)
	}
	return "", fmt.Errorf("unknown format %.40q: want %s", s, strings.Join(names, ", "))
}

// Result is what came of one target: its report, or why it has none.
type Result struct {
	Report *verify.Report
	// Target and Err say what could not be read, and why, if Report is nil.
	Target string
	Err    error
}

// verdictUnread stands where a report's verdict would.
const verdictUnread = "CANNOT READ"

// reason is why there is no report.
func (r Result) reason() string {
	if r.Err == nil {
		return "it is not readable as a dossier"
	}
	return strings.TrimPrefix(r.Err.Error(), r.Target+": ")
}

// shown is the report, or one that says only that there is none.
func (r Result) shown() *verify.Report {
	if r.Report != nil {
		return r.Report
	}
	return &verify.Report{
		Format: format, Target: r.Target, Verdict: verdictUnread,
		Reasons: []verify.Reason{{Code: "cannot-read", Text: r.reason()}},
	}
}

// Unread stands in the JSON form for a target that has no report.
type Unread struct {
	// Verdict is "CANNOT READ".
	Verdict string `json:"verdict"`
	// Target is the name the caller gave what was to be verified.
	Target string `json:"target"`
	// Reason says why it cannot be read. It may hold text from outside: whoever
	// prints it makes it safe.
	Reason string `json:"reason"`
}

// ErrOnePage says that a page shows one release.
var ErrOnePage = errors.New("html shows one release: give one file, or take text, json, csv, junit, sarif or markdown")

// Write writes what came of one or several targets. JSON writes the objects one
// after the other; text and Markdown turn to a line each if there are several;
// HTML is for one report only.
func Write(w io.Writer, f Format, results []Result, o Options) error {
	if len(results) == 0 {
		return errNoReport
	}
	switch f {
	case FormatText:
		return writeText(w, results, o)
	case FormatJSON:
		return writeJSON(w, results)
	case FormatHTML:
		if len(results) > 1 {
			return ErrOnePage
		}
		return HTML(w, results[0].shown(), o)
	case FormatCSV:
		return CSV(w, results, o)
	case FormatJUnit:
		return JUnit(w, results, o)
	case FormatSARIF:
		return SARIF(w, results, o)
	case FormatMarkdown:
		return Markdown(w, results, o)
	}
	return fmt.Errorf("unknown format %.40q", string(f))
}

func writeText(w io.Writer, results []Result, o Options) error {
	if len(results) == 1 {
		if r := results[0]; r.Report == nil {
			return CannotRead(w, r.Target, r.Err)
		}
		return Text(w, results[0].Report, o)
	}
	return Summary(w, results, o)
}

func writeJSON(w io.Writer, results []Result) error {
	for _, r := range results {
		var err error
		if r.Report != nil {
			err = JSON(w, r.Report)
		} else {
			err = indented(w, Unread{verdictUnread, r.Target, r.reason()})
		}
		if err != nil {
			return err
		}
	}
	return nil
}
