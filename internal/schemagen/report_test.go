package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/release-dossier/dossier/verify/report"
)

// TestUnreadSchema: the object that stands for a target without a report is valid,
// and others of its form are not.
func TestUnreadSchema(t *testing.T) {
	s := compile(t, "../"+reportFile)
	var b strings.Builder
	results := []report.Result{{Target: "a.dossier", Err: errors.New("a.dossier: not a tar file")}}
	if err := report.Write(&b, report.FormatJSON, results, report.Options{}); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		from, to string
		valid    bool
	}{
		"as it is":        {"{", "{", true},
		"another verdict": {"CANNOT READ", "ACCEPTED", false},
		"no target":       {`"target"`, `"-target"`, false},
		"no reason":       {`"reason"`, `"-reason"`, false},
	} {
		v, err := jsonschema.UnmarshalJSON(strings.NewReader(strings.Replace(b.String(), tt.from, tt.to, 1)))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Validate(v); (err == nil) != tt.valid {
			t.Errorf("%s: the schema says %v, want valid: %v", name, err, tt.valid)
		}
	}
}

// TestReportSchema: what is written is valid, and schema and reader refuse the
// same values.
func TestReportSchema(t *testing.T) {
	s := compile(t, "../"+reportFile)
	files, err := filepath.Glob(filepath.Join("..", "..", "verify", "report", "testdata", "*.json"))
	if err != nil || len(files) < 4 {
		t.Fatalf("%d reports, %v", len(files), err)
	}
	for _, file := range files {
		if strings.HasPrefix(filepath.Base(file), "sarif") {
			continue
		}
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for name, tt := range map[string]struct {
			from, to string
			valid    bool
		}{
			"as it is":    {"{", "{", true},
			"format":      {"dossier-report/v1", "dossier-report/v2", false},
			"no target":   {`"target":`, `"-target":`, false},
			"verdict":     {`"verdict": "`, `"verdict": "X`, false},
			"gate":        {`"final"`, `"last"`, false},
			"layer":       {`"layer": "integrity"`, `"layer": "magic"`, false},
			"outcome":     {`"outcome": "pass"`, `"outcome": "fine"`, false},
			"level":       {`"MUST"`, `"CAN"`, false},
			"a MAY":       {`"level": "MUST"`, `"level": "MAY"`, true},
			"grade":       {`"grade": "claimed"`, `"grade": "sure"`, false},
			"time":        {`"asOf": "2026-`, `"asOf": "26-`, false},
			"digest":      {`"sha256": "`, `"sha256": "X`, false},
			"a null":      {`"relied": true`, `"relied": null`, false},
			"number text": {`"number": 1,`, `"number": "1",`, false},
		} {
			text := strings.Replace(string(data), tt.from, tt.to, 1)
			if name != "as it is" && text == string(data) {
				continue // the report has no such value
			}
			v, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Validate(v); (err == nil) != tt.valid {
				t.Errorf("%s, %s: the schema says %v, want valid: %v", filepath.Base(file), name, err, tt.valid)
			}
			if _, err := report.Read([]byte(text)); name != "no target" && (err == nil) != tt.valid {
				t.Errorf("%s, %s: the reader says %v, want valid: %v", filepath.Base(file), name, err, tt.valid)
			}
		}
	}
}
