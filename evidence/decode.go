package evidence

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/release-dossier/dossier/internal/strictjson"
)

// FieldError says which field of a record is wrong.
type FieldError struct {
	// Pointer is the RFC 6901 pointer of the field in the predicate.
	Pointer string
	Err     error
}

func (e *FieldError) Error() string {
	if e.Pointer == "" {
		return e.Err.Error()
	}
	return "at " + e.Pointer + ": " + e.Err.Error()
}

func (e *FieldError) Unwrap() error { return e.Err }

// DecodeRecord reads and validates the predicate of a release statement. Its
// errors are [FieldError]s.
func DecodeRecord(predicate []byte) (*Record, error) {
	r := new(Record)
	if err := decode(predicate, r); err != nil {
		return nil, err
	}
	if err := checkCritical(r.Critical, reflect.TypeFor[Record]()); err != nil {
		return nil, err
	}
	return r, r.Validate()
}

// DecodeApproval reads and validates the predicate of an approval. Its errors
// are [FieldError]s.
func DecodeApproval(predicate []byte) (*Approval, error) {
	a := new(Approval)
	if err := decode(predicate, a); err != nil {
		return nil, err
	}
	if err := checkCritical(a.Critical, reflect.TypeFor[Approval]()); err != nil {
		return nil, err
	}
	return a, a.Validate()
}

func decode(predicate []byte, v any) error {
	err := strictjson.Unmarshal(predicate, v, strictjson.RejectNull())
	var e *strictjson.Error
	if errors.As(err, &e) {
		return &FieldError{e.Pointer, e.Err}
	}
	return err
}

// checkCritical refuses a critical field that t does not have.
func checkCritical(pointers []string, t reflect.Type) error {
	for i, p := range pointers {
		if !knownField(p, t) {
			return &FieldError{
				fmt.Sprintf("/critical/%d", i),
				fmt.Errorf("field %.80q must be understood and is not known to this version: use a newer one", p),
			}
		}
	}
	return nil
}

// knownField reports whether the RFC 6901 pointer leads to a field of t.
func knownField(pointer string, t reflect.Type) bool {
	if !strings.HasPrefix(pointer, "/") {
		return false
	}
	for token := range strings.SplitSeq(pointer[1:], "/") {
		next, ok := child(t, token)
		if !ok {
			return false
		}
		t = next
	}
	return true
}

// child returns the type of the member or element of t that token names. The
// members of free maps (annotations) are known to nobody.
func child(t reflect.Type, token string) (reflect.Type, bool) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case t == reflect.TypeFor[Digest]() || t == reflect.TypeFor[DigestSet]():
		_, ok := hexLength[token]
		return reflect.TypeFor[string](), ok
	case t.Kind() == reflect.Slice:
		n, err := strconv.ParseUint(token, 10, 31)
		return t.Elem(), err == nil && strconv.FormatUint(n, 10) == token
	case t.Kind() == reflect.Struct:
		return memberType(t, token)
	}
	return nil, false
}

func memberType(t reflect.Type, name string) (reflect.Type, bool) {
	for _, f := range reflect.VisibleFields(t) {
		if tag, _, _ := strings.Cut(f.Tag.Get("json"), ","); tag == name && tag != "" {
			return f.Type, true
		}
	}
	return nil, false
}
