package attest

import (
	"errors"
	"fmt"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/internal/strictjson"
)

// Types of in-toto Statements.
const (
	// StatementType is the _type of every statement we write (in-toto
	// attestation framework, Statement v1).
	StatementType = "https://in-toto.io/Statement/v1"
	// statementTypeV01 is read in imported attestations only.
	statementTypeV01 = "https://in-toto.io/Statement/v0.1"
)

const (
	// MaxSubjects is the most subjects a statement has. Sigstore clients
	// refuse more than 1024, for good (rules of format, R10).
	MaxSubjects = 1000
	// MaxPayload is the most bytes of one statement (rules of format, R19).
	MaxPayload = 4 << 20
)

// Statement is an in-toto Statement v1: what is said (the predicate) about
// what (the subjects). The bytes that were signed are kept apart from it and
// never re-encoded.
//
// Predicate is a part of the payload that the statement was read from, and is not
// changed.
type Statement struct {
	Type          string                        `json:"_type"`
	Subject       []evidence.ResourceDescriptor `json:"subject"`
	PredicateType string                        `json:"predicateType"`
	Predicate     jsontext.Value                `json:"predicate"`
}

// part is a value of a JSON text by its place, which costs no copy.
type part struct{ start, end int64 }

// UnmarshalJSONFrom implements json.UnmarshalerFrom.
func (p *part) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	v, err := d.ReadValue()
	p.end = d.InputOffset()
	p.start = p.end - int64(len(v))
	return err
}

// of returns the value in the text it was read from; nil if it was not there.
func (p *part) of(text []byte) jsontext.Value {
	if p.start == p.end {
		return nil
	}
	return text[p.start:p.end:p.end]
}

// NewStatement encodes a statement about subjects. The bytes it returns are
// the payload to sign and, by their digest, the statement's identity.
func NewStatement(subjects []evidence.ResourceDescriptor, predicateType string, predicate any) ([]byte, error) {
	raw, err := strictjson.Marshal(predicate)
	if err != nil {
		return nil, fmt.Errorf("predicate %s: %w", predicateType, err)
	}
	s := Statement{StatementType, subjects, predicateType, raw}
	payload, err := strictjson.Marshal(s)
	if err != nil {
		return nil, err
	}
	if _, err := ParseStatement(payload); err != nil {
		return nil, err
	}
	return payload, nil
}

// NewOwnStatement encodes a statement of a fact about a release, which p is linked
// to ([evidence.Linked]), and about artifacts of it. A record that is not valid, or
// that [evidence.CheckWritten] refuses, is an error.
func NewOwnStatement(about []evidence.Artifact, p evidence.Predicate) ([]byte, error) {
	kind, ok := evidence.KindOf(p)
	if !ok {
		return nil, fmt.Errorf("%T is not a kind of record", p)
	}
	err := p.Validate()
	if err == nil {
		err = evidence.CheckWritten(p)
	}
	if err != nil {
		return nil, err
	}
	release := p.Head().Release
	if release == nil {
		return nil, errors.New("the record names no release")
	}
	return NewStatement(evidence.OwnSubjects(release.Digest, about), kind.Type, p)
}

// ParseStatement reads a Statement v1 strictly: no field beyond the four, at
// most MaxSubjects subjects, each with a well-formed digest.
func ParseStatement(payload []byte) (Statement, error) {
	var in struct {
		Statement
		Predicate part `json:"predicate"`
	}
	if err := parse(payload, &in, strictjson.RejectUnknown()); err != nil {
		return Statement{}, err
	}
	s := in.Statement
	s.Predicate = in.Predicate.of(payload)
	if s.Type != StatementType {
		return Statement{}, fmt.Errorf("at /_type: got %.80q, want %q", s.Type, StatementType)
	}
	if len(s.Predicate) > 0 && s.Predicate.Kind() != '{' {
		return Statement{}, errors.New("at /predicate: want an object")
	}
	return s, s.validate()
}

// ParseImported reads a statement that another tool wrote: Statement v1 or
// v0.1, where fields beyond the four are ignored, as in-toto asks of readers.
// Annotations of subjects may be any JSON and are left out.
func ParseImported(payload []byte) (Statement, error) {
	var in struct {
		Statement
		Subject   []importedSubject `json:"subject"`
		Predicate part              `json:"predicate"`
	}
	if err := parse(payload, &in); err != nil {
		return Statement{}, err
	}
	s := in.Statement
	s.Predicate = in.Predicate.of(payload)
	for _, sub := range in.Subject {
		s.Subject = append(s.Subject, sub.ResourceDescriptor)
	}
	if s.Type != StatementType && s.Type != statementTypeV01 {
		return Statement{}, fmt.Errorf("at /_type: %.80q is not an in-toto statement", s.Type)
	}
	return s, s.validate()
}

// importedSubject hides the annotations, which in-toto lets be any JSON.
type importedSubject struct {
	evidence.ResourceDescriptor
	Annotations jsontext.Value `json:"annotations"`
}

func parse(payload []byte, v any, opts ...strictjson.Option) error {
	if len(payload) > MaxPayload {
		return fmt.Errorf("the statement has %d bytes, at most %d are read", len(payload), MaxPayload)
	}
	return strictjson.Unmarshal(payload, v, opts...)
}

func (s Statement) validate() error {
	switch {
	case s.PredicateType == "":
		return errors.New("at /predicateType: missing")
	case len(s.Predicate) == 0:
		return errors.New("at /predicate: missing")
	case len(s.Subject) == 0:
		return errors.New("at /subject: a statement needs at least one subject")
	case len(s.Subject) > MaxSubjects:
		return fmt.Errorf("at /subject: %d subjects, at most %d are allowed: sign a checksum list as one subject", len(s.Subject), MaxSubjects)
	}
	for i, sub := range s.Subject {
		if err := sub.Digest.Validate(); err != nil {
			return fmt.Errorf("at /subject/%d/digest: %w", i, err)
		}
	}
	return nil
}
