package collect_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/evidence/collect"
)

// source is a system that answers as the test says.
type source struct {
	name    string
	stage   collect.Stage
	answer  func(collect.Target) (*collect.Part, error)
	meeting *sync.WaitGroup // of all sources of a stage, if they have to meet
}

func (s source) Name() string         { return s.name }
func (s source) Stage() collect.Stage { return s.stage }
func (s source) Unknown() []string    { return []string{s.name + "/*"} }

func (s source) Collect(ctx context.Context, t collect.Target) (*collect.Part, error) {
	if s.meeting != nil {
		s.meeting.Done()
		s.meeting.Wait()
	}
	return s.answer(t)
}

// says answers with a part.
func says(p collect.Part) func(collect.Target) (*collect.Part, error) {
	return func(collect.Target) (*collect.Part, error) { return &p, nil }
}

// fails answers with an error.
func fails(text string) func(collect.Target) (*collect.Part, error) {
	return func(collect.Target) (*collect.Part, error) { return nil, errors.New(text) }
}

// changes fills in a change with a ticket.
func changes(id, ticket string) collect.Part {
	return collect.Part{
		URI: "https://forge.example/api",
		Fill: func(r *evidence.Record) error {
			r.Changes = append(r.Changes, evidence.Change{ID: id, Tickets: []evidence.TicketMention{{ID: ticket, In: []string{"title"}}}})
			return nil
		},
		Tickets: []string{ticket},
	}
}

func document(part, text string) collect.Document {
	return collect.Document{Name: "forge/" + part + ".jsonl", MediaType: "application/jsonl", Blob: bundle.BytesBlob([]byte(text)), Part: part}
}

// TestSourcesTogether lets two sources of a stage wait for each other, and asks
// a third about what both found.
func TestSourcesTogether(t *testing.T) {
	w := newWorld(t)
	o := w.options()
	var both sync.WaitGroup
	both.Add(2)
	forge := changes("7", "PAY-1")
	forge.Documents = []collect.Document{document("answers", "seven")}
	var asked collect.Target
	o.Sources = []collect.Source{
		source{"jira", collect.Tickets, func(t collect.Target) (*collect.Part, error) { asked = t; return &collect.Part{}, nil }, nil},
		source{"forge", collect.Changes, says(forge), &both},
		source{"other", collect.Changes, says(changes("8", "PAY-1")), &both},
	}
	d := w.collect(o)
	if !slices.Equal(asked.Tickets, []string{"PAY-1"}) || len(asked.Changes) != 2 || asked.Changes[0].ID != "7" {
		t.Errorf("the ticket system is asked about %q, changes %+v", asked.Tickets, asked.Changes)
	}
	if asked.Version != "1.4.0" || asked.Commit != w.commit || !slices.Equal(asked.Range, []string{w.commit}) || len(asked.Artifacts) != 2 {
		t.Errorf("target %+v", asked)
	}
	want := []evidence.Collected{
		{Source: "forge", URI: "https://forge.example/api", Materials: []evidence.Digest{evidence.Sum([]byte("seven"))}},
		{Source: "other", URI: "https://forge.example/api"},
		{Source: "jira"},
	}
	equal(t, want, d.Record.Collected)
	if !slices.Contains(materials(d), "forge/answers.jsonl") {
		t.Errorf("materials %q", materials(d))
	}
}

// TestSourceFails stops the run, unless the source is allowed to be incomplete
// by its name; then the record says so.
func TestSourceFails(t *testing.T) {
	w := newWorld(t)
	o := w.options()
	o.Sources = []collect.Source{
		source{"forge", collect.Changes, fails("401 Unauthorized"), nil},
		source{"ci", collect.Changes, fails("no answer"), nil},
	}
	_, err := collect.Release(t.Context(), o)
	var failed *collect.SourcesError
	if !errors.As(err, &failed) || len(failed.Failed) != 2 || failed.Failed[0].Source != "forge" {
		t.Fatalf("got %v, want both failures", err)
	}
	o.AllowIncomplete = []string{"forge"}
	if _, err = collect.Release(t.Context(), o); !errors.As(err, &failed) || len(failed.Failed) != 1 || failed.Failed[0].Source != "ci" {
		t.Fatalf("got %v, want the failure that is not allowed", err)
	}
	o.AllowIncomplete = []string{"forge", "ci"}
	d := w.collect(o)
	equal(t, evidence.Collected{Source: "forge", Unread: []evidence.Unread{{
		What: "everything", Why: "401 Unauthorized", AllowedBy: "--allow-incomplete forge", Unknown: []string{"forge/*"},
	}}}, d.Record.Collected[0])
	if !slices.Contains(gaps(d), "forge") {
		t.Errorf("gaps %q", gaps(d))
	}
}

// TestSourceReadInPart goes on and says what stays unknown.
func TestSourceReadInPart(t *testing.T) {
	w := newWorld(t)
	o := w.options()
	unread := evidence.Unread{What: "GET /rulesets", Status: 403, Why: "Forbidden", Needs: "administration: read", Unknown: []string{"access/*"}}
	o.Sources = []collect.Source{source{"forge", collect.Changes, says(collect.Part{Unread: []evidence.Unread{unread}}), nil}}
	d := w.collect(o)
	equal(t, []evidence.Unread{unread}, d.Record.Collected[0].Unread)
	i := slices.IndexFunc(d.Gaps, func(g collect.Gap) bool { return g.What == "forge: GET /rulesets" })
	if i < 0 || d.Gaps[i].Why != "403 Forbidden" || !strings.Contains(d.Gaps[i].Fix, "administration: read") || !strings.Contains(d.Gaps[i].Fix, "access/*") {
		t.Errorf("gaps %+v", d.Gaps)
	}
}

