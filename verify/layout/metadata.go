package layout

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"path"

	"github.com/in-toto/in-toto-golang/in_toto"
	"github.com/secure-systems-lab/go-securesystemslib/cjson"
	"github.com/secure-systems-lab/go-securesystemslib/dsse"

	"github.com/release-dossier/dossier/internal/strictjson"
)

const (
	// MaxDocument is the most bytes of a layout or a link.
	MaxDocument = 32 << 20
	// MaxLinks is the most links that are read with one layout.
	MaxLinks = 10_000

	maxSignatures = 64
	maxSteps      = 1000
	maxArtifacts  = 200_000 // of a link
)

// metadata is a signed layout or link. Nothing in it is authenticated.
type metadata struct {
	// message is what the signatures are over.
	message    []byte
	signatures []signature
	// Exactly one of the two.
	layout *in_toto.Layout
	link   *in_toto.Link
}

type signature struct {
	keyID string
	sig   []byte
}

// parse reads a Metablock or a DSSE envelope.
func parse(raw []byte) (*metadata, error) {
	if len(raw) > MaxDocument {
		return nil, fmt.Errorf("%d bytes, at most %d are read", len(raw), MaxDocument)
	}
	var shape struct {
		Signed      json.RawMessage `json:"signed"`
		Payload     json.RawMessage `json:"payload"`
		PayloadType string          `json:"payloadType"`
	}
	if err := strictjson.Unmarshal(raw, &shape); err != nil {
		return nil, err
	}
	switch {
	case shape.Signed != nil && shape.Payload == nil:
		return parseMetablock(raw, shape.Signed)
	case shape.Payload != nil && shape.Signed == nil:
		return parseEnvelope(raw)
	}
	return nil, errors.New("neither an in-toto Metablock (signed) nor a DSSE envelope (payload)")
}

func parseMetablock(raw, signed []byte) (*metadata, error) {
	var j struct {
		Signed     json.RawMessage `json:"signed"`
		Signatures []struct {
			KeyID string `json:"keyid"`
			Sig   string `json:"sig"` // hex
			Cert  string `json:"cert"`
		} `json:"signatures"`
	}
	if err := strictjson.Unmarshal(raw, &j, strictjson.RejectUnknown()); err != nil {
		return nil, err
	}
	m := &metadata{}
	for i, s := range j.Signatures {
		sig, err := hex.DecodeString(s.Sig)
		if err != nil {
			return nil, fmt.Errorf("at /signatures/%d/sig: not hex", i)
		}
		m.signatures = append(m.signatures, signature{s.KeyID, sig})
	}
	var err error
	if m.message, err = cjson.EncodeCanonical(json.RawMessage(signed)); err != nil {
		return nil, fmt.Errorf("at /signed: %w", err)
	}
	return m, m.read(signed)
}

func parseEnvelope(raw []byte) (*metadata, error) {
	var j struct {
		Payload     strictjson.Base64 `json:"payload"`
		PayloadType string            `json:"payloadType"`
		Signatures  []struct {
			KeyID string            `json:"keyid"`
			Sig   strictjson.Base64 `json:"sig"`
			Cert  string            `json:"cert"`
		} `json:"signatures"`
	}
	if err := strictjson.Unmarshal(raw, &j, strictjson.RejectUnknown()); err != nil {
		return nil, err
	}
	if j.PayloadType != in_toto.PayloadType {
		return nil, fmt.Errorf("at /payloadType: %.80q is not %s", j.PayloadType, in_toto.PayloadType)
	}
	if err := strictjson.Check(j.Payload); err != nil {
		return nil, fmt.Errorf("in the payload: %w", err)
	}
	m := &metadata{message: dsse.PAE(j.PayloadType, j.Payload)}
	for _, s := range j.Signatures {
		m.signatures = append(m.signatures, signature{s.KeyID, s.Sig})
	}
	return m, m.read(j.Payload)
}

// read takes the layout or link that was signed.
func (m *metadata) read(signed []byte) error {
	if n := len(m.signatures); n > maxSignatures {
		return fmt.Errorf("at /signatures: %d, at most %d are read", n, maxSignatures)
	}
	var shape struct {
		Type string `json:"_type"`
	}
	if err := strictjson.Unmarshal(signed, &shape); err != nil {
		return err
	}
	switch shape.Type {
	case "layout":
		m.layout = new(in_toto.Layout)
		if err := decode(signed, m.layout); err != nil {
			return err
		}
		return checkLayout(m.layout)
	case "link":
		m.link = new(in_toto.Link)
		if err := decode(signed, m.link); err != nil {
			return err
		}
		return checkLink(m.link)
	}
	return fmt.Errorf("at /_type: %.40q is neither a layout nor a link", shape.Type)
}

// decode reads what was checked to be unambiguous JSON into in-toto's types.
func decode(signed []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(signed))
	d.DisallowUnknownFields()
	return d.Decode(v)
}

func checkLayout(l *in_toto.Layout) error {
	if n := len(l.Steps); n == 0 || n > maxSteps {
		return fmt.Errorf("at /steps: %d steps, want 1 to %d", n, maxSteps)
	}
	seen := map[string]bool{}
	for i, s := range l.Steps {
		switch {
		case seen[s.Name]:
			return fmt.Errorf("at /steps/%d/name: %.100q stands there twice", i, s.Name)
		case s.Threshold < 1:
			return fmt.Errorf("at /steps/%d/threshold: %d: a step that nobody has to carry out is none", i, s.Threshold)
		}
		seen[s.Name] = true
	}
	return in_toto.ValidateMetablock(in_toto.Metablock{Signed: *l})
}

func checkLink(l *in_toto.Link) error {
	for _, group := range []struct {
		name      string
		artifacts map[string]in_toto.HashObj
	}{{"materials", l.Materials}, {"products", l.Products}} {
		if n := len(group.artifacts); n > maxArtifacts {
			return fmt.Errorf("at /%s: %d artifacts, at most %d are read", group.name, n, maxArtifacts)
		}
		for name, digests := range group.artifacts {
			if name != path.Clean(name) {
				return fmt.Errorf("at /%s: %.100q is not the plain name of an artifact", group.name, name)
			}
			if len(digests) == 0 {
				return fmt.Errorf("at /%s: %.100q has no digest", group.name, name)
			}
		}
	}
	return in_toto.ValidateMetablock(in_toto.Metablock{Signed: *l})
}
