package checks

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/release-dossier/dossier/evidence"
)

// builder collects a Result while a file is read.
type builder struct {
	Result
	opts  Options
	rules map[string]int64

	failed  string // why the file is a failure, whatever the counts say
	nothing string // why the file shows nothing although it could be read

	dropped int             // problems beyond Limits.Names
	noted   map[string]bool // kinds of problem that are noted once
}

func newBuilder(f Format, k kind, o Options) *builder {
	b := &builder{opts: o, rules: map[string]int64{}, noted: map[string]bool{}}
	b.Format = f
	switch k {
	case showsTests:
		b.Tests = &Tests{}
	case showsFindings:
		b.Findings = &Findings{}
	case showsCoverage:
		b.Coverage = &Coverage{}
	}
	return b
}

// problem notes what is wrong with the file without stopping the reading.
func (b *builder) problem(format string, args ...any) {
	if len(b.Problems) >= b.opts.Limits.Names {
		b.dropped++
		return
	}
	b.Problems = append(b.Problems, fmt.Sprintf(format, args...))
}

// once notes the first problem of a kind that may come up for every case.
func (b *builder) once(kind, format string, args ...any) {
	if !b.noted[kind] {
		b.noted[kind] = true
		b.problem(format, args...)
	}
}

// fail makes the file a failure; the first reason stays.
func (b *builder) fail(format string, args ...any) {
	if b.failed == "" {
		b.failed = fmt.Sprintf(format, args...)
	}
}

// tool notes a program once, with what it found. A log of many runs may name
// the same tool often.
func (b *builder) tool(t evidence.CheckTool) {
	t.Name, t.Version = clean(t.Name), clean(t.Version)
	t.Database, t.DatabaseVersion = clean(t.Database), clean(t.DatabaseVersion)
	if t.Name != "" {
		b.Tools = addTool(b.Tools, t, b.opts.Limits.Names)
	}
}

// addTool lists a program, at most most of them.
func addTool(list []evidence.CheckTool, t evidence.CheckTool, most int) []evidence.CheckTool {
	for i := range list {
		if have := &list[i]; have.Name == t.Name && have.Version == t.Version {
			have.Open += t.Open
			return list
		}
	}
	if len(list) < most {
		list = append(list, t)
	}
	return list
}

// started takes the time at which something began, if it has a zone.
func (b *builder) started(s string) (evidence.Time, bool) {
	t, ok := b.moment(s)
	if ok && (b.StartedAt.IsZero() || t.Before(b.StartedAt.Time)) {
		b.StartedAt = t
	}
	return t, ok
}

// finished takes the time at which something ended, if it has a zone.
func (b *builder) finished(s string) {
	if t, ok := b.moment(s); ok {
		b.latest(t)
	}
}

// latest moves the end forward.
func (b *builder) latest(t evidence.Time) {
	if t.After(b.FinishedAt.Time) {
		b.FinishedAt = t
	}
}

// lasted takes a start with a duration in seconds, as JUnit writes them.
func (b *builder) lasted(start, seconds string) {
	t, ok := b.started(start)
	if !ok {
		return
	}
	d, err := strconv.ParseFloat(seconds, 64)
	if err != nil || math.IsNaN(d) || d < 0 || d > 1e8 {
		d = 0
	}
	b.latest(evidence.Time{Time: t.Add(time.Duration(d * float64(time.Second)))})
}

// moment reads an RFC 3339 time. A local time says nothing about when.
func (b *builder) moment(s string) (evidence.Time, bool) {
	if s == "" {
		return evidence.Time{}, false
	}
	t, err := evidence.ParseTime(s)
	if err != nil {
		b.once("time", "%q is not a time with a zone (RFC 3339): it is not used", clean(s))
		return evidence.Time{}, false
	}
	return t, true
}
