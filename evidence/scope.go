package evidence

import (
	"fmt"

	"github.com/release-dossier/dossier/internal/strictjson"
)

// SubjectScope is the name of the one subject of a statement that is about no
// commit or artifact, such as a freeze (rules of format, R9).
const SubjectScope = "scope"

// Subjects returns the subjects of a statement that names no release: the
// commits and artifacts it is about, else the digest of the scope's RFC 8785
// form under the name [SubjectScope].
func (s *Scope) Subjects() ([]ResourceDescriptor, error) {
	if list := append(s.ScopeSubjects(), s.Artifacts...); len(list) > 0 {
		return list, nil
	}
	raw, err := strictjson.Marshal(s)
	if err != nil {
		return nil, err
	}
	canonical, err := strictjson.Canonical(raw)
	if err != nil {
		return nil, err
	}
	return []ResourceDescriptor{{Name: SubjectScope, Digest: Sum(canonical).Set()}}, nil
}

// scope checks a scope that may name no commit.
func (v *validator) scope(s *Scope) {
	v.check("/scope/repository", checkRepository(s.Repository))
	v.text("/scope/environment", s.Environment, false)
	for i, c := range s.Commits {
		v.check(v.item("/scope/commits", i), ObjectID(c).validate())
	}
	for i, b := range s.Branches {
		v.text(v.item("/scope/branches", i), b, true)
	}
	for i, p := range s.Pipelines {
		v.text(v.item("/scope/pipelines", i), p, true)
	}
	for i, a := range s.Artifacts {
		at := v.item("/scope/artifacts", i)
		v.text(at+"/name", a.Name, true)
		v.check(at+"/digest", a.Digest.Validate())
	}
	if s.Interval != nil {
		v.check("/scope/interval", s.Interval.Validate())
	}
}

// ObjectID is the full object id of a git object: 40 or 64 lower-case hex
// digits.
type ObjectID string

func (id ObjectID) validate() error {
	if checkHex("gitCommit", string(id)) != nil && checkHex("sha256", string(id)) != nil {
		return fmt.Errorf("%.70q is not a full lower-case object id", string(id))
	}
	return nil
}
