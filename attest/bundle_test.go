package attest_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
)

func signed(t testing.TB) (bundle []byte, key attest.PublicKey) {
	t.Helper()
	private, key, err := attest.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	bundle, err = attest.Sign(context.Background(), signer(t, private), payload(t, "app"))
	if err != nil {
		t.Fatal(err)
	}
	return bundle, key
}

func TestSignIsReadAndVerified(t *testing.T) {
	raw, key := signed(t)
	if bytes.ContainsAny(raw, "\r\n") {
		t.Error("the bundle is not one line")
	}
	b, err := attest.ParseBundle(raw)
	if err != nil {
		t.Fatal(err)
	}
	if err := key.Verify(b.SignedBytes(), b.Signature); err != nil {
		t.Error(err)
	}
	if b.Hint != key.Hint() || b.PayloadType != attest.PayloadType || !bytes.Equal(b.Payload, payload(t, "app")) {
		t.Errorf("read back %+v", b)
	}
	b.PayloadType += "x"
	if key.Verify(b.SignedBytes(), b.Signature) == nil {
		t.Error("the payload type is not signed")
	}
}

func TestSignRefuses(t *testing.T) {
	private, _, err := attest.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []string{"", "{}", `{"_type":"https://in-toto.io/Statement/v1"}`} {
		if _, err := attest.Sign(t.Context(), signer(t, private), []byte(p)); err == nil {
			t.Errorf("signed %q", p)
		}
	}
}

func TestParseBundleRefuses(t *testing.T) {
	raw, _ := signed(t)
	text := string(raw)
	with := func(old, new string) string {
		if !strings.Contains(text, old) {
			t.Fatalf("the bundle has no %s", old)
		}
		return strings.Replace(text, old, new, 1)
	}
	many := func(n int, s string) string { return strings.TrimSuffix(strings.Repeat(s+",", n), ",") }
	tests := []struct{ name, in, want string }{
		{"empty", "", "no JSON"},
		{"huge", strings.Repeat(" ", attest.MaxBundle+1), "at most"},
		{"version", with("v0.3", "v9.9"), "/mediaType"},
		{"no media type", with(`"mediaType"`, `"media"`), "unknown field"},
		{"duplicate", with(`"payloadType":`, `"payloadType":"x","payloadType":`), "duplicate"},
		{"two signatures", with(`"signatures":[`, `"signatures":[{"sig":"AA=="},`), "2 signatures"},
		{"no signatures", with(`"signatures":[{`, `"signatures":[],"x":[{`), "unknown"},
		{"no payload type", with(attest.PayloadType, ""), "payloadType"},
		{"message beside", with(`"dsseEnvelope":`, `"messageSignature":{},"dsseEnvelope":`), "one of the two"},
		{"two keys", with(`"publicKey":`, `"certificate":{"rawBytes":"AA=="},"publicKey":`), "exactly one"},
		{"no key", with(`"publicKey":`, `"timestampVerificationData":{},"x":`), "unknown"},
		{"chain in 0.3", with(`"publicKey":{`, `"x509CertificateChain":{"certificates":[{"rawBytes":"AA=="}]},"tlogEntries":[],"timestampVerificationData":{},"x":{`), "unknown"},
		{"line break in base64", with(`"payload":"`, `"payload":"\n`), "line break"},
		{"mixed base64", with(`"payload":"`, `"payload":"+-`), "base64"},
		{"stray bits", with(`"sig":"`, `"sig":"AB==`), "base64"},
		{"log entries", with(`"publicKey":`, `"tlogEntries":[`+many(33, "{}")+`],"publicKey":`), "log entries"},
		{"timestamps", with(`"publicKey":`, `"timestampVerificationData":{"rfc3161Timestamps":[`+many(33, `{"signedTimestamp":"AA=="}`)+`]},"publicKey":`), "timestamps"},
		{"hint", with(`"hint":"`, `"hint":"`+strings.Repeat("A", 2000)), "hint"},
		{"data after", text + "{}", "after"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := attest.ParseBundle([]byte(tt.in)); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

func TestParseBundleMaterial(t *testing.T) {
	const dsse = `"dsseEnvelope":{"payload":"e30=","payloadType":"t","signatures":[{"sig":"AA==","keyid":"k"}]}}`
	const v3, v2 = "application/vnd.dev.sigstore.bundle.v0.3+json", "application/vnd.dev.sigstore.bundle+json;version=0.2"
	chain := `"x509CertificateChain":{"certificates":[{"rawBytes":"AQ=="},{"rawBytes":"Ag=="}]}`
	tests := []struct {
		name, version, material string
		want                    attest.Bundle
		err                     string
	}{
		{"key", v3, `"publicKey":{}`, attest.Bundle{Hint: "k"}, ""},
		{"key with hint", v3, `"publicKey":{"hint":"h"}`, attest.Bundle{Hint: "h"}, ""},
		{"certificate", v3, `"certificate":{"rawBytes":"AQ=="}`, attest.Bundle{Hint: "k", Chain: [][]byte{{1}}}, ""},
		{"empty certificate", v3, `"certificate":{"rawBytes":""}`, attest.Bundle{}, "empty"},
		{"chain", v2, chain, attest.Bundle{Hint: "k", Chain: [][]byte{{1}, {2}}}, ""},
		{"chain in 0.3", v3, chain, attest.Bundle{}, "version 0.3"},
		{"empty chain", v2, `"x509CertificateChain":{"certificates":[]}`, attest.Bundle{}, "empty"},
		{"none", v3, ``, attest.Bundle{}, "exactly one"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := attest.ParseBundle([]byte(`{"mediaType":"` + tt.version + `","verificationMaterial":{` + tt.material + `},` + dsse))
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) {
					t.Errorf("got %v, want %q", err, tt.err)
				}
				return
			}
			tt.want.MediaType, tt.want.PayloadType, tt.want.Payload, tt.want.Signature = tt.version, "t", []byte("{}"), []byte{0}
			if d := cmp.Diff(tt.want, got); err != nil || d != "" {
				t.Errorf("%v (-want +got)\n%s", err, d)
			}
		})
	}
}

