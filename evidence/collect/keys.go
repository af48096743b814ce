package collect

import (
	"context"
	"fmt"
	"strings"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
)

// addKeys embeds public keys, named by their identity. They make signatures
// checkable by whoever already trusts the identity, and prove nothing.
func (a *assembly) addKeys(context.Context) error {
	for i, data := range a.PublicKeys {
		key, err := attest.ParsePublicKey(data)
		if err != nil {
			return fmt.Errorf("public key %d: %w", i+1, err)
		}
		id := strings.TrimPrefix(string(key.Identity()), "key:sha256:")
		a.addMaterial("keys", id+".pem", evidence.MediaTypePublicKey, bundle.BytesBlob(key.PEM()))
		a.found("key", fmt.Sprintf("%s (%s)", key.Fingerprint(), key.Algorithm()), claimed, "argument")
	}
	return nil
}
