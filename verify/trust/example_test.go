package trust_test

import (
	"fmt"
	"os"
	"time"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify/trust"
)

func Example() {
	data, err := os.ReadFile("testdata/trust.yaml")
	if err != nil {
		fmt.Println(err)
		return
	}
	t, err := trust.Parse("trust.yaml", data)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(t.Fold("mailto:ana.ruiz@old.example"), t.Fold("account:jira:712020:9f"))

	ci := t.Keys()[0]
	q := trust.Question{
		Signer:     ci.Identity(),
		Kind:       evidence.RecordType,
		Repository: "https://github.com/fintech/hello",
		Stated:     time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC),
		AsOf:       time.Date(2026, 6, 2, 9, 0, 0, 0, time.UTC),
		Proof:      "signed",
	}
	d := t.Allows(q)
	fmt.Println(t.Name(q.Signer), t.Roles(q.Signer), d.Allowed, d.TimeClaimed)

	q.Repository = "https://github.com/sandbox/hello"
	d = t.Allows(q)
	fmt.Println(d.Code+":", d.Detail)
	// Output:
	// ana.ruiz ana.ruiz
	// ci [recorder release-ci] true true
	// repository-not-granted: the signer may not speak for the repository "https://github.com/sandbox/hello"
}

func ExampleForSigner() {
	t, err := trust.ForSigner("SHA256:mKIAQQY7TUcJbAOvaYcOhKYE7WOj7Qe6mAtYWHPmQUE")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(t.ID, t.Version)

	_, err = trust.ForSigner("SHA256:mKIAQQ")
	fmt.Println(err)
	// Output:
	// signer:SHA256:mKIAQQY7TUcJbAOvaYcOhKYE7WOj7Qe6mAtYWHPmQUE 1
	// the signer "SHA256:mKIAQQ": the fingerprint after SHA256: is not 43 characters of base64: copy it in full from ssh-keygen -l
}
