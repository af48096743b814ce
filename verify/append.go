package verify

import (
	"errors"
	"fmt"
)

// Appendable reports whether a new statement may build upon what r verified:
// layers 1 to 3 hold, and every statement counts (rules of format, R14). The
// new statement's parents are then r.Heads. The error names what is in the way.
func (r *Report) Appendable() error {
	if r.Release == nil || !r.Relied {
		return errors.New("the release statement is not signed by a party you trust")
	}
	for _, c := range r.Checks {
		if c.Layer != Linkage && c.Layer != Controls && c.Blocks() {
			return fmt.Errorf("%s (%s): %s", c.Title, c.Code, c.Found)
		}
	}
	for _, s := range r.Signers {
		if !s.Allowed {
			return fmt.Errorf("statement %s, signature %s by %s does not count (%s): name the signer in the trust document, or remove it",
				s.Statement, s.Signature, s.Name(), s.Code)
		}
	}
	if len(r.Heads) == 0 {
		return errors.New("the dossier has no heads to build upon")
	}
	return nil
}
