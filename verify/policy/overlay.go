package policy

import (
	"slices"
	"strings"
	"time"

	"github.com/release-dossier/dossier/internal/lazyregexp"
	"github.com/release-dossier/dossier/internal/strictyaml"
	"github.com/release-dossier/dossier/verify"
	"github.com/release-dossier/dossier/verify/trust"
)

// idForm is the form of a policy's id.
var idForm = lazyregexp.New(`^[a-zA-Z0-9][a-zA-Z0-9._-]{0,99}$`)

// overlay puts a document over what it extends. It may ask more; to ask less it
// needs an exception (rules of format, G15).
type overlay struct {
	*Policy
	d    *document
	name string
	// file says that it extends a file rather than a profile: the defaults of a
	// profile are free to be set, what a file sets is not free to be lowered.
	file bool
}

// over returns the policy that the document makes of its parent.
func (d *document) over(parent *Policy, name string, compiler Compiler) (*Policy, error) {
	switch from, until := d.Effective.Value.From, d.Effective.Value.Until; {
	case !idForm.MatchString(d.ID.Value):
		return nil, d.ID.Errorf("want at most 100 letters, digits and . _ -, beginning with a letter or digit")
	case d.Version.Value < 1:
		return nil, d.Version.Errorf("want a whole number from 1")
	case !recordable(from) || !until.IsZero() && !recordable(until):
		return nil, d.Effective.Errorf("want times in the years 1970 to 9999")
	case !until.IsZero() && !from.Before(until):
		return nil, d.Effective.Errorf("until is not after from, so that the policy is never in force")
	}
	p := *parent
	p.ID, p.Version, p.Effective = d.ID.Value, d.Version.Value, trust.Interval(d.Effective.Value)
	p.rules, p.Loosened, p.extended = slices.Clone(parent.rules), slices.Clone(parent.Loosened), false
	p.origins = map[string]Origin{}
	for k, v := range parent.origins {
		p.origins[k] = v
	}
	o := overlay{Policy: &p, d: d, name: name, file: parent.extended}
	for _, step := range []func() error{
		o.checkLoosen, o.ask, o.without, o.enforce, o.parameters, o.grade,
		func() error { return o.ownRules(compiler) },
	} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return &p, nil
}

