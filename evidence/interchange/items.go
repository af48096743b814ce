package interchange

import (
	"fmt"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/evidence/provenance"
)

// Item is one signed statement of a dossier.
type Item struct {
	// Name says what it is: a kind of statement, or a material's name.
	Name string
	provenance.Entry
}

// ID is the digest by which the item's bytes are known.
func (i Item) ID() evidence.Digest { return evidence.Sum(i.Raw) }

// Missing is an attestation that is listed and cannot be given.
type Missing struct {
	Name string
	Why  string
}

// Items returns what a dossier holds, in a stable order: the signatures of the
// release statement, those of the other statements by digest, and the imported
// attestations in the order in which statements list them, each once. What is
// listed and not there, or cannot be read, is missing. Nothing is verified.
func Items(d *bundle.Dossier) ([]Item, []Missing, error) {
	l := &lister{d: d, seen: map[evidence.Digest]bool{}}
	statements := d.Statements()
	for _, root := range []bool{true, false} {
		for _, st := range statements {
			if st.IsRelease() != root {
				continue
			}
			if err := l.signatures(st); err != nil {
				return nil, nil, err
			}
		}
	}
	for _, root := range []bool{true, false} {
		for _, st := range statements {
			if st.IsRelease() != root {
				continue
			}
			if err := l.attestations(st); err != nil {
				return nil, nil, err
			}
		}
	}
	return l.items, l.missing, nil
}

type lister struct {
	d       *bundle.Dossier
	seen    map[evidence.Digest]bool
	items   []Item
	missing []Missing
	size    int64
}

// maxSize is the most bytes of all items together, as Read takes them.
const maxSize = 256 << 20

func (l *lister) add(name string, e provenance.Entry) error {
	it := Item{name, e}
	if id := it.ID(); !l.seen[id] {
		l.seen[id] = true
		l.items = append(l.items, it)
		l.size += int64(len(it.Raw))
	}
	if l.size > maxSize {
		return fmt.Errorf("the signed statements have more than %d bytes together, the most that are exported", maxSize)
	}
	return nil
}

func (l *lister) signatures(st *bundle.Statement) error {
	for _, sig := range st.Signatures {
		raw, err := sig.Blob().Read(sig.Blob().Size)
		if err != nil {
			return fmt.Errorf("signature %s: %w", sig.ID, err)
		}
		if err := l.add("signature of statement "+st.ID.Short(), provenance.Entry{
			Kind: provenance.SigstoreBundle, Raw: raw, Payload: st.Payload, Statement: st.Statement, Bundle: &sig.Bundle,
		}); err != nil {
			return err
		}
	}
	return nil
}

// attestations adds what a statement lists as such. A predicate that cannot be
// decoded lists nothing.
func (l *lister) attestations(st *bundle.Statement) error {
	for _, a := range listed(st) {
		name := a.Material.String()
		for _, m := range st.Links.Materials {
			if m.Digest == a.Material {
				name = m.Name
			}
		}
		b, ok := l.d.Blob(a.Material)
		if !ok {
			l.missing = append(l.missing, Missing{name, "it is not in the dossier"})
			continue
		}
		entries, err := read(b)
		if err != nil {
			l.missing = append(l.missing, Missing{name, err.Error()})
		}
		for _, e := range entries {
			if err := l.add(name, e); err != nil {
				return err
			}
		}
	}
	return nil
}

func read(b bundle.Blob) ([]provenance.Entry, error) {
	data, err := b.Read(provenance.MaxImport)
	if err != nil {
		return nil, err
	}
	in, err := provenance.ReadAny(data)
	return in.Entries, err
}

// listed are the attachments of a statement that are attestations.
func listed(st *bundle.Statement) []evidence.Attachment {
	if st.IsRelease() {
		r, err := evidence.DecodeRecord(st.Statement.Predicate)
		if err != nil {
			return nil
		}
		return append(r.Provenance, r.Attestations...)
	}
	p, err := evidence.DecodeKind(st.Statement.PredicateType, st.Statement.Predicate)
	if in, ok := p.(*evidence.Import); ok && err == nil {
		return in.Attestations
	}
	var list []evidence.Attachment
	for _, m := range st.Links.Materials {
		if evidence.IsAttestation(m.MediaType) {
			list = append(list, evidence.Attachment{Material: m.Digest})
		}
	}
	return list
}
