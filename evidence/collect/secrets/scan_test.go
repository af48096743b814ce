package secrets

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
)

func TestMain(m *testing.M) {
	rounds = 10
	os.Exit(m.Run())
}

// Credentials that open nothing, put together here so that no scanner finds
// them in this file.
var (
	pat   = "ghp_" + "wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0pINUx"
	aws   = "AKIA" + "QYLPMN5HHHFPZAM2"
	plain = "zX81kQp0aLm29" + "sjW7dkeUq"
	key   = "-----BEGIN " + "EC PRIVATE KEY-----\n" + strings.Repeat("MHcCAQEEIIrYSSNQFaA2Hwf1duRSxKtLYX5CB04fSeQ6tF1aY/PuoAoG\n", 4) + "-----END " + "EC PRIVATE KEY-----"
)

func scanner(t testing.TB, allow ...Allow) *Scanner {
	t.Helper()
	s, err := New(allow)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func find(t testing.TB, s *Scanner, name, text string) []Hit {
	t.Helper()
	hits, whole, err := s.Scan(t.Context(), name, strings.NewReader(text))
	if err != nil || !whole {
		t.Fatalf("whole %v, error %v", whole, err)
	}
	return hits
}

func rulesOf(hits []Hit) []string {
	var list []string
	for _, h := range hits {
		list = append(list, h.Rule)
	}
	return list
}

func TestScanFinds(t *testing.T) {
	encode := base64.StdEncoding.EncodeToString
	tests := []struct {
		name, text string
		want       []string
		line       int64
	}{
		{"token", "see\n" + pat + "\n", []string{"github-pat"}, 2},
		{"access key", "id " + aws + " end", []string{"aws-access-token"}, 1},
		{"private key", "a\nb\n" + key, []string{"private-key"}, 3},
		{"private key in JSON", `{"k": "` + strings.ReplaceAll(key, "\n", `\n`) + `"}`, []string{"private-key"}, 1},
		{"named value", "\n\napi_key = \"" + plain + "\"\n", []string{"generic-api-key"}, 3},
		{"upper-case name", "API_TOKEN: " + plain + "\n", []string{"generic-api-key"}, 1},
		{"two on a line", pat + " " + aws, []string{"github-pat", "aws-access-token"}, 1},
		{"base64", `{"payload":"` + encode([]byte(`{"message": "use `+pat+` for it"}`)) + `"}`, []string{"github-pat"}, 1},
		{"base64, other alphabet", base64.RawURLEncoding.EncodeToString([]byte("~~~???>>> " + pat + " for it, or another")), []string{"github-pat"}, 1},
		{"base64 with line breaks", fold(encode([]byte(strings.Repeat("some text, ", 30)+pat+" end")), 76), []string{"github-pat"}, 1},
		{"base64 in base64", encode([]byte("the first: " + encode([]byte("the second: "+pat)))), []string{"github-pat"}, 1},
		{"short base64", "x: " + encode([]byte("p: "+aws+" ")), []string{"aws-access-token"}, 1},
		{"in an element", "<system-out>aws_secret_access_key=" + plain + "</system-out>", []string{"generic-api-key-in-markup"}, 1},
		{"before an entity", "\napi_key=" + plain + "&#10;next", []string{"generic-api-key-in-markup"}, 2},
		{"between entities", "&lt;x password=&quot;" + plain + "&quot;/&gt;", []string{"generic-api-key-in-markup"}, 1},
		{"after an entity", "&quot;password&quot;: &quot;" + plain + "&quot;", []string{"generic-api-key-in-markup"}, 1},
		{"in markup that JSON escapes", `\u003cpassword\u003e` + plain + `\u003c/password\u003e`, []string{"generic-api-key-in-markup"}, 1},
		{"by number", "<m>\n&#103;hp_" + pat[4:] + "</m>", []string{"github-pat"}, 2},
		{"by hexadecimal number", "&#x0067;&#X68;p_" + pat[4:], []string{"github-pat"}, 1},
		{"by name", "ghp&lowbar;" + pat[4:], []string{"github-pat"}, 1},
		{"escaped twice", "&amp;amp;#103;hp_" + pat[4:], []string{"github-pat"}, 1},
		{"by number in JSON", `{"a":"\u0067hp_` + pat[4:] + `"}`, []string{"github-pat"}, 1},
		{"by number in JSON in JSON", `{"a":"{\"b\":\"\\u0067hp_` + pat[4:] + `\"}"}`, []string{"github-pat"}, 1},
		{"by number in base64", encode([]byte("the text that is coded: &#103;hp_" + pat[4:])), []string{"github-pat"}, 1},
		{"by number, across chunks", strings.Repeat("x &#98; ", chunk/8) + " &#103;hp_" + pat[4:] + strings.Repeat(" &#98;", chunk/8), []string{"github-pat"}, 1},
		{"as it is and by number", pat + " &#103;hp_" + pat[4:], []string{"github-pat"}, 1},
		{"in an address", "see https://bob:" + "hunter2@host.example/x", []string{"url-password"}, 1},
		{"in an address, no user", "\nredis://:" + "hunter2@10.0.0.1:6379", []string{"url-password"}, 2},
		{"in an address, user of a variable", "https://${USER}:" + "hunter2@host", []string{"url-password"}, 1},
		{"an issuer with a port and an address", "oidc:https://login.acme.example:8443|ana.ruiz@acme.example", nil, 0},
		{"within a name", "the." + aws + "x", nil, 0},
		{"control characters around", "\x1b[31m" + pat + "\x00", []string{"github-pat"}, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			hits := find(t, scanner(t), "material", tt.text)
			if diff := cmp.Diff(tt.want, rulesOf(hits)); diff != "" {
				t.Fatal(diff)
			}
			if len(hits) > 0 && tt.line > 0 && hits[0].Line != tt.line {
				t.Errorf("line %d, want %d", hits[0].Line, tt.line)
			}
		})
	}
}

