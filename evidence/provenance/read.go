package provenance

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/internal/strictjson"
)

const (
	// MaxImport is the most bytes that ReadAny reads.
	MaxImport = 32 << 20
	// maxStatements is the most statements in one document.
	maxStatements = 1000
)

// Kind is the form in which a statement was found.
type Kind string

// The kinds.
const (
	SigstoreBundle Kind = "sigstore-bundle" // signed, with what is needed to verify it
	Envelope       Kind = "dsse"            // signed, bare DSSE envelope
	Bare           Kind = "statement"       // not signed
	Layout         Kind = "in-toto-layout"  // an owner's plan, no statement
	Link           Kind = "in-toto-link"    // a step of such a plan, no statement
)

// MediaType returns the media type of one document of that kind.
func (k Kind) MediaType() string {
	switch k {
	case SigstoreBundle:
		return evidence.MediaTypeSigstoreBundle
	case Envelope:
		return evidence.MediaTypeDSSE
	case Layout:
		return evidence.MediaTypeInTotoLayout
	case Link:
		return evidence.MediaTypeInTotoLink
	}
	return evidence.MediaTypeInToto
}

// Imported is what a document of another tool holds.
type Imported struct {
	// Entries are its statements in their order, at least one.
	Entries []Entry
	// Lines tells that the document holds one statement a line, List that it
	// is npm's list of bundles, Google that it is Google Cloud's document of an
	// image: then it is List as well.
	Lines, List, Google bool
}

// Entry is one statement in an imported document.
type Entry struct {
	Kind Kind
	// Raw is the entry as it stood in the document, without the end of its line.
	Raw []byte
	// Payload is the statement's bytes, as they were signed if they were; Raw for
	// the kinds Layout and Link, which have no Statement.
	Payload   []byte
	Statement attest.Statement
	// Bundle is the signature; nil for the kinds Bare, Layout and Link. It is not
	// verified.
	Bundle *attest.Bundle
}

// ReadAny reads what other tools write attestations into: a Sigstore bundle, a
// DSSE envelope or a bare in-toto statement, as one document or one a line,
// the list of bundles that npm's registry hands out, what Google Cloud prints of
// an image's provenance, and in-toto's layouts and links. It takes all or nothing: an entry that cannot
// be read is an error that names its line.
func ReadAny(raw []byte) (Imported, error) {
	if len(raw) > MaxImport {
		return Imported{}, fmt.Errorf("the attestation has %d bytes, at most %d are read", len(raw), MaxImport)
	}
	if lines, ok := splitLines(raw); ok {
		return readLines(lines)
	}
	return readDocument(raw)
}

// splitLines returns the lines of a document whose first line is a complete
// JSON value with something after it.
func splitLines(raw []byte) ([][]byte, bool) {
	first, rest, _ := bytes.Cut(bytes.TrimSpace(raw), []byte("\n"))
	if len(bytes.TrimSpace(rest)) == 0 || strictjson.Check(first) != nil {
		return nil, false
	}
	return bytes.SplitN(bytes.TrimSpace(raw), []byte("\n"), maxStatements+1), true
}

func readLines(lines [][]byte) (Imported, error) {
	if len(lines) > maxStatements {
		return Imported{}, fmt.Errorf("more than %d lines of attestations: split the file", maxStatements)
	}
	all := Imported{Lines: true}
	for i, line := range lines {
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		e, err := ReadEntry(bytes.TrimSuffix(line, []byte("\r")))
		if err != nil {
			return Imported{}, fmt.Errorf("line %d: %w", i+1, err)
		}
		all.Entries = append(all.Entries, e)
	}
	return all, nil
}

// shape tells the forms apart by the members that only they have.
type shape struct {
	Envelope  jsontext.Value `json:"dsseEnvelope"`
	MediaType jsontext.Value `json:"mediaType"`
	Payload   jsontext.Value `json:"payload"`
	Type      jsontext.Value `json:"_type"`
	Signed    jsontext.Value `json:"signed"`
	NPM       []struct {
		Bundle jsontext.Value `json:"bundle"`
	} `json:"attestations"`
	Google jsontext.Value `json:"provenance_summary"`
}

