package report_test

import (
	"fmt"
	"os"
	"time"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify"
	"github.com/release-dossier/dossier/verify/report"
)

// hello is a report as verify.Bundle returns it, cut down to a few lines.
func hello() *verify.Report {
	return &verify.Report{
		Format: "dossier-report/v1", Target: "hello-1.0.0.dossier", Verdict: verify.Accepted, Relied: true,
		AsOf: evidence.At(time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)), AsOfGiven: true, Gate: verify.GateFinal,
		Release: &verify.ReleaseView{Repository: "https://example.org/hello", Version: "1.0.0", Name: "hello"},
		Chain: []verify.FactLine{
			{Label: "tag", Text: "v1.0.0, annotated, signed by Ana Ruiz", Proof: verify.Proof{Grade: verify.Proven}},
		},
		Checks: []verify.Check{
			{ID: "integrity/digests", Layer: verify.Integrity, Outcome: verify.Pass},
			{ID: "tag/annotated", Layer: verify.Controls, Question: 2, Outcome: verify.Pass},
		},
		Policy: &verify.PolicyView{DocumentView: verify.DocumentView{ID: "solo", Version: 1}, Asked: 1},
		Trust:  &verify.DocumentView{ID: "hello-trust", Version: 1},
	}
}

func ExampleText() {
	if err := report.Text(os.Stdout, hello(), report.Options{Width: 80}); err != nil {
		fmt.Println(err)
	}
	// Output:
	// ACCEPTED   hello 1.0.0 meets solo 1
	// judged as of 2026-11-20 09:00 UTC, offline, gate: final  0 failed of 1 asked
	// by policy solo 1, trust hello-trust 1
	// the file: integrity 1/1
	//
	// The release                                       times in UTC     how known
	//   tag         v1.0.0, annotated, signed by Ana Ruiz                proven
	//
	// The questions                                                  held of asked
	//   2  Do tag, commit, build, artifact and SBOM belong together?     1 of 1
	//
	// Not asked: 0 of 1.  List: --all
	// Proven: recomputed from bytes in this file, or signed by the party trusted for
	// that fact. Attested: fetched and signed by the recorder named. Claimed:
	// somebody's word alone.
}

func ExampleSummary() {
	if err := report.Summary(os.Stdout, []report.Result{{Report: hello()}}, report.Options{}); err != nil {
		fmt.Println(err)
	}
	// Output:
	// ACCEPTED       hello 1.0.0                       hello-1.0.0.dossier
	// 1 file: 1 accepted
}

func ExampleSafe() {
	fmt.Println(report.Safe("release\x1b[2K\rACCEPTED \u202egpj.exe"))
	// Output: release\x1b[2K\rACCEPTED \u202egpj.exe
}