// fold breaks s into lines of n bytes.
func fold(s string, n int) string {
	var b strings.Builder
	for ; len(s) > n; s = s[n:] {
		b.WriteString(s[:n] + "\n")
	}
	return b.String() + s
}

func TestScanPassesOver(t *testing.T) {
	sum := strings.Repeat("0a1b2c3d4e5f6789", 4)
	for name, text := range map[string]string{
		"digest":        `{"key": "` + sum + `", "cacheKey": "` + sum[:40] + `"}`,
		"go.sum":        "golang.org/x/oauth2 v0.36.0 h1:k2dNVZcqyZ8R6w2JzsoMAsjxHk7FkGQFJ1eyP9MsVXI=\n",
		"integrity":     `"auth": "sha512-` + base64.StdEncoding.EncodeToString([]byte(sum)) + `"`,
		"key id":        `"keyid": "SHA256:3y0dNVZcqyZ8R6w2JzsoMAsjxHk7FkGQFJ1eyP9MsVX"`,
		"list":          `["HIDAPI", "bzip2-1.0.6x9Qz"]`,
		"example":       "id AKIAIOSFODNN7EXAMPLE end",
		"variable":      "token: ${{ secrets.GITHUB_TOKEN }}\npassword=$PASSWORD_FOR_THE_SERVER\n",
		"low entropy":   "api_key = aaaaaaaaaaaaaaaaaaaaaaaa\n",
		"commit":        "tree " + sum[:40] + "\nparent " + sum[24:] + "\nauthor A B <a@example.com> 1700000000 +0000\n\nsourcegraph: index " + sum[:40] + "\n",
		"markup":        "<key>" + sum + "</key><token>h1:k2dNVZcqyZ8R6w2JzsoMAsjxHk7FkGQFJ1eyP9MsVXI=</token>",
		"low in markup": "<token>aaaaaaaaaaaaaaaaaaaaaaaa</token>",
		"no password":   "https://bob@host.example/x ssh://git@host.example:22/x https://host.example:8080/@bob https://host:80?a=b@c",
		"scp":           "git@github.com:owner/repository.git",
		"placeholders":  "https://u:${VAR2}@h https://u:$VAR2@h https://u:{{pw}}@h https://u:***@h https://u:${{secrets.A}}@h https://${U:-x}@h https://u:<pw>@h https://user:password@h",
		"image":         "docker://alpine:3.19@sha256:" + sum,
		"public key":    "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEnXc3Lt0bBqhEW8XO6cLZ\n-----END PUBLIC KEY-----\n",
		"zeros in SSH":  "gpgsig -----BEGIN SSH SIGNATURE-----\n U1NIU0lHAAAAAQAAADMAAAALc3Nod/EAAAgnXc3Lt0bBqhEW8XO6cLZnXc3Lt0bBqhEW8X\n nXc3\n",
		"SSH signature": "-----BEGIN SSH SIGNATURE-----\nU1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAgnXc3Lt0bBqhEW8XO6cLZ\n-----END SSH SIGNATURE-----\n",
	} {
		t.Run(name, func(t *testing.T) {
			if hits := find(t, scanner(t), "material", text); len(hits) > 0 {
				t.Errorf("%v", hits)
			}
		})
	}
}

