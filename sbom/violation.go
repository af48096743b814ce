package sbom

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// maxMessage bounds a message: schemas list hundreds of allowed values.
const maxMessage = 300

// violations turns the errors of a schema for a value at path into problems,
// ordered by pointer: the validator walks maps in random order.
func violations(err error, path []string) []Problem {
	var top *jsonschema.ValidationError
	if !errors.As(err, &top) {
		return nil
	}
	var found []Problem
	for _, e := range leaves(nil, top) {
		at := pointer(append(slices.Clone(path), e.InstanceLocation...)...)
		found = append(found, Problem{CodeSchema, at, explain(e)})
	}
	slices.SortFunc(found, func(a, b Problem) int {
		return cmp.Or(strings.Compare(a.Pointer, b.Pointer), strings.Compare(a.Message, b.Message))
	})
	return slices.Compact(found)
}

// leaves appends the errors that say something themselves. An alternative
// (anyOf, oneOf) that nothing fits is one error, not one for each branch.
func leaves(to []*jsonschema.ValidationError, e *jsonschema.ValidationError) []*jsonschema.ValidationError {
	switch e.ErrorKind.(type) {
	case *kind.AnyOf, *kind.OneOf:
		return append(to, e)
	}
	if len(e.Causes) == 0 {
		return append(to, e)
	}
	for _, cause := range e.Causes {
		to = leaves(to, cause)
	}
	return to
}

// explain says in words what e has against the value.
func explain(e *jsonschema.ValidationError) string {
	var s string
	switch k := e.ErrorKind.(type) {
	case *kind.Required:
		s = "missing: " + strings.Join(k.Missing, ", ")
	case *kind.AdditionalProperties:
		s = fmt.Sprintf("members that the schema does not have: %q", k.Properties[:min(len(k.Properties), 10)])
	case *kind.Enum:
		s = fmt.Sprintf("%.60q is not one of the %d allowed values", fmt.Sprint(k.Got), len(k.Want))
	case *kind.AnyOf:
		s = "fits none of the allowed forms" + closest(e)
	case *kind.OneOf:
		s = "fits more than one of the allowed forms, of which it must be exactly one"
		if len(k.Subschemas) == 0 {
			s = "fits none of the allowed forms" + closest(e)
		}
	case nil:
		s = "violates the schema"
	default:
		s = plain(e)
	}
	if len(s) > maxMessage {
		s = strings.ToValidUTF8(s[:maxMessage], "") + " ..."
	}
	return s
}

// plain is the validator's own text without the place.
func plain(e *jsonschema.ValidationError) string {
	if out := e.BasicOutput(); out.Error != nil {
		return out.Error.String()
	}
	return "violates the schema"
}

// closest names what is wrong in the branch that got furthest into the value.
func closest(e *jsonschema.ValidationError) string {
	var best *jsonschema.ValidationError
	for _, cause := range e.Causes {
		for _, leaf := range leaves(nil, cause) {
			if best == nil || len(leaf.InstanceLocation) > len(best.InstanceLocation) {
				best = leaf
			}
		}
	}
	if best == nil {
		return ""
	}
	inner := best.InstanceLocation[min(len(e.InstanceLocation), len(best.InstanceLocation)):]
	return fmt.Sprintf("; the closest fails at %q: %s", pointer(inner...), explain(best))
}
