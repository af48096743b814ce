package collect

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
)

// checkSources refuses sources that cannot be told apart, and names in the
// options that belong to none of them.
func (a *assembly) checkSources() error {
	known := map[string]bool{}
	for _, s := range a.Sources {
		if s == nil {
			return errors.New("one of Options.Sources is nil: leave it out")
		}
		switch name := s.Name(); {
		case evidence.CheckMaterialName(name) != nil:
			return fmt.Errorf("%.80q cannot be the name of a source", name)
		case known[name]:
			return fmt.Errorf("two sources are named %s: give one of them another name", name)
		case s.Stage() < 0 || s.Stage() >= stages:
			return fmt.Errorf("source %s is of no stage", name)
		default:
			known[name] = true
		}
	}
	for _, name := range a.AllowIncomplete {
		if known[name] {
			continue
		}
		if len(known) == 0 {
			return fmt.Errorf("%.80q may be incomplete, but no source is configured: leave it out", name)
		}
		return fmt.Errorf("%.80q may be incomplete, but no source has that name: want one of %s", name, strings.Join(slices.Sorted(maps.Keys(known)), ", "))
	}
	for _, name := range a.Withhold {
		switch source, part, _ := strings.Cut(name, "."); {
		case source == "" || part == "":
			return fmt.Errorf("%.80q cannot be withheld: want the name of a source, a dot and a part of it", name)
		case !known[source]:
			return &PartError{name, fmt.Sprintf("no source %.80q is configured", source)}
		}
	}
	return nil
}

// askSources asks stage by stage.
func (a *assembly) askSources(ctx context.Context) error {
	for stage := range stages {
		if err := a.ask(ctx, stage); err != nil {
			return err
		}
	}
	if len(a.draft.Record.Artifacts) == 0 {
		return errors.New("no artifact was given or found: a release has at least one")
	}
	return nil
}

// ask asks all sources of a stage at once and takes what they found.
func (a *assembly) ask(ctx context.Context, stage Stage) error {
	var list []Source
	for _, s := range a.Sources {
		if s.Stage() == stage {
			list = append(list, s)
		}
	}
	parts, errs := make([]*Part, len(list)), make([]error, len(list))
	var wg sync.WaitGroup
	for i, s := range list {
		t, err := a.target(s)
		if err != nil {
			return err
		}
		wg.Go(func() { parts[i], errs[i] = s.Collect(ctx, t) })
	}
	wg.Wait()
	if err := ctx.Err(); err != nil {
		for i, s := range list {
			if errors.Is(errs[i], err) { // it was at work when the time was over
				return &SourceError{s.Name(), err}
			}
		}
		return err
	}
	failed := &SourcesError{}
	for i, s := range list {
		switch err := errs[i]; {
		case err == nil:
			if err := a.take(s, parts[i]); err != nil {
				return &SourceError{s.Name(), err}
			}
		case slices.Contains(a.AllowIncomplete, s.Name()):
			a.leaveOut(s, err)
		default:
			failed.Failed = append(failed.Failed, &SourceError{s.Name(), err})
		}
	}
	if failed.Failed != nil {
		return failed
	}
	return nil
}

// target says what the source is asked about, by what is known now.
func (a *assembly) target(s Source) (Target, error) {
	r, name := a.draft.Record, s.Name()
	temp, err := os.MkdirTemp(a.draft.temp, "source-")
	if err != nil {
		return Target{}, err
	}
	t := Target{
		Repository: r.Repository.URI, Version: r.Version, Component: r.Component, Tag: r.Tag, Commit: r.Commit, Base: r.Base,
		Artifacts: r.Artifacts, Changes: r.Changes, Tickets: a.tickets, TicketPattern: a.TicketPattern,
		Git: a.git, Run: a.draft.Run, TempDir: temp,
		Progress: func(done, total int64) { a.progress(name, done, total) },
	}
	for _, id := range a.git.Range {
		t.Range = append(t.Range, string(id))
	}
	for _, w := range a.Withhold {
		if source, part, _ := strings.Cut(w, "."); source == name {
			t.Separate = append(t.Separate, part)
		}
	}
	return t, nil
}

// everything is what a source as a whole did not give.
const everything = "everything"

// leaveOut goes on without a source, which the record then says.
func (a *assembly) leaveOut(s Source, err error) {
	r := a.draft.Record
	r.Collected = append(r.Collected, evidence.Collected{Source: s.Name(), Unread: []evidence.Unread{{
		What: everything, Why: cut(err.Error()), AllowedBy: "--allow-incomplete " + s.Name(), Unknown: s.Unknown(),
	}}})
	a.gap(Setting, s.Name(), cut(err.Error()), "mend it and create the dossier again without Options.AllowIncomplete "+s.Name())
}

