package main

import (
	"slices"
	"time"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/evidence/collect"
	"github.com/release-dossier/dossier/internal/result"
	"github.com/release-dossier/dossier/verify"
	"github.com/release-dossier/dossier/verify/policy"
	"github.com/release-dossier/dossier/verify/trust"
)

// signOptions are what the configuration says of signing, and what the given trust
// asks of the records that are stated right after the release statement.
func (s *signing) signOptions() collect.SignOptions {
	o := collect.SignOptions{
		Allow:    s.config.Credentials,
		Redactor: evidence.Actor{ID: s.signer.identity},
		Reasons:  map[string]collect.Reason{},
		Check:    s.maySign,
	}
	for _, w := range s.draft.Withheld {
		part := s.config.part(w.Part)
		o.Reasons[w.Part] = collect.Reason{Reason: firstOf(part.Reason, w.Part+" is withheld by "+configPath), Contact: part.Contact}
	}
	return o
}

// signedIn lists the statements of a dossier that was just signed: the release
// statement first, and each record after the one that it was stated upon.
func signedIn(d *bundle.Dossier) []result.Statement {
	var list []result.Statement
	next := func(st *bundle.Statement) bool {
		if len(list) == 0 {
			return st.IsRelease()
		}
		return len(st.Links.Parents) == 1 && st.Links.Parents[0].Statement == list[len(list)-1].Digest
	}
	all := d.Statements()
	for i := slices.IndexFunc(all, next); i >= 0; i = slices.IndexFunc(all, next) {
		st := result.Statement{Digest: all[i].ID, Signature: all[i].Signatures[0].ID, PredicateType: all[i].Statement.PredicateType}
		if p, err := evidence.DecodeKind(st.PredicateType, all[i].Statement.Predicate); err == nil {
			st.ID = p.Head().ID
		}
		list = append(list, st)
	}
	return list
}

// describe names a record for an error.
func describe(p evidence.Predicate) string {
	kind, _ := evidence.KindOf(p)
	return kind.Name + " " + p.Head().ID
}

// maySign refuses to begin what the given trust would set aside. Without trust
// there is nothing to ask.
func (s *signing) maySign(p evidence.Predicate) error {
	if !s.judge.trusts() || s.throwaway {
		return nil
	}
	return s.creation.maySign(p, s.draft.Record.Repository.URI, s.verify)
}

// maySign refuses a record that the trust in o does not let the key state.
func (job *creation) maySign(p evidence.Predicate, repository string, o verify.Options) error {
	d, err := mayState(o.Trust, job.signer, p, repository, o.AsOf)
	if err != nil || d.Allowed {
		return err
	}
	kind, _ := evidence.KindOf(p)
	return usagef("nothing is signed: %s needs a grant of the kind %s for %s, and trust %s gives none (%s): %s",
		describe(p), kind.Name, job.signer.name, o.Trust.ID, d.Code, d.Detail)
}

// judgeOptions are by whose word and by which rules the new dossier is
// previewed: as given, otherwise by the profile solo under trust in the signer
// alone.
func (job *creation) judgeOptions(c *Cmd, now time.Time) (verify.Options, error) {
	o, err := job.judge.options(c, now)
	if err != nil {
		return o, err
	}
	switch {
	case o.Trust != nil && job.throwaway:
		o.Trust, err = o.Trust.WithSigner(job.signer.key)
	case job.throwaway:
		o.Trust, err = trust.ForKey(job.signer.key)
	case o.Trust == nil:
		o.Trust, err = trust.ForSigner(job.signer.pin())
	}
	if err != nil {
		return o, err
	}
	if o.Policy == nil {
		o.Policy, err = policy.Profile(firstOf(job.judge.profile, policy.Solo))
	}
	return o, err
}

// becomePredecessor makes the new dossier the predecessor of the next one of the
// same run (rules of format, R15).
func (s *signing) becomePredecessor(state, id evidence.Digest) {
	r := s.draft.Record
	s.options.First, s.options.Predecessor = false, nil
	if r.Sequence > 0 {
		s.options.Predecessor = &evidence.Predecessor{Statement: &id, State: &state, Sequence: r.Sequence}
		s.last, s.lastIn = r, "the dossier of "+firstOf(r.Component, r.Version)+" that was just made"
	}
}
