package main

import (
	"path/filepath"
	"reflect"
	"strings"

	"github.com/invopop/jsonschema"

	"github.com/release-dossier/dossier/verify"
)

const (
	// reportFile is the schema of verification reports, below docs.
	reportFile = "report/v1.schema.json"
	reportID   = "https://release-dossier.github.io/dossier/report/v1.schema.json"
)

// reportSchema returns the schema of [verify.Report]. source is the directory
// of package evidence; that of package verify is beside it.
func reportSchema(source string) ([]byte, error) {
	ofEvidence, err := readComments(source)
	if err != nil {
		return nil, err
	}
	ofVerify, err := readComments(filepath.Join(source, "..", "verify"))
	if err != nil {
		return nil, err
	}
	r := &jsonschema.Reflector{
		// Later versions add members. Whoever reads reports ignores those it does
		// not know, unless it renders them.
		AllowAdditionalProperties: true,
		ExpandedStruct:            true,
		Anonymous:                 true,
		Mapper:                    mapper,
		LookupComment: func(t reflect.Type, field string) string {
			if strings.HasSuffix(t.PkgPath(), "/verify") {
				return ofVerify.lookup(t, field)
			}
			return ofEvidence.lookup(t, field)
		},
	}
	s := r.Reflect(verify.Report{})
	s.ID = reportID
	closeLists(s, "Report")
	for name, def := range s.Definitions {
		closeLists(def, name)
	}
	return encode(s)
}

// reportWords are the closed lists of words in reports, by type and member.
var reportWords = map[string]map[string][]any{
	"Report": {
		"format":  {"dossier-report/v1"},
		"verdict": {string(verify.Accepted), string(verify.NotAccepted), string(verify.NotGenuine)},
		"gate":    of(verify.Gates),
	},
	"Check": {
		"layer": of(verify.Layers),
		"outcome": of([]verify.Outcome{
			verify.Pass, verify.Fail, verify.Warn, verify.Waived, verify.Pending, verify.NotApplicable, verify.Unknown,
		}),
		"level": {"", "MUST", "SHOULD", "MAY"},
	},
	"Proof": {"grade": of([]verify.Grade{verify.Proven, verify.Attested, verify.Claimed})},
}

func of[S ~string](list []S) []any {
	values := make([]any, len(list))
	for i, v := range list {
		values[i] = string(v)
	}
	return values
}

// closeLists adds the closed lists of one type, and the bounds of numbers.
func closeLists(s *jsonschema.Schema, name string) {
	for member, values := range reportWords[name] {
		if p, ok := s.Properties.Get(member); ok {
			p.Enum = values
		}
	}
	if p, ok := s.Properties.Get("question"); ok {
		p.Minimum, p.Maximum = "0", "7"
	}
}
