package policy_test

import (
	"fmt"

	"github.com/release-dossier/dossier/verify/policy"
)

// A policy extends a built-in profile and sets what its organisation decides.
func ExampleParse() {
	p, err := policy.Parse("policy.yaml", []byte(`
id: hello-policy
version: 1
effective: { from: 2026-01-01 }
extends: minimal
parameters: { approvers: 2 }
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(p.ID, p.Version, "extends", p.Profile, "and wants", p.Params.Approvers, "approvers")

	_, err = policy.Parse("policy.yaml", []byte("id: hello-policy\nversion: 1\nextend: solo\n"))
	fmt.Println(err)
	// Output:
	// hello-policy 1 extends minimal and wants 2 approvers
	// policy.yaml:3:1: extend: unknown key: did you mean "extends"?
}

func ExampleExplain() {
	e, err := policy.Explain("sod/approver-not-author")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(e.Wants)
	fmt.Println("asked", e.Asked)
	fmt.Println("waiver:", e.Waive)
	fmt.Println("before the act:", e.Fix.Before)
	// Output:
	// The approver wrote none of the release
	// asked by the profile minimal and above, from the gate production on
	// waiver: an approved exception that covers this release
	// before the act: have somebody approve who wrote none of the commits
}