// cut bounds the text of an error, which may quote an answer.
func cut(s string) string {
	const most = 1000
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "..."
	}
	return s
}

// take adds what a source found to the draft.
func (a *assembly) take(s Source, p *Part) error {
	if p == nil {
		return errors.New("it says neither what it found nor why nothing")
	}
	r := a.draft.Record
	if p.Fill != nil {
		if err := p.Fill(r); err != nil {
			return err
		}
	}
	c := evidence.Collected{Source: s.Name(), URI: p.URI, Retriever: p.Retriever, At: p.At, Notes: p.Notes, Unread: p.Unread}
	for _, d := range p.Documents {
		c.Materials = append(c.Materials, d.Blob.Digest)
		a.addDocument(s.Name(), d)
	}
	r.Collected = append(r.Collected, c)
	for _, u := range p.Unread {
		a.unread(s.Name(), u)
	}
	a.draft.Facts = append(a.draft.Facts, p.Found...)
	a.draft.Gaps = append(a.draft.Gaps, p.Gaps...)
	for d, at := range p.Published {
		if _, ok := a.published[d]; !ok {
			a.published[d] = publication{at, s.Name()}
		}
	}
	a.sboms = append(a.sboms, p.SBOMs...)
	a.provenance = append(a.provenance, p.Provenance...)
	a.attestations = append(a.attestations, p.Attestations...)
	a.addTickets(p.Tickets)
	for _, s := range p.Said {
		if err := a.hear(s); err != nil {
			return err
		}
	}
	return nil
}

// addDocument lists a document. If it is to be withheld, its bytes stay out.
func (a *assembly) addDocument(source string, d Document) {
	dir, name := path.Split(d.Name)
	a.addMaterial(strings.TrimSuffix(dir, "/"), name, d.MediaType, d.Blob)
	if slices.Contains(a.Withhold, source+"."+d.Part) {
		a.withheld[d.Blob.Digest] = source + "." + d.Part
	}
}

// unread says in the preview what a source did not give.
func (a *assembly) unread(source string, u evidence.Unread) {
	why := u.Why
	if u.Status != 0 {
		why = strconv.FormatInt(u.Status, 10) + " " + why
	}
	if u.Subject != "" {
		why = u.Subject + ": " + why
	}
	fix := cmp.Or(u.Fix(), "have the system answer")
	if len(u.Unknown) > 0 {
		fix += "; until then unknown: " + strings.Join(u.Unknown, ", ")
	}
	a.gap(Setting, source+": "+u.What, why, fix)
}

// addTickets adds ids that are not known yet.
func (a *assembly) addTickets(ids []string) {
	for _, id := range ids {
		if id != "" && !slices.Contains(a.tickets, id) {
			a.tickets = append(a.tickets, id)
		}
	}
}

// progress tells how far a collector is.
func (a *assembly) progress(collector string, done, total int64) {
	if a.Progress == nil {
		return
	}
	a.showing.Lock()
	defer a.showing.Unlock()
	a.Progress(collector, done, total)
}

// withhold takes the bytes of what is withheld out of the draft. A part that no
// source had is an error: its bytes might be in the dossier under another name.
func (a *assembly) withhold(context.Context) error {
	had := map[string]bool{}
	for i, m := range a.draft.Record.Materials {
		if part := a.withheld[m.Digest]; part != "" {
			had[part] = true
			a.draft.Withheld = append(a.draft.Withheld, Withheld{part, m, a.draft.Blobs[i]})
		}
	}
	a.draft.Blobs = slices.DeleteFunc(a.draft.Blobs, func(b bundle.Blob) bool { return a.withheld[b.Digest] != "" })
	for _, c := range a.draft.Record.Collected {
		for _, u := range c.Unread {
			if u.What == everything {
				a.excuse(had, c.Source)
			}
		}
	}
	for _, part := range a.Withhold {
		if !had[part] {
			return &PartError{part, "its source has no such part"}
		}
	}
	return nil
}

// excuse marks the parts of a source that gave nothing.
func (a *assembly) excuse(had map[string]bool, source string) {
	for _, part := range a.Withhold {
		if strings.HasPrefix(part, source+".") {
			had[part] = true
		}
	}
}

// given turns the paths of the options into files.
func given(paths []string) []File {
	var list []File
	for _, p := range paths {
		list = append(list, File{Path: p, From: p})
	}
	return list
}

// name is what the file is called without its directory.
func (f File) name() string { return filepath.Base(f.Path) }