func TestScanGzip(t *testing.T) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	io.WriteString(z, "a\n"+pat+"\n")
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	hits := find(t, scanner(t), "a.tar.gz", b.String())
	if len(hits) != 1 || hits[0].Encoding != "gzip" {
		t.Fatalf("got %v", hits)
	}
	if _, _, err := scanner(t).Scan(t.Context(), "cut", bytes.NewReader(b.Bytes()[:b.Len()-4])); err == nil {
		t.Error("a truncated file was searched without an error")
	}
}

func TestNamesAlone(t *testing.T) {
	hits := find(t, scanner(t), "keys/signing.p12", "\x30\x82")
	if diff := cmp.Diff([]string{"pkcs12-file"}, rulesOf(hits)); diff != "" {
		t.Error(diff)
	}
}

// TestHitHoldsNoSecret prints hits in every way and looks for the secret.
func TestHitHoldsNoSecret(t *testing.T) {
	text := "first=" + aws + " api_key=" + plain + " token " + pat + "\npassword: " + pat + "\n" + key
	hits := find(t, scanner(t), "material", text)
	if len(hits) < 5 {
		t.Fatalf("only %v", hits)
	}
	r := Result{Hits: hits}
	all := r.Err().Error()
	for _, h := range hits {
		all += h.String() + h.Excerpt + h.Fingerprint
	}
	for _, secret := range []string{pat, aws, plain, key} {
		for i := 0; i+6 <= len(secret); i += 3 {
			if part := secret[i : i+6]; !strings.Contains(part, "-") && strings.Contains(all, part) {
				t.Errorf("%q of a secret is shown in:\n%s", part, all)
			}
		}
	}
}

func TestRepeatedSecretIsOneHit(t *testing.T) {
	hits := find(t, scanner(t), "material", strings.Repeat(pat+"\n", 5))
	if len(hits) != 1 || hits[0].Count != 5 || hits[0].Line != 1 {
		t.Errorf("got %+v", hits)
	}
}

