package verify

import (
	"errors"
	"fmt"
	"slices"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
)

// AppendError says why nothing may be built upon a dossier.
type AppendError struct {
	// Code is the reason code of what is in the way, as in [Check] and [Signer]:
	// [CodeNotTrusted], [CodeThreshold], [CodeLater] or another.
	Code string
	// Statement is the statement in the way; zero if it is the dossier as a whole.
	Statement evidence.Digest
	text      string
}

// Error says what is in the way, and what can be done.
func (e *AppendError) Error() string { return e.text }

func notAppendable(code string, s evidence.Digest, format string, args ...any) error {
	return &AppendError{code, s, fmt.Sprintf(format, args...)}
}

// Appendable reports whether a new statement may build upon what r verified:
// layers 1 to 3 hold, and every statement counts (rules of format, R14). The
// new statement's parents are then r.Heads, which leave duplicates of a
// signature out. The error is an [*AppendError], which names what is in the way.
func (r *Report) Appendable() error {
	if r.Release == nil || !r.Relied {
		return notAppendable(CodeNotTrusted, evidence.Digest{}, "the release statement is not signed by a party you trust")
	}
	if err := r.genuine(); err != nil {
		return err
	}
	for _, s := range r.Signers {
		switch {
		case s.Code == CodeThreshold:
			return notAppendable(s.Code, s.Statement, "statement %s needs the signatures of more people (%s): have them sign it first", s.Statement, s.Detail)
		case s.Code == CodeLater:
			return notAppendable(s.Code, s.Statement, "statement %s, signed by %s, is from the future (%s): if that is the right time, wait for it; if this clock is wrong, set it; else have %s state it again with the right time, in a copy of the dossier from before it",
				s.Statement, s.Name(), s.Detail, s.Name())
		case !s.Allowed && s.Code != codeDuplicate:
			return notAppendable(s.Code, s.Statement, "statement %s, signature %s by %s does not count (%s): name the signer in the trust document, or ask for a copy of the dossier without it",
				s.Statement, s.Signature, s.Name(), s.Code)
		}
	}
	if len(r.Heads) == 0 {
		return notAppendable(codeNoRelease, evidence.Digest{}, "the dossier has no heads to build upon")
	}
	return nil
}

// genuine names the first failure in layers 1 to 3, nil if there is none but
// that more people must sign.
func (r *Report) genuine() error {
	for _, c := range r.Checks {
		if c.Layer != Linkage && c.Layer != Controls && c.Code != CodeThreshold && c.Blocks() {
			return notAppendable(c.Code, evidence.Digest{}, "%s (%s): %s", c.Title, c.Code, c.Found)
		}
	}
	return nil
}

// AppendOptions say what a new statement has beside its facts.
type AppendOptions struct {
	// About are the artifacts of the release that the fact is about; nil means
	// those that the record itself names ([evidence.Artifacts]) and, if it
	// names none, all.
	About []evidence.Digest
	// Blobs are the materials that the statement brings along, beside those
	// that the record lists already.
	Blobs []NamedBlob
}

// NamedBlob is a material to be.
type NamedBlob struct {
	// Name is the material's name; [evidence.SafeMaterialName] makes one.
	Name string
	// OriginalName is the name it had where it came from, if that is another.
	OriginalName string
	// MediaType says what it is (RFC 6838).
	MediaType string
	Blob      bundle.Blob
}

func (b NamedBlob) material() evidence.Material {
	return evidence.Material{
		Name: b.Name, OriginalName: b.OriginalName, MediaType: b.MediaType,
		Digest: b.Blob.Digest, Size: b.Blob.Size,
	}
}

