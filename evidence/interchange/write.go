package interchange

import (
	"bufio"
	"bytes"
	"fmt"
	"io"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/provenance"
	"github.com/release-dossier/dossier/internal/strictjson"
)

// Format is a format of lines.
type Format string

// The formats.
const (
	Sigstore Format = "sigstore" // .sigstore.jsonl
	InToto   Format = "intoto"   // .intoto.jsonl
)

// ParseFormat returns the format of that name.
func ParseFormat(s string) (Format, error) {
	switch f := Format(s); f {
	case Sigstore, InToto:
		return f, nil
	}
	return "", fmt.Errorf("unknown format %.40q: want %s or %s", s, Sigstore, InToto)
}

// Dropped counts what a format has no place for.
type Dropped struct {
	// Certificates are those of signers, Timestamps RFC 3161 tokens, LogEntries
	// those of transparency logs.
	Certificates, Timestamps, LogEntries int
	// Envelopes are signed statements without a Sigstore bundle, which only
	// InToto has a place for.
	Envelopes int
	// Unsigned are statements without a signature, which no format has.
	Unsigned int
}

// LineBreakError says that a Sigstore bundle was written on several lines. To
// put it on one would be another bundle, with another digest.
type LineBreakError struct {
	// ID is the digest of the bundle's bytes, Name what it is.
	ID   evidence.Digest
	Name string
}

func (e *LineBreakError) Error() string {
	return fmt.Sprintf("the Sigstore bundle %s (%.200s) has line breaks, and on one line it would be another: write it to a file of its own", e.ID, e.Name)
}

// Write writes items one a line. It writes nothing if one of them cannot be
// written: then the error is a [LineBreakError].
func Write(w io.Writer, f Format, items []Item) (Dropped, error) {
	for _, it := range items {
		if f == Sigstore && it.Kind == provenance.SigstoreBundle && breaks(it.Raw) {
			return Dropped{}, &LineBreakError{it.ID(), it.Name}
		}
	}
	var dropped Dropped
	out := bufio.NewWriter(w)
	for _, it := range items {
		line, err := dropped.line(f, it)
		if err != nil {
			return Dropped{}, err
		}
		if line == nil {
			continue
		}
		if _, err := out.Write(append(line, '\n')); err != nil {
			return Dropped{}, err
		}
	}
	return dropped, out.Flush()
}

// breaks reports whether bytes are not one line.
func breaks(raw []byte) bool { return bytes.ContainsAny(raw, "\r\n") }

// line returns the line of an item, nil if the format has none for it, and
// counts what is lost.
func (d *Dropped) line(f Format, it Item) ([]byte, error) {
	switch {
	case it.Kind == provenance.Bare:
		d.Unsigned++
		return nil, nil
	case f == Sigstore && it.Kind == provenance.Envelope:
		d.Envelopes++
		return nil, nil
	case f == Sigstore, it.Kind == provenance.Envelope && !breaks(it.Raw):
		return bytes.Clone(it.Raw), nil
	}
	d.Certificates += len(it.Bundle.Chain)
	d.Timestamps += len(it.Bundle.Timestamps)
	d.LogEntries += len(it.Bundle.LogEntries)
	return envelope(it.Bundle)
}

// envelope encodes what DSSE defines of a signature (DSSE protocol, v1).
func envelope(b *attest.Bundle) ([]byte, error) {
	type signature struct {
		KeyID string `json:"keyid,omitempty"`
		Sig   []byte `json:"sig"`
	}
	return strictjson.Marshal(struct {
		PayloadType string      `json:"payloadType"`
		Payload     []byte      `json:"payload"`
		Signatures  []signature `json:"signatures"`
	}{b.PayloadType, b.Payload, []signature{{b.Hint, b.Signature}}})
}
