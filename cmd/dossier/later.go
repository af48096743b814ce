package main

import (
	"time"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify"
	"github.com/release-dossier/dossier/verify/policy"
	"github.com/release-dossier/dossier/verify/trust"
)

// later returns the records that are stated about the release right after it is
// signed: those that people wrote, and the redaction of what is withheld.
func (s *signing) later(payload []byte) []evidence.Predicate {
	var list []evidence.Predicate
	for _, f := range s.draft.Records {
		list = append(list, f.Record)
	}
	if s.draft.Withheld == nil {
		return list
	}
	kind := evidence.Human
	if s.draft.Record.Build != nil {
		kind = evidence.Service
	}
	r := &evidence.Redaction{
		Entry:    evidence.Entry{ID: "withheld-" + evidence.Sum(payload).Hex()[:16], At: evidence.Moment(evidence.At(s.now))},
		Redactor: evidence.Actor{ID: s.signer.identity, Kind: kind},
	}
	for _, w := range s.draft.Withheld {
		b := evidence.RedactedBlob{Digest: w.Material.Digest, Reason: w.Part + " is withheld by " + configPath}
		if part := s.config.part(w.Part); part.Reason != "" {
			b.Reason, b.Contact = part.Reason, part.Contact
		}
		r.Blobs = append(r.Blobs, b)
	}
	return append(list, r)
}

// describe names a record for an error.
func describe(p evidence.Predicate) string {
	kind, _ := evidence.KindOf(p)
	return kind.Name + " " + p.Head().ID
}

// maySign refuses to begin what the given trust would set aside. Without trust
// there is nothing to ask.
func (s *signing) maySign(later []evidence.Predicate) error {
	if !s.judge.trusts() || s.throwaway {
		return nil
	}
	for _, p := range later {
		if err := s.creation.maySign(p, s.draft.Record.Repository.URI, s.verify); err != nil {
			return err
		}
	}
	return nil
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
func (s *signing) becomePredecessor(state evidence.Digest, payload []byte) {
	id, r := evidence.Sum(payload), s.draft.Record
	s.options.First, s.options.Predecessor = false, nil
	if r.Sequence > 0 {
		s.options.Predecessor = &evidence.Predecessor{Statement: &id, State: &state, Sequence: r.Sequence}
		s.last, s.lastIn = r, "the dossier of "+firstOf(r.Component, r.Version)+" that was just made"
	}
}