// Append returns the payload of a new statement about the release in d, which
// r must be the report of. The facts in p are the signer's; release, parents,
// materials and subjects are filled in, and in a seal what it seals (see
// [evidence.Seal]), in the payload: p itself is not changed. If key is not zero and
// not in d already, it goes along as a material, so that the signature can be
// checked by those whose trust names only its fingerprint. What is returned is
// signed ([attest.Sign]) and added with [Report.Add], upon which the next statement
// builds; two payloads that are made before either is added stand side by side.
//
// Append adds blobs to d, and nothing if it fails: because nothing may be built
// upon what r verified (see Appendable), or because p is not valid, which is an
// [*evidence.FieldError].
func (r *Report) Append(d *bundle.Dossier, p evidence.Predicate, key attest.PublicKey, o AppendOptions) ([]byte, error) {
	if err := r.Appendable(); err != nil {
		return nil, err
	}
	st, ok := d.Statement(r.Release.Statement)
	if !ok {
		return nil, errors.New("the report is about another dossier")
	}
	record, err := evidence.DecodeRecord(st.Statement.Predicate)
	if err != nil {
		return nil, err
	}
	if _, ok := evidence.KindOf(p); !ok {
		return nil, fmt.Errorf("%T is not a kind of record", p)
	}
	if x, ok := p.(*evidence.Redaction); ok {
		if err := listsAll(d, x); err != nil {
			return nil, err
		}
	}
	about, err := record.ArtifactsOf(p, o.About)
	if err != nil {
		return nil, err
	}
	blobs := slices.Clone(o.Blobs)
	if key.Algorithm() != "" {
		pem := bundle.BytesBlob(key.PEM())
		if _, there := d.Blob(pem.Digest); !there {
			blobs = append(blobs, NamedBlob{"keys/" + pem.Digest.Short() + ".pem", "", evidence.MediaTypePublicKey, pem})
		}
	}
	materials := slices.Clone(p.Head().Materials)
	for _, b := range blobs {
		materials = append(materials, b.material())
	}
	parents := r.Heads[:min(len(r.Heads), evidence.MaxParents)]
	p = evidence.Linked(p, &evidence.Reference{Digest: st.ID}, parents, materials)
	if s, ok := p.(*evidence.Seal); ok {
		if s.State, err = d.State(parents); err != nil {
			return nil, err
		}
		r.fillSeal(s)
	}
	payload, err := attest.NewOwnStatement(about, p)
	if err != nil {
		return nil, err
	}
	for _, b := range blobs {
		d.AddBlob(b.Blob)
	}
	return payload, nil
}

// Add adds the signature of a payload that [Report.Append] or [Report.Cosign]
// returned to d, a Sigstore bundle as [attest.Sign] makes it. A new statement takes
// the place of its parents in r.Heads, so that what is appended next builds upon it.
// Nothing else in r changes: it is still the report of what was verified.
func (r *Report) Add(d *bundle.Dossier, raw []byte) (*bundle.Statement, error) {
	b, err := attest.ParseBundle(raw)
	if err != nil {
		return nil, err
	}
	_, cosigned := d.Statement(b.StatementID())
	st, err := d.AddSignature(raw)
	if err != nil || cosigned {
		return st, err
	}
	seen := func(p evidence.Parent) bool { return slices.Contains(st.Links.Parents, p) }
	r.Heads = append(slices.DeleteFunc(slices.Clone(r.Heads), seen), evidence.Parent{Statement: st.ID, Signature: evidence.Sum(raw)})
	return st, nil
}

// listsAll reports a blob of a redaction that is no material of any statement:
// nothing else can be withheld.
func listsAll(d *bundle.Dossier, x *evidence.Redaction) error {
	for _, b := range x.Blobs {
		if !slices.ContainsFunc(d.Statements(), func(st *bundle.Statement) bool {
			return slices.ContainsFunc(st.Links.Materials, func(m evidence.Material) bool { return m.Digest == b.Digest })
		}) {
			return fmt.Errorf("%s is no material of any statement: only those can be withheld", b.Digest)
		}
	}
	return nil
}

// fillSeal writes the place of a new seal after the last one.
func (r *Report) fillSeal(s *evidence.Seal) {
	s.Sequence, s.Previous = 1, nil
	if r.Seal != nil {
		s.Sequence, s.Previous = r.Seal.Sequence+1, &r.Seal.Statement
	}
}

// Cosign returns the payload of a statement in d, which r must be the report
// of, for another person to sign: the bytes found in the file, never encoded
// anew (rules of format, R4). What is returned is signed and added as in
// Append. The signer's key must be one that trust documents hold in full, or
// that is in d: a statement that is signed already brings no new material.
//
// It fails if layers 1 to 3 do not hold, or if the statement is signed by
// nobody who may state it. That it still lacks signatures is no obstacle.
func (r *Report) Cosign(d *bundle.Dossier, statement evidence.Digest) ([]byte, error) {
	st, ok := d.Statement(statement)
	if !ok {
		return nil, fmt.Errorf("there is no statement %s", statement)
	}
	if err := r.genuine(); err != nil {
		return nil, err
	}
	for _, s := range r.Signers {
		if s.Statement == statement && (s.Allowed || s.Code == CodeThreshold) {
			return st.Payload, nil
		}
	}
	return nil, fmt.Errorf("statement %s is signed by nobody whom you let state it", statement)
}
