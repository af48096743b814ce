package secrets_test

import (
	"context"
	"fmt"
	"log"
	"strings"

	"github.com/release-dossier/dossier/evidence/collect/secrets"
)

// A hit says where a credential is and never what it is.
func ExampleScanner_Scan() {
	scanner, err := secrets.New(nil)
	if err != nil {
		log.Fatal(err)
	}
	text := "deploy:\n  token = ghp_" + strings.Repeat("Ab3dEf6hIj", 4)[:36] + "\n"
	hits, _, err := scanner.Scan(context.Background(), "forge/github.jsonl", strings.NewReader(text))
	if err != nil {
		log.Fatal(err)
	}
	for _, hit := range hits {
		fmt.Println(hit.Material, hit.Line, hit.Rule, hit.Excerpt)
	}
	// Output:
	// forge/github.jsonl 2 generic-api-key token = [40 bytes]
	// forge/github.jsonl 2 github-pat [40 bytes]
}
