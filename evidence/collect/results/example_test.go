package results_test

import (
	"fmt"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/collect/results"
)

func ExampleRead() {
	file := strings.NewReader(`<testsuite name="store" tests="2">
  <testcase classname="store.Cart" name="adds"/>
  <testcase classname="store.Cart" name="pays"><flakyFailure message="timeout"/></testcase>
</testsuite>`)
	got, err := results.Read(file, results.Options{Check: "unit-test"})
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
	got, err := results.ReadGoTest(strings.NewReader(`{"Action":"pass","Package":"example.test/p"}`), results.Limits{})
	if err != nil {
		fmt.Println(err)
		return
	}
	commit := evidence.ResourceDescriptor{Digest: evidence.DigestSet{"gitCommit": "d20ace7968ba43c0219f62d71334c1095bab1602"}}
	check, material := got.Check("unit-test", commit, "4425592351", 1)
	fmt.Println(check.Outcome+":", check.Rationale)
	fmt.Println(material.Name)
	// Output:
	// skipped: no test ran: a suite without tests shows nothing
	// results/unit-test.gotest.jsonl
}

func ExampleJoin() {
	var attempts []results.Attempt
	for i, file := range []string{
		`<testsuite><testcase name="pays"><failure/></testcase></testsuite>`,
		`<testsuite><testcase name="pays"/></testsuite>`,
	} {
		got, err := results.ReadJUnit(strings.NewReader(file), results.Limits{})
		if err != nil {
			fmt.Println(err)
			return
		}
		attempts = append(attempts, results.Attempt{Number: int64(i + 1), Result: got})
	}
	h, err := results.Join(attempts)
	fmt.Println(h.Outcome, h.Green, h.Flaky, err)
	// Output:
	// pass true [pays] <nil>
}
