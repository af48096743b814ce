package records

import (
	"reflect"
	"slices"
	"strings"
	"sync"
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

// inYAML writes the JSON names of fields in a text that speaks of them as their
// YAML keys: "unless ownerRole is given". What is quoted stays as it is.
func inYAML(text string) string {
	words := strings.Split(text, " ")
	for i, w := range words {
		if name := strings.TrimRight(w, ",;:."); jsonNames()[name] {
			words[i] = Key(name) + w[len(name):]
		}
	}
	return strings.Join(words, " ")
}

// jsonNames are the names of all fields that people write, as far as their keys
// differ.
var jsonNames = sync.OnceValue(func() map[string]bool {
	names := map[string]bool{"notBefore": true, "notAfter": true}
	for _, kind := range append(kindNames(), ReleaseKind) {
		fields, _ := fieldsOf(kind) // every one of them is known
		for _, f := range fields {
			names[f.Name] = Key(f.Name) != f.Name
		}
	}
	return names
})

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
