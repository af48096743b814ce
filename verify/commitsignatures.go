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
	var signed []int
	for i := range commits {
		if len(commits[i].Signature) == 0 {
			found[i].Code = codeUnsigned
		} else {
			signed = append(signed, i)
		}
	}
	workers := min(runtime.GOMAXPROCS(0), len(signed))
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for k := w; k < len(signed); k += workers {
				found[signed[k]] = signatureOf(commits[signed[k]])
			}
		})
	}
	wg.Wait()
	return found
}

func signatureOf(c gitobj.CommitWithID) CommitSignature {
	if !bytes.HasPrefix(c.Signature, []byte("-----BEGIN SSH SIGNATURE-----")) {
		return CommitSignature{Code: "no-verifier"}
	}
	key, err := attest.VerifySSHSignature(c.Signature, c.Payload, "git")
	if err != nil {
		return CommitSignature{Code: "signature-invalid"}
	}
	return CommitSignature{Identity: key.Identity()}
}
