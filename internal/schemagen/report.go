package main

import (
	"maps"
	"path/filepath"
	"reflect"
	"strings"

	"github.com/invopop/jsonschema"

	"github.com/release-dossier/dossier/verify"
	"github.com/release-dossier/dossier/verify/report"
)

const (
	// reportFile is the schema of verification reports, below docs.
	reportFile = "report/v1.schema.json"
	reportID   = "https://release-dossier.github.io/dossier/report/v1.schema.json"
)

// reportSchema returns the schema of the objects that "dossier verify --json"
// writes: a [verify.Report] or a [report.Unread]. source is the directory of
// package evidence; that of package verify is beside it.
func reportSchema(source string) ([]byte, error) {
	r, err := outputReflector(source, map[string]string{"/evidence": ".", "/verify": "../verify", "/verify/report": "../verify/report"})
	if err != nil {
		return nil, err
	}
	r.ExpandedStruct = false // two types stand beside each other
	s := r.Reflect(verify.Report{})
	unread := r.Reflect(report.Unread{})
	maps.Copy(s.Definitions, unread.Definitions)
	s.ID, s.OneOf = reportID, []*jsonschema.Schema{{Ref: s.Ref}, {Ref: unread.Ref}}
	s.Ref = ""
	for name, def := range s.Definitions {
		closeLists(def, name)
	}
	return encode(s)
}

// outputReflector makes schemas of what the command prints. packages are the
// directories, below source, of those whose comments are read, by the end of
// their paths.
func outputReflector(source string, packages map[string]string) (*jsonschema.Reflector, error) {
	docs := map[string]comments{}
	for suffix, dir := range packages {
		c, err := readComments(filepath.Join(source, filepath.FromSlash(dir)))
		if err != nil {
			return nil, err
		}
		docs[suffix] = c
	}
	return &jsonschema.Reflector{
		// Later versions add members. Whoever reads reports ignores those it does
		// not know, unless it renders them.
		AllowAdditionalProperties: true,
		ExpandedStruct:            true,
		Anonymous:                 true,
		Mapper:                    mapper,
		LookupComment: func(t reflect.Type, field string) string {
			for suffix, c := range docs {
				if strings.HasSuffix(t.PkgPath(), suffix) {
					return c.lookup(t, field)
				}
			}
			return ""
		},
	}, nil
}

// reportWords are the closed lists of words in reports, by type and member.
var reportWords = map[string]map[string][]any{
	"Report": {
		"format":  {"dossier-report/v1"},
		"verdict": of(verdicts),
		"gate":    of(verify.Gates()),
	},
	"Unread": {"verdict": {"CANNOT READ"}},
	"Check": {
		"layer": of(verify.Layers()),
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
