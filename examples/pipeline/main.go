// Command pipeline is the last step of a release job: it collects, signs,
// writes and verifies. Run it in the repository, after the build of the tag.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"time"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/evidence/collect"
	"github.com/release-dossier/dossier/sbom"
	"github.com/release-dossier/dossier/verify"
	"github.com/release-dossier/dossier/verify/policy"
	"github.com/release-dossier/dossier/verify/trust"
)

func main() {
	if len(os.Args) != 4 {
		log.Fatal("usage: pipeline TAG ARTIFACT KEY")
	}
	ctx, artifact, file := context.Background(), os.Args[2], os.Args[2]+".dossier"
	signer := must(attest.LoadSigner(must(os.ReadFile(os.Args[3])), nil))
	sign := func(payload []byte) ([]byte, error) { return attest.Sign(ctx, signer, payload) }

	draft := must(collect.Release(ctx, collect.Options{
		Dir: ".", Tag: os.Args[1], Artifacts: []string{artifact}, GenerateSBOM: true, BuildProvenance: sign,
		PublicKeys: [][]byte{signer.Public().PEM()}, Environ: os.Environ(), Now: time.Now(),
	}))
	must(file, must(draft.Sign(ctx, signer, collect.SignOptions{})).WriteFile(ctx, file))
	must(draft, draft.Close())

	// What was written, as somebody judges it who trusts this key alone.
	r := must(verify.Bundle(ctx, must(bundle.Open(ctx, file, bundle.Limits{})),
		verify.ExpectArtifacts(must(verify.HashFiles(ctx, []string{artifact}))...), verify.Options{
			Trust: must(trust.ForSigner(signer.Public().Fingerprint())), Policy: must(policy.Profile(policy.Solo)),
			AsOf: time.Now(), SBOMs: sbom.Reader{},
		}))
	fmt.Println(file, "is", r.Verdict)
	os.Exit(r.Verdict.ExitCode())
}

// must ends the job with the error, if there is one.
func must[T any](v T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return v
}
