package policy

import (
	"slices"
	"time"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify"
)

// The canonical names of environments (controls catalogue, 3.31).
const (
	envDev        = "dev"
	envStaging    = "staging"
	envProduction = "production"
)

// environment folds the names of an environment into the canonical one (A1).
// Others are as they are.
func (f *Facts) environment(name string) string {
	switch {
	case holdsFold(f.Params.ProductionEnvironments, name):
		return envProduction
	case holdsFold(f.Params.StagingEnvironments, name):
		return envStaging
	case holdsFold(f.Params.DevEnvironments, name):
		return envDev
	}
	return name
}

// changed is the canonical environment of an act. What a policy names in no list
// of environments counts as production under a strict profile: production under
// another name would be judged by nobody.
func (f *Facts) changed(name string) string {
	env := f.environment(name)
	switch {
	case !f.strict, name == "", slices.Contains([]string{envDev, envStaging, envProduction}, env), holdsFold(f.Params.OtherEnvironments, name):
		return env
	}
	return envProduction
}

// environmentOf is the canonical environment of a promotion. To publish a
// library is to bring it to production (A37); the track of an app store stands
// for an environment.
func (f *Facts) environmentOf(p *evidence.Promotion) string {
	if f.Record.Kind == evidence.KindLibrary && p.Action == "publish" {
		return envProduction
	}
	if f.Record.Kind == evidence.KindApp && p.Action == "submit" {
		switch {
		case holdsFold(f.Params.StoreTracks, p.Track):
			return envProduction
		case holdsFold(f.Params.BetaTracks, p.Track):
			return envStaging
		case holdsFold(f.Params.InternalTracks, p.Track):
			return envDev
		}
	}
	return f.changed(p.Environment)
}

// promoted is one promotion that stands, or the one that the gate decides on.
type promoted struct {
	*evidence.Promotion
	// fact is its record; nil for the candidate, which nobody recorded yet.
	fact *verify.RecordFact
	// env is the canonical environment.
	env string
	// start and end are when it began and ended.
	start, end span
	proof      verify.Proof
}

// candidate reports whether the gate decides on it.
func (p promoted) candidate() bool { return p.fact == nil }

// succeeded reports whether it brought the release there, or is about to.
func (p promoted) succeeded() bool { return p.Result == "success" || p.candidate() }

// place is where it is recorded; pointer leads on from there.
func (p promoted) place(f *Facts, pointer string) verify.Place {
	if p.fact == nil {
		return verify.Place{Statement: &f.Release}
	}
	return p.fact.Place(pointer)
}

// promotions returns the promotions of the release that stand, by the times
// they began. At a gate before one into staging or production, that very
// promotion takes the place of recorded ones: what must hold before the act is
// judged against it, as of now.
func (f *Facts) promotions() []promoted {
	return f.promoted.get(func() []promoted {
		var list []promoted
		deciding := map[verify.Gate]string{verify.GateStaging: envStaging, verify.GateProduction: envProduction}[f.Gate]
		for fact, p := range verify.Standing[*evidence.Promotion](f.Facts) {
			x := promoted{Promotion: p, fact: fact, env: f.environmentOf(p), start: spanOf(p.At), end: atTime(p.FinishedAt), proof: fact.Proof}
			if x.env != deciding {
				list = append(list, x)
			}
		}
		if deciding != "" {
			list = append(list, f.candidate(deciding))
		}
		slices.SortStableFunc(list, func(a, b promoted) int { return earliest(a.start).Compare(earliest(b.start)) })
		return list
	})
}

func earliest(s span) time.Time {
	if s.from.IsZero() {
		return s.to
	}
	return s.from
}

// candidate is the promotion that the gate decides on: of the artifacts that
// were given to the verifier, else of all, now.
func (f *Facts) candidate(env string) promoted {
	p := &evidence.Promotion{
		Environment: env, Action: "deploy", Tag: f.Record.Tag.Name, Version: f.Record.Version,
		Commit: evidence.ObjectID(f.Record.Commit), Entry: evidence.Entry{At: evidence.Moment(evidence.At(f.AsOf))},
	}
	given := slices.ContainsFunc(f.Artifacts, func(a verify.ArtifactFact) bool { return a.ComparedWith != "" })
	for _, a := range f.Artifacts {
		if a.ComparedWith != "" || !given {
			p.Artifacts = append(p.Artifacts, evidence.ResourceDescriptor{Name: a.Name, Digest: a.Digest.Set()})
		}
	}
	return promoted{Promotion: p, env: env, start: at(f.AsOf), proof: verify.Proof{Grade: verify.Proven, By: "the verifier's own arguments"}}
}

// into returns the promotions into an environment, by its canonical name.
func (f *Facts) into(env string) []promoted {
	return f.entered.get(func() map[string][]promoted {
		m := map[string][]promoted{}
		for _, p := range f.promotions() {
			m[p.env] = append(m[p.env], p)
		}
		return m
	})[env]
}

// eachInto applies judge to the promotions into an environment and returns the
// first result that is not ok. Proof and inputs of those that are ok count
// besides the promotion's own. That there is none is missing evidence, which
// follows from promotion/deploy-record.
func (f *Facts) eachInto(env, want string, judge func(promoted) (Result, bool)) Result {
	list := f.into(env)
	if len(list) == 0 {
		return missing(want, "no promotion to "+env+" is recorded").at(verify.Place{Statement: &f.Release}).follows("promotion/deploy-record")
	}
	var proofs []verify.Proof
	var where []verify.Place
	for _, p := range list {
		r, ok := judge(p)
		if !ok {
			if r.Expected == "" {
				r.Expected = want
			}
			if len(r.Inputs) == 0 {
				r = r.at(p.place(f, ""))
			}
			return r.on(p.start, p.env)
		}
		proofs, where = append(proofs, p.proof), append(append(where, p.place(f, "")), r.Inputs...)
		if r.Proof.Grade != "" {
			proofs = append(proofs, r.Proof)
		}
	}
	return pass(weakest(proofs, verify.Proof{}), "%s", plural(len(list), "promotion to "+env, "promotions to "+env)).wants(want).at(where...)
}

// clockStated is the clock of rules about times that records state.
const clockStated = "time stated in the records"

// brings reports whether a promotion brings the release somewhere, where others
// switch a flag, change a configuration or take a release back.
func (p promoted) brings() bool {
	switch p.Action {
	case "deploy", "promote", "publish", "submit":
		return true
	}
	return false
}

// decided is when the release was decided on last: when its last production
// promotion began, else now. What must not have happened before must be known up
// to then.
func (f *Facts) decided() time.Time {
	list := f.into(envProduction)
	if len(list) == 0 || list[len(list)-1].start.to.IsZero() {
		return f.AsOf
	}
	return list[len(list)-1].start.to
}
