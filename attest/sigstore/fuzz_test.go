package sigstore_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/release-dossier/dossier/attest"
	attestsigstore "github.com/release-dossier/dossier/attest/sigstore"
)

// token is a token with a payload, whose signature nobody looks at.
func token(payload string) string {
	return "e30." + base64.RawURLEncoding.EncodeToString([]byte(payload)) + ".c2ln"
}

// FuzzToken: a token that is read says for whom it is, by whom, and of an
// address that it is verified.
func FuzzToken(f *testing.F) {
	for _, payload := range []string{
		`{"iss":"https://a.example","sub":"ana","aud":"sigstore","exp":1796000000,"nonce":"n"}`,
		`{"iss":"https://a.example","sub":"1","aud":["sigstore","b"],"exp":1e9,"email":"ana@a.example","email_verified":true}`,
		`{"iss":"https://a.example","sub":"1","aud":"b","email":"ana@a.example","email_verified":false}`,
		`{"iss":"https://a.example","aud":7}`,
	} {
		f.Add(payload)
	}
	f.Fuzz(func(t *testing.T, payload string) {
		raw := token(payload)
		got, err := attestsigstore.ParseToken(raw)
		if err != nil {
			return
		}
		if got.Issuer == "" || got.Raw() != raw {
			t.Errorf("%q: %+v", payload, got)
		}
		if _, err := attestsigstore.ParseToken(raw + ".x"); err == nil {
			t.Error("a token of four parts is read")
		}
	})
}

// answer is a service that always answers with it.
type answer []byte

func (a answer) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(bytes.NewReader(a)), Request: r}, nil
}

// FuzzAnswers: what services and issuers answer is refused, or makes a bundle
// that can be read and that was checked.
func FuzzAnswers(f *testing.F) {
	for _, data := range []string{
		`{"signedCertificateEmbeddedSct":{"chain":{"certificates":["-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n"]}}}`,
		`{"signedCertificateDetachedSct":{"chain":{"certificates":["x"]}}}`,
		`{"logIndex":"1","logId":{"keyId":"AA=="},"kindVersion":{"kind":"hashedrekord","version":"0.0.2"},"inclusionProof":{"logIndex":"1","rootHash":"AA==","treeSize":"2","hashes":["AA=="],"checkpoint":{"envelope":"log.example\n2\nAA==\n"}},"canonicalizedBody":"e30="}`,
		`{"inclusionProof":{}}`,
		"0\x030\x03\x02\x01\x00",
		`{"value":"` + token(`{"iss":"https://a.example","sub":"ana","aud":"sigstore"}`) + `"}`,
		`{"issuer":"https://a.example","authorization_endpoint":"https://a.example/auth","token_endpoint":"https://a.example/token","jwks_uri":"https://a.example/keys"}`,
		`{"issuer":"https://a.example","jwks_uri":"http://b.example/keys"}`,
	} {
		f.Add([]byte(data))
	}
	config, err := attestsigstore.ParseConfig([]byte(`{"mediaType":"application/vnd.dev.sigstore.signingconfig.v0.2+json",
		"caUrls":[{"url":"https://ca.example","majorApiVersion":1,"validFor":{"start":"2026-01-01T00:00:00Z"}}],
		"rekorTlogUrls":[{"url":"https://log.example","majorApiVersion":2,"validFor":{"start":"2026-01-01T00:00:00Z"}}],"rekorTlogConfig":{"selector":"ANY"},
		"tsaUrls":[{"url":"https://tsa.example","majorApiVersion":1,"validFor":{"start":"2026-01-01T00:00:00Z"}}],"tsaConfig":{"selector":"ANY"}}`))
	if err != nil {
		f.Fatal(err)
	}
	key, none := newKey(f, "p256"), errors.New("nobody signs in")
	statement := []byte(`{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"a","digest":{"sha256":"` + strings.Repeat("a", 64) + `"}}],"predicateType":"https://example.com/t","predicate":{}}`)
	f.Fuzz(func(t *testing.T, data []byte) {
		ctx, checked := context.Background(), 0
		o := attestsigstore.Options{
			Config: config, Now: func() time.Time { return time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC) }, Transport: answer(data),
			Check: func([]byte) error { checked++; return nil },
		}
		for _, logged := range []bool{false, true} {
			o.NoLog = !logged
			s, err := attestsigstore.Proved(key, o)
			if err != nil {
				t.Fatal(err)
			}
			checked = 0
			raw, err := attest.Sign(ctx, s, statement)
			if err != nil {
				continue
			}
			if _, err := attest.ParseBundle(raw); err != nil || checked == 0 {
				t.Errorf("checked %d times, %v: %s", checked, err, raw)
			}
		}
		mine := attestsigstore.Static(token(`{"iss":"https://a.example","sub":"ana","aud":"sigstore"}`))
		if _, err := attestsigstore.Keyless(ctx, mine, o); err == nil {
			t.Error("a certificate for a key that is made at random is in the answer")
		}
		job := attestsigstore.GitHubActions{URL: "https://runner.example/token", Secret: "s"}
		if got, err := attestsigstore.FetchToken(ctx, job, o); err == nil && got.Issuer == "" {
			t.Errorf("%+v", got)
		}
		sent := ""
		person := attestsigstore.Browser{SignIn: attestsigstore.SignIn{Issuer: "https://a.example"}, Open: func(url string) error { sent = url; return none }}
		if _, err := attestsigstore.FetchToken(ctx, person, o); err == nil {
			t.Error("nobody signed in and there is a token")
		}
		if sent != "" && !strings.HasPrefix(sent, "https://") && !strings.HasPrefix(sent, "?") {
			t.Errorf("the browser is sent to %q", sent)
		}
		if keys, from, err := attestsigstore.FetchKeys(ctx, "https://a.example", o); err == nil && (!strings.HasPrefix(from, "https://") || len(keys) == 0) {
			t.Errorf("keys of %q: %q", from, keys)
		}
	})
}