// accessKeys are n different ones.
func accessKeys(n int) string {
	r := rand.New(rand.NewPCG(1, 2))
	var b strings.Builder
	for range n {
		b.WriteString("AKIA")
		for range 16 {
			b.WriteByte("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[r.IntN(32)])
		}
		b.WriteString("\n")
	}
	return b.String()
}

func TestTooManyInAll(t *testing.T) {
	var all atomic.Int64
	all.Store(maxAllHits - 1)
	hits, whole, err := scanner(t).scan(t.Context(), "m", strings.NewReader(accessKeys(3)), &all)
	if err != nil || whole || len(hits) != 1 {
		t.Errorf("%d hits, whole %v, error %v", len(hits), whole, err)
	}
}

func TestTooManyHits(t *testing.T) {
	hits, whole, err := scanner(t).Scan(t.Context(), "many", strings.NewReader(accessKeys(MaxHits+1)))
	if err != nil || whole || len(hits) != MaxHits {
		t.Errorf("%d hits, whole %v, error %v", len(hits), whole, err)
	}
	if err := (Result{Cut: []string{"many"}}).Err(); err == nil {
		t.Error("a material that was not searched whole may be signed")
	}
}

func TestScanReportsReadErrors(t *testing.T) {
	broken := errors.New("broken")
	_, _, err := scanner(t).Scan(t.Context(), "m", io.MultiReader(strings.NewReader("text"), iotest.ErrReader(broken)))
	if !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := scanner(t).Scan(ctx, "m", strings.NewReader("text")); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// TestEverywhere puts a secret at any place of texts longer than a chunk, in
// plain text and encoded: it is found exactly once, at its place.
func TestEverywhere(t *testing.T) {
	s := scanner(t)
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.IntRange(0, 3*chunk).Draw(t, "before")
		near := rapid.SampledFrom([]int{0, chunk - overlap, chunk, 2 * (chunk - overlap)}).Draw(t, "near")
		if near > 0 {
			size = near + rapid.IntRange(-60, 60).Draw(t, "off")
		}
		filler := strings.Repeat("lorem ipsum dolor sit amet \n", size/28+1)[:size]
		text := filler + "\n" + pat + "\n" + strings.Repeat("x y z ", rapid.IntRange(0, 100).Draw(t, "after"))
		want := Hit{Offset: int64(size) + 1, Line: int64(strings.Count(filler, "\n")) + 2}
		if rapid.Bool().Draw(t, "encoded") {
			text = "# " + base64.StdEncoding.EncodeToString([]byte(text)) + "\n"
			want = Hit{Offset: 2, Line: 1}
		}
		hits, whole, err := s.Scan(context.Background(), "m", iotest.HalfReader(strings.NewReader(text)))
		if err != nil || !whole || len(hits) != 1 || hits[0].Count != 1 || hits[0].Rule != "github-pat" {
			t.Fatalf("%v, whole %v, error %v", hits, whole, err)
		}
		if hits[0].Offset != want.Offset || hits[0].Line != want.Line {
			t.Errorf("offset %d line %d, want %d and %d", hits[0].Offset, hits[0].Line, want.Offset, want.Line)
		}
	})
}

func TestAllow(t *testing.T) {
	hit := find(t, scanner(t), "sbom/a.cdx.json", pat)[0]
	tests := []struct {
		name  string
		allow Allow
		want  bool
	}{
		{"by material", Allow{Rule: "github-pat", Material: "sbom/a.cdx.json", Reason: "r"}, true},
		{"by pattern", Allow{Rule: "github-pat", Material: "sbom/*.json", Reason: "r"}, true},
		{"by fingerprint", Allow{Rule: "github-pat", Fingerprint: hit.Fingerprint, Reason: "r"}, true},
		{"another material", Allow{Rule: "github-pat", Material: "sbom/b.cdx.json", Reason: "r"}, false},
		{"another rule", Allow{Rule: "private-key", Material: "sbom/*", Reason: "r"}, false},
		{"another fingerprint", Allow{Rule: "github-pat", Material: "sbom/*", Fingerprint: "0123456789abcdef", Reason: "r"}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := scanner(t, tt.allow)
			m := evidence.Material{Name: "sbom/a.cdx.json"}
			r, err := s.Release(t.Context(), []byte("{}"), []evidence.Material{m}, []bundle.Blob{bundle.BytesBlob([]byte(pat))})
			if err != nil {
				t.Fatal(err)
			}
			if got := r.Err() == nil; got != tt.want {
				t.Errorf("allowed %v, want %v: %v", got, tt.want, r.Err())
			}
			if got := len(r.Unused) == 0; got != tt.want {
				t.Errorf("used %v, want %v", got, tt.want)
			}
		})
	}
}

func TestAllowIsChecked(t *testing.T) {
	for name, a := range map[string]Allow{
		"rule":        {Rule: "no-such-rule", Material: "m", Reason: "r"},
		"reason":      {Rule: "github-pat", Material: "m"},
		"everything":  {Rule: "github-pat", Reason: "r"},
		"pattern":     {Rule: "github-pat", Material: "[", Reason: "r"},
		"fingerprint": {Rule: "github-pat", Fingerprint: "xyz", Reason: "r"},
	} {
		if _, err := New([]Allow{a}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
