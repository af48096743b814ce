package foreign

import (
	"errors"
	"fmt"
	"strings"

	"github.com/release-dossier/dossier/evidence/provenance"
	"github.com/release-dossier/dossier/internal/strictjson"
)

// control is a control that source-tool found enforced.
type control struct {
	Name string `json:"name"`
}

func controlNames(list []control) []string {
	var names []string
	for _, c := range list {
		names = append(names, c.Name)
	}
	return names
}

// readSourceProvenance reads what source-tool says of the push that brought a
// commit to a branch.
func readSourceProvenance(s *Summary, e provenance.Entry) error {
	var p struct {
		Previous   string    `json:"prev_commit"`
		Repository string    `json:"repo_uri"`
		Actor      string    `json:"actor"`
		Branch     string    `json:"branch"`
		Created    string    `json:"created_on"`
		Controls   []control `json:"controls"`
	}
	if err := decode(e.Statement, &p); err != nil {
		return err
	}
	s.Kind, s.Ref, s.Previous = SourceProvenance, p.Branch, p.Previous
	return s.source(p.Repository, p.Actor, p.Created, controlNames(p.Controls))
}

// readTagProvenance reads what source-tool says of the push of a tag.
func readTagProvenance(s *Summary, e provenance.Entry) error {
	var p struct {
		Repository string    `json:"repo_uri"`
		Actor      string    `json:"actor"`
		Tag        string    `json:"tag"`
		Created    string    `json:"created_on"`
		Controls   []control `json:"controls"`
		Summaries  []struct {
			Levels []string `json:"verifiedLevels"`
		} `json:"vsa_summaries"`
	}
	if err := decode(e.Statement, &p); err != nil {
		return err
	}
	s.Kind, s.Ref, s.Tag = TagProvenance, p.Tag, strings.TrimPrefix(p.Tag, "refs/tags/")
	if s.Tag == p.Tag {
		return fmt.Errorf("at /predicate/tag: %.200q is not a full reference of a tag", p.Tag)
	}
	levels := controlNames(p.Controls)
	for _, v := range p.Summaries {
		levels = append(levels, v.Levels...)
	}
	return s.source(p.Repository, p.Actor, p.Created, unique(levels))
}

// source takes what both have in common.
func (s *Summary) source(repository, actor, created string, levels []string) (err error) {
	s.Tool, s.Levels = "source-tool", levels
	if actor != "" {
		s.People = []string{actor}
	}
	if repository == "" {
		return errors.New("at /predicate/repo_uri: missing")
	}
	if s.Commit, err = s.one("gitCommit"); err != nil {
		return err
	}
	if s.Repository, err = sourceOf(repository); err != nil {
		return err
	}
	if s.At, err = moment(created); err != nil {
		return fmt.Errorf("at /predicate/created_on: %w", err)
	}
	return nil
}

// sourceVerifiers are the ids under which source-tool verifies.
var sourceVerifiers = map[string]bool{
	"https://github.com/slsa-framework/slsa-source-poc": true,
	"https://github.com/slsa-framework/source-tool":     true,
}

// readVerification reads a SLSA verification summary. Those of source-tool are
// about a commit, whose references stand beside it as annotations.
func readVerification(s *Summary, e provenance.Entry) error {
	var p struct {
		Verifier struct {
			ID string `json:"id"`
		} `json:"verifier"`
		Verified string   `json:"timeVerified"`
		Resource string   `json:"resourceUri"`
		Result   string   `json:"verificationResult"`
		Levels   []string `json:"verifiedLevels"`
	}
	if err := decode(e.Statement, &p); err != nil {
		return err
	}
	switch {
	case p.Verifier.ID == "":
		return errors.New("at /predicate/verifier/id: missing")
	case p.Result != "PASSED" && p.Result != "FAILED":
		return fmt.Errorf("at /predicate/verificationResult: %.80q is neither PASSED nor FAILED", p.Result)
	}
	s.Kind, s.Tool, s.Result, s.Levels = Verification, p.Verifier.ID, p.Result, p.Levels
	var err error
	if s.At, err = moment(p.Verified); err != nil {
		return fmt.Errorf("at /predicate/timeVerified: %w", err)
	}
	if !sourceVerifiers[p.Verifier.ID] {
		return nil
	}
	s.Tool = "source-tool"
	if s.Commit, err = s.one("gitCommit"); err != nil {
		return err
	}
	if s.Ref, err = sourceRef(e.Payload); err != nil {
		return err
	}
	s.Repository, err = sourceOf(p.Resource)
	return err
}

// sourceRef reads the annotation of the references that a commit is on. If there
// are several, none is the one.
func sourceRef(payload []byte) (string, error) {
	var st struct {
		Subject []struct {
			Annotations struct {
				Refs     []string `json:"source_refs"`
				Branches []string `json:"source_branches"`
			} `json:"annotations"`
		} `json:"subject"`
	}
	if err := strictjson.Unmarshal(payload, &st); err != nil {
		return "", err
	}
	var refs []string
	for _, sub := range st.Subject {
		refs = append(append(refs, sub.Annotations.Refs...), sub.Annotations.Branches...)
	}
	if refs = unique(refs); len(refs) == 1 {
		return refs[0], nil
	}
	return "", nil
}

// unique drops what was there before.
func unique(list []string) []string {
	var out []string
	seen := map[string]bool{}
	for _, s := range list {
		if !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return out
}
