package forge

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/evidence/collect"
)

// partAnswers is what configuration calls the answers as a whole.
const partAnswers = "answers"

// Source asks a forge for the evidence of a release that is being assembled. It
// implements [collect.Source]; the packages github and gitlab make them.
type Source struct {
	// Forge is "github" or "gitlab".
	Forge string
	// Options say how to ask. What the run tells (the repository, commits and tag,
	// what tickets look like, what is kept apart) is filled in.
	Options Options
	// Endpoints are those that Ask asks.
	Endpoints []Endpoint
	// Ask collects.
	Ask func(context.Context, Options) (*Result, error)
}

var _ collect.Source = (*Source)(nil)

// Name implements [collect.Source].
func (s *Source) Name() string { return s.Forge }

// Stage implements [collect.Source].
func (s *Source) Stage() collect.Stage { return collect.Changes }

// Unknown implements [collect.Source]: every control that some endpoint decides.
func (s *Source) Unknown() []string {
	var all []string
	for _, e := range s.Endpoints {
		for _, c := range e.Controls {
			if c != "*" {
				all = append(all, c)
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Collect implements [collect.Source].
func (s *Source) Collect(ctx context.Context, t collect.Target) (*collect.Part, error) {
	r, err := s.Ask(ctx, s.options(t))
	if err != nil {
		return nil, err
	}
	part := &collect.Part{
		URI: r.Answers.BaseURL, Retriever: r.Answers.retriever(), At: r.Answers.span(), Notes: r.Notes, Unread: r.Unread,
		Fill: r.AddTo, Published: r.Published,
	}
	if part.Documents, err = s.documents(ctx, r, t.TempDir); err != nil {
		return nil, err
	}
	for _, ch := range r.Changes {
		for _, m := range ch.Tickets {
			// A branch's name alone is no reason to ask a ticket system.
			if !slices.Equal(m.In, []string{"branch"}) && !slices.Contains(part.Tickets, m.ID) {
				part.Tickets = append(part.Tickets, m.ID)
			}
		}
	}
	part.Said = s.said(r, t.Commit)
	part.Found = s.found(r)
	return part, nil
}

// said returns the description of the change that released the commit.
func (s *Source) said(r *Result, commit string) (list []collect.Said) {
	for _, ch := range r.Changes {
		if s.Options.ReleaseLabel != "" && slices.Contains(ch.Labels, s.Options.ReleaseLabel) && string(ch.MergedAs) == commit {
			text := strings.ReplaceAll(ch.Free.Title+"\n\n"+ch.Free.Body, "\r\n", "\n")
			list = append(list, collect.Said{Text: text, From: evidence.ResourceDescriptor{Name: "change " + ch.ID, URI: ch.URI}})
		}
	}
	return list
}

// options adds to the source's own options what the run tells.
func (s *Source) options(t collect.Target) Options {
	o := s.Options
	o.Repository, o.Commit, o.Commits, o.Tag = t.Repository, t.Commit, t.Range, t.Tag.Name
	o.Tickets, o.Separate = t.TicketPattern, t.Separate
	o.Version, o.Artifacts = t.Version, t.Artifacts
	if t.Run.System == s.Forge && t.Run.Repository == t.Repository {
		o.Run, o.Attempt = t.Run.RunID, t.Run.Attempt
	}
	if t.Git != nil && o.Since.IsZero() {
		o.Since = t.Git.CommittedAt
	}
	if t.Progress != nil {
		finished, stage := 0, ""
		o.Progress = func(now string, done, total int) {
			if now != stage {
				finished, stage = 0, now
			}
			finished = max(finished, done)
			t.Progress(int64(finished), int64(total))
		}
	}
	return o
}

// document is one material, to be written.
type document struct {
	name, mediaType, part string
	write                 func(io.Writer) error
}

// documents writes the materials to files: answers may be many.
func (s *Source) documents(ctx context.Context, r *Result, dir string) ([]collect.Document, error) {
	list := []document{{"forge/" + s.Forge + ".jsonl", MediaType, partAnswers, r.Answers.Write}}
	if r.Texts != nil {
		list = append(list, document{r.Texts.name(), evidence.MediaTypeChangeTexts, PartTexts, r.Texts.Write})
	}
	for _, p := range r.Separated {
		list = append(list, document{p.name(), SeparatedType, p.Part, p.Write})
	}
	var docs []collect.Document
	for _, d := range list {
		blob, err := save(ctx, filepath.Join(dir, filepath.Base(d.name)), d.write)
		if err != nil {
			return nil, err
		}
		docs = append(docs, collect.Document{Name: d.name, MediaType: d.mediaType, Blob: blob, Part: d.part})
	}
	return docs, nil
}

func save(ctx context.Context, path string, write func(io.Writer) error) (bundle.Blob, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return bundle.Blob{}, err
	}
	err = write(f)
	if closing := f.Close(); err == nil {
		err = closing
	}
	if err != nil {
		return bundle.Blob{}, err
	}
	return bundle.FileBlob(ctx, path)
}

// found is for the preview.
func (s *Source) found(r *Result) []collect.Found {
	line := func(what string, n int, noun string) collect.Found {
		return collect.Found{What: what, Text: plural(n, noun), Grade: collect.Attested, Source: r.Answers.BaseURL}
	}
	reviews := 0
	for _, ch := range r.Changes {
		reviews += len(ch.Reviews)
	}
	list := []collect.Found{line("changes", len(r.Changes), "change")}
	list[0].Text += ", " + plural(reviews, "review")
	if n := len(r.Unlinked); n > 0 {
		list[0].Text += ", " + plural(n, "commit") + " without a change"
	}
	return append(list, line("checks", len(r.Checks), "result"), line("rules", len(r.Protections), "rule"),
		line("deployments", len(r.Deployments), "deployment"))
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
