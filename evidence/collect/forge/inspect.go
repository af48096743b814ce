package forge

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/release-dossier/dossier/internal/strictjson"
)

// maxObjects bounds the JSON objects in one answer. A client makes a struct of
// each, many times its size in the answer: two bytes can cost a kilobyte.
const maxObjects = 100_000

var errObjects = fmt.Errorf("more than %d objects", maxObjects)

// compact removes white space between tokens and nothing else. It refuses what
// readers understand differently, and what costs more to read than to send.
func compact(body []byte) (jsontext.Value, error) {
	if err := strictjson.Check(body); err != nil {
		return nil, err
	}
	if err := countObjects(body); err != nil {
		return nil, err
	}
	v := jsontext.Value(bytes.Clone(body))
	err := v.Compact()
	return v, err
}

func countObjects(body []byte) error {
	objects := 0
	return tokens(body, func(t jsontext.Token) error {
		if t.Kind() == '{' {
			objects++
		}
		if objects > maxObjects {
			return errObjects
		}
		return nil
	})
}

// shows reports whether a string or name in the JSON holds text, also behind
// escapes.
func shows(body []byte, text string) bool {
	found := errors.New("found")
	err := tokens(body, func(t jsontext.Token) error {
		if t.Kind() == '"' && strings.Contains(t.String(), text) {
			return found
		}
		return nil
	})
	return errors.Is(err, found)
}

// tokens calls visit for each token of JSON that was checked.
func tokens(body []byte, visit func(jsontext.Token) error) error {
	d := jsontext.NewDecoder(bytes.NewBuffer(body))
	for {
		t, err := d.ReadToken()
		if err == io.EOF {
			return nil
		}
		if err == nil {
			err = visit(t)
		}
		if err != nil {
			return err
		}
	}
}
