package bundle

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
)

// Dossier is the set: statements, their signatures, and other blobs. What it
// holds is what was found; only verification says what of it counts.
//
// A Dossier is built by one goroutine; after that its methods that read may be
// called by several.
type Dossier struct {
	statements map[evidence.Digest]*Statement
	blobs      map[evidence.Digest]Blob // everything but signatures and packaging
	problems   []Problem
	unreadable map[evidence.Digest]error
	unfinished []evidence.Digest // materials that were set aside
	closer     io.Closer
	// addedSignatures and addedBlobs are what came after opening, in order.
	addedSignatures []*Signature
	addedBlobs      []Blob
	memory          int64
	signatures      int
	limits          Limits

	// OnWait, if it is set, is called once when AppendTo, WriteDir or WriteNewDir
	// has waited for a second for others who write to the same dossier.
	OnWait func(path string)
}

// Statement is one statement of ours and its signatures. Its ID is the digest
// of its payload.
type Statement struct {
	ID         evidence.Digest
	Payload    []byte
	Statement  attest.Statement
	Links      evidence.Links
	Signatures []*Signature // sorted by ID
}

// Signature is one Sigstore bundle over a statement. Its ID is the digest of
// the bundle's bytes.
type Signature struct {
	ID     evidence.Digest
	Bundle attest.Bundle
	blob   Blob
}

// Blob returns the Sigstore bundle's bytes as they were found.
func (s *Signature) Blob() Blob { return s.blob }

// IsRelease reports whether s is a release statement.
func (s *Statement) IsRelease() bool { return s.Statement.PredicateType == evidence.RecordType }

// New returns an empty dossier.
func New() *Dossier {
	return &Dossier{
		statements: map[evidence.Digest]*Statement{},
		blobs:      map[evidence.Digest]Blob{},
		limits:     Limits{}.withDefaults(),
	}
}

// ErrForeign says that a Sigstore bundle is over no statement of ours about a
// release.
var ErrForeign = errors.New("not a statement of this dossier: imported attestations are materials")

// AddSignature adds a Sigstore bundle over a statement of ours, which becomes
// part of the set with it. Adding what is there already changes nothing. It
// authenticates nothing.
func (d *Dossier) AddSignature(raw []byte) (*Statement, error) {
	b, err := attest.ParseBundle(raw)
	if err != nil {
		return nil, err
	}
	if b.PayloadType != attest.PayloadType {
		return nil, ErrForeign
	}
	st, err := readOwn(&b)
	if err != nil {
		return nil, err
	}
	if st == nil {
		return nil, ErrForeign
	}
	sig := &Signature{ID: evidence.Sum(raw), Bundle: b, blob: BytesBlob(raw)}
	before := d.signatures
	st, err = d.addOwn(st, sig)
	if d.signatures > before {
		d.addedSignatures = append(d.addedSignatures, sig)
	}
	return st, err
}

// addOwn puts a parsed statement and signature into the set.
func (d *Dossier) addOwn(st *Statement, sig *Signature) (*Statement, error) {
	if have, ok := d.statements[st.ID]; ok {
		st = have
	}
	at, there := st.find(sig.ID)
	if there {
		return st, nil
	}
	if d.signatures >= d.limits.Statements {
		return nil, &ReadError{Err: fmt.Errorf("more than %d signed statements", d.limits.Statements)}
	}
	if sig.blob.Size > d.limits.Memory-d.memory {
		return nil, &ReadError{Err: fmt.Errorf("the signed statements have more than %d bytes", d.limits.Memory)}
	}
	d.memory += sig.blob.Size
	d.signatures++
	d.statements[st.ID] = st
	sig.Bundle.Payload = st.Payload // one copy however many signatures
	st.Signatures = slices.Insert(st.Signatures, at, sig)
	return st, nil
}

// find returns where the signature id is among those of s, or belongs.
func (s *Statement) find(id evidence.Digest) (int, bool) {
	return slices.BinarySearchFunc(s.Signatures, id, func(sig *Signature, id evidence.Digest) int {
		return sig.ID.Compare(id)
	})
}

// signed reports whether the signature id of s is there.
func (s *Statement) signed(id evidence.Digest) bool {
	_, there := s.find(id)
	return there
}

// AddBlob adds a material. Adding what is there already changes nothing.
func (d *Dossier) AddBlob(b Blob) {
	if _, ok := d.blobs[b.Digest]; !ok {
		d.blobs[b.Digest] = b
		d.addedBlobs = append(d.addedBlobs, b)
	}
}

// readOwn returns the statement of ours in b, or nil if b is an attestation
// that names no release and so can only be a material (rules of format, R9). That
// it holds no statement at all is an error.
func readOwn(b *attest.Bundle) (*Statement, error) {
	if b.PayloadType != attest.PayloadType {
		return nil, fmt.Errorf("the payload type is %.80q, want %q", b.PayloadType, attest.PayloadType)
	}
	st, err := attest.ParseStatement(b.Payload)
	if err != nil {
		if imported, ierr := attest.ParseImported(b.Payload); ierr == nil && !strings.HasPrefix(imported.PredicateType, evidence.PredicateBase) {
			return nil, nil
		}
		return nil, err
	}
	if !strings.HasPrefix(st.PredicateType, evidence.PredicateBase) {
		return nil, nil
	}
	links, err := evidence.DecodeLinks(st.Predicate)
	if err != nil {
		return nil, fmt.Errorf("predicate: %w", err)
	}
	switch isRoot := st.PredicateType == evidence.RecordType; {
	case isRoot && links.Release != nil:
		return nil, errors.New("predicate: at /release: a release statement names no other release")
	case !isRoot && links.Release == nil:
		return nil, nil
	}
	return &Statement{ID: b.StatementID(), Payload: b.Payload, Statement: st, Links: links}, nil
}

// Statements returns the statements of ours, sorted by ID.
func (d *Dossier) Statements() []*Statement {
	list := make([]*Statement, 0, len(d.statements))
	for _, s := range d.statements {
		list = append(list, s)
	}
	slices.SortFunc(list, func(a, b *Statement) int { return a.ID.Compare(b.ID) })
	return list
}

// Statement returns the statement with the given ID.
func (d *Dossier) Statement(id evidence.Digest) (*Statement, bool) {
	s, ok := d.statements[id]
	return s, ok
}

// Blob returns a blob that is neither a signature nor packaging.
func (d *Dossier) Blob(id evidence.Digest) (Blob, bool) {
	b, ok := d.blobs[id]
	return b, ok
}

// Blobs returns all blobs that are neither signatures nor packaging, sorted by
// digest.
func (d *Dossier) Blobs() []Blob {
	list := make([]Blob, 0, len(d.blobs))
	for _, b := range d.blobs {
		list = append(list, b)
	}
	slices.SortFunc(list, func(a, b Blob) int { return a.Digest.Compare(b.Digest) })
	return list
}

// Problems returns what was wrong with the packaging that was opened, sorted.
func (d *Dossier) Problems() []Problem {
	list := slices.Clone(d.problems)
	slices.SortFunc(list, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Code, b.Code), cmp.Compare(a.Entry, b.Entry), cmp.Compare(a.Detail, b.Detail))
	})
	return list
}

// Close releases the file that the dossier was opened from. Blobs cannot be
// read after that. Closing again does nothing.
func (d *Dossier) Close() error {
	c := d.closer
	if c == nil {
		return nil
	}
	d.closer = nil
	return c.Close()
}
