package provenance

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/internal/strictjson"
)

const (
	maxGoogle     = 100 // provenances in one document
	maxSignatures = 16  // of one of them
)

// Google is what Google Cloud prints of an image's provenance: "gcloud
// artifacts docker images describe IMAGE --show-provenance --format json".
// Around each signed envelope it repeats in clear text what was signed. Nothing
// in it is authenticated.
type Google struct {
	// Digest and FullDigest are of the image, as the document's summary says:
	// "sha256:HEX" and "REGISTRY/IMAGE@sha256:HEX".
	Digest, FullDigest string
	Provenance         []GoogleProvenance
}

// GoogleProvenance is one provenance of the document.
type GoogleProvenance struct {
	// Kind is "BUILD", Resource the image with its digest.
	Kind, Resource string
	PayloadType    string
	Payload        []byte
	Signatures     []GoogleSignature

	raw     jsontext.Value // the envelope
	text    jsontext.Value // build.intotoStatement: v0.1
	textV1  jsontext.Value // build.inTotoSlsaProvenanceV1
	mistake error          // why the payload is not a statement
	st      attest.Statement
}

// GoogleSignature is one signature of an envelope.
type GoogleSignature struct {
	// KeyID is the resource name of the key in Google's KMS.
	KeyID string
	// Sig is the signature; nil if it is not base64.
	Sig []byte
}

// googleJSON is the document, as far as it is read.
type googleJSON struct {
	Summary struct {
		Digest     string `json:"digest"`
		FullDigest string `json:"fully_qualified_digest"`
	} `json:"image_summary"`
	Provenance struct {
		List []struct {
			Build struct {
				V01 jsontext.Value `json:"intotoStatement"`
				V1  jsontext.Value `json:"inTotoSlsaProvenanceV1"`
			} `json:"build"`
			Envelope jsontext.Value `json:"envelope"`
			Kind     string         `json:"kind"`
			Resource string         `json:"resourceUri"`
		} `json:"provenance"`
	} `json:"provenance_summary"`
}

// ParseGoogle reads such a document. It checks form only.
func ParseGoogle(raw []byte) (*Google, error) {
	if len(raw) > MaxImport {
		return nil, fmt.Errorf("the document has %d bytes, at most %d are read", len(raw), MaxImport)
	}
	var j googleJSON
	if err := strictjson.Unmarshal(raw, &j); err != nil {
		return nil, err
	}
	if n := len(j.Provenance.List); n == 0 || n > maxGoogle {
		return nil, fmt.Errorf("at /provenance_summary/provenance: %d provenances, want 1 to %d", n, maxGoogle)
	}
	g := &Google{Digest: j.Summary.Digest, FullDigest: j.Summary.FullDigest}
	for i, p := range j.Provenance.List {
		one := GoogleProvenance{Kind: p.Kind, Resource: p.Resource, raw: p.Envelope, text: p.Build.V01, textV1: p.Build.V1}
		if err := one.envelope(); err != nil {
			return nil, fmt.Errorf("at /provenance_summary/provenance/%d/envelope: %w", i, err)
		}
		g.Provenance = append(g.Provenance, one)
	}
	return g, nil
}

func (p *GoogleProvenance) envelope() error {
	var e struct {
		Payload     strictjson.Base64 `json:"payload"`
		PayloadType string            `json:"payloadType"`
		Signatures  []struct {
			Sig   string `json:"sig"`
			KeyID string `json:"keyid"`
		} `json:"signatures"`
	}
	if p.raw == nil {
		return errors.New("missing")
	}
	if err := strictjson.Unmarshal(p.raw, &e); err != nil {
		return err
	}
	if len(e.Signatures) > maxSignatures {
		return fmt.Errorf("%d signatures, at most %d are read", len(e.Signatures), maxSignatures)
	}
	p.Payload, p.PayloadType = e.Payload, e.PayloadType
	for _, s := range e.Signatures {
		var sig strictjson.Base64
		if sig.UnmarshalText([]byte(s.Sig)) != nil {
			sig = nil // which no key can have made
		}
		p.Signatures = append(p.Signatures, GoogleSignature{s.KeyID, sig})
	}
	p.st, p.mistake = attest.ParseImported(p.Payload)
	return nil
}

// Statement is what was signed.
func (p *GoogleProvenance) Statement() (attest.Statement, error) {
	if p.mistake != nil {
		return attest.Statement{}, fmt.Errorf("in the payload: %w", p.mistake)
	}
	return p.st, nil
}

// The keys of Google's provenance, all in one ring.
const googleRing = "/keyRings/attestor/cryptoKeys/"

// GoogleKey is a key of Google Cloud Build, as a key id names it.
type GoogleKey struct {
	// Location is "global" or a region, Name that of the key, Version its number.
	Location, Name, Version string
}

// ParseGoogleKey reads "projects/verified-builder/locations/LOCATION/keyRings/
// attestor/cryptoKeys/NAME/cryptoKeyVersions/VERSION".
func ParseGoogleKey(id string) (GoogleKey, error) {
	rest, ok := strings.CutPrefix(id, "projects/verified-builder/locations/")
	location, rest, ok2 := strings.Cut(rest, googleRing)
	name, version, ok3 := strings.Cut(rest, "/cryptoKeyVersions/")
	if !ok || !ok2 || !ok3 || strings.ContainsAny(location+name, "/.\\") || number(version) == "" || location == "" || name == "" {
		return GoogleKey{}, fmt.Errorf("%.200q is no key of Google Cloud Build", id)
	}
	return GoogleKey{location, name, version}, nil
}

