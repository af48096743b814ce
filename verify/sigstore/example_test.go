package sigstore_test

import (
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/release-dossier/dossier/verify/sigstore"
)

func Example() {
	rootJSON, err := os.ReadFile("testdata/virtual/trusted_root.json") // from a place that you trust
	if err != nil {
		fmt.Println(err)
		return
	}
	bundle, err := os.ReadFile("testdata/virtual/dsse-v1.json")
	if err != nil {
		fmt.Println(err)
		return
	}
	roots, err := sigstore.ParseRoots(rootJSON)
	if err != nil {
		fmt.Println(err)
		return
	}
	verifier, err := sigstore.New(sigstore.Config{Roots: roots})
	if err != nil {
		fmt.Println(err)
		return
	}
	artifact, err := sigstore.ReadArtifact(strings.NewReader("hello\n"))
	if err != nil {
		fmt.Println(err)
		return
	}
	alice := sigstore.ByIdentity(sigstore.Identity{
		Subject: sigstore.Exactly("alice@example.com"),
		Issuer:  sigstore.Exactly("https://accounts.example.com"),
	})
	r := verifier.Verify(bundle, artifact, alice, time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC))
	fmt.Println(r.Verdict, r.Code)
	for _, c := range r.Checks {
		if c.Outcome == sigstore.Fail {
			fmt.Println(c.ID, c.Found)
		}
	}
	// Output:
	// rejected identity
	// identity the identity is "release@example.com", want alice@example.com
}
