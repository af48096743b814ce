package trust

import (
	"fmt"
	"time"

	"github.com/release-dossier/dossier/evidence"
)

// revocation ends trust in an identity.
type revocation struct {
	since  time.Time
	reason string
}

// addRevoked reads the section revoked. If an identity is listed twice the
// earlier time counts.
func (t *Trust) addRevoked() error {
	t.revoked = map[evidence.Identity]revocation{}
	for _, e := range t.doc.Revoked {
		id, err := t.resolver.identity(e.Identity)
		if err != nil {
			return err
		}
		r := revocation{e.Since.Time, e.Reason}
		if before, twice := t.revoked[id]; !twice || r.since.Before(before.since) {
			t.revoked[id] = r
		}
	}
	return nil
}

// Revoked says why a signature of id falls, "" if it stands. It stands if it is
// proven, by notAfter, to have been made before the revocation; without proof
// it could have been made at any time (rules of format, R6).
func (t *Trust) Revoked(id evidence.Identity, notAfter *time.Time) string {
	if r, ok := t.revoked[id]; ok && (notAfter == nil || !notAfter.Before(r.since)) {
		why := "revoked since " + stamp(r.since)
		if r.reason != "" {
			why += fmt.Sprintf(" (%.200s)", r.reason)
		}
		if notAfter == nil {
			why += ", and nothing proves that the signature is older"
		}
		return why
	}
	if id.Scheme() == "key" && !t.resolver.known[id] && t.revokesUnknown() {
		return "trust revokes keys by fingerprint, and the public key is not at hand to compare: give it to Resolve"
	}
	return ""
}

// revokesUnknown reports whether a key is revoked by a fingerprint that fits
// none of the keys at hand.
func (t *Trust) revokesUnknown() bool {
	for id := range t.revoked {
		if id.Scheme() == "ssh" {
			return true
		}
	}
	return false
}
