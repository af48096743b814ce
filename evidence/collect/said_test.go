package collect_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/collect"
	"github.com/release-dossier/dossier/evidence/records"
)

// say makes the tag anew with trailers below its text.
func (w *world) say(trailers ...string) {
	w.git("tag", "-f", "-a", "-m", "Release v1.4.0\n\n"+strings.Join(trailers, "\n"), "v1.4.0")
}

// TestTrailers states what people wrote below the tag's text, and where.
func TestTrailers(t *testing.T) {
	w := newWorld(t)
	digest := strings.Repeat("0c", 32)
	w.say("Rollback: redeploy v1.3.0 (sha256:"+digest+")", "Known-issues: none", "Risk: Low", "Ticket: PAY-1, PAY-2", "Reviewed-by: Bob")
	o := w.options()
	var asked []string
	o.Sources = []collect.Source{
		source{"forge", collect.Changes, says(changes("7", "PAY-3")), nil},
		source{"jira", collect.Tickets, func(t collect.Target) (*collect.Part, error) { asked = t.Tickets; return &collect.Part{}, nil }, nil},
	}
	r := w.collect(o).Record
	equal(t, &evidence.RollbackPlan{
		Method: "redeploy", TargetVersion: "v1.3.0", TargetDigests: []evidence.DigestSet{{"sha256": digest}},
		Steps: []string{"redeploy v1.3.0 (sha256:" + digest + ")"},
	}, r.RollbackPlan)
	equal(t, &evidence.ReleaseRecord{
		ChangeRequests: []evidence.ResourceDescriptor{{Name: "PAY-1"}, {Name: "PAY-2"}, {Name: "PAY-3"}},
		KnownIssues:    []string{"none"}, Risk: "low",
	}, r.ReleaseRecord)
	equal(t, []string{"PAY-1", "PAY-2", "PAY-3"}, asked)
	equal(t, []evidence.Origin{{
		Fields:   []string{"/rollbackPlan", "/releaseRecord/knownIssues", "/releaseRecord/risk", "/releaseRecord/changeRequests"},
		From:     evidence.ResourceDescriptor{Name: "tag v1.4.0", Digest: evidence.DigestSet{"gitTag": w.git("rev-parse", "v1.4.0")}},
		Trailers: []string{"Rollback", "Known-issues", "Risk", "Ticket"},
	}}, r.Origins)
}

func TestRollbackTrailer(t *testing.T) {
	w := newWorld(t)
	tests := []struct {
		text string
		want evidence.RollbackPlan
		gap  bool
	}{
		{"redeploy 1.3.0", evidence.RollbackPlan{Method: "redeploy", TargetVersion: "1.3.0", Steps: []string{"redeploy 1.3.0"}}, false},
		{"Flag: switch new-cart off, as in v1.3.0", evidence.RollbackPlan{Method: "flag", TargetVersion: "v1.3.0", Steps: []string{"Flag: switch new-cart off, as in v1.3.0"}}, false},
		{"none: the schema was contracted", evidence.RollbackPlan{Method: "none", NoRollback: "the schema was contracted"}, false},
		{"none (no way back)", evidence.RollbackPlan{Method: "none", NoRollback: "no way back"}, false},
		{"none", evidence.RollbackPlan{Method: "none"}, false},
		{"ask Bob", evidence.RollbackPlan{Steps: []string{"ask Bob"}}, true},
	}
	for _, tt := range tests {
		w.say("Rollback: " + tt.text)
		o := w.options()
		o.Artifacts = []string{w.archive}
		d := w.collect(o)
		equal(t, &tt.want, d.Record.RollbackPlan)
		if got := slices.Contains(gaps(d), "the way to roll back"); got != tt.gap {
			t.Errorf("%s: gaps %q", tt.text, gaps(d))
		}
	}
}

// TestSaidTwice hears the release pull request as well. Two texts may say the
// same, and not two things.
func TestSaidTwice(t *testing.T) {
	w := newWorld(t)
	w.say("Risk: low")
	pull := func(text string) collect.Source {
		from := evidence.ResourceDescriptor{Name: "pull request 7", URI: "https://forge.example/7"}
		return source{"forge", collect.Changes, says(collect.Part{Said: []collect.Said{{Text: "Release 1.4.0\n\n" + text, From: from}}}), nil}
	}
	o := w.options()
	o.Sources = []collect.Source{pull("Risk: low\nWindow: weekday")}
	r := w.collect(o).Record
	equal(t, &evidence.ReleaseRecord{Risk: "low", ProductionWindow: "weekday"}, r.ReleaseRecord)
	if len(r.Origins) != 2 || r.Origins[1].From.Name != "pull request 7" || !slices.Equal(r.Origins[1].Trailers, []string{"Risk", "Window"}) {
		t.Errorf("origins %+v", r.Origins)
	}
	o.Sources = []collect.Source{pull("Risk: high")}
	refuse(t, o, `trailer Risk: it is given twice, as "low" and as "high"`, "tag v1.4.0 and pull request 7")
	o.Sources = []collect.Source{pull("Window:")}
	refuse(t, o, "pull request 7: trailer Window: it has no value")
}

