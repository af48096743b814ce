package main

import (
	"reflect"

	"github.com/invopop/jsonschema"

	"github.com/release-dossier/dossier/evidence"
)

// mapper gives the types with a JSON form of their own their schema; package
// evidence does not know of schemas.
func mapper(t reflect.Type) *jsonschema.Schema {
	switch t {
	case reflect.TypeFor[evidence.Digest]():
		s := digestSet()
		s.Required = []string{"sha256"}
		return s
	case reflect.TypeFor[evidence.DigestSet]():
		s := digestSet()
		s.MinProperties = new(uint64(1))
		return s
	case reflect.TypeFor[evidence.Time]():
		return moment()
	case reflect.TypeFor[evidence.TimeOrInterval]():
		return &jsonschema.Schema{OneOf: []*jsonschema.Schema{moment(), interval()}}
	case reflect.TypeFor[evidence.Interval]():
		return interval()
	case reflect.TypeFor[evidence.ObjectID]():
		return &jsonschema.Schema{Type: "string", Pattern: objectID}
	case reflect.TypeFor[evidence.Identity]():
		return &jsonschema.Schema{Type: "string", Pattern: identity, MaxLength: new(uint64(1024))}
	}
	return nil
}

// identity is the grammar of rules of format, R12.
const identity = `^(oidc:[^|]+\|.+` +
	`|x509:[0-9a-f]{64}\|(email|uri|dns|ip|other):.+` +
	`|key:sha256:[0-9a-f]{64}` +
	`|pgp:([0-9A-F]{40}|[0-9A-F]{64})` +
	`|account:[a-z0-9._-]+:.+` +
	`|mailto:[^ <>]+@[^@ <>A-Z]+)$`

// digestSet is a map from the algorithms the decoder knows to lower-case hex.
func digestSet() *jsonschema.Schema {
	s := &jsonschema.Schema{
		Type:                 "object",
		Properties:           jsonschema.NewProperties(),
		AdditionalProperties: jsonschema.FalseSchema,
	}
	for _, a := range []struct{ name, pattern string }{
		{"sha256", "^[0-9a-f]{64}$"}, {"sha384", "^[0-9a-f]{96}$"}, {"sha512", "^[0-9a-f]{128}$"},
		{"sha3_256", "^[0-9a-f]{64}$"}, {"sha3_384", "^[0-9a-f]{96}$"}, {"sha3_512", "^[0-9a-f]{128}$"},
		{"sha1", "^[0-9a-f]{40}$"}, {"gitCommit", "^[0-9a-f]{40}$"}, {"gitTag", "^[0-9a-f]{40}$"},
		{"gitTree", "^[0-9a-f]{40}$"}, {"gitBlob", "^[0-9a-f]{40}$"},
	} {
		s.Properties.Set(a.name, &jsonschema.Schema{Type: "string", Pattern: a.pattern})
	}
	return s
}

func moment() *jsonschema.Schema { return &jsonschema.Schema{Type: "string", Format: "date-time"} }

// interval has one end at least.
func interval() *jsonschema.Schema {
	s := &jsonschema.Schema{Type: "object", Properties: jsonschema.NewProperties(), MinProperties: new(uint64(1))}
	s.Properties.Set("notBefore", moment())
	s.Properties.Set("notAfter", moment())
	s.AnyOf = []*jsonschema.Schema{{Required: []string{"notBefore"}}, {Required: []string{"notAfter"}}}
	return s
}
