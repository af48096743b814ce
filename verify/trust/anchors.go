package trust

import (
	"bytes"
	"errors"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/internal/strictyaml"
)

// maxAnchors bounds how many files of a kind a document may name.
const maxAnchors = 64

// Anchors are the files on which identities of certificates and proofs of time
// rest, as they were written. Whoever verifies certificates reads them; here
// they are only carried, so that trust is one thing with one digest.
type Anchors struct {
	// Roots are Sigstore trusted roots, JSON or one document a line.
	Roots [][]byte
	// Authorities are certificates of certificate authorities, PEM.
	Authorities [][]byte
	// CRLs are certificate revocation lists, PEM or DER.
	CRLs [][]byte
}

// None reports whether there are no anchors at all.
func (a Anchors) None() bool { return len(a.Roots)+len(a.Authorities)+len(a.CRLs) == 0 }

// and returns the anchors of both, each once.
func (a Anchors) and(b Anchors) Anchors {
	return Anchors{union(a.Roots, b.Roots), union(a.Authorities, b.Authorities), union(a.CRLs, b.CRLs)}
}

func union(a, b [][]byte) [][]byte {
	list := slices.Clone(a)
	for _, data := range b {
		if !slices.ContainsFunc(list, func(o []byte) bool { return bytes.Equal(o, data) }) {
			list = append(list, data)
		}
	}
	return list
}

// Anchors returns the files that the document names. Of several versions it is
// those of the newest alone, as with revocations: a root that it no longer names
// is one that nobody trusts any more. One that has only ended stays named, with
// the end of its validity in it.
func (t *Trust) Anchors() Anchors { return t.Versions()[0].doc.anchors }

// WithAnchors returns trust that has these anchors too, and whose digest counts
// them: it is that of a document that names them.
func (t *Trust) WithAnchors(a Anchors) (*Trust, error) {
	if a.None() {
		return t, nil
	}
	var versions []*Trust
	for i, v := range t.Versions() {
		if i > 0 { // only the newest has a say
			versions = append(versions, v)
			continue
		}
		d := *v.doc
		d.anchors = d.anchors.and(a)
		r, err := build(&d, v.resolver.extra)
		if err != nil {
			return nil, err
		}
		if r.Digest, err = r.digest(); err != nil {
			return nil, err
		}
		versions = append(versions, r)
	}
	return Join(versions...)
}

// Reader reads trust documents and the files that they name. The zero Reader
// reads those that name none.
type Reader struct {
	// Open returns a file that a document names, by its path, which is relative
	// to that of the document. Nil refuses such documents.
	Open func(name string) ([]byte, error)
}

// Parse reads a trust document. See the function of that name.
func (r Reader) Parse(name string, data []byte) (*Trust, error) {
	n, err := strictyaml.Parse(name, data)
	if err != nil {
		return nil, err
	}
	return r.FromNode(name, n)
}

// FromNode reads a trust document that is a part of the file with that name.
func (r Reader) FromNode(name string, n *strictyaml.Node) (*Trust, error) {
	var d document
	if err := n.Decode(&d); err != nil {
		return nil, err
	}
	for _, list := range []struct {
		refs texts
		to   *[][]byte
	}{{d.Roots, &d.anchors.Roots}, {d.CAs, &d.anchors.Authorities}, {d.CRLs, &d.anchors.CRLs}} {
		for i, ref := range list.refs {
			if i == maxAnchors {
				return nil, ref.Errorf("more than %d files", maxAnchors)
			}
			data, err := r.open(name, ref.Value)
			if err != nil {
				return nil, ref.Errorf("%w", err)
			}
			*list.to = union(*list.to, [][]byte{data})
		}
	}
	t, err := build(&d, nil)
	if err != nil {
		return nil, err
	}
	t.Digest, err = t.digest()
	return t, err
}

// open returns what an entry of roots, authorities or crls stands for: itself,
// if it is written out as JSON or PEM, else a file, which a digest may pin.
func (r Reader) open(document, ref string) ([]byte, error) {
	if text := strings.TrimSpace(ref); strings.HasPrefix(text, "{") || strings.HasPrefix(text, "-----BEGIN") {
		return []byte(ref), nil
	}
	file, pin, pinned := strings.Cut(ref, "@sha256:")
	switch {
	case strings.Contains(ref, "://"):
		return nil, errors.New("this is an address: nothing is fetched; save the file from a place you trust and name it")
	case file == "" || path.IsAbs(file) || filepath.IsAbs(file):
		return nil, errors.New("want a path from the document's own, not an absolute one")
	case r.Open == nil:
		return nil, errors.New("names a file, and files are not read here: write its text in its place")
	}
	data, err := r.Open(path.Join(path.Dir(filepath.ToSlash(document)), file))
	if err != nil {
		return nil, err
	}
	if pinned {
		want, err := evidence.ParseDigest("sha256:" + pin)
		if err != nil {
			return nil, err
		}
		if got := evidence.Sum(data); got != want {
			return nil, errors.New("the file has the digest " + got.String())
		}
	}
	return data, nil
}