func readDocument(raw []byte) (Imported, error) {
	if e, ok := readBundle(raw); ok {
		return Imported{Entries: []Entry{e}}, nil
	}
	var s shape
	if err := strictjson.Unmarshal(raw, &s); err != nil {
		return Imported{}, err
	}
	if s.Google != nil {
		g, err := ParseGoogle(raw)
		if err != nil {
			return Imported{}, err
		}
		entries, err := g.entries()
		return Imported{Entries: entries, List: true, Google: true}, err
	}
	if s.NPM == nil {
		e, err := readShape(raw, s)
		if err != nil {
			return Imported{}, err
		}
		return Imported{Entries: []Entry{e}}, nil
	}
	if len(s.NPM) == 0 || len(s.NPM) > maxStatements {
		return Imported{}, fmt.Errorf("at /attestations: %d attestations, want 1 to %d", len(s.NPM), maxStatements)
	}
	all := Imported{List: true}
	for i, a := range s.NPM {
		e, err := ReadEntry(a.Bundle)
		if err != nil {
			return Imported{}, fmt.Errorf("at /attestations/%d/bundle: %w", i, err)
		}
		all.Entries = append(all.Entries, e)
	}
	return all, nil
}

// ReadEntry reads one statement: a Sigstore bundle, a DSSE envelope or a bare
// in-toto statement.
func ReadEntry(raw []byte) (Entry, error) {
	if e, ok := readBundle(raw); ok {
		return e, nil
	}
	var s shape
	if err := strictjson.Unmarshal(raw, &s); err != nil {
		return Entry{}, err
	}
	return readShape(raw, s)
}

// readBundle reads raw if it is a Sigstore bundle, as most are: what is one can be
// nothing else, and is read once. What it refuses, the others say better.
func readBundle(raw []byte) (Entry, bool) {
	head := raw[:min(len(raw), 256)]
	if !bytes.Contains(head, []byte(`"application/vnd.dev.sigstore.bundle`)) {
		return Entry{}, false
	}
	b, err := attest.ParseBundle(raw)
	if err != nil {
		return Entry{}, false
	}
	e, err := signed(SigstoreBundle, raw, b, nil)
	return e, err == nil
}

func readShape(raw []byte, s shape) (Entry, error) {
	switch {
	case s.MediaType != nil || s.Envelope != nil:
		b, err := attest.ParseBundle(raw)
		return signed(SigstoreBundle, raw, b, err)
	case s.Signed != nil:
		return planned(raw, s.Signed)
	case s.Payload != nil && isPlan(s.Payload):
		var payload strictjson.Base64
		if err := strictjson.Unmarshal(s.Payload, &payload); err != nil {
			return Entry{}, err
		}
		return planned(raw, jsontext.Value(payload))
	case s.Payload != nil:
		b, err := attest.ParseEnvelope(raw)
		return signed(Envelope, raw, b, err)
	case s.Type != nil:
		st, err := attest.ParseImported(raw)
		return Entry{Kind: Bare, Raw: raw, Payload: raw, Statement: st}, err
	}
	return Entry{}, errors.New("neither a Sigstore bundle, a DSSE envelope nor an in-toto statement")
}

func signed(k Kind, raw []byte, b attest.Bundle, err error) (Entry, error) {
	if err != nil {
		return Entry{}, err
	}
	if b.PayloadType != attest.PayloadType {
		return Entry{}, fmt.Errorf("the payload type %.80q is not an in-toto statement's", b.PayloadType)
	}
	st, err := attest.ParseImported(b.Payload)
	if err != nil {
		return Entry{}, fmt.Errorf("in the payload: %w", err)
	}
	return Entry{k, raw, b.Payload, st, &b}, nil
}

// Digests returns what the statements are about, as their subjects say.
func (i Imported) Digests() []evidence.DigestSet {
	var sets []evidence.DigestSet
	for _, e := range i.Entries {
		for _, s := range e.Statement.Subject {
			sets = append(sets, s.Digest)
		}
	}
	return sets
}
