package github_test

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/collect"
	"github.com/release-dossier/dossier/evidence/collect/forge"
	"github.com/release-dossier/dossier/evidence/collect/forge/github"
	"github.com/release-dossier/dossier/internal/fakeforge"
)

func target(t *testing.T, separate ...string) collect.Target {
	return collect.Target{
		Repository: "https://github.com/fintech/payments", Version: "4.2.0", Tag: evidence.Tag{Name: "v4.2.0"}, Commit: id("c3"),
		Range: []string{id("a1"), id("b2"), id("c3"), id("e5")}, TicketPattern: regexp.MustCompile(`PAY-[0-9]+`), Separate: separate, TempDir: t.TempDir(),
	}
}

// ask collects as a run does, and returns the record and the documents' bytes.
func ask(t *testing.T, o forge.Options, tg collect.Target) (*evidence.Record, map[string][]byte, *collect.Part) {
	t.Helper()
	o.Repository, o.Commit, o.Commits, o.Tag, o.Tickets = "", "", nil, "", nil // the run tells
	var s collect.Source = github.Source(o)
	part, err := s.Collect(t.Context(), tg)
	if err != nil {
		t.Fatal(err)
	}
	rec := record()
	if err := part.Fill(rec); err != nil {
		t.Fatal(err)
	}
	if err := rec.Validate(); err != nil {
		t.Fatal(err)
	}
	docs := map[string][]byte{}
	for _, d := range part.Documents {
		r, err := d.Blob.Open()
		if err != nil {
			t.Fatal(err)
		}
		if docs[d.Part+" "+d.Name], err = io.ReadAll(r); err != nil || evidence.CheckMaterialName(d.Name) != nil {
			t.Fatalf("%s: %v", d.Name, err)
		}
		r.Close()
	}
	return rec, docs, part
}

func TestSource(t *testing.T) {
	s := fakeforge.New(t, file)
	rec, docs, part := ask(t, options(s), target(t))
	if len(rec.Changes) != 2 || !slices.Equal(part.Tickets, []string{"PAY-101"}) || part.URI != s.URL+"/" || part.At == nil || part.Retriever != "dossier-test/1" {
		t.Errorf("%d changes, part %+v", len(rec.Changes), part)
	}
	if len(docs) != 2 || len(part.Unread) != 1 || len(part.Found) == 0 || len(part.Unread[0].Unknown) == 0 {
		t.Errorf("%d documents, part %+v", len(docs), part)
	}
	src := github.Source(forge.Options{})
	if src.Name() != "github" || src.Stage() != collect.Changes || !slices.Contains(src.Unknown(), "access/*") || slices.Contains(src.Unknown(), "*") {
		t.Errorf("%s, %v, %v", src.Name(), src.Stage(), src.Unknown())
	}
}

// TestSourceOffline reads the answers of an earlier run from a folder, without
// a network, and finds the same.
func TestSourceOffline(t *testing.T) {
	s := fakeforge.New(t, file)
	online, docs, _ := ask(t, options(s), target(t))
	s.Close()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "github.jsonl"), docs["answers forge/github.jsonl"], 0o600); err != nil {
		t.Fatal(err)
	}
	recorded, err := forge.ReadFS(os.DirFS(dir), forge.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	o := options(s)
	o.BaseURL, o.Token, o.Transport = "", nil, forge.Recorded(recorded...)
	offline, again, _ := ask(t, o, target(t))
	if d := cmp.Diff(online, offline); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(docs, again); d != "" {
		t.Error(d)
	}
}

