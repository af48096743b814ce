package results

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/checks"
	"github.com/release-dossier/dossier/evidence/collect"
	"github.com/release-dossier/dossier/evidence/collect/ci"
)

// Source reads files of results. It implements [collect.Source].
type Source struct {
	// Dir is what the patterns are relative to.
	Dir string
	// Entries are the checks.
	Entries []Entry
}

// Name implements [collect.Source].
func (Source) Name() string { return "results" }

// Stage implements [collect.Source]: an artifact may be what was checked.
func (Source) Stage() collect.Stage { return collect.Changes }

// Unknown implements [collect.Source].
func (Source) Unknown() []string { return []string{"check/*", "flaky/*", "tag/commit-passed-checks"} }

// partFiles is what configuration calls the files, to withhold them.
const partFiles = "files"

// Parts are the parts of what is embedded by which it can be withheld.
func Parts() []string { return []string{partFiles} }

// Collect implements [collect.Source]. It reads all files, so that one run
// shows everything that is wrong with them.
func (s Source) Collect(ctx context.Context, t collect.Target) (*collect.Part, error) {
	if slices.ContainsFunc(t.Separate, func(part string) bool { return part != partFiles }) {
		return nil, fmt.Errorf("what can be withheld of results is %q, not %q", partFiles, t.Separate)
	}
	root, err := os.OpenRoot(s.Dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	c := &collection{ctx: ctx, target: t, dir: s.Dir, root: root, names: map[string]bool{}}
	var wrong []error
	for i := range s.Entries {
		if err := c.entry(&s.Entries[i]); err != nil {
			wrong = append(wrong, err)
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
	if wrong != nil {
		return nil, errors.Join(wrong...)
	}
	for _, check := range c.checks {
		c.tell(check)
	}
	c.part.Fill = func(r *evidence.Record) error {
		r.Checks = append(r.Checks, c.checks...)
		return nil
	}
	return &c.part, nil
}

// collection is what was read so far.
type collection struct {
	ctx    context.Context
	target collect.Target
	dir    string
	root   *os.Root // dir: links lead nowhere else
	part   collect.Part
	checks []evidence.Check
	names  map[string]bool // of materials
	read   int             // files
}

// entry makes a check of an entry.
func (c *collection) entry(e *Entry) error {
	check, err := c.check(e)
	if err == nil {
		err = c.keep(check, e.Minimum)
	}
	if err != nil {
		return e.locate(err)
	}
	return nil
}

// keep lists a check, or adds its coverage to the tests of the same name.
func (c *collection) keep(check evidence.Check, minimum int64) error {
	i := slices.IndexFunc(c.checks, func(have evidence.Check) bool {
		return have.Name == check.Name && have.Attempt == check.Attempt && have.Subject.Name == check.Subject.Name
	})
	switch {
	case i < 0:
		c.checks = append(c.checks, check)
		return nil
	case check.Coverage == nil || c.checks[i].Tests == nil || c.checks[i].Coverage != nil:
		return &EntryError{errors.New("a second entry of this name: give them names or attempts of their own (coverage may be added to tests)")}
	}
	have := &c.checks[i]
	have.Coverage = check.Coverage
	have.Tools, have.Evidence = append(have.Tools, check.Tools...), append(have.Evidence, check.Evidence[len(c.run()):]...)
	if check.Outcome != string(checks.Pass) && minimum > 0 {
		have.Outcome, have.Rationale = string(checks.Fail), strings.TrimPrefix(have.Rationale+"; "+check.Rationale, "; ")
	}
	return have.Validate()
}

// check reads the files of an entry, or takes its word that none are needed.
func (c *collection) check(e *Entry) (evidence.Check, error) {
	if err := e.validate(); err != nil {
		return evidence.Check{}, &EntryError{err}
	}
	subject, err := c.subject(e)
	if err != nil {
		return evidence.Check{}, &EntryError{err}
	}
	check := evidence.Check{Name: e.Check, Outcome: string(checks.NA), Subject: subject, Rationale: e.NotApplicable, RunID: c.target.Run.RunID}
	if e.NotApplicable == "" {
		r := reading{collection: c, entry: e, subject: subject, attempt: e.Attempt}
		if r.attempt == 0 {
			r.attempt = c.target.Run.Attempt
		}
		if check, err = r.check(); err != nil {
			return evidence.Check{}, err
		}
	}
	check.Category, check.MaxRetries = e.Category, e.MaxRetries
	return check, check.Validate()
}

// subject is what was checked.
func (c *collection) subject(e *Entry) (evidence.ResourceDescriptor, error) {
	if e.Subject == "" {
		algorithm := "gitCommit"
		if len(c.target.Commit) == 64 {
			algorithm = "sha256"
		}
		return evidence.ResourceDescriptor{Name: "git:commit", Digest: evidence.DigestSet{algorithm: c.target.Commit}}, nil
	}
	var names []string
	for _, a := range c.target.Artifacts {
		if a.Name == e.Subject {
			return evidence.ResourceDescriptor{Name: a.Name, Digest: a.Digest.Set()}, nil
		}
		names = append(names, a.Name)
	}
	return evidence.ResourceDescriptor{}, fmt.Errorf("the subject %.80q is no artifact of the release: it has %.300s", e.Subject, strings.Join(names, ", "))
}

// run refers to the CI run, if there is one.
func (c *collection) run() []evidence.ResourceDescriptor {
	if c.target.Run.System == ci.Local || c.target.Run.URI == "" {
		return nil
	}
	return []evidence.ResourceDescriptor{{Name: "run", URI: c.target.Run.URI}}
}

// tell lists the check in the preview, and what is wrong with it.
func (c *collection) tell(check evidence.Check) {
	from := "the configuration"
	if n := len(check.Evidence); n > 0 {
		from = check.Evidence[n-1].Name
	}
	c.part.Found = append(c.part.Found, collect.Found{
		What: "check", Text: check.Name + ": " + check.Outcome, Grade: collect.Claimed, Source: from,
	})
	gap := collect.Gap{What: check.Name, Why: check.Outcome + ": " + check.Rationale, Who: collect.Habit}
	switch {
	case check.Outcome == string(checks.Fail):
		gap.Fix = "mend what it found, or record an approved exception"
	case check.Outcome == string(checks.Skipped):
		gap.Fix = "have the check run on what is released"
	case check.Outcome == string(checks.NA) && check.Coverage != nil:
		gap.Who, gap.Fix = collect.Setting, "give the agreed least coverage as minimum"
	default:
		return
	}
	c.part.Gaps = append(c.part.Gaps, gap)
}
