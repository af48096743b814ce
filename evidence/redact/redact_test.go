package redact_test

import (
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/evidence/redact"
)

// dossier has a release statement with the given materials, and a later
// statement with those of the second map.
func dossier(t testing.TB, first, second map[string]string) *bundle.Dossier {
	t.Helper()
	_, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	key, err := attest.NewKeySigner(private)
	if err != nil {
		t.Fatal(err)
	}
	d := bundle.New()
	sign := func(kind string, predicate map[string]any, materials map[string]string) *bundle.Statement {
		var list []evidence.Material
		for name, text := range materials {
			b := bundle.BytesBlob([]byte(text))
			d.AddBlob(b)
			list = append(list, evidence.Material{Name: name, MediaType: mediaType(name), Digest: b.Digest, Size: b.Size})
		}
		predicate["materials"] = list
		payload, err := attest.NewStatement([]evidence.ResourceDescriptor{{Name: "a", Digest: evidence.Sum(nil).Set()}}, evidence.PredicateBase+kind, predicate)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := attest.Sign(context.Background(), key, payload)
		if err != nil {
			t.Fatal(err)
		}
		st, err := d.AddSignature(raw)
		if err != nil {
			t.Fatal(err)
		}
		return st
	}
	release := sign("record/v1", map[string]any{}, first)
	sign("incident/v1", map[string]any{
		"release": evidence.Reference{Digest: release.ID},
		"parents": []evidence.Parent{{Statement: release.ID, Signature: release.Signatures[0].ID}},
	}, second)
	return d
}

func mediaType(name string) string {
	if strings.HasSuffix(name, ".intoto.json") {
		return evidence.MediaTypeInToto
	}
	return "text/plain"
}

func names(list redact.Materials) []string {
	var out []string
	for _, m := range list {
		out = append(out, m.Name)
	}
	return out
}

func TestChoose(t *testing.T) {
	d := dossier(t, map[string]string{"forge/a.jsonl": "a", "forge/b.jsonl": "b", "notes": "one"}, map[string]string{"notes": "two", "more": "m"})
	sum := func(s string) string { return evidence.Sum([]byte(s)).String() }
	st := d.Statements()[0]
	tests := []struct {
		name      string
		selectors []string
		want      []string
		err       string
	}{
		{"name", []string{"more"}, []string{"more"}, ""},
		{"digest", []string{sum("two")}, []string{"notes"}, ""},
		{"pattern", []string{"forge/*"}, []string{"forge/a.jsonl", "forge/b.jsonl"}, ""},
		{"twice", []string{"forge/b.jsonl", "forge/*", sum("b")}, []string{"forge/b.jsonl", "forge/a.jsonl"}, ""},
		{"two documents", []string{"notes"}, nil, "name one by its digest"},
		{"no such name", []string{"more", "less"}, nil, "no material is named"},
		{"no such digest", []string{sum("x")}, nil, "no statement lists"},
		{"statement", []string{st.ID.String()}, nil, "is a statement"},
		{"signature", []string{st.Signatures[0].ID.String()}, nil, "is a signature"},
		{"bad pattern", []string{"["}, nil, "neither a digest"},
		{"nothing", nil, nil, "nothing is named"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := redact.Choose(d, tt.selectors)
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) {
					t.Fatalf("got %v, want %q in it", err, tt.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, names(got)); diff != "" {
				t.Error(diff)
			}
		})
	}
	if _, err := redact.Choose(d.Without(evidence.Sum([]byte("m"))), []string{"more"}); err == nil || !strings.Contains(err.Error(), "not in this file") {
		t.Errorf("what is left out already: %v", err)
	}
}

