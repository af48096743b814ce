package http

import (
	"github.com/release-dossier/dossier/internal/strictjson"
)

// Basis says how a record came about.
type Basis string

// The bases of a record.
const (
	// Fetched records were mapped from an answer that is kept.
	Fetched Basis = "fetched"
	// ReferencedOnly records hold an id that somebody gave. The system was not
	// asked, so nothing is known but the id.
	ReferencedOnly Basis = "referenced-only"
)

// Record is one fact in the terms of a record kind.
type Record struct {
	// Kind is the kind of record: "ticket", "signoff", "promotion", ...
	Kind string
	// ID is the record's id, also among Fields.
	ID string
	// Basis says whether the system was asked.
	Basis Basis
	// Fields are the members of the record: text, int64, bool, objects and
	// lists of them.
	Fields map[string]any
	// Answer is the index in Result.Answers of the answer that the record was
	// mapped from; -1 if nobody was asked.
	Answer int
}

// JSON returns the record's fields as JSON with sorted names, to be decoded by
// the type of its kind.
func (r Record) JSON() ([]byte, error) { return strictjson.Marshal(r.Fields) }

// Into decodes the fields into a type of package evidence: a promotion into
// [evidence.Promotion], a signoff into [evidence.Signoff]. Fields that the type
// does not have are left out, and nothing is validated: a system knows only part
// of a record, and whoever knows the rest completes it first.
func (r Record) Into(v any) error {
	data, err := r.JSON()
	if err != nil {
		return err
	}
	return strictjson.Unmarshal(data, v)
}

// Unknown is a field, or a whole record, that an answer did not give.
type Unknown struct {
	// Kind and ID name the record; ID is "" if the record could not be made.
	Kind, ID string
	// Field is the field's pointer in the record; "" is the whole record.
	Field string
	// From is the pointer in the answer that was tried.
	From string
	// Why says what stands there instead.
	Why string
	// Never reports that the system cannot tell the field, whatever it answers.
	Never bool
	// Answer is the index in Result.Answers.
	Answer int
}

// Result is what a system said.
type Result struct {
	// Mapping is the mapping's id and version.
	Mapping string
	// Records are in the order of requests and answers.
	Records []Record
	// Unknown lists what no answer gave.
	Unknown []Unknown
	// Answers are kept as they came, also those that refused.
	Answers []Answer

	header header
	// index finds the records of one kind and id.
	index map[[2]string][]int
}

// set puts a value at its place among fields.
func set(fields map[string]any, target []string, value any) {
	for _, name := range target[:len(target)-1] {
		next, ok := fields[name].(map[string]any)
		if !ok {
			next = map[string]any{}
			fields[name] = next
		}
		fields = next
	}
	fields[target[len(target)-1]] = value
}
