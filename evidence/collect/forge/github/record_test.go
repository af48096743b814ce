package github_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/collect/forge"
)

// record returns a release record that is good but for what a forge adds.
func record() *evidence.Record {
	return &evidence.Record{
		Version: "4.2.0", Repository: evidence.Repository{URI: "https://github.com/fintech/payments"}, Kind: evidence.KindService,
		CreatedAt: evidence.At(time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)), Predecessor: evidence.Predecessor{None: "unknown"},
		ObjectFormat: "sha1", Tag: evidence.Tag{Name: "v4.2.0", Object: id("99"), Type: "tag"}, Commit: id("c3"),
		Base: evidence.Base{None: "first"}, Artifacts: []evidence.Artifact{{Name: "payments", Digest: evidence.Sum(nil)}},
	}
}

// TestAddTo puts what was collected into a record, which is then valid, and
// free of titles, texts and e-mail addresses.
func TestAddTo(t *testing.T) {
	_, r := fromFile(t)
	rec := record()
	if err := r.AddTo(rec); err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(rec)
	if err != nil {
		t.Fatal(err)
	}
	got, err := evidence.DecodeRecord(data)
	if err != nil {
		t.Fatalf("the record cannot be read again: %v", err)
	}
	if len(got.Changes) != 2 || len(got.Checks) == 0 || len(got.Protections) != 4 || len(got.Deployments) != 1 || got.ReleasePage == nil || got.Repository.ID != "7001" {
		t.Errorf("record: %s", data)
	}
	for _, private := range []string{"@example.com", "limits \\u001b", "looks fine", "has to look again"} {
		if strings.Contains(string(data), private) {
			t.Errorf("the record holds %q", private)
		}
	}
}

func TestOtherRepository(t *testing.T) {
	_, r := fromFile(t)
	rec := record()
	rec.Repository.ID = "7002"
	if err := r.AddTo(rec); err == nil || len(rec.Changes) > 0 {
		t.Errorf("the record of another repository was filled: %v", err)
	}
}

// TestTexts: a change's digest is that of its own salted line, so that one line
// can be shown and the others withheld.
func TestTexts(t *testing.T) {
	_, r := fromFile(t)
	lines := r.Texts.Lines
	if len(lines) != 2 {
		t.Fatalf("%d lines", len(lines))
	}
	for i, line := range lines {
		if *r.Changes[i].Text != evidence.Sum(line) {
			t.Errorf("line %d: the digest is of something else", i)
		}
	}
	var got struct{ Change, Salt, Title, Description string }
	if err := json.Unmarshal(lines[0], &got); err != nil || got.Change != "12" || len(got.Salt) != 2*forge.SaltSize || !strings.HasPrefix(got.Title, "PAY-101") || !strings.Contains(got.Description, "Rollback: 4.1.3") {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestLargeReleaseFits: the payload of a statement is at most 4 MiB (rules of
// format, R19). 400 changes as busy as the fixtures' busiest, with ten checks
// each, fit in.
func TestLargeReleaseFits(t *testing.T) {
	_, r := fromFile(t)
	rec := record()
	for range 400 {
		rec.Changes = append(rec.Changes, r.Changes[0].Change)
		for range 10 {
			rec.Checks = append(rec.Checks, r.Checks[0])
		}
	}
	data, err := json.Marshal(rec)
	if err != nil || len(data) > 4<<20 {
		t.Errorf("%d bytes, %v", len(data), err)
	}
}
