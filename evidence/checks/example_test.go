package checks_test

import (
	"fmt"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/checks"
)

func ExampleRead() {
	file := strings.NewReader(`<testsuite name="store" tests="2">
  <testcase classname="store.Cart" name="adds"/>
  <testcase classname="store.Cart" name="pays"><flakyFailure message="timeout"/></testcase>
</testsuite>`)
	got, err := checks.Read(file, checks.Options{Check: "unit-test"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(got.Format, got.Outcome, got.Tests.Total)
	fmt.Println("failed first:", got.Attempts.Flaky)
	// Output:
	// junit pass 2
	// failed first: [store.Cart.pays]
}

func ExampleResult_Check() {
	got, err := checks.Read(strings.NewReader(`{"Action":"pass","Package":"example.test/p"}`), checks.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	commit := evidence.ResourceDescriptor{Digest: evidence.DigestSet{"gitCommit": "d20ace7968ba43c0219f62d71334c1095bab1602"}}
	check, material := got.Check("unit-test", commit, "4425592351", 1)
	fmt.Println(check.Outcome+":", check.Rationale)
	fmt.Println(material.Name)
	// Output:
	// skipped: no test ran: a suite without tests shows nothing (have a linter write SARIF)
	// results/unit-test.gotest.jsonl
}
