package evidence

import (
	"errors"
	"reflect"
)

// Entry is what every own statement begins with: which record it is, what it
// belongs to and what it saw. The predicates of all kinds but [Record] and
// [Approval] embed it, and its members stand beside theirs in JSON.
type Entry struct {
	// Critical is as in [Record].
	Critical []string `json:"critical,omitempty"`
	// ID is the record's own id, unique among the records of its kind in its
	// repository and never used again (R18).
	ID string `json:"id" rec:"R;R18"`
	// Release names the release statement; absent in a record that stands by
	// its scope (R9).
	Release *Reference `json:"release,omitempty"`
	// Parents are the statements and signatures that the signer saw (R3, R4).
	Parents []Parent `json:"parents,omitempty"`
	// Scope says where the record holds: repository, commits, branches,
	// environment and interval (R9). Only kinds that can stand without a
	// release have one, and those always.
	Scope *Scope `json:"scope,omitempty"`
	// At is when it happened, or began if it lasted, as the signer states it.
	// The time of the signature bounds it and never replaces it (R3).
	At TimeOrInterval `json:"at" rec:"R;R3"`
	// Supersedes is the ID of an earlier record of this kind that this one
	// corrects (R18).
	Supersedes string `json:"supersedes,omitempty" rec:"O;R18"`
	// Materials are the blobs this statement brings along (R2).
	Materials []Material `json:"materials,omitempty"`
}

// Predicate is a record that is stated by a statement of its own.
type Predicate interface {
	// Head returns what the record has in common with all others. It is the
	// record's own, except for [Approval], where it is a copy: [Link] writes
	// to every kind.
	Head() *Entry
	// Validate reports the first field that contradicts its description, as a
	// [FieldError].
	Validate() error
	// Happened returns when the recorded fact happened, as stated.
	Happened() TimeOrInterval
}

// Head implements [Predicate].
func (e *Entry) Head() *Entry { return e }

// Happened implements [Predicate].
func (e *Entry) Happened() TimeOrInterval { return e.At }

// Head implements [Predicate]. It returns a copy.
func (a *Approval) Head() *Entry {
	return &Entry{
		Critical: a.Critical, ID: a.ID, Release: a.Release, Parents: a.Parents, Scope: a.Scope,
		At: Moment(a.At), Supersedes: a.Supersedes, Materials: a.Materials,
	}
}

// Happened implements [Predicate].
func (a *Approval) Happened() TimeOrInterval { return Moment(a.At) }

// Link writes what the signing tool knows, and people never do, into p: the
// release statement (nil for a record that stands by its scope), the parents,
// and the materials.
func Link(p Predicate, release *Reference, parents []Parent, materials []Material) {
	if a, ok := p.(*Approval); ok {
		a.Release, a.Parents, a.Materials = release, parents, materials
		return
	}
	e := p.Head()
	e.Release, e.Parents, e.Materials = release, parents, materials
}

// Linked returns a copy of p with the links of [Link]. What p holds is shared with
// the copy, and p itself is not changed.
func Linked(p Predicate, release *Reference, parents []Parent, materials []Material) Predicate {
	v := reflect.New(reflect.TypeOf(p).Elem()) // every kind is a pointer to a struct
	v.Elem().Set(reflect.ValueOf(p).Elem())
	linked := v.Interface().(Predicate)
	Link(linked, release, parents, materials)
	return linked
}

// validate checks the whole of a record that embeds [Entry].
func validate(p Predicate) error {
	if err := ValidateFacts(p); err != nil {
		return err
	}
	return firstError(p.Head().validateLinks)
}

func (e *Entry) validateLinks(v *validator) {
	v.materials(e.Materials)
	switch {
	case e.Release != nil:
		v.check("/release", e.Release.validate())
		v.check("/parents", checkParents(e.Parents))
	case e.Scope == nil:
		v.fail("/release", errors.New("the record names no release"))
	case len(e.Parents) > 0:
		v.fail("/parents", errors.New("a record without a release has no parents"))
	}
}

// facts returns a copy whose links are good, so that [Approval.Validate] finds
// only what is wrong with the facts.
func (a *Approval) facts() *Approval {
	b := *a
	b.Release, b.Parents, b.Materials = nil, nil, nil
	if b.Scope == nil {
		some := Sum(nil)
		b.Release, b.Parents = &Reference{some}, []Parent{{some, some}}
	}
	return &b
}
