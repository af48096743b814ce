package forge

import (
	"github.com/release-dossier/dossier/evidence"
)

// AddTo states what was found in a release record: this is the one place where
// a forge's facts become the record's. It adds to what stands there already, and
// fills in the repository's number at the forge. The materials that go along are
// those of [Result.Materials].
func (r *Result) AddTo(rec *evidence.Record) {
	if rec.Repository.ID == "" {
		rec.Repository.ID = r.Repository.ID
	}
	for _, ch := range r.Changes {
		rec.Changes = append(rec.Changes, ch.Change)
	}
	rec.Checks = append(rec.Checks, r.Checks...)
	rec.Protections = append(rec.Protections, r.Protections...)
	rec.EnvironmentRules = append(rec.EnvironmentRules, r.Environments...)
	rec.Deployments = append(rec.Deployments, r.Deployments...)
	if r.Release != nil {
		rec.ReleasePage = r.Release
	}
	rec.Teams = append(rec.Teams, r.Teams...)
	rec.Access = append(rec.Access, r.Access...)
}

// span is from the first answer to the last.
func (s *Answers) span() *evidence.Interval {
	var span evidence.Interval
	for i := range s.List {
		at := &s.List[i].RetrievedAt
		if span.NotBefore == nil || at.Before(span.NotBefore.Time) {
			span.NotBefore = at
		}
		if span.NotAfter == nil || at.After(span.NotAfter.Time) {
			span.NotAfter = at
		}
	}
	if span.NotBefore == nil {
		return nil
	}
	return &span
}

// Blob is a material with its bytes.
type Blob struct {
	evidence.Material
	Data []byte
}

// Materials returns what is to be embedded: the answers, and the changes' texts
// by themselves, so that one can be withheld without the other.
func (r *Result) Materials() ([]Blob, error) {
	m, data, err := r.Answers.Material()
	if err != nil {
		return nil, err
	}
	list := []Blob{{m, data}}
	if r.Texts != nil {
		m, data := r.Texts.Material()
		list = append(list, Blob{m, data})
	}
	return list, nil
}
