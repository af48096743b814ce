package evidence_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/internal/strictjson"
)

var (
	oid     = strings.Repeat("c", 40)
	at      = evidence.At(time.Date(2026, 11, 19, 14, 5, 0, 0, time.UTC))
	sbom    = evidence.Sum([]byte("sbom"))
	release = evidence.Sum([]byte("release"))
	ana     = evidence.Actor{ID: "mailto:ana@acme.example", Kind: evidence.Human}
)

func newRecord() *evidence.Record {
	hello := evidence.Sum([]byte("hello"))
	return &evidence.Record{
		Version:      "1.1.0",
		Repository:   evidence.Repository{URI: "https://example.com/acme/hello"},
		Kind:         evidence.KindService,
		CreatedAt:    at,
		Sequence:     2,
		Predecessor:  evidence.Predecessor{Statement: &release, State: &sbom, Sequence: 1},
		ObjectFormat: "sha1",
		Tag:          evidence.Tag{Name: "v1.1.0", Object: oid, Type: "tag"},
		Commit:       oid,
		Base:         evidence.Base{Tag: "v1.0.0", Commit: oid},
		Artifacts:    []evidence.Artifact{{Name: "hello", Digest: hello, Size: 5}},
		SBOMs:        []evidence.Attachment{{Material: sbom, About: []evidence.Digest{hello}}},
		Changes:      []evidence.Change{{ID: "7", Opener: &ana, MergedBy: &ana, Reviews: []evidence.ChangeReview{{ID: "1", By: ana, State: "approved", At: &at}}}},
		Checks:       []evidence.Check{{Name: "unit", Outcome: "pass", Subject: evidence.ResourceDescriptor{Name: "hello"}}},
		Materials:    []evidence.Material{{Name: "sbom/a.json", MediaType: evidence.MediaTypeCycloneDX, Digest: sbom, Size: 4}},
	}
}

func newApproval() *evidence.Approval {
	return &evidence.Approval{
		ID: "a1", Release: &evidence.Reference{Digest: release},
		Parents:  []evidence.Parent{{Statement: release, Signature: sbom}},
		Approver: ana, Decision: evidence.Approved, At: at,
		Refs: []evidence.ResourceDescriptor{{URI: "https://example.com/acme/hello/7"}},
	}
}

func newScoped() *evidence.Approval {
	a := newApproval()
	a.Release, a.Parents = nil, nil
	a.Scope = &evidence.Scope{Repository: "https://example.com/acme/hello", Commits: []string{oid}}
	return a
}

func encode(t testing.TB, v any) []byte {
	t.Helper()
	raw, err := strictjson.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// wantField checks that err is a FieldError at pointer; "-" wants no error.
func wantField(t *testing.T, err error, pointer string) {
	t.Helper()
	var fe *evidence.FieldError
	switch {
	case pointer == "-" && err != nil:
		t.Errorf("refused: %v", err)
	case pointer != "-" && (!errors.As(err, &fe) || fe.Pointer != pointer):
		t.Errorf("got %v, want a FieldError at %q", err, pointer)
	}
}

func TestDecodeGivesBackWhatWasWritten(t *testing.T) {
	r, err := evidence.DecodeRecord(encode(t, newRecord()))
	if diff := cmp.Diff(newRecord(), r); err != nil || diff != "" {
		t.Error(err, diff)
	}
	for _, want := range []*evidence.Approval{newApproval(), newScoped()} {
		a, err := evidence.DecodeApproval(encode(t, want))
		if diff := cmp.Diff(want, a); err != nil || diff != "" {
			t.Error(err, diff)
		}
	}
}

// TestDecodeRecord changes the text of a valid record.
func TestDecodeRecord(t *testing.T) {
	valid := string(encode(t, newRecord()))
	critical := func(p string) string { return fmt.Sprintf(`{"critical":[%q],`, p) }
	tests := []struct{ name, from, to, pointer string }{
		{"as it is", "{", "{", "-"},
		{"unknown field", "{", `{"later":{"a":1},`, "-"},
		{"unknown critical", "{", critical("/later"), "/critical/0"},
		{"unknown critical that is there", "{", `{"later":1,"critical":["/version","/later"],`, "/critical/1"},
		{"known critical", "{", critical("/version"), "-"},
		{"inner critical", "{", critical("/changes/0/reviews/0/by/id"), "-"},
		{"critical digest", "{", critical("/artifacts/0/digest/sha256"), "-"},
		{"critical unknown algorithm", "{", critical("/artifacts/0/digest/blake3"), "/critical/0"},
		{"critical digest set", "{", critical("/checks/0/subject/digest/gitCommit"), "-"},
		{"critical annotation", "{", critical("/checks/0/subject/annotations/x"), "/critical/0"},
		{"critical into a string", "{", critical("/version/x"), "/critical/0"},
		{"critical index", "{", critical("/changes/01"), "/critical/0"},
		{"critical dash", "{", critical("/changes/-"), "/critical/0"},
		{"critical name in other case", "{", critical("/Version"), "/critical/0"},
		{"critical without slash", "{", critical("version"), "/critical/0"},
		{"critical whole", "{", critical(""), "/critical/0"},
		{"critical empty name", "{", critical("/"), "/critical/0"},
		{"duplicate", "{", `{"version":"1",`, "/version"},
		{"inner duplicate", `"name":"v1.1.0"`, `"name":"v1.1.0","name":"v2"`, "/tag/name"},
		{"null", `"version":"1.1.0"`, `"version":null`, "/version"},
		{"null in what is unknown", "{", `{"later":[null],`, "/later/0"},
		{"wrong type", `"version":"1.1.0"`, `"version":1`, "/version"},
		{"wrong inner type", `"size":5`, `"size":"5"`, "/artifacts/0/size"},
		{"fraction", `"size":5`, `"size":5.5`, "/artifacts/0/size"},
		{"beyond 2^53", `"size":5`, `"size":9007199254740993`, "/artifacts/0/size"},
		{"other case", `"version"`, `"Version"`, "/version"},
		{"digest as text", `"material":{"sha256":"` + sbom.Hex() + `"}`, `"material":"` + sbom.Hex() + `"`, "/sboms/0/material"},
		{"identity not normal", "ana@acme", "ana@ACME", "/changes/0/opener/id"},
		{"time", "2026-11-19T14:05:00Z", "19 Nov 2026", "/createdAt"},
		{"array", valid, "[]", ""},
		{"nothing", valid, "", ""},
		{"two values", valid, valid + "{}", ""},
		{"deep", "{", `{"later":` + strings.Repeat("[", 70) + strings.Repeat("]", 70) + ",", "/later" + strings.Repeat("/0", 63)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if !strings.Contains(valid, tt.from) {
				t.Fatalf("%q is not in the record", tt.from)
			}
			_, err := evidence.DecodeRecord([]byte(strings.Replace(valid, tt.from, tt.to, 1)))
			wantField(t, err, tt.pointer)
		})
	}
}

