package redact

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
)

// Material is a material of a dossier that is to be left out.
type Material struct {
	evidence.Material
	blob bundle.Blob
}

// Materials are to be left out together.
type Materials []Material

// Choose returns the materials that the selectors name, each once, in the order
// of the selectors and then of names. A selector is a digest ("sha256:" and 64
// hex digits), a name, or a pattern of names as path.Match reads it.
//
// It is an error if a selector names nothing that is there, or one name stands
// for different documents: then the digest says which is meant.
func Choose(d *bundle.Dossier, selectors []string) (Materials, error) {
	if len(selectors) == 0 {
		return nil, errors.New("nothing is named that could be left out")
	}
	listed := materialsOf(d)
	var chosen Materials
	for _, s := range selectors {
		found, err := match(listed, s)
		if err != nil {
			return nil, err
		}
		if len(found) == 0 {
			return nil, nothing(d, s)
		}
		for _, m := range found {
			if evidence.IsSigned(m.MediaType) {
				return nil, fmt.Errorf("%s is signed evidence, or a key that signatures are verified with: it can be left out as little as a statement", m.Name)
			}
			b, ok := d.Blob(m.Digest)
			if !ok {
				return nil, fmt.Errorf("%s (%s) is not in this file already", m.Name, m.Digest)
			}
			if !slices.ContainsFunc(chosen, func(c Material) bool { return c.Digest == m.Digest }) {
				chosen = append(chosen, Material{m, b})
			}
		}
	}
	return chosen, nil
}

// materialsOf returns what the statements of d list, sorted by name.
func materialsOf(d *bundle.Dossier) []evidence.Material {
	var list []evidence.Material
	for _, st := range d.Statements() {
		list = append(list, st.Links.Materials...)
	}
	slices.SortFunc(list, func(a, b evidence.Material) int {
		if c := strings.Compare(a.Name, b.Name); c != 0 {
			return c
		}
		return a.Digest.Compare(b.Digest)
	})
	return list
}

func match(listed []evidence.Material, selector string) ([]evidence.Material, error) {
	if _, err := path.Match(selector, ""); err != nil {
		return nil, fmt.Errorf("%.200q is neither a digest, a name nor a pattern of names", selector)
	}
	var found []evidence.Material
	for _, m := range listed {
		if ok, _ := path.Match(selector, m.Name); m.Digest.String() != selector && m.Name != selector && !ok {
			continue
		}
		for _, other := range found {
			if other.Name == m.Name && other.Digest != m.Digest && m.Name == selector {
				return nil, fmt.Errorf("%s is the name of two documents: name one by its digest, %s or %s", m.Name, other.Digest, m.Digest)
			}
		}
		found = append(found, m)
	}
	return found, nil
}

// nothing says why a selector names no material.
func nothing(d *bundle.Dossier, selector string) error {
	id, err := evidence.ParseDigest(selector)
	if err != nil {
		return fmt.Errorf("no material is named %.200q", selector)
	}
	for _, st := range d.Statements() {
		if st.ID == id {
			return fmt.Errorf("%s is a statement: only materials can be left out", id)
		}
		for _, sig := range st.Signatures {
			if sig.ID == id {
				return fmt.Errorf("%s is a signature: only materials can be left out", id)
			}
		}
	}
	return fmt.Errorf("no statement lists %s", id)
}

// Digests are those of the materials.
func (list Materials) Digests() []evidence.Digest {
	var ids []evidence.Digest
	for _, m := range list {
		ids = append(ids, m.Digest)
	}
	return ids
}

// Record returns the statement that names what is left out, without what
// verify.Report.Append fills in. Contact may be "".
func (list Materials) Record(id string, by evidence.Actor, at evidence.Time, reason, contact string) *evidence.Redaction {
	r := &evidence.Redaction{Redactor: by}
	r.ID, r.At = id, evidence.Moment(at)
	for _, m := range list {
		r.Blobs = append(r.Blobs, evidence.RedactedBlob{Digest: m.Digest, Reason: reason, Contact: contact})
	}
	return r
}
