package policy

import (
	"errors"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/internal/lazyregexp"
	"github.com/release-dossier/dossier/internal/strictyaml"
	"github.com/release-dossier/dossier/verify"
)

// OwnTheme is the first part of the ids of rules that a policy writes itself:
// "own/two-regions".
const OwnTheme = "own"

// Compiler compiles the expression of an own rule, once for a policy. Its error
// says what is wrong with the text.
type Compiler interface {
	Compile(expression string) (Expression, error)
}

// Expression is a compiled rule. It is given the input document that
// [Facts.Input] describes, and tells whether the rule holds. An error is a
// failure of the rule.
type Expression interface {
	Holds(input map[string]any) (bool, error)
}

// ownRule is a rule as a policy writes it.
type ownRule struct {
	Title    text                    `yaml:"title,required"`
	Holds    text                    `yaml:"holds,required"`
	Level    text                    `yaml:"level"`
	Gate     text                    `yaml:"gate"`
	Question strictyaml.Located[int] `yaml:"question"`
	Fix      text                    `yaml:"fix,required"`
}

// maxExpression bounds the text of a rule, in bytes.
const maxExpression = 8192

var ownName = lazyregexp.New(`^[a-z0-9][a-z0-9-]{0,63}$`)

// ownRules adds the rules of the document to what is asked.
func (o overlay) ownRules(compiler Compiler) error {
	for _, e := range o.d.Rules {
		r := e.Value
		gate, level, question := verify.Gate(either(r.Gate.Value, string(verify.GateFinal))), either(r.Level.Value, Must), r.Question.Value
		if question == 0 {
			question = 7
		}
		id := OwnTheme + "/" + e.Key.Value
		switch {
		case !ownName.MatchString(e.Key.Value):
			return e.Key.Errorf("want at most 64 lower-case letters, digits and -")
		case slices.ContainsFunc(o.rules, func(x rule) bool { return x.ID == id }):
			return e.Key.Errorf("the policy that this one extends has a rule of that name")
		case placeholder(r.Title.Value) || placeholder(r.Fix.Value):
			return r.Title.Errorf("want a title and a fix that a reader can act on")
		case level != Must && level != Should:
			return r.Level.Errorf("unknown level %.20q: want MUST or SHOULD", level)
		case !slices.Contains(verify.Gates(), gate):
			return r.Gate.Errorf("unknown gate %.20q: want tag, staging, production or final", string(gate))
		case question < 1 || question > 7:
			return r.Question.Errorf("want a number from 1 to 7")
		case compiler == nil:
			return r.Holds.Errorf("own rules are not read here: give the reader a compiler, such as that of verify/cel")
		case len(r.Holds.Value) > maxExpression:
			return r.Holds.Errorf("longer than %d bytes", maxExpression)
		}
		x, err := compiler.Compile(r.Holds.Value)
		if err != nil {
			return r.Holds.Errorf("%w", err)
		}
		o.rules = append(o.rules, ruleOf(Control{
			ID: id, Level: level, Sections: "own", Theme: "Rules of this policy",
			Title: r.Title.Value, Failing: "Does not hold: " + r.Title.Value, Logic: r.Holds.Value,
			Applies: "*", Waive: "exc", Question: question, Gate: gate, Profile: o.Profile,
			Evidence: []string{"input"}, Last: true, Fix: verify.Fix{Before: r.Fix.Value, Now: r.Fix.Value}, Check: ownCheck(x, r.Holds.Value),
		}, o.Profile))
		o.origins[id] = origin(o.name, e.Key.Pos)
	}
	slices.SortFunc(o.rules, func(a, b rule) int { return strings.Compare(a.ID, b.ID) })
	return nil
}

// ownCheck judges by a compiled rule. What is undefined or an error fails.
func ownCheck(x Expression, written string) func(*Facts) Result {
	want := strings.Join(strings.Fields(written), " ")
	return func(f *Facts) Result {
		input, err := f.Input()
		if err != nil {
			return unknown(codeInternalError, "the input document: %v", err).wants(want)
		}
		place := inRecord(f, "")
		switch holds, err := x.Holds(input); {
		case errors.Is(err, ErrCost):
			return fail("rule-cost", want, "%v", err).at(place)
		case err != nil:
			return fail("rule-error", want, "%v", err).at(place)
		case !holds:
			return fail("rule-false", want, "it is false").at(place)
		}
		return pass(f.Stated(), "it is true").wants(want).at(place)
	}
}

// own reports whether the policy writes the rule itself.
func (c *Control) own() bool { return strings.HasPrefix(c.ID, OwnTheme+"/") }

// ErrCost says that a rule needs more work than it may.
var ErrCost = errors.New("the rule needs more steps than it may take")
