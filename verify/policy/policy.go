package policy

import (
	"fmt"
	"slices"
	"time"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/internal/strictjson"
	"github.com/release-dossier/dossier/verify"
	"github.com/release-dossier/dossier/verify/trust"
)

// Policy says which controls are asked, how strictly and from when. It
// implements [verify.Policy], is made by [Parse] or [Profile], and is not
// changed afterwards, so that any number of goroutines may use it.
type Policy struct {
	// ID and Version name the policy among its kind.
	ID      string
	Version int
	// Effective is when the policy is in force: it judges releases whose
	// statement was made then.
	Effective trust.Interval
	// Profile is the built-in profile it extends.
	Profile string
	// Params are the values that controls take from it.
	Params Params
	// Digest is the SHA-256 of the RFC 8785 form of what the document means,
	// with its ID and version. Comments and layout do not change it.
	Digest evidence.Digest
	// Rules is the digest of the effective policy: profile and defaults written
	// out, with the catalogue's version, without ID and version (rules of
	// format, R5). Two policies with equal Rules judge alike.
	Rules evidence.Digest
	// Loosened is what it asks less of than what it extends, by exceptions.
	Loosened []Loosening

	rules []rule // sorted by ID
	// origins say where values are given: by a control's id what asks it, by
	// "enforce ID", "grade ID" and "parameter NAME" what sets that.
	origins map[string]Origin
	// extended says that another document extends it.
	extended bool
	// views are what it tells a report, by gate.
	views map[verify.Gate]verify.PolicyView
	// forced judges a release made when the policy was not in force, and
	// accepts nothing.
	forced bool
}

// rule is a control as a policy asks it.
type rule struct {
	Control
	applies applicability
	waiver  waiver
	// enforced is when its failures begin to block; zero is always.
	enforced time.Time
	// atLeast is the lowest grade that passes; "" is any.
	atLeast verify.Grade
}

// Profile returns the built-in policy of that name, which is
// always in force and enforced from the start.
func Profile(name string) (*Policy, error) {
	if err := checkProfile(name); err != nil {
		return nil, err
	}
	p := &Policy{ID: name, Version: Catalogue, Profile: name, Params: DefaultParams(), rules: rulesOf(name), origins: map[string]Origin{}}
	return p, p.seal()
}

// meaning is what a policy comes to, as its digests cover it.
type meaning struct {
	ID        string        `json:"id,omitempty"`
	Version   int           `json:"version,omitempty"`
	Catalogue int           `json:"catalogue"`
	Profile   string        `json:"profile"`
	From      evidence.Time `json:"from,omitzero"`
	Until     evidence.Time `json:"until,omitzero"`
	Controls  []asked       `json:"controls"`
	Params    Params        `json:"parameters"`
}

type asked struct {
	ID           string        `json:"id"`
	Level        string        `json:"level"`
	Gate         verify.Gate   `json:"gate"`
	EnforcedFrom evidence.Time `json:"enforcedFrom,omitzero"`
	AtLeast      verify.Grade  `json:"atLeast,omitempty"`
	// Holds and Question are those of a rule that the policy writes itself.
	Holds    string `json:"holds,omitempty"`
	Question int    `json:"question,omitempty"`
}

// seal computes the digests, and what depends on the policy alone.
func (p *Policy) seal() (err error) {
	m := meaning{
		Catalogue: Catalogue, Profile: p.Profile, Params: p.Params,
		From: moment(p.Effective.From), Until: moment(p.Effective.Until),
	}
	for _, r := range p.rules {
		a := asked{ID: r.ID, Level: r.Level, Gate: r.Gate, EnforcedFrom: moment(r.enforced), AtLeast: r.atLeast}
		if r.own() {
			a.Holds, a.Question = r.Logic, r.Question
		}
		m.Controls = append(m.Controls, a)
	}
	if p.Rules, err = m.digest(); err != nil {
		return err
	}
	m.ID, m.Version = p.ID, p.Version
	if p.Digest, err = m.digest(); err != nil {
		return err
	}
	p.views = p.viewsByGate()
	return nil
}

func moment(t time.Time) evidence.Time { return evidence.Time{Time: t} }

func (m meaning) digest() (evidence.Digest, error) {
	data, err := strictjson.Marshal(m)
	if err == nil {
		data, err = strictjson.Canonical(data)
	}
	if err != nil {
		return evidence.Digest{}, fmt.Errorf("policy: %w", err)
	}
	return evidence.Sum(data), nil
}

// view tells the report which policy judged, and what it did not ask at gate.
func (p *Policy) view(gate verify.Gate) verify.PolicyView {
	v, ok := p.views[gate]
	if !ok {
		v = p.views[""] // what is no gate asks nothing
	}
	v.NotAskedWhy, v.NextAdds = slices.Clone(v.NotAskedWhy), slices.Clone(v.NextAdds)
	v.Loosened = p.loosened()
	return v
}

// viewsByGate works out the view at each gate.
func (p *Policy) viewsByGate() map[verify.Gate]verify.PolicyView {
	base := verify.PolicyView{
		DocumentView: verify.DocumentView{ID: p.ID, Version: p.Version, Digest: p.Digest},
		Profile:      p.Profile, Effective: p.Rules,
	}
	if p.Params.UnderPolicy != exposureFull {
		base.Exposure = p.Params.UnderPolicy
	}
	leftOut := "are left out by exceptions"
	if p.Params.UnderPolicy == exposureOutOfScope {
		leftOut = "do not bind what is out of scope"
	}
	if i := slices.Index(profiles, p.Profile) + 1; i > 0 && i < len(profiles) {
		base.Next = profiles[i]
	}
	all, own, out := controls(), 0, 0 // own are no part of the catalogue
	for i := range p.rules {
		if p.rules[i].own() {
			own++
		}
	}
	for i := range all {
		c := &all[i]
		if _, asked := ruleAt(p.rules, c.ID); !asked && c.askedBy(p.Profile) {
			out++
		}
		if base.Next != "" && c.askedBy(base.Next) && !c.askedBy(p.Profile) {
			base.NextAdds = append(base.NextAdds, c.ID)
		}
	}
	views := make(map[verify.Gate]verify.PolicyView, len(verify.Gates()))
	for _, gate := range append(verify.Gates(), "") {
		v := base
		v.NotAsked = CatalogueSize
		for i := range p.rules {
			if r := &p.rules[i]; r.askedAt(gate) {
				v.Asked++
				if !r.own() {
					v.NotAsked--
				}
			}
		}
		for _, why := range []struct {
			n    int
			text string
		}{
			{len(p.rules) - v.Asked, "fall due at a later gate"},
			{out, leftOut},
			{len(all) - (len(p.rules) - own) - out, "belong to a higher profile"},
			{CatalogueSize - len(all), "are not judged by this version"},
		} {
			if why.n > 0 {
				v.NotAskedWhy = append(v.NotAskedWhy, fmt.Sprintf("%d %s", why.n, why.text))
			}
		}
		views[gate] = v
	}
	return views
}

// loosened tells a report what the policy asks less of, what one exception
// allows alike in one line.
func (p *Policy) loosened() []verify.LoosenedView {
	var list []verify.LoosenedView
	for _, l := range p.Loosened {
		i := slices.IndexFunc(list, func(v verify.LoosenedView) bool { return v.Less == l.Less && v.Exception == l.Exception })
		if i < 0 {
			i, list = len(list), append(list, verify.LoosenedView{Less: l.Less, Exception: l.Exception})
		}
		list[i].What = append(list[i].What, l.What)
	}
	return list
}