// TestWithhold lists a part of a source's answers and leaves its bytes out.
func TestWithhold(t *testing.T) {
	w := newWorld(t)
	o := w.options()
	o.Withhold = []string{"forge.emails"}
	var separate []string
	o.Sources = []collect.Source{source{"forge", collect.Changes, func(t collect.Target) (*collect.Part, error) {
		separate = t.Separate
		return &collect.Part{Documents: []collect.Document{document("answers", "a"), document("emails", "e")}}, nil
	}, nil}}
	d := w.collect(o)
	if !slices.Equal(separate, []string{"emails"}) {
		t.Errorf("to keep separate: %q", separate)
	}
	secret := evidence.Sum([]byte("e"))
	if len(d.Withheld) != 1 || d.Withheld[0].Part != "forge.emails" || d.Withheld[0].Material.Digest != secret {
		t.Errorf("withheld %+v", d.Withheld)
	}
	if !slices.Contains(materials(d), "forge/emails.jsonl") || len(d.Blobs) != len(d.Record.Materials)-1 ||
		slices.ContainsFunc(d.Blobs, func(b bundle.Blob) bool { return b.Digest == secret }) {
		t.Errorf("the withheld bytes are there, or not listed")
	}
	o.Withhold = []string{"forge.comments"}
	if _, err := collect.Release(t.Context(), o); err == nil || !strings.Contains(err.Error(), "has no such part") {
		t.Errorf("got %v, want that there is no such part", err)
	}
}

// TestSourceOfArtifacts releases what a registry has, with an SBOM that came
// along.
func TestSourceOfArtifacts(t *testing.T) {
	w := newWorld(t)
	o := w.options()
	o.Artifacts, o.GenerateSBOM = nil, true
	o.BuildProvenance = func([]byte) ([]byte, error) { t.Error("an image's build is none of ours"); return nil, nil }
	image := evidence.Artifact{Name: "registry.example/hello", Digest: evidence.Sum([]byte("manifest")), MediaType: "application/vnd.oci.image.index.v1+json"}
	o.Sources = []collect.Source{source{"oci", collect.Artifacts, func(t collect.Target) (*collect.Part, error) {
		path := filepath.Join(t.TempDir, "hello.cdx.json")
		text := `{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"component":{"type":"container","name":"hello","hashes":[{"alg":"SHA-256","content":"` +
			image.Digest.Hex() + `"}]}}}`
		return &collect.Part{
			SBOMs: []collect.File{{Path: path, From: "registry.example/hello@sha256:..."}},
			Fill:  func(r *evidence.Record) error { r.Artifacts = append(r.Artifacts, image); return nil },
		}, os.WriteFile(path, []byte(text), 0o600)
	}, nil}}
	d := w.collect(o)
	equal(t, []evidence.Artifact{image}, d.Record.Artifacts)
	if len(d.Record.SBOMs) != 1 || !slices.Equal(d.Record.SBOMs[0].About, []evidence.Digest{image.Digest}) {
		t.Errorf("SBOMs %+v", d.Record.SBOMs)
	}
}

func TestSourcesRefused(t *testing.T) {
	w := newWorld(t)
	good := source{"forge", collect.Changes, says(collect.Part{}), nil}
	tests := []struct {
		name string
		edit func(*collect.Options)
		want string
	}{
		{"none", func(o *collect.Options) { o.Sources = []collect.Source{nil} }, "is nil"},
		{"two of one name", func(o *collect.Options) { o.Sources = []collect.Source{good, good} }, "two sources are named forge"},
		{"hostile name", func(o *collect.Options) { o.Sources = []collect.Source{source{name: "../x"}} }, "cannot be the name"},
		{"no stage", func(o *collect.Options) { o.Sources = []collect.Source{source{name: "x", stage: 9}} }, "no stage"},
		{"allowed and unknown", func(o *collect.Options) { o.Sources, o.AllowIncomplete = []collect.Source{good}, []string{"jira"} }, "no source has that name: want one of forge"},
		{"allowed without sources", func(o *collect.Options) { o.AllowIncomplete = []string{"jira"} }, "no source is configured: leave it out"},
		{"withheld and unknown", func(o *collect.Options) { o.Withhold = []string{"jira.comments"} }, "cannot be withheld"},
		{"says nothing", func(o *collect.Options) {
			o.Sources = []collect.Source{source{"forge", collect.Changes, func(collect.Target) (*collect.Part, error) { return nil, nil }, nil}}
		}, "neither what it found"},
		{"cannot fill", func(o *collect.Options) {
			o.Sources = []collect.Source{source{"forge", collect.Changes, says(collect.Part{Fill: func(*evidence.Record) error { return errors.New("odd") }}), nil}}
		}, "forge: odd"},
		{"nothing released", func(o *collect.Options) { o.Artifacts = nil }, "at least one"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := w.options()
			tt.edit(&o)
			if _, err := collect.Release(t.Context(), o); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}
