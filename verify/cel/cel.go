// Package cel compiles the rules that a policy writes itself, in the Common
// Expression Language (cel.dev). It is a leaf: a program that does not import it
// does not link CEL, and a policy with own rules is then refused.
//
//	p, err := policy.Reader{Rules: cel.Compiler{}}.Parse("policy.yaml", data)
//
// A rule is an expression over one variable, input, the document that
// policy.Input describes:
//
//	rules:
//	  two-regions:
//	    title: Production has two regions
//	    holds: |
//	      input.records.exists(r, r.kind == "promotion" &&
//	        r.record.environment == "production" && size(r.record.targets) >= 2)
//	    fix: deploy to a second region and record it
//
// It must be true to hold. What is undefined, an error, or more work than
// [CostLimit] is a failure, never a pass. An expression cannot loop for ever, read
// a file, know the time or change anything. Extensions: strings and lists of cel-go's
// package ext, in a fixed version.
package cel

import (
	"errors"
	"fmt"
	"strings"
	"sync"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/ext"

	"github.com/release-dossier/dossier/verify/policy"
)

// CostLimit is how many steps one evaluation may take, in CEL's unit: about one
// for each operation and each item that is looked at.
const CostLimit = 10_000_000

// The versions of the extensions, so that an expression means the same later.
const (
	stringsVersion = 4
	listsVersion   = 3
)

// Compiler implements [policy.Compiler]. The zero value is ready, and any number
// of goroutines may use it.
type Compiler struct{}

// environment is made once: it is the same for all rules.
var environment = sync.OnceValues(func() (*cel.Env, error) {
	return cel.NewEnv(
		cel.Variable("input", cel.MapType(cel.StringType, cel.DynType)),
		ext.Strings(ext.StringsVersion(stringsVersion)), ext.Lists(ext.ListsVersion(listsVersion)),
	)
})

// Compile implements [policy.Compiler]. The error tells line and column within
// the expression.
func (Compiler) Compile(expression string) (policy.Expression, error) {
	env, err := environment()
	if err != nil {
		return nil, err
	}
	ast, issues := env.Compile(expression)
	if err := issues.Err(); err != nil {
		return nil, oneLine(issues)
	}
	if t := ast.OutputType(); !t.IsExactType(types.BoolType) && !t.IsExactType(types.DynType) {
		return nil, fmt.Errorf("the rule gives a %s: want true or false", t)
	}
	program, err := env.Program(ast, cel.CostLimit(CostLimit))
	if err != nil {
		return nil, err
	}
	return expr{program}, nil
}

// oneLine tells the first mistake in one line.
func oneLine(issues *cel.Issues) error {
	e := issues.Errors()[0]
	return fmt.Errorf("in the rule, line %d, column %d: %s", e.Location.Line(), e.Location.Column()+1, strings.Join(strings.Fields(e.Message), " "))
}

// expr is one compiled rule.
type expr struct{ program cel.Program }

// Holds implements [policy.Expression].
func (x expr) Holds(input map[string]any) (bool, error) {
	out, _, err := x.program.Eval(map[string]any{"input": input})
	switch {
	case err != nil && strings.Contains(err.Error(), "cost limit exceeded"):
		return false, policy.ErrCost
	case err != nil:
		return false, errors.New(strings.Join(strings.Fields(err.Error()), " "))
	}
	holds, ok := out.Value().(bool)
	if !ok {
		return false, fmt.Errorf("the rule gives a %s: want true or false", out.Type().TypeName())
	}
	return holds, nil
}
