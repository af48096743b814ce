package schema

import (
	"fmt"
	"math"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// types is the keyword type: a set of JSON types. The empty set allows all.
type types uint8

const (
	typeNull types = 1 << iota
	typeBoolean
	typeInteger
	typeNumber
	typeString
	typeArray
	typeObject
)

// typeNames has the name of the type 1<<i at i.
var typeNames = [...]string{"null", "boolean", "integer", "number", "string", "array", "object"}

// UnmarshalJSONFrom implements json.UnmarshalerFrom.
func (t *types) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	names := make([]string, 1)
	var err error
	if d.PeekKind() == '[' {
		err = json.UnmarshalDecode(d, &names)
	} else {
		err = json.UnmarshalDecode(d, &names[0])
	}
	if err != nil {
		return err
	}
	for _, name := range names {
		one := typeNamed(name)
		if one == 0 {
			return fmt.Errorf("there is no type %q", name)
		}
		*t |= one
	}
	return nil
}

func typeNamed(name string) types {
	for i, n := range typeNames {
		if n == name {
			return 1 << i
		}
	}
	return 0
}

// String names the types, as in "string or null".
func (t types) String() string {
	var names []string
	for i, n := range typeNames {
		if t&(1<<i) != 0 {
			names = append(names, n)
		}
	}
	return strings.Join(names, " or ")
}

// allows reports whether v is of one of the types. A number without a
// fraction is an integer, however it is written (draft-07, section 6.1.1).
func (t types) allows(v any) bool {
	if n, ok := v.(float64); ok && t&typeInteger != 0 && n == math.Trunc(n) {
		return true
	}
	return t == 0 || t&typeOf(v) != 0
}

// typeOf is the type of a decoded value, or 0 if it is not one of JSON's.
func typeOf(v any) types {
	switch v.(type) {
	case nil:
		return typeNull
	case bool:
		return typeBoolean
	case float64:
		return typeNumber
	case string:
		return typeString
	case []any:
		return typeArray
	case map[string]any:
		return typeObject
	}
	return 0
}
