package policy

import (
	"time"

	"github.com/release-dossier/dossier/verify"
)

// event is a moment that somebody stated.
type event struct {
	what string
	at   time.Time
}

// order is a pair of events of which the first cannot be after the second.
type order struct{ first, second event }

func traceChronology(f *Facts) Result {
	r := f.Record
	created := event{"the record", r.CreatedAt.Time}
	pairs := []order{{created, event{"the moment of judgement", f.AsOf}}}
	tagged := event{"the tag", f.Tag.Object.Tagger.When}
	pairs = append(pairs, order{tagged, created})
	if len(f.Range.Commits) > 0 && string(f.Range.Commits[0].ID) == r.Commit {
		commit := event{"the commit", f.Range.Commits[0].Committer.When}
		pairs = append(pairs, order{commit, tagged}, order{commit, created})
		pairs = append(pairs, builds(f, commit, created)...)
	} else {
		pairs = append(pairs, builds(f, event{}, created)...)
	}
	for _, a := range f.Approvals {
		if a.Approval != nil && a.Release != nil {
			pairs = append(pairs, order{created, event{"the approval by " + approver(a), a.At.Time}})
		}
	}
	for _, o := range pairs {
		// A time that nobody stated contradicts nothing.
		if !o.first.at.IsZero() && !o.second.at.IsZero() && o.first.at.After(o.second.at.Add(f.Params.ClockSkew.Duration())) {
			return fail("impossible-order", o.first.what+" before "+o.second.what,
				"%s at %s, %s at %s", o.first.what, stamp(o.first.at), o.second.what, stamp(o.second.at)).at(inRecord(f, "/createdAt"))
		}
	}
	res := pass(verify.Weakest(tagProof(f), f.Stated()), "%d pairs of times", len(pairs))
	res.Clock = "times stated by their signers"
	return res.at(inRecord(f, "/createdAt"))
}

// builds orders each build between the commit and the record.
func builds(f *Facts, commit, created event) []order {
	var pairs []order
	for _, v := range f.Provenance {
		if v.Summary == nil {
			continue
		}
		start := event{"the start of the build", v.Summary.StartedAt.Time}
		end := event{"the end of the build", v.Summary.FinishedAt.Time}
		pairs = append(pairs, order{commit, start}, order{start, end}, order{start, created}, order{end, created})
	}
	return pairs
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }
