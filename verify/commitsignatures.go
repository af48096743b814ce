package verify

import (
	"bytes"
	"runtime"
	"sync"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence/gitobj"
)

// signaturesOf verifies the signatures of commits, each by the key that it
// carries: whose key that is, is for trust to say.
func signaturesOf(commits []gitobj.CommitWithID) []CommitSignature {
	found := make([]CommitSignature, len(commits))
	workers := min(runtime.GOMAXPROCS(0), len(commits))
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := w; i < len(commits); i += workers {
				found[i] = signatureOf(commits[i])
			}
		})
	}
	wg.Wait()
	return found
}

func signatureOf(c gitobj.CommitWithID) CommitSignature {
	switch {
	case len(c.Signature) == 0:
		return CommitSignature{Code: "unsigned"}
	case !bytes.HasPrefix(c.Signature, []byte("-----BEGIN SSH SIGNATURE-----")):
		return CommitSignature{Code: "no-verifier"}
	}
	key, err := attest.VerifySSHSignature(c.Signature, c.Payload, "git")
	if err != nil {
		return CommitSignature{Code: "signature-invalid"}
	}
	return CommitSignature{Identity: key.Identity()}
}
