package main

import (
	"context"
	"os"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/release-dossier/dossier/attest"
)

// signed STATEMENT KEY OUT signs an in-toto statement as another tool would.
func signed(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: signed STATEMENT KEY OUT")
	}
	s, err := attest.LoadSigner([]byte(ts.ReadFile(args[1])), nil)
	ts.Check(err)
	raw, err := attest.Sign(context.Background(), s, []byte(ts.ReadFile(args[0])))
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), raw, 0o644))
}
