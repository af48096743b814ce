package http

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/evidence/collect"
)

// System is one system of a configuration as a source of evidence. It
// implements [collect.Source].
type System struct {
	// As is what the configuration calls it: "jira".
	As string
	// Source says what is asked, Options by what means.
	Source  Source
	Options Options
	// Keys matches the ids of its tickets as a whole; nil means every id of the
	// form that the mapping wants.
	Keys *regexp.Regexp
	// Environments are what {environment} takes in turn, unless it is a parameter.
	// If it is not part of any address, there can be only one.
	Environments []string
}

var _ collect.Source = (*System)(nil)

// NewSystem returns the system, unless its mapping makes records that have no
// place in a release record, or what is configured does not fit the mapping: a
// mistake does not wait for the first release with a ticket.
func NewSystem(s System) (*System, error) {
	s.soleEnvironment()
	if err := s.Source.check(); err != nil {
		return nil, err
	}
	for _, r := range s.Source.Mapping.definition.Requests {
		for _, rule := range r.Value.Records {
			if kind := rule.Value.Kind.Value; !slices.Contains(recordKinds(), kind) {
				return nil, fmt.Errorf("mapping %s: records of the kind %q have no place in a release record: want one of %q", s.Source.Mapping.Name(), kind, recordKinds())
			}
		}
	}
	return &s, nil
}

// soleEnvironment makes the only environment a parameter, for what it says of a
// record depends on no address.
func (s *System) soleEnvironment() {
	if len(s.Environments) != 1 || s.Source.Mapping == nil || s.Source.Parameters["environment"] != "" {
		return
	}
	if _, has := s.Source.Mapping.definition.pattern("environment"); has {
		s.Source.Parameters = maps.Clone(s.Source.Parameters)
		if s.Source.Parameters == nil {
			s.Source.Parameters = map[string]string{}
		}
		s.Source.Parameters["environment"] = s.Environments[0]
	}
}

// Name implements [collect.Source].
func (s *System) Name() string { return s.As }

// Stage implements [collect.Source]: tickets and artifacts are known by then.
func (s *System) Stage() collect.Stage { return collect.Tickets }

// Unknown implements [collect.Source].
func (s *System) Unknown() []string {
	var kinds []string
	for _, r := range s.Source.Mapping.definition.Requests {
		if !r.Value.OnDemand || slices.Contains(s.Source.Include, r.Value.Name.Value) {
			kinds = append(kinds, r.Value.kinds()...)
		}
	}
	return controlsOf(kinds)
}

// Collect implements [collect.Source].
func (s *System) Collect(ctx context.Context, t collect.Target) (*collect.Part, error) {
	targets := s.targets(t)
	if missing := s.Source.Mapping.nothingToAsk(targets, s.Source.Parameters); missing != "" {
		return s.unasked(missing)
	}
	r, err := Collect(ctx, s.Source, targets, s.Options)
	if r == nil || ctx.Err() != nil || err != nil && len(r.Records) == 0 {
		return nil, err
	}
	parts, err2 := r.separate(t.Separate, s.Options.withDefaults().Random)
	if err2 != nil {
		return nil, err2
	}
	m := s.model(r, err)
	part := &collect.Part{
		URI: r.header.Base, Retriever: string(r.header.Retriever), At: r.span(), Notes: append(r.notes(), m.never()...), Unread: m.unread(),
		Fill: func(rec *evidence.Record) error { m.addTo(rec); return nil },
	}
	part.Found = m.found(part.URI)
	part.Documents, err = s.documents(ctx, r, parts, t.TempDir)
	return part, err
}

// unasked says that there was nothing to ask. The credential is checked as if
// there were; it may be absent.
func (s *System) unasked(missing string) (*collect.Part, error) {
	b, err := parseBase(s.Source.Base)
	if err == nil {
		err = s.Source.Credential.checkValue(s.Source.Mapping.definition.Credential, s.Options.Environ)
	}
	if err != nil {
		return nil, fmt.Errorf("collect %s: %w", s.Source.name(), err)
	}
	return &collect.Part{URI: b.link(""), Notes: []string{"nobody was asked: the release names no " + missing}}, nil
}

// targets are what the release is known by; of its tickets those of this
// system.
func (s *System) targets(t collect.Target) Targets {
	out := Targets{Versions: []string{t.Version}, Commits: []string{t.Commit}, Environments: s.Environments}
	for _, a := range t.Artifacts {
		out.Digests = append(out.Digests, a.Digest.String())
	}
	form, has := s.Source.Mapping.definition.pattern("ticket")
	for _, id := range t.Tickets {
		if has && form.check("ticket", id) == nil && (s.Keys == nil || s.Keys.FindString(id) == id) {
			out.Tickets = append(out.Tickets, id)
		}
	}
	return out
}

// nothingToAsk names the variable that every request needs and the release
// gives no value for; "" if there is something to ask.
func (m *Mapping) nothingToAsk(t Targets, parameters map[string]string) string {
	missing := ""
	for _, r := range m.definition.Requests {
		lacks := ""
		for _, name := range r.Value.asked() {
			if _, given := parameters[name]; !given && targetNames(name) && len(t.of(name)) == 0 {
				lacks = name
			}
		}
		if lacks == "" {
			return ""
		}
		missing = lacks
	}
	return missing
}

// targetNames reports whether a variable takes its values from the release. A
// missing parameter is a mistake; a release without tickets is none.
func targetNames(name string) bool {
	return slices.Contains([]string{"ticket", "version", "digest", "commit"}, name)
}

// documents writes the materials to files.
func (s *System) documents(ctx context.Context, r *Result, parts []*separated, dir string) ([]collect.Document, error) {
	m, data, ok, err := r.Material()
	if err != nil || !ok {
		return nil, err
	}
	var docs []collect.Document
	add := func(name, mediaType, part string, data []byte) error {
		path := filepath.Join(dir, fmt.Sprintf("%d.jsonl", len(docs)))
		if err := os.WriteFile(path, data, 0o600); err != nil {
			return err
		}
		blob, err := bundle.FileBlob(ctx, path)
		docs = append(docs, collect.Document{Name: name, MediaType: mediaType, Blob: blob, Part: part})
		return err
	}
	if err := add(m.Name, MediaType, partAnswers, data); err != nil {
		return nil, err
	}
	for _, p := range parts {
		data, err := p.bytes()
		if err != nil {
			return nil, err
		}
		if err := add("answers/"+evidence.SafeMaterialName(s.As)+"-"+p.part+".jsonl", SeparatedType, p.part, data); err != nil {
			return nil, err
		}
	}
	return docs, nil
}

// span is from the first answer to the last; nil if nobody was asked.
func (r *Result) span() *evidence.Interval {
	var span *evidence.Interval
	for i := range r.Answers {
		at := &r.Answers[i].RetrievedAt
		switch {
		case at.IsZero():
		case span == nil:
			span = &evidence.Interval{NotBefore: at, NotAfter: at}
		case at.Before(span.NotBefore.Time):
			span.NotBefore = at
		case at.After(span.NotAfter.Time):
			span.NotAfter = at
		}
	}
	return span
}

// notes are what is odd about the answers, each once.
func (r *Result) notes() []string {
	const most = 100
	var list []string
	for _, a := range r.Answers {
		if a.Note != "" && !slices.Contains(list, a.Note) && len(list) < most {
			list = append(list, a.Note)
		}
	}
	return list
}
