package records

import (
	"reflect"
	"slices"
	"strings"
)

// Key returns the YAML key of a JSON name: "rollbackPlan" is "rollback-plan".
func Key(jsonName string) string {
	var b strings.Builder
	for i := range len(jsonName) {
		c := jsonName[i]
		if c >= 'A' && c <= 'Z' {
			b.WriteByte('-')
			c += 'a' - 'A'
		}
		b.WriteByte(c)
	}
	return b.String()
}

// fieldOf returns the field of t, or of a struct embedded in it, that key
// names.
func fieldOf(t reflect.Type, key string) (reflect.StructField, bool) {
	for _, f := range reflect.VisibleFields(t) {
		if name := jsonName(f); name != "" && Key(name) == key {
			return f, true
		}
	}
	return reflect.StructField{}, false
}

// keys returns the YAML keys of t.
func keys(t reflect.Type) []string {
	var list []string
	for _, f := range reflect.VisibleFields(t) {
		if name := jsonName(f); name != "" {
			list = append(list, Key(name))
		}
	}
	return list
}

// rootKeys returns the YAML keys of a record that a person writes.
func rootKeys(t reflect.Type) []string {
	return slices.DeleteFunc(keys(t), ownedByTool)
}

// ownedByTool reports whether a member of a record is filled in by the signing
// tool.
func ownedByTool(name string) bool { return slices.Contains(toolOwned[:], name) }

func jsonName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name
}