// TestSeparate keeps addresses and texts out of everything but the documents
// that are made for them, and finds the same facts
// but for what descriptions say.
func TestSeparate(t *testing.T) {
	s := fakeforge.New(t, file)
	whole, _, _ := ask(t, options(s), target(t))
	rec, docs, part := ask(t, options(s), target(t, "emails", "texts"))
	if d := whole.Changes[0].Details; d == nil || d.Rollback.Primary != "4.1.3\nmail [withheld]" {
		t.Errorf("the description says %+v", d)
	}
	if !slices.ContainsFunc(part.Unread, func(u evidence.Unread) bool { return slices.Contains(u.Unknown, "pr/template-complete") }) {
		t.Errorf("nothing says that descriptions were not read: %+v", part.Unread)
	}
	for i := range whole.Changes { // the texts are without addresses, and so of another digest
		if rec.Changes[i].Details != nil {
			t.Errorf("the statement repeats what is withheld: %+v", rec.Changes[i].Details)
		}
		whole.Changes[i].Text, rec.Changes[i].Text, whole.Changes[i].Details = nil, nil, nil
	}
	at := cmp.Comparer(func(a, b evidence.Time) bool { return true }) // asked at another time
	if d := cmp.Diff(whole, rec, at); d != "" {
		t.Errorf("the facts differ: %s", d)
	}
	for name, data := range docs {
		for text, part := range map[string]string{"@example.com": "emails ", "looks fine": "texts ", "PAY-101: limits": "texts "} {
			if bytes.Contains(data, []byte(text)) && !strings.HasPrefix(name, part) && !strings.HasPrefix(name, "texts ") {
				t.Errorf("%s holds %q", name, text)
			}
		}
	}
	if !bytes.Contains(docs["emails forge/github-emails-part.jsonl"], []byte("alice@example.com")) ||
		!bytes.Contains(docs["texts forge/github-texts-part.jsonl"], []byte("looks fine")) {
		t.Errorf("documents: %q", docs)
	}
	if _, err := forge.ReadAnswers(bytes.NewReader(docs["answers forge/github.jsonl"]), forge.Limits{}); err != nil {
		t.Errorf("the answers cannot be read back: %v", err)
	}
}

func TestUnknownPart(t *testing.T) {
	s := fakeforge.New(t, file)
	o := options(s)
	if _, err := github.Source(o).Collect(t.Context(), target(t, "phones")); err == nil || !strings.Contains(err.Error(), "phones") {
		t.Errorf("got %v", err)
	}
}

func TestSourceFails(t *testing.T) {
	s := fakeforge.New(t, file)
	s.On(repo, func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusForbidden) })
	if _, err := github.Source(options(s)).Collect(t.Context(), target(t)); err == nil || !strings.Contains(err.Error(), "Metadata: read") {
		t.Errorf("got %v", err)
	}
}

// TestWhatNoRecordCarries is left out and listed, and the rest stays.
func TestWhatNoRecordCarries(t *testing.T) {
	s := fakeforge.New(t, file)
	s.On(repo+"/commits/"+id("c3")+"/check-runs", func(w http.ResponseWriter, r *http.Request) {
		w.Write([]byte(`{"total_count":2,"check_runs":[
			{"id":1,"name":"skewed","status":"completed","conclusion":"success","head_sha":"` + id("c3") + `","started_at":"2026-11-19T09:00:00Z","completed_at":"2026-11-19T08:00:00Z"},
			{"id":2,"name":"` + strings.Repeat("x", 20_000) + `","status":"completed","conclusion":"success","head_sha":"` + id("c3") + `"}]}`))
	})
	rec, _, part := ask(t, options(s), target(t))
	var whys []string
	for _, u := range part.Unread {
		if u.What == "answers about a check" {
			whys = append(whys, u.Subject[:12]+": "+u.Why)
		}
	}
	if len(whys) != 2 || len(rec.Checks) == 0 || len(rec.Changes) != 2 {
		t.Errorf("unread %q, %d checks", whys, len(rec.Checks))
	}
}

// TestSourceSaid hears the description of the change that released the commit,
// if its label says that this is what it did.
func TestSourceSaid(t *testing.T) {
	s := fakeforge.New(t, file)
	for label, want := range map[string]int{"": 0, "dependencies": 1, "type:feature": 0} {
		o := options(s)
		o.ReleaseLabel = label
		_, _, part := ask(t, o, target(t))
		if len(part.Said) != want {
			t.Fatalf("label %q: said %+v, want %d", label, part.Said, want)
		}
		if want > 0 && (!strings.HasSuffix(part.Said[0].Text, "\n\nbumps") || part.Said[0].From.Name != "change 13") {
			t.Errorf("said %+v", part.Said[0])
		}
	}
}
