package records_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/records"
)

func decision() records.Values {
	return records.Values{
		"/id": {"go-1"}, "/at": {day}, "/decision": {"go"}, "/approver": {"mailto:lena@acme.example"},
		"/attendees": {"mailto:tom@acme.example", "account:github.com:4410021"}, "/subject/commit": {oid},
		"/subject/digests": {"sha256:" + hex64}, "/risksAccepted": {"none"}, "/rollbackPlan": {"redeploy 1.0.0"},
		"/notes": {`"quoted" \ and`},
	}
}

func TestBuild(t *testing.T) {
	p, err := records.Build("go-no-go", decision())
	if err != nil {
		t.Fatal(err)
	}
	g := p.(*evidence.GoNoGo)
	if len(g.Attendees) != 2 || g.Attendees[1].ID != "account:github.com:4410021" || g.Decision != "go" || g.Notes != `"quoted" \ and` || len(g.Subject.Digests) != 1 {
		t.Errorf("got %+v", g)
	}
	if g.Checklist != nil || g.Delegation != "" {
		t.Errorf("something was made up: %+v", g)
	}
}

// TestBuildListOfObjects gives the first item of a list of objects.
func TestBuildListOfObjects(t *testing.T) {
	v := decision()
	v["/checklist/*/item"], v["/checklist/*/result"] = []string{"tag-signed"}, []string{"yes"}
	p, err := records.Build("go-no-go", v)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]evidence.ChecklistItem{{Item: "tag-signed", Result: "yes"}}, p.(*evidence.GoNoGo).Checklist); diff != "" {
		t.Error(diff)
	}
}

func TestBuildRefuses(t *testing.T) {
	tests := []struct {
		name, pointer string
		values        []string
		want          string
	}{
		{"missing", "/rollbackPlan", nil, "rollback-plan: missing"},
		{"nested", "/subject/commit", []string{"abc"}, `subject.commit: "abc" is not a full lower-case object id`},
		{"value", "/decision", []string{"maybe"}, `decision: got "maybe"`},
		{"twice", "/decision", []string{"go", "no-go"}, "decision: is given twice"},
		{"no field", "/color", []string{"red"}, "color: there is no such field"},
		{"tool's own", "/release", []string{"x"}, "release: there is no such field"},
		{"not UTF-8", "/notes", []string{"\xff"}, "notes: is not valid UTF-8"},
		{"empty", "/notes", []string{" "}, "notes: missing"},
		{"required time", "/at", nil, "at: missing"},
		{"identity", "/approver", []string{"tom"}, "approver: identity"},
		{"time", "/at", []string{"now"}, `at: "now" is not an RFC 3339 time`},
		{"condition", "/checklist/*/result", []string{"no"}, "checklist.item: missing"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v := decision()
			v[tt.pointer] = tt.values
			p, err := records.Build("go-no-go", v)
			if err == nil || !strings.HasPrefix(err.Error(), tt.want) {
				t.Errorf("got %v, %v\nwant an error that begins with %s", p, err, tt.want)
			}
		})
	}
	if _, err := records.Build("go-nogo", decision()); err == nil || !strings.Contains(err.Error(), `did you mean "go-no-go"?`) {
		t.Errorf("got %v", err)
	}
}

// TestBuildEveryKind builds a record of every kind from flags, where its
// required lists need no more than one item.
func TestBuildEveryKind(t *testing.T) {
	for _, k := range evidence.Kinds() {
		if k.Name == "compliance-review" { // it names five areas
			continue
		}
		flags, err := records.Flags(k.Name)
		if err != nil {
			t.Fatal(err)
		}
		names := map[string]string{}
		for _, f := range flags {
			if names[f.Name] != "" || f.Note == "" {
				t.Errorf("%s: flag %s: also for %q, note %q", k.Name, f.Name, names[f.Name], f.Note)
			}
			names[f.Name] = f.Pointer
		}
		v := records.Values{}
		for pointer, text := range values(k) {
			v[pointer] = []string{text}
			if names[records.PointerKey(pointer)] != pointer {
				t.Errorf("%s: there is no flag for %s", k.Name, pointer)
			}
		}
		if _, err := records.Build(k.Name, v); err != nil {
			t.Errorf("%s: %v", k.Name, err)
		}
	}
}

func ExampleBuild() {
	p, err := records.Build("approval", records.Values{
		"/id": {"approval-7"}, "/at": {"2026-11-19T13:40:00Z"}, "/decision": {"approved"},
		"/approver": {"mailto:lena@acme.example"}, "/rationale": {"staging is green"},
	})
	fmt.Println(p.(*evidence.Approval).Rationale, err)
	_, err = records.Build("approval", records.Values{"/id": {"approval-7"}})
	fmt.Println(err)
	// Output:
	// staging is green <nil>
	// approver: missing
}
