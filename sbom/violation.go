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
		names := slices.Sorted(slices.Values(k.Properties))
		s = fmt.Sprintf("members that the schema does not have: %.60q", names[:min(len(names), 10)])
	case *kind.Enum:
		s = fmt.Sprintf("%s is not one of the %d allowed values", shown(k.Got), len(k.Want))
		if len(k.Want) == 1 {
			s = fmt.Sprintf("%s is not %s, the only allowed value", shown(k.Got), shown(k.Want[0]))
		}
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

// shown is a value for a message; what is large is only named.
func shown(v any) string {
	switch v := v.(type) {
	case string:
		return fmt.Sprintf("%.60q", v)
	case map[string]any:
		return "an object"
	case []any:
		return "an array"
	}
	return fmt.Sprint(v)
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
	why := ""
	for _, cause := range e.Causes {
		for _, leaf := range leaves(nil, cause) {
			depth := len(leaf.InstanceLocation)
			if best != nil && depth < len(best.InstanceLocation) {
				continue
			}
			// Causes are in random order, so ties are broken by the text.
			text := failure(e, leaf)
			if best == nil || depth > len(best.InstanceLocation) || text < why {
				best, why = leaf, text
			}
		}
	}
	return why
}

func failure(e, leaf *jsonschema.ValidationError) string {
	inner := leaf.InstanceLocation[min(len(e.InstanceLocation), len(leaf.InstanceLocation)):]
	return fmt.Sprintf("; the closest fails at %q: %s", pointer(inner...), explain(leaf))
}