func TestParseEnvelope(t *testing.T) {
	content := []byte{0xfb, 0xff, 0xfe, 1} // has + and / in base64
	for name, s := range map[string]string{
		"standard": base64.StdEncoding.EncodeToString(content), "url": base64.URLEncoding.EncodeToString(content),
		"raw": base64.RawStdEncoding.EncodeToString(content), "raw url": base64.RawURLEncoding.EncodeToString(content),
	} {
		b, err := attest.ParseEnvelope([]byte(`{"payload":"` + s + `","payloadType":"t","signatures":[{"sig":"AA==","cert":"x"}],"extra":1}`))
		if err != nil || !bytes.Equal(b.Payload, content) || b.MediaType != "" {
			t.Errorf("%s: got %+v, %v", name, b, err)
		}
	}
	for _, bad := range []string{`{}`, `[]`, `null`, `{"mediaType":"x"}`, `{"payload":"AA==","payloadType":"t","signatures":[{"sig":"AA=="},{"sig":"AA=="}]}`} {
		if _, err := attest.ParseEnvelope([]byte(bad)); err == nil {
			t.Errorf("accepted %s", bad)
		}
	}
}

// TestConformanceBundles reads the bundles of the Sigstore conformance suite:
// those with an envelope and the happy path are read, those without refused.
func TestConformanceBundles(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(corpus(t), "bundle-verify", "conformance", "*", "bundle.sigstore.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no bundles: %v", err)
	}
	statements, messages := 0, 0
	for _, file := range files {
		name := filepath.Base(filepath.Dir(file))
		raw := read(t, file)
		b, err := attest.ParseBundle(raw)
		happy := !strings.HasSuffix(name, "_fail")
		switch {
		case bytes.Contains(raw, []byte(`"dsseEnvelope"`)):
			if happy && err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if err == nil && happy {
				statements++
				if _, err := attest.ParseImported(b.Payload); err != nil {
					t.Errorf("%s: payload: %v", name, err)
				}
			}
		case errors.Is(err, attest.ErrMessageSignature):
			messages++
		case happy || err == nil:
			t.Errorf("%s: got %v, want ErrMessageSignature", name, err)
		}
	}
	t.Logf("%d files: %d happy statements, %d message signatures", len(files), statements, messages)
	if statements == 0 || messages == 0 {
		t.Error("the corpus has bundles of both kinds")
	}
}

