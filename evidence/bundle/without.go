package bundle

import (
	"maps"
	"slices"

	"github.com/release-dossier/dossier/evidence"
)

// Without returns a copy of d that lacks some materials, to be shared. It holds
// all statements and signatures, and so has the state of d. Its blobs are read
// from the file of d, which must stay open as long.
func (d *Dossier) Without(materials ...evidence.Digest) *Dossier {
	c := New()
	c.limits, c.memory, c.signatures = d.limits, d.memory, d.signatures
	for id, st := range d.statements {
		own := *st
		own.Signatures = slices.Clone(st.Signatures)
		c.statements[id] = &own
	}
	c.blobs = maps.Clone(d.blobs)
	for _, id := range materials {
		delete(c.blobs, id)
	}
	return c
}
