package redact

import (
	"fmt"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/evidence/provenance"
)

// Copy is a material that stays and holds one that is left out.
type Copy struct{ Of, In evidence.Material }

// Copies finds attestations that stay in d and of which a material that is left
// out is the predicate, byte for byte: the SBOM of an image travels so.
func (list Materials) Copies(d *bundle.Dossier) ([]Copy, error) {
	out := map[evidence.Digest]evidence.Material{}
	for _, m := range list {
		out[m.Digest] = m.Material
	}
	var found []Copy
	for _, m := range materialsOf(d) {
		b, ok := d.Blob(m.Digest)
		if _, left := out[m.Digest]; left || !ok || !mayAttest(m) {
			continue
		}
		data, err := b.Read(provenance.MaxImport)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", m.Name, err)
		}
		in, err := provenance.ReadAny(data)
		if err != nil {
			continue // no attestation, whatever its type says
		}
		for _, e := range in.Entries {
			if of, ok := out[evidence.Sum(e.Statement.Predicate)]; ok {
				found = append(found, Copy{of, m})
			}
		}
	}
	return found, nil
}

// mayAttest reports whether m may be an attestation.
func mayAttest(m evidence.Material) bool {
	if m.Size > provenance.MaxImport {
		return false
	}
	switch m.MediaType {
	case evidence.MediaTypeSigstoreBundle, evidence.MediaTypeDSSE, evidence.MediaTypeInToto, "application/jsonl", "application/json":
		return true
	}
	return false
}
