package verify

import (
	"fmt"
	"slices"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/gitobj"
	"github.com/release-dossier/dossier/internal/strictjson"
)

// maxIndex is the most bytes of an image index that are read, as registries
// have it (OCI distribution specification 1.1).
const maxIndex = 4 << 20

// imageIndex is an OCI image index, or Docker's manifest list.
type imageIndex struct {
	Manifests []struct {
		MediaType   string            `json:"mediaType"`
		Digest      string            `json:"digest"`
		Size        int64             `json:"size"`
		Annotations map[string]string `json:"annotations"`
	} `json:"manifests"`
}

// images compares what the record says of images with the bytes that have the
// artifacts' own digests, and with the release.
func (r *run) images() {
	for i, a := range r.facts.Record.Artifacts {
		if a.Image == nil {
			continue
		}
		pointer := fmt.Sprintf("/predicate/artifacts/%d/image", i)
		if len(a.Image.Platforms) > 0 {
			r.add(r.platformsCheck(a, pointer))
		}
		if gitobj.IsID(a.Image.Labels.Revision) {
			r.add(r.revisionCheck(a, pointer))
		}
	}
}

func (r *run) revisionCheck(a evidence.Artifact, pointer string) Check {
	c := link("image-revision", r.facts.Stated())
	c.Inputs = []Place{at(r.release.ID, pointer+"/labels/revision"), at(r.release.ID, "/predicate/commit")}
	c.Expected, c.Found = r.facts.Record.Commit, a.Name+" says "+a.Image.Labels.Revision
	if a.Image.Labels.Revision != r.facts.Record.Commit {
		c.fails("image-revision-mismatch", "The image says that it was built from another commit", Fix{
			Before: "build the image from the tag", Now: "find out what the image was built from",
		})
	}
	return c
}

func (r *run) platformsCheck(a evidence.Artifact, pointer string) Check {
	c := link("image-platforms", Proof{Proven, "its bytes"})
	c.Inputs = []Place{at(r.release.ID, pointer+"/platforms"), material(a.Digest)}
	c.Expected = count(len(a.Image.Platforms), "image")
	b, ok := r.d.Blob(a.Digest)
	if !ok {
		r.absent(&c, a.Digest, "The index of images is not there")
		if !slices.ContainsFunc(r.release.Links.Materials, func(m evidence.Material) bool { return m.Digest == a.Digest }) {
			c.FollowsFrom = "" // nobody promised it
		}
		c.Proof, c.Found = r.facts.Stated(), a.Name+": the bytes of its index are not among the materials"
		return c
	}
	var index imageIndex
	data, err := r.read(b, maxIndex)
	if err == nil {
		err = strictjson.Unmarshal(data, &index)
	}
	if err != nil {
		c.Found = a.Name + ": " + err.Error()
		c.fails("image-unreadable", "The index of images cannot be read", Fix{Now: "fetch the index again by its digest"})
		return c
	}
	c.Found = fmt.Sprintf("%s lists them", a.Name)
	if differs := index.differs(a.Image.Platforms); differs != "" {
		c.Found = a.Name + ": " + differs
		c.fails("image-platform-mismatch", "The index lists other images than the record names", Fix{
			Now: "do not rely on what is recorded of single platforms",
		})
	}
	return c
}

// differs says where the images of an index are not those recorded; "" if they
// are. Attestations that BuildKit keeps in an index are no images.
func (x imageIndex) differs(recorded []evidence.PlatformImage) string {
	type entry struct {
		mediaType, digest string
		size              int64
	}
	known, found := map[entry]bool{}, map[string]bool{}
	for _, p := range recorded {
		known[entry{p.MediaType, p.Digest.String(), p.Size}] = true
	}
	for _, m := range x.Manifests {
		if m.Annotations["vnd.docker.reference.type"] == "attestation-manifest" {
			continue
		}
		if !known[entry{m.MediaType, m.Digest, m.Size}] {
			return fmt.Sprintf("%.80s is in the index and not recorded so", m.Digest)
		}
		found[m.Digest] = true
	}
	for _, p := range recorded {
		if d := p.Digest.String(); !found[d] {
			return d + " is recorded and not in the index"
		}
	}
	return ""
}
