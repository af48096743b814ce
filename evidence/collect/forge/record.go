package forge

import (
	"fmt"
	"slices"

	"github.com/release-dossier/dossier/evidence"
)

// AddTo states what was found in a release record: this is the one place where
// a forge's facts become the record's. It adds to what stands there already, and
// fills in the repository's number at the forge, which must be the one that
// stands there.
func (r *Result) AddTo(rec *evidence.Record) error {
	if have := rec.Repository.ID; have != "" && have != r.Repository.ID {
		return fmt.Errorf("the CI run says that the repository's number is %.40q, the forge says %.40q: one of them speaks of another repository", have, r.Repository.ID)
	}
	rec.Repository.ID = r.Repository.ID
	for _, ch := range r.Changes {
		ch.Landed = slices.Clip(ch.Landed) // git adds to it, in one record of several
		rec.Changes = append(rec.Changes, ch.Change)
	}
	rec.Checks = append(rec.Checks, r.Checks...)
	rec.Protections = append(rec.Protections, r.Protections...)
	rec.EnvironmentRules = append(rec.EnvironmentRules, r.Environments...)
	rec.Deployments = append(rec.Deployments, r.Deployments...)
	if r.Release != nil {
		rec.ReleasePage = r.Release
	}
	if rec.Build != nil && rec.Build.StartedAt == nil {
		rec.Build.StartedAt = r.RunStartedAt
	}
	rec.Teams = append(rec.Teams, r.Teams...)
	rec.Access = append(rec.Access, r.Access...)
	return nil
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

func (s *Answers) retriever() string {
	if len(s.List) == 0 {
		return ""
	}
	return printable(s.List[0].Retriever, 200)
}