// checkLoosen demands that every permission names an exception and something
// that exists.
func (o overlay) checkLoosen() error {
	for _, l := range o.d.Loosen {
		if placeholder(l.Exception.Value) {
			return l.Exception.Errorf("want the id of the exception that allows it")
		}
		for _, w := range l.What {
			if _, known := lookupParameter(w.Value); !known {
				if _, err := o.match(w); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// loosen allows something less to be asked if an exception says so. at is the
// place of what asks less.
func (o overlay) loosen(what string, at text, less string) error {
	for _, l := range o.d.Loosen {
		for _, w := range l.What {
			if matches(w.Value, what) {
				o.Loosened = append(o.Loosened, Loosening{What: what, Less: less, Exception: l.Exception.Value, At: origin(o.name, at.Pos)})
				return nil
			}
		}
	}
	return at.Errorf("this asks less of %s (%s), which needs an exception: add it under loosen, with the exception's id", what, less)
}

// Loosening is something that a policy asks less of than what it extends, by an
// exception.
type Loosening struct {
	// What is a control or parameter, Less how less is asked of it.
	What, Less string
	// Exception is the id of the exception that allows it.
	Exception string
	// At is the place in the policy.
	At Origin
}

// ask adds controls above the profile.
func (o overlay) ask() error {
	for _, pattern := range o.d.Ask {
		found := false
		for _, c := range Controls() {
			if !matches(pattern.Value, c.ID) {
				continue
			}
			found = true
			if !slices.ContainsFunc(o.rules, func(r rule) bool { return r.ID == c.ID }) {
				o.rules = append(o.rules, ruleOf(c, o.Profile))
				o.origins[c.ID] = origin(o.name, pattern.Pos)
			}
		}
		if !found {
			return pattern.Errorf("unknown control %.80q%s", pattern.Value, hint(pattern.Value, controlPatterns()))
		}
	}
	slices.SortFunc(o.rules, func(a, b rule) int { return strings.Compare(a.ID, b.ID) })
	return nil
}

// without leaves controls out, by an exception.
func (o overlay) without() error {
	for _, pattern := range o.d.Without {
		matched, err := o.match(pattern)
		if err != nil {
			return err
		}
		var gone []string
		for _, i := range matched {
			if err := o.loosen(o.rules[i].ID, pattern, "not asked"); err != nil {
				return err
			}
			gone = append(gone, o.rules[i].ID)
		}
		o.rules = slices.DeleteFunc(o.rules, func(r rule) bool { return slices.Contains(gone, r.ID) })
	}
	return nil
}

// enforce sets from when each control blocks: the earliest date that names it.
func (o overlay) enforce() error {
	dates, places := map[string]time.Time{}, map[string]text{}
	for _, e := range o.d.Enforce {
		if !recordable(e.From.Value) {
			return e.From.Errorf("want a time in the years 1970 to 9999")
		}
		if len(e.Controls) == 0 {
			return e.From.Errorf("names no control")
		}
		for _, pattern := range e.Controls {
			matched, err := o.match(pattern)
			if err != nil {
				return err
			}
			for _, i := range matched {
				id := o.rules[i].ID
				if d, set := dates[id]; !set || e.From.Value.Before(d) {
					dates[id], places[id] = e.From.Value, pattern
				}
			}
		}
	}
	for i := range o.rules {
		r := &o.rules[i]
		date, set := dates[r.ID]
		if !set {
			continue
		}
		if o.file && date.After(r.enforced) {
			if err := o.loosen(r.ID, places[r.ID], "blocking later"); err != nil {
				return err
			}
		}
		r.enforced = date
		o.origins["enforce "+r.ID] = origin(o.name, places[r.ID].Pos)
	}
	return nil
}

// grade sets the lowest grade that passes: of a pattern before the default,
// and the highest of several patterns. A strict profile's own least grades are
// no default: to go below one needs an exception.
func (o overlay) grade() error {
	var def *strictyaml.Entry[gradeEntry]
	given, places := map[string]verify.Grade{}, map[string]text{}
	for i, e := range o.d.Grades {
		g := verify.Grade(e.Value.AtLeast.Value)
		if !slices.Contains([]verify.Grade{verify.Proven, verify.Attested, verify.Claimed}, g) {
			return e.Value.AtLeast.Errorf("unknown grade %.40q: want proven, attested or claimed", string(g))
		}
		if e.Key.Value == "default" {
			def = &o.d.Grades[i]
			continue
		}
		matched, err := o.match(e.Key)
		if err != nil {
			return err
		}
		for _, k := range matched {
			if id := o.rules[k].ID; g.AtLeast(given[id]) {
				given[id], places[id] = g, e.Key
			}
		}
	}
	for i := range o.rules {
		r := &o.rules[i]
		g, set := given[r.ID]
		if !set && def != nil && (r.atLeast == "" || !r.atLeast.AtLeast(verify.Grade(def.Value.AtLeast.Value))) {
			g, places[r.ID], set = verify.Grade(def.Value.AtLeast.Value), def.Key, true
		}
		if !set {
			continue
		}
		if r.atLeast != "" && !g.AtLeast(r.atLeast) {
			if err := o.loosen(r.ID, places[r.ID], "proof of a lower grade"); err != nil {
				return err
			}
		}
		r.atLeast = g
		o.origins["grade "+r.ID] = origin(o.name, places[r.ID].Pos)
	}
	return nil
}

// parameters applies the values that the document gives.
func (o overlay) parameters() error {
	for _, e := range o.d.Parameters {
		x, ok := lookupParameter(e.Key.Value)
		if !ok {
			return e.Key.Errorf("unknown parameter %.80q%s", e.Key.Value, parameterHint(e.Key.Value))
		}
		before := x.get(&o.Params)
		if err := x.set(&o.Params, e.Value.Node); err != nil {
			return err
		}
		if o.file && written(before) != written(x.get(&o.Params)) {
			if err := o.loosen(x.Name, e.Key, "another value than what it extends sets"); err != nil {
				return err
			}
		}
		o.origins["parameter "+x.Name] = origin(o.name, e.Key.Pos)
	}
	return nil
}

// match returns the indexes of the rules that a pattern names: an id, a theme
// such as tag/*, or * for all. It is an error if there is none.
func (o overlay) match(pattern text) ([]int, error) {
	var list []int
	for i, r := range o.rules {
		if matches(pattern.Value, r.ID) {
			list = append(list, i)
		}
	}
	if len(list) > 0 {
		return list, nil
	}
	lowest := len(profiles)
	for _, c := range Controls() {
		if matches(pattern.Value, c.ID) {
			lowest = min(lowest, slices.Index(profiles, c.profile()))
		}
	}
	if lowest < len(profiles) {
		return nil, pattern.Errorf("the profile %s does not ask %s: extend %s, or leave it out", o.Profile, pattern.Value, profiles[lowest])
	}
	return nil, pattern.Errorf("unknown control %.80q%s", pattern.Value, hint(pattern.Value, controlPatterns()))
}

// controlPatterns lists what a pattern may be.
func controlPatterns() []string {
	known := []string{"*"}
	for _, c := range Controls() {
		theme, _, _ := strings.Cut(c.ID, "/")
		known = append(known, c.ID, theme+"/*")
	}
	return known
}
