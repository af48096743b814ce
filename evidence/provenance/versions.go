package provenance

import (
	"fmt"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/release-dossier/dossier/internal/strictjson"
)

// predicateV1 is slsa.dev/spec/v1.0/provenance, as far as it is read.
type predicateV1 struct {
	BuildDefinition struct {
		BuildType  string         `json:"buildType"`
		Parameters jsontext.Value `json:"externalParameters"`
		Internal   surroundings   `json:"internalParameters"`
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
	f := facts{
		buildType:  d.BuildType,
		builderID:  r.Builder.ID,
		runIDs:     []string{r.Metadata.InvocationID},
		started:    r.Metadata.StartedOn,
		finished:   r.Metadata.FinishedOn,
		declared:   known.origins(),
		inputs:     d.Inputs,
		byproducts: r.Byproducts,
		parameters: d.Parameters,
		workflow:   first(known.Workflow.Path, known.ConfigSource.Path),
	}
	if isWorkflowType(d.BuildType) {
		f.givenInputs = given(known.Inputs)
	}
	return f, f.surroundedBy(d.Internal)
}

// isWorkflowType reports whether a build is one of a whole workflow of GitHub
// Actions, whose external parameters are the workflow and its inputs.
func isWorkflowType(buildType string) bool {
	return buildType == "https://actions.github.io/buildtypes/workflow/v1" ||
		buildType == "https://slsa-framework.github.io/github-actions-buildtypes/workflow/v1"
}

// githubRun is what GitHub's attestations and npm's say of the run, in
// internalParameters, beside GitHub's own variables.
type githubRun struct {
	Event        jsontext.Value `json:"event_name"`
	RepositoryID jsontext.Value `json:"repository_id"`
	OwnerID      jsontext.Value `json:"repository_owner_id"`
	Runner       jsontext.Value `json:"runner_environment"`
}

// surroundedBy takes what the variables of the build say, if there are any.
func (f *facts) surroundedBy(vars surroundings) error {
	switch {
	case vars == nil:
		return nil
	case len(vars) > maxVariables:
		return errTooMany
	}
	f.claims = vars.claims()
	var g githubRun
	var substitutions map[string]jsontext.Value // of Google Cloud Build
	if vars.into("github", &g) && vars.into("systemSubstitutions", &substitutions) {
		f.claims.Event = first(f.claims.Event, scalar(g.Event))
		f.claims.RepositoryID = first(f.claims.RepositoryID, scalar(g.RepositoryID))
		f.claims.OwnerID = first(f.claims.OwnerID, scalar(g.OwnerID))
		f.claims.Runner = first(f.claims.Runner, scalar(g.Runner))
		f.tag, f.branch = scalar(substitutions["TAG_NAME"]), scalar(substitutions["BRANCH_NAME"])
	}
	f.trigger = f.claims.Event
	if f.workflow == "" {
		f.workflow = workflowPath(f.claims.WorkflowRef)
	}
	e, err := vars.event()
	if err != nil {
		return fmt.Errorf("the event: %w", err)
	}
	if f.trigger == "workflow_dispatch" && e.Inputs != nil {
		f.givenInputs = given(e.Inputs)
	}
	if branch, ok := strings.CutPrefix(e.branch(f.trigger), branchPrefix); ok && strings.HasPrefix(f.claims.Ref, tagPrefix) {
		f.branch = branch
	}
	return nil
}

// workflowPath is the path in "owner/name/path@ref".
func workflowPath(ref string) string {
	path, _, _ := strings.Cut(ref, "@")
	for range 2 {
		_, path, _ = strings.Cut(path, "/")
	}
	return path
}

// predicateV02 is slsa.dev/spec/v0.2/provenance, as far as it is read. The
// specification spells the run's id in one way, its Go library in another.
type predicateV02 struct {
	BuildType string `json:"buildType"`
	Builder   struct {
		ID string `json:"id"`
	} `json:"builder"`
	Invocation struct {
		ConfigSource struct {
			input
			EntryPoint string `json:"entryPoint"`
		} `json:"configSource"`
		Parameters  jsontext.Value `json:"parameters"`
		Environment surroundings   `json:"environment"`
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
		workflow:   p.Invocation.ConfigSource.EntryPoint,
	}
	if p.Invocation.ConfigSource.URI != "" {
		f.declared = []origin{p.Invocation.ConfigSource.origin()}
	}
	return f, f.surroundedBy(p.Invocation.Environment)
}

// predicateV01 is slsa.dev/spec/v0.1/provenance, as far as it is read: Google
// Cloud Build wrote it, with its build as arguments of the recipe.
type predicateV01 struct {
	Builder struct {
		ID string `json:"id"`
	} `json:"builder"`
	Recipe struct {
		Type       string         `json:"type"`
		EntryPoint string         `json:"entryPoint"`
		Arguments  jsontext.Value `json:"arguments"`
	} `json:"recipe"`
	Metadata struct {
		InvocationID string `json:"buildInvocationId"`
		StartedOn    string `json:"buildStartedOn"`
		FinishedOn   string `json:"buildFinishedOn"`
	} `json:"metadata"`
	Materials []input `json:"materials"`
}

func readV01(predicate []byte) (facts, error) {
	var p predicateV01
	if err := strictjson.Unmarshal(predicate, &p); err != nil {
		return facts{}, err
	}
	f := facts{
		buildType:  p.Recipe.Type,
		builderID:  p.Builder.ID,
		runIDs:     []string{p.Metadata.InvocationID},
		started:    p.Metadata.StartedOn,
		finished:   p.Metadata.FinishedOn,
		inputs:     p.Materials,
		parameters: p.Recipe.Arguments,
		workflow:   p.Recipe.EntryPoint,
	}
	if len(f.inputs) > 0 { // Google lists the source first, whatever its address looks like
		f.declared = []origin{f.inputs[0].origin()}
	}
	var build struct {
		Substitutions map[string]jsontext.Value `json:"substitutions"`
	}
	if p.Recipe.Arguments.Kind() == '{' && strictjson.Unmarshal(p.Recipe.Arguments, &build) == nil {
		f.tag, f.branch = scalar(build.Substitutions["TAG_NAME"]), scalar(build.Substitutions["BRANCH_NAME"])
	}
	return f, nil
}

// parameters are the external parameters of the build types that are known.
// Each build type has its own, so a member of another shape is passed over.
type parameters struct {
	Workflow     sourceParameter `json:"workflow"`
	ConfigSource sourceParameter `json:"buildConfigSource"`
	Source       sourceParameter `json:"source"`
	// Inputs are those of a workflow of GitHub Actions.
	Inputs map[string]jsontext.Value `json:"-"`
}

// UnmarshalJSON implements json.Unmarshaler.
func (p *parameters) UnmarshalJSON(data []byte) error {
	type plain parameters
	var all struct {
		plain
		Inputs jsontext.Value `json:"inputs"`
	}
	if err := strictjson.Unmarshal(data, &all); err != nil {
		return err
	}
	*p = parameters(all.plain)
	if all.Inputs.Kind() == '{' {
		return strictjson.Unmarshal(all.Inputs, &p.Inputs)
	}
	return nil
}

func (p parameters) origins() []origin {
	if p.Workflow.Repository == "" {
		p.Workflow = sourceParameter{} // only names a file, as in BuildType
	}
	var list []origin
	for _, s := range []sourceParameter{p.Workflow, p.ConfigSource, p.Source} {
		if s.Repository == "" && s.URI == "" {
			continue
		}
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
	Path       string `json:"path"`
	input
}

// UnmarshalJSON implements json.Unmarshaler.
func (s *sourceParameter) UnmarshalJSON(data []byte) error {
	if v := jsontext.Value(data); v.Kind() == '"' {
		s.URI = scalar(v)
		return nil
	}
	type plain sourceParameter
	if strictjson.Unmarshal(data, (*plain)(s)) != nil {
		*s = sourceParameter{}
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
