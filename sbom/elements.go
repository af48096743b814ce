package sbom

import "github.com/release-dossier/dossier/evidence"

// MinimumElements says of how many components, or whether of the document, each
// of the elements is known that an SBOM should hold at least: by the NTIA (The
// Minimum Elements For a Software Bill of Materials, 2021) and by the CISA
// (draft of 2025). The subjects themselves are counted among the components.
func (d *Document) MinimumElements() []evidence.SBOMElement {
	var supplier, name, version, identifier, hash, license, relation, all int
	count := func(c *Component) {
		all++
		for _, e := range []struct {
			n  *int
			is bool
		}{
			{&supplier, c.Supplier != ""}, {&name, c.Name != ""}, {&version, c.Version != ""}, {&identifier, c.Identified},
			{&hash, len(c.Digests) > 0}, {&license, len(c.Licenses) > 0}, {&relation, c.Related},
		} {
			if e.is {
				*e.n++
			}
		}
	}
	for i := range d.Components {
		count(&d.Components[i])
	}
	for _, s := range d.Subjects {
		if d.Format == SPDX || s.Part {
			continue // a component, too, or a file
		}
		_, related := d.Dependencies[s.Ref]
		count(&Component{
			Name: s.Name, Version: s.Version, Digests: s.Digests,
			Licenses: s.Licenses, Supplier: s.Supplier, Identified: s.Identified, Related: related,
		})
	}
	whole := func(is bool) int {
		if is {
			return 1
		}
		return 0
	}
	_, err := evidence.ParseTime(d.Created)
	return []evidence.SBOMElement{
		{ID: "supplier", NTIA: true, CISA: true, Present: supplier, Of: all},
		{ID: "name", NTIA: true, CISA: true, Present: name, Of: all},
		{ID: "version", NTIA: true, CISA: true, Present: version, Of: all},
		{ID: "identifier", NTIA: true, CISA: true, Present: identifier, Of: all},
		{ID: "hash", CISA: true, Present: hash, Of: all},
		{ID: "license", CISA: true, Present: license, Of: all},
		{ID: "dependency", NTIA: true, CISA: true, Present: relation, Of: all},
		{ID: "author", NTIA: true, CISA: true, Present: whole(len(d.Authors) > 0), Of: 1},
		{ID: "timestamp", NTIA: true, CISA: true, Present: whole(err == nil), Of: 1},
		{ID: "tool", CISA: true, Present: whole(len(d.Tools) > 0), Of: 1},
		{ID: "context", CISA: true, Present: whole(len(d.Context) > 0), Of: 1},
	}
}
