package collect

import (
	"cmp"
	"context"

	"github.com/release-dossier/dossier/evidence"
)

// publication is where a source found what has some digest.
type publication struct {
	evidence.Publication
	source string
}

// addPublications states of artifacts, SBOMs and attestations where sources found
// their bytes. Nothing is matched by name.
func (a *assembly) addPublications(context.Context) error {
	r := a.draft.Record
	for i := range r.Artifacts {
		art := &r.Artifacts[i]
		found, ok := a.published[art.Digest]
		if !ok || art.Publication != nil {
			continue
		}
		art.Publication = &found.Publication
		text := art.Name + ", at " + cmp.Or(found.Coordinates, found.Registry)
		if at := found.PublishedAt; at != nil {
			text += ", " + at.Format("2006-01-02 15:04 MST")
		}
		a.found("publication", text, Attested, found.source)
	}
	for _, list := range [][]evidence.Attachment{r.SBOMs, r.Provenance, r.Attestations} {
		for i := range list {
			if found, ok := a.published[list[i].Material]; ok {
				list[i].Location = cmp.Or(list[i].Location, found.Coordinates)
			}
		}
	}
	return nil
}
