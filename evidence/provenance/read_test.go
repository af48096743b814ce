package provenance_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence/provenance"
)

// ed25519Signer signs with a throw-away key.
type ed25519Signer struct{ key ed25519.PrivateKey }

func (s ed25519Signer) Sign(_ context.Context, message []byte) (attest.Signed, error) {
	return attest.Signed{Signature: ed25519.Sign(s.key, message), Hint: "throw-away"}, nil
}

// forms returns one statement as a bare payload, an envelope and a bundle.
func forms(t testing.TB) (payload, envelope, bundle []byte) {
	t.Helper()
	payload, err := provenance.New(sample(t))
	if err != nil {
		t.Fatal(err)
	}
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	if bundle, err = attest.Sign(t.Context(), ed25519Signer{key}, payload); err != nil {
		t.Fatal(err)
	}
	var b struct {
		DSSE json.RawMessage `json:"dsseEnvelope"`
	}
	if err := json.Unmarshal(bundle, &b); err != nil {
		t.Fatal(err)
	}
	return payload, b.DSSE, bundle
}

func TestReadAny(t *testing.T) {
	payload, envelope, bundle := forms(t)
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, bundle, "", "  "); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		raw  []byte
		want []provenance.Kind
	}{
		{"statement", payload, []provenance.Kind{provenance.Bare}},
		{"envelope", envelope, []provenance.Kind{provenance.Envelope}},
		{"bundle", bundle, []provenance.Kind{provenance.SigstoreBundle}},
		{"bundle over several lines", pretty.Bytes(), []provenance.Kind{provenance.SigstoreBundle}},
		{"one line", append(bytes.Clone(envelope), '\n'), []provenance.Kind{provenance.Envelope}},
		{"lines of all forms", bytes.Join([][]byte{payload, nil, envelope, bundle, nil}, []byte("\r\n")),
			[]provenance.Kind{provenance.Bare, provenance.Envelope, provenance.SigstoreBundle}},
		{"npm's list", fmt.Appendf(nil, `{"attestations":[{"predicateType":"x","bundle":%s},{"bundle":%s}]}`, bundle, bundle),
			[]provenance.Kind{provenance.SigstoreBundle, provenance.SigstoreBundle}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := provenance.ReadAny(tt.raw)
			if err != nil {
				t.Fatal(err)
			}
			if len(got.Entries) != len(tt.want) || len(got.Digests()) != len(tt.want) {
				t.Fatalf("%d entries, want %d", len(got.Entries), len(tt.want))
			}
			for i, e := range got.Entries {
				if e.Kind != tt.want[i] || (e.Bundle == nil) != (e.Kind == provenance.Bare) {
					t.Errorf("entry %d is a %s with bundle %v, want %s", i, e.Kind, e.Bundle != nil, tt.want[i])
				}
				if string(bytes.TrimSpace(e.Payload)) != string(payload) || e.Statement.PredicateType != provenance.TypeV1 {
					t.Errorf("entry %d has another payload", i)
				}
			}
		})
	}
}

func TestReadAnyRefuses(t *testing.T) {
	payload, envelope, bundle := forms(t)
	other := bytes.Replace(envelope, []byte("application/vnd.in-toto+json"), []byte("text/plain"), 1)
	notStatement := fmt.Appendf(nil, `{"payloadType":"application/vnd.in-toto+json","payload":%q,"signatures":[{"sig":"AA=="}]}`, base64.StdEncoding.EncodeToString([]byte(`{"_type":"x"}`)))
	tests := []struct {
		name string
		raw  []byte
		want string
	}{
		{"empty", nil, "no JSON value"},
		{"array", []byte("[]"), "array"},
		{"something else", []byte(`{"a":1}`), "neither"},
		{"second line broken", fmt.Appendf(nil, "%s\n{", payload), "line 2"},
		{"second line something else", fmt.Appendf(nil, "%s\n{}", payload), "line 2"},
		{"a list within lines", fmt.Appendf(nil, "%s\n{\"attestations\":[]}", payload), "line 2"},
		{"empty list", []byte(`{"attestations":[]}`), "0 attestations"},
		{"broken list", []byte(`{"attestations":[{"bundle":{}}]}`), "/attestations/0/bundle"},
		{"two signatures", fmt.Appendf(nil, `{"payloadType":"t","payload":"AA==","signatures":[{"sig":"AA=="},{"sig":"AA=="}]}`), "2 signatures"},
		{"another payload type", other, "text/plain"},
		{"payload no statement", notStatement, "in the payload"},
		{"duplicate name", bytes.Replace(bundle, []byte(`{"mediaType"`), []byte(`{"mediaType":"x","mediaType"`), 1), "duplicate"},
		{"too many lines", bytes.Repeat(append(payload, '\n'), 1001), "1000 lines"},
		{"too large", make([]byte, provenance.MaxImport+1), "at most"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := provenance.ReadAny(tt.raw)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %d entries and %v, want an error with %q", len(got.Entries), err, tt.want)
			}
		})
	}
}

func FuzzReadAny(f *testing.F) {
	payload, envelope, bundle := forms(f)
	f.Add(payload)
	f.Add(envelope)
	f.Add(bundle)
	f.Add(fmt.Appendf(nil, "%s\n%s\n", payload, bundle))
	f.Add(fmt.Appendf(nil, `{"attestations":[{"bundle":%s}]}`, bundle))
	f.Add([]byte(`{"signed":{"_type":"layout"},"signatures":[]}`))
	f.Add([]byte(`{"payload":"eyJfdHlwZSI6ImxpbmsifQ==","payloadType":"application/vnd.in-toto+json","signatures":[]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		in, err := provenance.ReadAny(raw)
		if err != nil {
			return
		}
		if len(in.Entries) == 0 {
			t.Fatal("no entry and no error")
		}
		for _, e := range in.Entries {
			if e.Kind == provenance.Layout || e.Kind == provenance.Link {
				continue // no statement
			}
			if _, err := attest.ParseImported(e.Payload); err != nil {
				t.Errorf("the payload cannot be read again: %v", err)
			}
		}
	})
}
