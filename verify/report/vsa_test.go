package report_test

import (
	"errors"
	"testing"

	"github.com/release-dossier/dossier/verify"
	"github.com/release-dossier/dossier/verify/report"
)

// TestNoSummary asks for summaries of verifications that verified nothing.
func TestNoSummary(t *testing.T) {
	for name, r := range map[string]*verify.Report{
		"empty":      {},
		"no trust":   {Release: &verify.ReleaseView{}, Relied: true, Policy: &verify.PolicyView{}},
		"not relied": {Release: &verify.ReleaseView{}, Trust: &verify.DocumentView{}, Policy: &verify.PolicyView{}},
		"no policy":  {Release: &verify.ReleaseView{}, Trust: &verify.DocumentView{}, Relied: true},
	} {
		if _, err := report.VSA(r, report.SummaryOptions{}); !errors.Is(err, report.ErrNothingVerified) {
			t.Errorf("%s: VSA: %v", name, err)
		}
		if _, err := report.SVR(r, report.SummaryOptions{}); !errors.Is(err, report.ErrNothingVerified) {
			t.Errorf("%s: SVR: %v", name, err)
		}
	}
}
