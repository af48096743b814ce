package main

import (
	"reflect"

	"github.com/invopop/jsonschema"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/collect"
	"github.com/release-dossier/dossier/internal/result"
	"github.com/release-dossier/dossier/verify"
)

const (
	// resultFile is the schema of what commands that write print, below docs.
	resultFile = "result/v1.schema.json"
	resultID   = "https://release-dossier.github.io/dossier/result/v1.schema.json"
)

// resultSchema returns the schema of [result.Result].
func resultSchema(source string) ([]byte, error) {
	r, err := outputReflector(source, map[string]string{
		"/evidence": ".", "/evidence/collect": "collect", "/verify": "../verify", "/internal/result": "../internal/result",
	})
	if err != nil {
		return nil, err
	}
	r.Mapper = func(t reflect.Type) *jsonschema.Schema {
		if t == reflect.TypeFor[evidence.Record]() { // it has a schema of its own
			return &jsonschema.Schema{Type: "object"}
		}
		return mapper(t)
	}
	s := r.Reflect(result.Result{})
	s.ID = resultID
	for _, words := range []struct {
		of     *jsonschema.Schema
		member string
		list   []any
	}{
		{s, "format", []any{result.Format}},
		{s.Definitions["File"], "change", []any{result.Written, result.Replaced, result.Added, result.Unchanged, result.Kept}},
		{s.Definitions["Gap"], "who", of(collect.Everybody())},
		{s.Definitions["Failed"], "who", of(collect.Everybody())},
		{s.Definitions["Redaction"], "before", of(verdicts)},
		{s.Definitions["Redaction"], "after", of(verdicts)},
		{s.Definitions["Preview"], "verdict", of(verdicts)},
	} {
		if p, ok := words.of.Properties.Get(words.member); ok {
			p.Enum = words.list
		}
	}
	return encode(s)
}

var verdicts = []verify.Verdict{verify.Accepted, verify.NotAccepted, verify.NotGenuine}
