package checks

import (
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/release-dossier/dossier/internal/strictjson"
)

// maxNames is the most memory for the names of members of objects that are not
// yet closed. The decoder keeps them to refuse duplicates.
const maxNames = 16 << 20

// jsonReader walks through one JSON value as a stream. Duplicate names and
// invalid UTF-8 are refused by the decoder; limits are added here. Numbers are
// judged only where they are read.
type jsonReader struct {
	dec *jsontext.Decoder
	in  *input
	// names estimates, for each open object, what its names cost; held is
	// their sum.
	names []int
	held  int
}

func newJSONReader(in *input) *jsonReader {
	return &jsonReader{dec: jsontext.NewDecoder(in), in: in}
}

// token reads one token and gives the decoder room for the next.
func (j *jsonReader) token() (jsontext.Token, error) {
	t, err := j.dec.ReadToken()
	if err != nil {
		return t, j.fail(err)
	}
	j.in.mark = j.dec.InputOffset()
	depth := j.dec.StackDepth()
	if depth > j.in.limits.Depth {
		return t, j.fail(fmt.Errorf("nested deeper than %d levels", j.in.limits.Depth))
	}
	if kind, n := j.dec.StackIndex(depth); kind == '{' && n&1 == 1 && t.Kind() == '"' {
		return t, j.member(t, depth, n)
	}
	return t, nil
}

// member bounds what the decoder keeps of the objects that are open. The name
// is the n-th part of its object, counting names and values.
func (j *jsonReader) member(name jsontext.Token, depth int, n int64) error {
	const overhead = 64
	keep := depth - 1
	if n > 1 {
		keep = depth
	}
	for len(j.names) > keep {
		j.held -= j.names[len(j.names)-1]
		j.names = j.names[:len(j.names)-1]
	}
	for len(j.names) < depth {
		j.names = append(j.names, 0)
	}
	cost := len(name.String()) + overhead
	j.names[depth-1] += cost
	if j.held += cost; j.held > maxNames {
		return j.fail(errors.New("the object has too many members"))
	}
	return nil
}

// object calls fn with the name of each member; fn reads or skips its value.
func (j *jsonReader) object(fn func(name string) error) error {
	if err := j.expect('{', "an object"); err != nil {
		return err
	}
	for j.dec.PeekKind() != '}' {
		name, err := j.token()
		if err != nil {
			return err
		}
		if err := fn(name.String()); err != nil {
			return err
		}
	}
	_, err := j.token()
	return err
}

// array calls fn for each element; fn reads it. null is an empty array, as
// SARIF allows.
func (j *jsonReader) array(fn func() error) error {
	if j.dec.PeekKind() == 'n' {
		return j.skip()
	}
	if err := j.expect('[', "an array"); err != nil {
		return err
	}
	for j.dec.PeekKind() != ']' {
		if j.dec.PeekKind() == 'n' {
			return j.fail(errNull)
		}
		if err := fn(); err != nil {
			return err
		}
	}
	_, err := j.token()
	return err
}

// expect reads a token that opens an object or an array.
func (j *jsonReader) expect(kind jsontext.Kind, what string) error {
	t, err := j.token()
	if err != nil {
		return err
	}
	if t.Kind() != kind {
		return j.fail(fmt.Errorf("want %s", what))
	}
	return nil
}

// decode reads one value of at most Limits.Token bytes into v.
func (j *jsonReader) decode(v any) error {
	if err := json.UnmarshalDecode(j.dec, v); err != nil {
		return j.fail(err)
	}
	j.in.mark = j.dec.InputOffset()
	return nil
}

// skip passes over one value of any size.
func (j *jsonReader) skip() error {
	depth := j.dec.StackDepth()
	for {
		if _, err := j.token(); err != nil {
			return err
		}
		if j.dec.StackDepth() <= depth {
			return nil
		}
	}
}

// end makes sure that nothing follows the value.
func (j *jsonReader) end() error {
	_, err := j.dec.ReadToken()
	if err == io.EOF {
		return nil
	}
	if err == nil {
		err = errors.New("data after the JSON value: the file was appended to")
	}
	return j.fail(err)
}

// fail adds the place of an error.
func (j *jsonReader) fail(err error) error {
	place := &strictjson.Error{Pointer: string(j.dec.StackPointer()), Offset: j.dec.InputOffset(), Err: err}
	var syn *jsontext.SyntacticError
	var sem *json.SemanticError
	switch {
	case j.in.tooLong != nil:
		place.Err = j.in.tooLong
	case err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF):
		place.Err = errors.New("the file ends too early: it is cut off")
	case errors.As(err, &syn):
		place.Pointer, place.Offset = string(syn.JSONPointer), syn.ByteOffset
		if syn.Err != nil {
			place.Err = syn.Err
		}
	case errors.As(err, &sem):
		place.Pointer, place.Offset = string(sem.JSONPointer), sem.ByteOffset
		place.Err = fmt.Errorf("a JSON %s does not fit here", sem.JSONKind)
	}
	place.Pointer = clean(place.Pointer)
	return place
}

var errNull = errors.New("an item is null: it does not say what was found")

// items is a list within a value that is decoded as a whole. An item that is null
// would count as one that says nothing, and is refused.
type items[T any] []T

// UnmarshalJSONFrom implements json.UnmarshalerFrom.
func (l *items[T]) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	raw, err := d.ReadValue()
	if err != nil {
		return err
	}
	var list []*T
	if err := json.Unmarshal(raw, &list); err != nil {
		return err
	}
	*l = nil
	for _, item := range list {
		if item == nil {
			return errNull
		}
		*l = append(*l, *item)
	}
	return nil
}