func TestDecodeApproval(t *testing.T) {
	valid := string(encode(t, newApproval()))
	tests := []struct{ name, from, to, pointer string }{
		{"as it is", "{", "{", "-"},
		{"unknown critical", "{", `{"critical":["/quorum"],`, "/critical/0"},
		{"known critical", "{", `{"critical":["/parents/0/signature"],`, "-"},
		{"field of a record", "{", `{"critical":["/version"],`, "/critical/0"},
		{"null", `"id":"a1"`, `"id":null`, "/id"},
		{"duplicate", "{", `{"id":"b",`, "/id"},
		{"decision", `"approved"`, `"Approved"`, "/decision"},
		{"release without digest", `{"digest":{"sha256":"` + release.Hex() + `"}}`, `{}`, "/release"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := evidence.DecodeApproval([]byte(strings.Replace(valid, tt.from, tt.to, 1)))
			wantField(t, err, tt.pointer)
		})
	}
}

func TestDecodeLinks(t *testing.T) {
	links, err := evidence.DecodeLinks(encode(t, newApproval()))
	if err != nil || links.Release.Digest != release || len(links.Parents) != 1 {
		t.Errorf("got %+v, %v", links, err)
	}
	tests := map[string]string{
		`{}`:               "-",
		`{"anything":[1]}`: "-",
		`{"release":{}}`:   "/release",
		`{"release":{"digest":{"sha256":"` + hex64 + `"}}}`: "/parents",
		`{"parents":[{}]}`:            "/parents",
		`{"materials":[{}]}`:          "/materials/0",
		`{"materials":{}}`:            "/materials",
		`{"materials":[{"size":{}}]}`: "/materials/0/size",
	}
	for in, pointer := range tests {
		_, err := evidence.DecodeLinks([]byte(in))
		wantField(t, err, pointer)
	}
}

func TestFieldError(t *testing.T) {
	cause := errors.New("cause")
	err := &evidence.FieldError{Pointer: "/a", Err: cause}
	if err.Error() != "at /a: cause" || !errors.Is(err, cause) || (&evidence.FieldError{Err: cause}).Error() != "cause" {
		t.Errorf("got %v", err)
	}
}

func FuzzDecodeRecord(f *testing.F) {
	f.Add(encode(f, newRecord()))
	f.Add([]byte(`{"critical":["/later"]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := evidence.DecodeRecord(data)
		if err != nil {
			return
		}
		raw := encode(t, r)
		again, err := evidence.DecodeRecord(raw)
		if diff := cmp.Diff(r, again); err != nil || diff != "" {
			t.Errorf("%s\n%v\n%s", raw, err, diff)
		}
	})
}

func FuzzDecodeApproval(f *testing.F) {
	f.Add(encode(f, newApproval()))
	f.Add(encode(f, newScoped()))
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := evidence.DecodeApproval(data)
		if err != nil {
			return
		}
		raw := encode(t, a)
		if _, err := evidence.DecodeApproval(raw); err != nil {
			t.Errorf("%s: %v", raw, err)
		}
		if _, err := evidence.DecodeLinks(raw); err != nil {
			t.Errorf("links of %s: %v", raw, err)
		}
	})
}

// The predicate of an approval, read as it stands in a statement. A field that
// must be understood and is not known is refused with its place.
func ExampleDecodeApproval() {
	_, err := evidence.DecodeApproval([]byte(`{"critical": ["/quorum"], "quorum": 3, "id": "a1"}`))
	fmt.Println(err)
	// Output:
	// at /critical/0: field "/quorum" must be understood and is not known to this version: use a newer one
}

func ExampleParseIdentity() {
	id, err := evidence.ParseIdentity("mailto:Ana@ACME.example")
	fmt.Println(id, err)
	// Output:
	// mailto:Ana@acme.example <nil>
}
