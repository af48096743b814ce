package provenance

import (
	"github.com/go-json-experiment/json/jsontext"

	"github.com/release-dossier/dossier/internal/strictjson"
)

// predicateV1 is slsa.dev/spec/v1.0/provenance, as far as it is read.
type predicateV1 struct {
	BuildDefinition struct {
		BuildType  string         `json:"buildType"`
		Parameters jsontext.Value `json:"externalParameters"`
		Inputs     []input        `json:"resolvedDependencies"`
	} `json:"buildDefinition"`
	RunDetails struct {
		Builder struct {
			ID string `json:"id"`
		} `json:"builder"`
		Metadata struct {
			InvocationID string `json:"invocationId"`
			StartedOn    string `json:"startedOn"`
			FinishedOn   string `json:"finishedOn"`
		} `json:"metadata"`
		Byproducts []input `json:"byproducts"`
	} `json:"runDetails"`
}

func readV1(predicate []byte) (facts, error) {
	var p predicateV1
	if err := strictjson.Unmarshal(predicate, &p); err != nil {
		return facts{}, err
	}
	d, r := p.BuildDefinition, p.RunDetails
	var known parameters
	if d.Parameters != nil {
		if err := strictjson.Unmarshal(d.Parameters, &known); err != nil {
			return facts{}, err
		}
	}
	return facts{
		buildType:  d.BuildType,
		builderID:  r.Builder.ID,
		runIDs:     []string{r.Metadata.InvocationID},
		started:    r.Metadata.StartedOn,
		finished:   r.Metadata.FinishedOn,
		declared:   known.origins(),
		inputs:     d.Inputs,
		byproducts: r.Byproducts,
		parameters: d.Parameters,
	}, nil
}

// predicateV02 is slsa.dev/spec/v0.2/provenance, as far as it is read. The
// specification spells the run's id in one way, its Go library in another.
type predicateV02 struct {
	BuildType string `json:"buildType"`
	Builder   struct {
		ID string `json:"id"`
	} `json:"builder"`
	Invocation struct {
		ConfigSource input          `json:"configSource"`
		Parameters   jsontext.Value `json:"parameters"`
	} `json:"invocation"`
	Metadata struct {
		InvocationID   string `json:"buildInvocationId"`
		InvocationIDGo string `json:"buildInvocationID"`
		StartedOn      string `json:"buildStartedOn"`
		FinishedOn     string `json:"buildFinishedOn"`
	} `json:"metadata"`
	Materials []input `json:"materials"`
}

func readV02(predicate []byte) (facts, error) {
	var p predicateV02
	if err := strictjson.Unmarshal(predicate, &p); err != nil {
		return facts{}, err
	}
	f := facts{
		buildType:  p.BuildType,
		builderID:  p.Builder.ID,
		runIDs:     []string{p.Metadata.InvocationID, p.Metadata.InvocationIDGo},
		started:    p.Metadata.StartedOn,
		finished:   p.Metadata.FinishedOn,
		inputs:     p.Materials,
		parameters: p.Invocation.Parameters,
	}
	if p.Invocation.ConfigSource.URI != "" {
		f.declared = []origin{p.Invocation.ConfigSource.origin()}
	}
	return f, nil
}

// parameters are the external parameters of the build types that are known.
// Each build type has its own, so a member of another shape is passed over.
type parameters struct {
	Workflow     sourceParameter `json:"workflow"`
	ConfigSource sourceParameter `json:"buildConfigSource"`
	Source       sourceParameter `json:"source"`
}

func (p parameters) origins() []origin {
	if p.Workflow.Repository == "" {
		p.Workflow = sourceParameter{} // only names a file, as in BuildType
	}
	var list []origin
	for _, s := range []sourceParameter{p.Workflow, p.ConfigSource, p.Source} {
		if o := s.origin(); o.repository != "" {
			list = append(list, o)
		}
	}
	return list
}

// sourceParameter names a repository: as a string, as {repository, ref}, or as
// {uri, digest}.
type sourceParameter struct {
	Repository string `json:"repository"`
	Ref        string `json:"ref"`
	input
}

// UnmarshalJSON implements json.Unmarshaler.
func (s *sourceParameter) UnmarshalJSON(data []byte) error {
	type plain sourceParameter
	if strictjson.Unmarshal(data, (*plain)(s)) == nil {
		return nil
	}
	*s = sourceParameter{}
	if strictjson.Unmarshal(data, &s.URI) != nil {
		s.URI = ""
	}
	return nil
}

func (s sourceParameter) origin() origin {
	if s.Repository == "" {
		return s.input.origin()
	}
	o := input{URI: s.Repository}.origin()
	o.workflowRef = s.Ref
	return o
}