func TestRecord(t *testing.T) {
	d := dossier(t, map[string]string{"a": "a", "b": "b"}, nil)
	list, err := redact.Choose(d, []string{"a", "b"})
	if err != nil {
		t.Fatal(err)
	}
	by := evidence.Actor{ID: "mailto:ines@example.com", Kind: evidence.Human}
	at := evidence.At(time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC))
	r := list.Record("redaction-1", by, at, "personal data", "dpo@example.com")
	if err := evidence.ValidateFacts(r); err != nil {
		t.Error(err)
	}
	if len(r.Blobs) != 2 || r.Blobs[1].Digest != list[1].Digest || r.Blobs[1].Contact != "dpo@example.com" {
		t.Errorf("got %+v", r.Blobs)
	}
}

func TestGuessable(t *testing.T) {
	random := rand.NewChaCha8([32]byte{1})
	salt := make([]byte, 32)
	random.Read(salt)
	noise := make([]byte, 4000)
	random.Read(noise)
	tests := []struct {
		name, text string
		want       redact.Guess
	}{
		{"empty", "", redact.Short},
		{"a name", "Ines Roth", redact.Short},
		{"much of the same", strings.Repeat("approved by Ines Roth\n", 5000), redact.Short},
		{"noise", hex.EncodeToString(noise), redact.Long},
		{"salted lines", fmt.Sprintf("{\"salt\":%q}\n{\"status\":200}\n", hex.EncodeToString(salt)), redact.Salted},
		{"salted document", fmt.Sprintf("{\"name\":\"Ines\",\n \"salt\":%q}", hex.EncodeToString(salt)), redact.Salted},
		{"short salt", fmt.Sprintf("{\"salt\":%q}\n", hex.EncodeToString(salt[:16])), redact.Short},
		{"constant salt", fmt.Sprintf("{\"salt\":%q}\n", strings.Repeat("00", 32)), redact.Short},
		{"salt elsewhere", fmt.Sprintf("{\"a\":1}\n{\"salt\":%q}\n", hex.EncodeToString(salt)), redact.Short},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			list, err := redact.Choose(dossier(t, map[string]string{"m": tt.text}, nil), []string{"m"})
			if err != nil {
				t.Fatal(err)
			}
			got, err := list[0].Guessable()
			if err != nil {
				t.Fatal(err)
			}
			if got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

// TestCopies leaves out an SBOM that an attestation holds as its predicate.
func TestCopies(t *testing.T) {
	const sbom = `{"bomFormat":"CycloneDX","specVersion":"1.6","version":1}`
	payload, err := attest.NewStatement([]evidence.ResourceDescriptor{{Name: "a", Digest: evidence.Sum(nil).Set()}}, "https://cyclonedx.org/bom", jsontext.Value(sbom))
	if err != nil {
		t.Fatal(err)
	}
	d := dossier(t, map[string]string{"sbom": sbom, "attestation.intoto.json": string(payload), "other.intoto.json": "{"}, nil)
	list, err := redact.Choose(d, []string{"sbom"})
	if err != nil {
		t.Fatal(err)
	}
	if copies, err := list.Copies(d); err != nil || len(copies) != 1 {
		t.Errorf("%v, %v", copies, err)
	}
	if _, err := redact.Choose(d, []string{"attestation.intoto.json"}); err == nil {
		t.Error("an attestation can be left out")
	}
}

// TestWithout checks that a copy has the state of the whole, and that a change
// to it is none to the whole.
func TestWithout(t *testing.T) {
	d := dossier(t, map[string]string{"a": "a", "b": "b"}, map[string]string{"c": "c"})
	heads := d.Heads(func(bundle.Pair) bool { return true })
	whole, err := d.State(heads)
	if err != nil {
		t.Fatal(err)
	}
	id := evidence.Sum([]byte("a"))
	c := d.Without(id)
	part, err := c.State(heads)
	if err != nil || part != whole {
		t.Errorf("state %s, want %s (%v)", part, whole, err)
	}
	if _, there := c.Blob(id); there {
		t.Error("the material is in the copy")
	}
	c.AddBlob(bundle.BytesBlob([]byte("new")))
	if _, there := d.Blob(id); !there || len(d.Blobs()) != 3 {
		t.Error("the whole has changed")
	}
}
