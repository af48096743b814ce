package provenance

import (
	"errors"
	"fmt"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/release-dossier/dossier/internal/strictjson"
)

// planned is an in-toto layout or link, in a Metablock or an envelope: what they
// say is for a verifier of layouts to read.
func planned(raw []byte, signed jsontext.Value) (Entry, error) {
	if err := strictjson.Check(signed); err != nil {
		return Entry{}, err
	}
	switch t := planType(signed); t {
	case "layout":
		return Entry{Kind: Layout, Raw: raw, Payload: raw}, nil
	case "link":
		return Entry{Kind: Link, Raw: raw, Payload: raw}, nil
	case "":
		return Entry{}, errors.New("what is signed is neither an in-toto layout nor a link")
	default:
		return Entry{}, fmt.Errorf("what is signed is of the type %.80q, neither an in-toto layout nor a link", t)
	}
}

// isPlan reports whether the payload of an envelope is a layout or a link.
func isPlan(payload jsontext.Value) bool {
	var signed strictjson.Base64
	if strictjson.Unmarshal(payload, &signed) != nil {
		return false
	}
	t := planType(jsontext.Value(signed))
	return t == "layout" || t == "link"
}

func planType(signed jsontext.Value) string {
	var s struct {
		Type string `json:"_type"`
	}
	if strictjson.Unmarshal(signed, &s) != nil {
		return ""
	}
	return s.Type
}
