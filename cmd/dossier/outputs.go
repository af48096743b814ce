package main

import (
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/release-dossier/dossier/verify/report"
)

// outputFlags say in which forms reports are written, and where to.
type outputFlags struct {
	format, output string
	reports        []string // FORMAT=FILE
	json, all      bool
}

func (f *outputFlags) register(cmd *cobra.Command) {
	names := make([]string, len(report.Formats()))
	for i, n := range report.Formats() {
		names[i] = string(n)
	}
	flags := cmd.Flags()
	flags.StringVar(&f.format, "format", "", "how the report is written (`FORMAT`: "+strings.Join(names, ", ")+"; default text)")
	flags.StringVarP(&f.output, "output", "o", "", "write the report to `FILE` and one line to standard output")
	orStdout(cmd)
	flags.StringArrayVar(&f.reports, "report", nil, "write the report in a further form (`FORMAT=FILE`; repeatable)")
	flags.BoolVar(&f.json, "json", false, "the same as --format json")
	flags.BoolVar(&f.all, "all", false, "list every check in the text")
	complete(cmd, "format", names)
}

// form is one form of the reports, and the file it goes to; "" is standard
// output.
type form struct {
	format report.Format
	file   string
}

// forms reads the flags. n is the number of targets.
func (f *outputFlags) forms(n int) ([]form, error) {
	if f.json && f.format != "" && f.format != string(report.FormatJSON) {
		return nil, usagef("--json and --format %s exclude each other: write the second one with --report", f.format)
	}
	first := firstOf(f.format, string(report.FormatText))
	if f.json {
		first = string(report.FormatJSON)
	}
	list := []form{{report.Format(first), f.output}}
	for _, r := range f.reports {
		format, file, ok := strings.Cut(r, "=")
		if !ok || file == "" {
			return nil, usagef("--report %s: want FORMAT=FILE, such as html=report.html", r)
		}
		if file == "-" {
			return nil, usagef("--report %s: standard output is for --format; name a file, or ./- for one of that name", r)
		}
		list = append(list, form{report.Format(format), file})
	}
	for _, out := range list {
		if _, err := report.ParseFormat(string(out.format)); err != nil {
			return nil, usageError{err}
		}
		if out.format == report.FormatHTML && n > 1 {
			return nil, usageError{report.ErrOnePage}
		}
	}
	return list, nil
}

// outputs are the forms that one run writes.
type outputs struct {
	cmd   *Cmd
	sinks []*sink
	saved bool
	n     int // of targets
	color bool
	all   bool
}

// open prepares the files, so that what cannot be written is known before
// anything is verified. n is the number of targets.
func (f *outputFlags) open(c *Cmd, n int) (*outputs, error) {
	forms, err := f.forms(n)
	if err != nil {
		return nil, err
	}
	out := &outputs{cmd: c, n: n, color: c.color(c.Stdout), all: f.all}
	for _, form := range forms {
		s := &sink{form: form, w: c.Stdout}
		if form.file != "" {
			if s.file, err = c.replaceFile(form.file); err != nil {
				out.discard()
				return nil, err
			}
			s.w = s.file
		}
		out.sinks = append(out.sinks, s)
	}
	if f.output != "" { // the verdict is never out of sight
		out.sinks = append(out.sinks, &sink{form: form{report.FormatText, ""}, w: c.Stdout, line: true})
	}
	return out, nil
}

// add writes what came of one target in every form.
func (o *outputs) add(r report.Result) error {
	for _, s := range o.sinks {
		if err := s.add(o, r); err != nil {
			return err
		}
	}
	return nil
}

// close ends every form and puts the files in their places.
func (o *outputs) close() error {
	for _, s := range o.sinks {
		if err := s.end(o); err != nil {
			o.discard()
			return err
		}
	}
	for _, s := range o.sinks {
		if s.file == nil {
			continue
		}
		if err := s.file.commit(); err != nil {
			o.discard()
			return err
		}
	}
	return nil
}

// discard removes what was not put in its place.
func (o *outputs) discard() {
	for _, s := range o.sinks {
		if s.file != nil {
			s.file.discard()
		}
	}
}

// sink writes one form. Of JSON and CSV it keeps nothing, of text for several
// targets a line's worth, and of the others the reports.
type sink struct {
	form
	w       io.Writer
	file    *replacement
	line    bool // a line a target, even for one
	csv     *report.CSVWriter
	summary *report.SummaryWriter
	results []report.Result
}

func (s *sink) add(o *outputs, r report.Result) error {
	switch {
	case s.format == report.FormatJSON:
		return report.Write(s.w, s.format, []report.Result{r}, o.options(s))
	case s.format == report.FormatCSV:
		if s.csv == nil {
			s.csv = report.NewCSVWriter(s.w, o.options(s))
		}
		return s.csv.Write(r)
	case s.format == report.FormatText && (o.n > 1 || s.line):
		if s.summary == nil {
			s.summary = report.NewSummaryWriter(s.w, o.options(s))
		}
		return s.summary.Add(r)
	}
	s.results = append(s.results, r)
	return nil
}

func (s *sink) end(o *outputs) error {
	switch {
	case s.summary != nil:
		return s.summary.Close()
	case len(s.results) == 0:
		return nil
	case s.format == report.FormatText && s.results[0].Report == nil && s.file == nil:
		return nil // it was told of on standard error
	}
	return report.Write(s.w, s.format, s.results, o.options(s))
}

// options are those of one form: colour is for terminals only.
func (o *outputs) options(s *sink) report.Options {
	return report.Options{Color: o.color && s.file == nil, All: o.all, Saved: o.saved}
}