// refuse wants an error with all texts.
func refuse(t *testing.T, o collect.Options, want ...string) {
	t.Helper()
	_, err := collect.Release(t.Context(), o)
	for _, text := range want {
		if err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("got %v, want %q", err, text)
		}
	}
}

func TestSlips(t *testing.T) {
	w := newWorld(t)
	w.say("Known issues: none", "", "More text.")
	d := w.collect(w.options())
	i := slices.IndexFunc(d.Gaps, func(g collect.Gap) bool { return g.What == "Known-issues" })
	if i < 0 || !strings.Contains(d.Gaps[i].Why, `line 3 of tag v1.4.0 says "Known issues"`) {
		t.Errorf("gaps %+v", d.Gaps)
	}
	w.say("Riks: low", "Rollback-plan: redeploy v1")
	if d := w.collect(w.options()); !slices.Contains(gaps(d), "Risk") || !slices.Contains(gaps(d), "Rollback") {
		t.Errorf("gaps %q", gaps(d))
	}
	w.say("Release-kind: emergencyy")
	refuse(t, w.options(), `tag v1.4.0: trailer Release-kind: "emergencyy" is no kind of release: did you mean "emergency"?`)
	w.say("Risk: none whatever")
	if d := w.collect(w.options()); !slices.Contains(gaps(d), "the risk") {
		t.Errorf("gaps %q", gaps(d))
	}
}

const (
	partsFile = `record: release
release-record:
  known-issues: [slow start]
  mitigations: [warm up]
`
	freezeFile = `record: freeze
id: freeze-1
at: 2026-11-20T09:00:00Z
scope:
  repository: https://github.com/org/hello
  branches: [main]
  interval: { not-before: 2026-12-20T00:00:00Z, not-after: 2027-01-02T00:00:00Z }
approval:
  who: mailto:tom@acme.example
  at: { not-after: 2026-11-20T09:00:00Z }
actions: [merge]
rationale: end of the year
exit-criteria: [the books are closed]
re-enable-plan: open main again
`
	retentionFile = `record: verification
id: smoke-1
at: 2026-11-20T09:00:00Z
`
)

// record writes a record of the release.
func (w *world) record(name, text string) {
	w.t.Helper()
	dir := filepath.Join(w.repo, ".dossier", "records", "1.4.0")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

// TestRecords takes parts of the release statement, and signs a record that
// stands by its scope.
func TestRecords(t *testing.T) {
	w := newWorld(t)
	w.record("release.yaml", partsFile)
	w.record("freeze.yaml", freezeFile)
	o := w.options()
	s := newSigner(t)
	o.SignRecord = func(f records.File, payload []byte) ([]byte, error) { return attest.Sign(t.Context(), s, payload) }
	d := w.collect(o)
	equal(t, &evidence.ReleaseRecord{KnownIssues: []string{"slow start"}, Mitigations: []string{"warm up"}}, d.Record.ReleaseRecord)
	equal(t, []evidence.Origin{{
		Fields: []string{"/releaseRecord"},
		From:   evidence.ResourceDescriptor{Name: ".dossier/records/1.4.0/release.yaml", Digest: evidence.Sum([]byte(partsFile)).Set()},
	}}, d.Record.Origins)
	if !slices.Contains(materials(d), "attestations/freeze.yaml.sigstore.json") || len(d.Record.Attestations) != 1 {
		t.Errorf("materials %q", materials(d))
	}
	o.SignRecord = nil
	if d := w.collect(o); !slices.Contains(gaps(d), "a signed freeze") {
		t.Errorf("gaps %q", gaps(d))
	}
	w.say("Known-issues: none")
	refuse(t, o, "the trailer Known-issues says what release-record.known-issues says")
	w.record("oops.yaml", retentionFile)
	refuse(t, o, "oops.yaml:1:1")
}
