package dossier_test

import (
	"context"
	"fmt"
	"time"

	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/sbom"
	"github.com/release-dossier/dossier/verify"
	"github.com/release-dossier/dossier/verify/policy"
	"github.com/release-dossier/dossier/verify/trust"
)

// The README shows what stands between the two marks.

// README begin

// accept verifies file offline. It accepts the release only if artifact is
// part of it and the key with this fingerprint signed it.
func accept(ctx context.Context, file, artifact, fingerprint string, asOf time.Time) error {
	d, err := bundle.Open(ctx, file, bundle.Limits{})
	if err != nil {
		return err
	}
	defer d.Close()
	artifacts, err := verify.HashFiles(ctx, []string{artifact})
	if err != nil {
		return err
	}
	signer, err := trust.ForSigner(fingerprint)
	if err != nil {
		return err
	}
	rules, err := policy.Profile(policy.Solo)
	if err != nil {
		return err
	}
	r, err := verify.Bundle(ctx, d, verify.ExpectArtifacts(artifacts...), verify.Options{
		Trust: signer, Policy: rules, AsOf: asOf, SBOMs: sbom.Reader{},
	})
	if err != nil || r.Verdict == verify.Accepted {
		return err
	}
	return fmt.Errorf("%s is %s: %s", file, r.Verdict, r.Reasons[0].Text)
}

// README end

// A deploy gate that lets an artifact through only with a dossier by the
// right key.
func Example() {
	err := accept(context.Background(), "hello-1.4.0.dossier", "bin/hello",
		"SHA256:mKIAQQY7TUcJbAOvaYcOhKYE7WOj7Qe6mAtYWHPmQUE", time.Now())
	if err != nil {
		fmt.Println("not deployed:", err)
	}
	// Output: not deployed: stat hello-1.4.0.dossier: no such file or directory
}
