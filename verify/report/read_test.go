package report

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/release-dossier/dossier/verify"
)

func TestReadRoundTrip(t *testing.T) {
	for name, r := range situations() {
		back, err := Read([]byte(jsonText(t, r)))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if diff := cmp.Diff(r, back, ofThisRun); diff != "" {
			t.Errorf("%s: JSON loses something (-want +got):\n%s", name, diff)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	good := jsonText(t, accepted())
	for name, tt := range map[string]struct{ from, to, want string }{
		"nothing":             {good, "", "no JSON value"},
		"another document":    {good, `{"bomFormat":"CycloneDX"}`, `the format is "", want "dossier-report/v1"`},
		"another version":     {`"dossier-report/v1"`, `"dossier-report/v2","later":1`, `the format is "dossier-report/v2"`},
		"two reports":         {good, good + good, "data after the JSON value"},
		"unknown member":      {`"target"`, `"later":1,"target"`, "later"},
		"null":                {`"target": "payments-4.2.0.dossier"`, `"target": null`, "null"},
		"twice":               {`"target"`, `"target":"a","target"`, "duplicate"},
		"verdict":             {`"ACCEPTED"`, `"SPLENDID"`, `at /verdict: unknown verdict "SPLENDID"`},
		"gate":                {`"gate": "final"`, `"gate": "last"`, `at /gate: unknown gate "last"`},
		"outcome":             {`"outcome": "pass"`, `"outcome": "fine"`, `at /checks/0/outcome: unknown outcome "fine"`},
		"layer":               {`"layer": "integrity"`, `"layer": "magic"`, `at /checks/0/layer: unknown layer "magic"`},
		"level":               {`"level": "MUST"`, `"level": "CAN"`, `at /checks/0/level: unknown level "CAN"`},
		"question":            {`"question": 1`, `"question": 8`, "/question: want 1 to 7"},
		"grade":               {`"grade": "proven"`, `"grade": "sure"`, "/proof/grade: unknown grade"},
		"time":                {`"2026-11-20T09:00:00Z"`, `"today"`, "asOf"},
		"exhibit":             {`"number": 2`, `"number": 1`, "at /exhibits/1/number: want 2"},
		"accepted, and fails": {`"outcome": "pass"`, `"outcome": "fail"`, `it is ACCEPTED, and "q0/holds-0" has the outcome fail`},
		"accepted, by nobody": {`"relied": true`, `"relied": false`, "says why it is not"},
		"a command":           {`"repeat": [`, `"repeat": ["rm",`, "at /repeat"},
	} {
		t.Run(name, func(t *testing.T) {
			r := accepted()
			r.Repeat = repeat(r)
			text := jsonText(t, r)
			bad := strings.Replace(text, tt.from, tt.to, 1)
			if tt.from == good {
				bad = tt.to
			}
			if bad == text {
				t.Fatal("the case changes nothing")
			}
			_, err := Read([]byte(bad))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got error %v, want %q", err, tt.want)
			}
		})
	}
	if _, err := Read(make([]byte, MaxSize+1)); err == nil {
		t.Error("a report without end is read")
	}
}

// FuzzRead: whatever is read can be rendered in every form, and is the same
// report when written and read again.
func FuzzRead(f *testing.F) {
	for _, r := range situations() {
		f.Add([]byte(jsonText(f, brief(r))))
	}
	f.Add([]byte(jsonText(f, &verify.Report{Format: format, Verdict: verify.NotAccepted, Gate: verify.GateFinal, AsOf: at(1, 0, 0)})))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := Read(data)
		if err != nil {
			return
		}
		again := jsonText(t, r)
		back, err := Read([]byte(again))
		if err != nil {
			t.Fatalf("what was read cannot be read again: %v", err)
		}
		if jsonText(t, back) != again {
			t.Fatal("the second reading differs")
		}
		for _, form := range allFormats {
			var b bytes.Buffer
			if err := Write(&b, form, []Result{{Report: r}}, Options{Saved: true}); err != nil {
				t.Fatalf("%s: %v", form, err)
			}
		}
	})
}

// TestFormsFromJSON: every form is made from what the JSON form holds.
func TestFormsFromJSON(t *testing.T) {
	for name, r := range situations() {
		back, err := Read([]byte(jsonText(t, r)))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, form := range allFormats {
			for _, o := range []Options{{}, {All: true}, {Saved: true}} {
				if live, again := written(t, form, r, o), written(t, form, back, o); live != again {
					t.Errorf("%s as %s with %+v differs:\n%s", name, form, o, cmp.Diff(live, again))
				}
			}
		}
	}
}

// written is one report in one form.
func written(t testing.TB, form Format, r *verify.Report, o Options) string {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, form, []Result{{Report: r}}, o); err != nil {
		t.Fatalf("%s: %v", form, err)
	}
	return b.String()
}
