package provenance

import (
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/release-dossier/dossier/internal/strictjson"
)

// Claims are what a statement says of the run of GitHub Actions that made it,
// in GitHub's own words; each is "" if it is not stated. They are there to be
// compared with the certificate of the signer: [Summary.Contradictions].
type Claims struct {
	Repository            string // "owner/name"
	RepositoryID, OwnerID string
	Ref, Commit           string
	Event                 string
	WorkflowRef           string // "owner/name/.github/workflows/build.yml@refs/heads/main"
	WorkflowCommit        string
	RunID, Attempt        string
	Runner                string // "github-hosted" or "self-hosted"
}

// surroundings are the variables of the build: invocation.environment of v0.2,
// internalParameters of v1. Their names are those of GitHub's environment, in
// lower case where slsa-github-generator wrote v0.2.
type surroundings map[string]jsontext.Value

// maxVariables bounds the variables of one build.
const maxVariables = 1000

// UnmarshalJSONFrom implements json.UnmarshalerFrom. What is no object is passed
// over: each build type has its own form.
func (s *surroundings) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	if d.PeekKind() != '{' {
		return d.SkipValue()
	}
	return json.UnmarshalDecode(d, (*map[string]jsontext.Value)(s))
}

// into decodes a variable. It returns false if that is there and of another form.
func (s surroundings) into(name string, v any) bool {
	raw, ok := s[name]
	return !ok || strictjson.Unmarshal(raw, v) == nil
}

// raw returns the variable of that name in capitals, else in small letters.
func (s surroundings) raw(name string) jsontext.Value {
	if v, ok := s[name]; ok {
		return v
	}
	return s[strings.ToLower(name)]
}

// text returns a variable that is a text or a number.
func (s surroundings) text(name string) string { return scalar(s.raw(name)) }

func scalar(v jsontext.Value) string {
	switch v.Kind() {
	case '"':
		if t, err := jsontext.AppendUnquote(nil, v); err == nil {
			return string(t)
		}
	case '0':
		return string(v)
	}
	return ""
}

// ofGitHub reports whether any variable is one that GitHub sets.
func (s surroundings) ofGitHub() bool {
	for name := range s {
		if strings.HasPrefix(name, "GITHUB_") || strings.HasPrefix(name, "github_") {
			return true
		}
	}
	return false
}

// claims reads what GitHub says of a run, in both cases.
func (s surroundings) claims() Claims {
	if !s.ofGitHub() {
		return Claims{}
	}
	return Claims{
		Repository: s.text("GITHUB_REPOSITORY"), RepositoryID: s.text("GITHUB_REPOSITORY_ID"), OwnerID: s.text("GITHUB_REPOSITORY_OWNER_ID"),
		Ref: s.text("GITHUB_REF"), Commit: first(s.text("GITHUB_SHA"), s.text("GITHUB_SHA1")), Event: s.text("GITHUB_EVENT_NAME"),
		WorkflowRef: s.text("GITHUB_WORKFLOW_REF"), WorkflowCommit: s.text("GITHUB_WORKFLOW_SHA"),
		RunID: s.text("GITHUB_RUN_ID"), Attempt: s.text("GITHUB_RUN_ATTEMPT"),
	}
}

// event is what is read of the payload of GitHub's event.
type event struct {
	BaseRef jsontext.Value            `json:"base_ref"`
	Inputs  map[string]jsontext.Value `json:"inputs"`
	Release struct {
		Target string `json:"target_commitish"`
	} `json:"release"`
}

func (s surroundings) event() (event, error) {
	var e event
	v := s.raw("GITHUB_EVENT_PAYLOAD")
	if v.Kind() != '{' {
		return e, nil
	}
	return e, strictjson.Unmarshal(v, &e)
}

// branch returns the branch from which a tag was pushed or released, as
// "refs/heads/main"; "" if the event does not say.
func (e event) branch(name string) string {
	switch name {
	case "push":
		return scalar(e.BaseRef)
	case "release":
		if e.Release.Target != "" {
			return branchPrefix + e.Release.Target
		}
	}
	return ""
}

// given returns the inputs of a run that was dispatched by hand.
func given(inputs map[string]jsontext.Value) map[string]string {
	if inputs == nil {
		return nil
	}
	all := map[string]string{}
	for name, v := range inputs {
		if v.Kind() == '"' { // GitHub sends numbers and booleans as texts too
			all[name] = scalar(v)
		}
	}
	return all
}

func first(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}
