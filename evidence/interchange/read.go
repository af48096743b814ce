package interchange

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence/provenance"
	"github.com/release-dossier/dossier/internal/strictjson"
)

// Limits bound what one file may cost. A zero field means its default.
type Limits struct {
	// Bytes is the largest file; 256 MiB, which is what a dossier may hold.
	Bytes int64
	// Lines is the most statements; 10,000 (rules of format, R14).
	Lines int
}

func (l Limits) withDefaults() Limits {
	if l.Bytes <= 0 {
		l.Bytes = 256 << 20
	}
	if l.Lines <= 0 {
		l.Lines = 10_000
	}
	return l
}

// Line is one statement of a file.
type Line struct {
	// Number is the line, from 1, or the place in a list.
	Number int
	provenance.Entry
}

// Read reads a file of statements. It takes all or nothing: what cannot be read
// is an error that names its line. Empty lines are passed over.
func Read(r io.Reader, l Limits) ([]Line, error) {
	l = l.withDefaults()
	data, err := io.ReadAll(io.LimitReader(r, l.Bytes+1))
	switch {
	case err != nil:
		return nil, err
	case int64(len(data)) > l.Bytes:
		return nil, fmt.Errorf("the file has more than %d bytes, the most that are read: split it", l.Bytes)
	case len(bytes.TrimSpace(data)) == 0:
		return nil, errors.New("the file is empty: nothing was exported to it")
	case isLines(data):
		return readLines(data, l)
	case len(data) > provenance.MaxImport:
		return nil, fmt.Errorf("one document has %d bytes, at most %d are read", len(data), provenance.MaxImport)
	}
	in, err := provenance.ReadAny(data)
	if err != nil {
		return nil, err
	}
	var list []Line
	for i, e := range in.Entries {
		list = append(list, Line{i + 1, e})
	}
	return list, nil
}

// isLines reports whether the first line is a whole JSON value, as in a file of
// lines, so that a line break in it means the next statement.
func isLines(data []byte) bool {
	first, _, more := bytes.Cut(bytes.TrimLeft(data, "\r\n"), []byte("\n"))
	return more && len(first) <= attest.MaxBundle && strictjson.Check(first) == nil
}

func readLines(data []byte, l Limits) ([]Line, error) {
	var list []Line
	number := 0
	for raw := range bytes.SplitSeq(data, []byte("\n")) {
		number++
		raw = bytes.TrimSuffix(raw, []byte("\r"))
		if len(bytes.TrimSpace(raw)) == 0 {
			continue
		}
		if len(list) == l.Lines {
			return nil, fmt.Errorf("line %d: more than %d statements, the most that are read: split the file", number, l.Lines)
		}
		e, err := provenance.ReadEntry(raw)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", number, err)
		}
		list = append(list, Line{number, e})
	}
	return list, nil
}
