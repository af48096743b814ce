package sigstore_test

import (
	"context"
	"fmt"
	"log"

	attestsigstore "github.com/release-dossier/dossier/attest/sigstore"
)

// vault is a secret store that issues identity tokens. A CI system's command for
// that (buildkite-agent oidc request-token, circleci run oidc get) is wrapped
// likewise.
type vault struct {
	read func(ctx context.Context, path string) (string, error)
}

// Token implements [attestsigstore.TokenSource].
func (v vault) Token(ctx context.Context) (string, error) {
	return v.read(ctx, "identity/oidc/token/sigstore")
}

// A source of tokens of one's own is given to Keyless.
func ExampleTokenSource() {
	source := vault{read: func(context.Context, string) (string, error) {
		// {"iss":"https://vault.example","sub":"release","aud":"sigstore"}
		return "e30.eyJpc3MiOiJodHRwczovL3ZhdWx0LmV4YW1wbGUiLCJzdWIiOiJyZWxlYXNlIiwiYXVkIjoic2lnc3RvcmUifQ.c2ln", nil
	}}
	// signer, err := attestsigstore.Keyless(ctx, source, options)
	token, err := attestsigstore.FetchToken(context.Background(), source, attestsigstore.Options{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(token.Issuer, token.Audiences)
	// Output: https://vault.example [sigstore]
}