// TestRealEnvelopes reads what the SLSA generators wrote.
func TestRealEnvelopes(t *testing.T) {
	read, bundles := 0, 0
	err := filepath.WalkDir(filepath.Join(corpus(t), "provenance"), func(path string, d os.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".intoto.jsonl") {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		b, err := attest.ParseEnvelope(bytes.TrimSpace(data))
		if err != nil && strings.Contains(err.Error(), "Sigstore bundle") {
			bundles++
			b, err = attest.ParseBundle(bytes.TrimSpace(data))
		}
		if err != nil {
			t.Errorf("%s: %v", path, err)
			return nil
		}
		if _, err := attest.ParseImported(b.Payload); err != nil {
			t.Errorf("%s: payload: %v", path, err)
		}
		read++
		return nil
	})
	if err != nil || read == 0 {
		t.Errorf("read %d, %v", read, err)
	}
	t.Logf("%d read, %d of them bundles", read, bundles)
}

func TestParseStatement(t *testing.T) {
	good := string(payload(t, "app"))
	var subjects []evidence.ResourceDescriptor
	for i := range attest.MaxSubjects + 1 {
		subjects = append(subjects, evidence.ResourceDescriptor{Digest: evidence.Sum([]byte{byte(i), byte(i >> 8)}).Set()})
	}
	if _, err := attest.NewStatement(subjects, "https://example.com/x", struct{}{}); err == nil {
		t.Error("1001 subjects are accepted")
	}
	if _, err := attest.NewStatement(subjects[:attest.MaxSubjects], "https://example.com/x", struct{}{}); err != nil {
		t.Error(err)
	}
	tests := []struct {
		name, old, new string
		own, imported  string // what the error names; empty if it is accepted
	}{
		{"good", "", "", "", ""},
		{"older type", "Statement/v1", "Statement/v0.1", "/_type", ""},
		{"unknown type", "Statement/v1", "Statement/v7", "/_type", "/_type"},
		{"unknown member", `"_type"`, `"x":1,"_type"`, "unknown field", ""},
		{"predicate is no object", `{"note":"seen"}`, `"seen"`, "/predicate", ""},
		{"no predicate type", "https://example.com/note/v1", "", "/predicateType", "/predicateType"},
		{"upper-case digest", evidence.Sum([]byte("app")).Hex(), strings.ToUpper(evidence.Sum([]byte("app")).Hex()), "/subject/0/digest", "/subject/0/digest"},
		{"duplicate", `"_type"`, `"predicateType":"x","_type"`, "duplicate", "duplicate"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in := []byte(strings.Replace(good, tt.old, tt.new, 1))
			_, own := attest.ParseStatement(in)
			_, imported := attest.ParseImported(in)
			for _, c := range []struct {
				err  error
				want string
			}{{own, tt.own}, {imported, tt.imported}} {
				if (c.err != nil) != (c.want != "") || c.err != nil && !strings.Contains(c.err.Error(), c.want) {
					t.Errorf("got %v, want %q", c.err, c.want)
				}
			}
		})
	}
}

func ExampleSign() {
	private, public, err := attest.GenerateKey(nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	signer, _ := attest.LoadSigner(private, nil)
	subject := evidence.ResourceDescriptor{Name: "app", Digest: evidence.Sum([]byte("bytes of app")).Set()}
	payload, _ := attest.NewStatement([]evidence.ResourceDescriptor{subject}, "https://example.com/note/v1", map[string]string{"note": "seen"})
	raw, err := attest.Sign(context.Background(), signer, payload)
	if err != nil {
		fmt.Println(err)
		return
	}

	// The verifier has raw, and public from elsewhere.
	bundle, err := attest.ParseBundle(raw)
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := public.Verify(bundle.SignedBytes(), bundle.Signature); err != nil {
		fmt.Println(err)
		return
	}
	statement, _ := attest.ParseStatement(bundle.Payload)
	fmt.Println(statement.Subject[0].Name, string(statement.Predicate))
	// Output: app {"note":"seen"}
}