// PAE reports whether the key signs as DSSE says. The older ones, "builtByGCB"
// of each location, signed the payload alone.
func (k GoogleKey) PAE() bool { return k.Name != "builtByGCB" }

// File is how the key is called among those that slsa-verifier carries: "global"
// or "us-west2" for an older one, else "global-pae-provenanceSigner_1".
func (k GoogleKey) File() string {
	if !k.PAE() && k.Version == "1" {
		return k.Location
	}
	return fmt.Sprintf("%s-pae-%s_%s", k.Location, k.Name, k.Version)
}

// CheckText compares what the document shows in clear text with what was
// signed. What SLSA does not define is left out, as is recipe.definedInMaterial,
// which Google writes in two ways.
func (p *GoogleProvenance) CheckText() error {
	st, err := p.Statement()
	if err != nil {
		return err
	}
	var shown, signed any
	if st.PredicateType == TypeV1 {
		shown, signed = new(googleV1), new(googleV1)
		err = errors.Join(strictjson.Unmarshal(or(p.textV1), shown), strictjson.Unmarshal(p.Payload, signed))
	} else {
		text := new(googleV01)
		shown, signed = text, new(googleV01)
		err = errors.Join(strictjson.Unmarshal(or(p.text), shown), strictjson.Unmarshal(p.Payload, signed))
		text.Predicate, text.Shown = text.Shown, text.Predicate // the text calls it slsaProvenance
		text.Shown, signed.(*googleV01).Shown = nil, nil
	}
	if err != nil {
		return err
	}
	a, err := canonical(shown)
	b, err2 := canonical(signed)
	if err = errors.Join(err, err2); err != nil {
		return err
	}
	if !bytes.Equal(a, b) {
		return errors.New("the clear text differs from what was signed")
	}
	return nil
}

func or(v jsontext.Value) jsontext.Value {
	if v == nil {
		return jsontext.Value(`{}`)
	}
	return v
}

func canonical(v any) ([]byte, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	j := jsontext.Value(data)
	return j, j.Canonicalize()
}

type googleHeader struct {
	Type          string `json:"_type"`
	PredicateType string `json:"predicateType"`
	Subject       []struct {
		Name   string            `json:"name"`
		Digest map[string]string `json:"digest"`
	} `json:"subject"`
}

type googleV01 struct {
	googleHeader
	Predicate *googlePredicate `json:"predicate"`
	Shown     *googlePredicate `json:"slsaProvenance"`
}

// googlePredicate is SLSA v0.1, without recipe.definedInMaterial.
type googlePredicate struct {
	Builder struct {
		ID string `json:"id"`
	} `json:"builder"`
	Recipe struct {
		Type        string         `json:"type"`
		EntryPoint  string         `json:"entryPoint"`
		Arguments   jsontext.Value `json:"arguments,omitempty"`
		Environment jsontext.Value `json:"environment,omitempty"`
	} `json:"recipe"`
	Metadata struct {
		StartedOn    string `json:"buildStartedOn"`
		FinishedOn   string `json:"buildFinishedOn"`
		Completeness struct {
			Arguments   bool `json:"arguments"`
			Environment bool `json:"environment"`
			Materials   bool `json:"materials"`
		} `json:"completeness"`
		Reproducible bool `json:"reproducible"`
	} `json:"metadata"`
	Materials []input `json:"materials"`
}

// googleV1 is SLSA v1.
type googleV1 struct {
	googleHeader
	Predicate struct {
		Definition struct {
			BuildType    string         `json:"buildType"`
			External     jsontext.Value `json:"externalParameters,omitempty"`
			Internal     jsontext.Value `json:"internalParameters,omitempty"`
			Dependencies []input        `json:"resolvedDependencies"`
		} `json:"buildDefinition"`
		Details struct {
			Builder struct {
				ID string `json:"id"`
			} `json:"builder"`
			Metadata struct {
				InvocationID string `json:"invocationId"`
				StartedOn    string `json:"startedOn"`
				FinishedOn   string `json:"finishedOn"`
			} `json:"metadata"`
			Byproducts []input `json:"byproducts"`
		} `json:"runDetails"`
	} `json:"predicate"`
}

// entries are the document's provenances, as a verifier of DSSE can take them:
// a signature of an older key is none, and leaves a bare statement.
func (g *Google) entries() ([]Entry, error) {
	var list []Entry
	for i := range g.Provenance {
		p := &g.Provenance[i]
		st, err := p.Statement()
		if err != nil {
			return nil, fmt.Errorf("at /provenance_summary/provenance/%d: %w", i, err)
		}
		if err := p.CheckText(); err != nil {
			return nil, fmt.Errorf("at /provenance_summary/provenance/%d: %w", i, err)
		}
		e := Entry{Kind: Envelope, Raw: p.raw, Payload: p.Payload, Statement: st}
		for _, s := range p.Signatures {
			if k, err := ParseGoogleKey(s.KeyID); err == nil && k.PAE() && s.Sig != nil {
				e.Bundle = &attest.Bundle{PayloadType: p.PayloadType, Payload: p.Payload, Signature: s.Sig, Hint: s.KeyID}
				break
			}
		}
		list = append(list, e)
	}
	return list, nil
}
