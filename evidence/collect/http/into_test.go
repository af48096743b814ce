package http_test

import (
	"testing"

	"github.com/release-dossier/dossier/evidence"
)

// TestInto decodes the records of all mappings into the types they are meant
// for.
func TestInto(t *testing.T) {
	for _, tt := range builtinTests() {
		t.Run(tt.id, func(t *testing.T) {
			got := collectBuiltin(t, tt, system(t, tt.routes).URL)
			for _, r := range got.Records {
				switch r.Kind {
				case "promotion":
					var p evidence.Promotion
					if err := r.Into(&p); err != nil || p.ID != r.ID || p.At.Validate() != nil || p.Environment != "production" || p.Result == "" {
						t.Errorf("%s: %+v, %v", r.ID, p, err)
					}
				case "signoff":
					var s evidence.Signoff
					if err := r.Into(&s); err != nil || s.At.Interval == nil || s.At.Validate() != nil || s.Who.ID.Scheme() != "account" {
						t.Errorf("%s: %+v, %v", r.ID, s, err)
					}
					// Only ServiceNow says whether the account is a person's.
					if valid := s.Who.Validate() == nil; valid != (tt.id == "servicenow-change") {
						t.Errorf("%s: the approver %+v is valid: %t", r.ID, s.Who, valid)
					}
				}
			}
		})
	}
}
