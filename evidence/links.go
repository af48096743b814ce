package evidence

import "errors"

// Links are the members that every statement of ours has in common: what it
// belongs to, what it saw and what it brings along. They are read before, and
// independently of, the rest of the predicate.
type Links struct {
	Release   *Reference `json:"release,omitempty"`
	Parents   []Parent   `json:"parents,omitempty"`
	Materials []Material `json:"materials,omitempty"`
}

// DecodeLinks reads the links of a predicate of ours and checks materials and
// parents. Its errors are [FieldError]s.
func DecodeLinks(predicate []byte) (Links, error) {
	var l Links
	if err := decode(predicate, &l); err != nil {
		return Links{}, err
	}
	return l, firstError(l.validate)
}

func (l *Links) validate(v *validator) {
	v.materials(l.Materials)
	switch {
	case l.Release != nil:
		v.check("/release", l.Release.validate())
		v.check("/parents", checkParents(l.Parents))
	case len(l.Parents) > 0:
		v.fail("/parents", errors.New("a statement without a release has no parents"))
	}
}
