package evidence_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/internal/strictjson"
)

var hex64 = strings.Repeat("0a", 32)

// wantError checks that err holds text, or is nil if text is empty.
func wantError(t *testing.T, err error, text string) {
	t.Helper()
	switch {
	case text == "" && err != nil:
		t.Errorf("refused: %v", err)
	case text != "" && (err == nil || !strings.Contains(err.Error(), text)):
		t.Errorf("got %v, want an error with %q", err, text)
	}
}

func TestParseDigest(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"bare", hex64, ""},
		{"with algorithm", "sha256:" + hex64, ""},
		{"upper case", strings.ToUpper(hex64), "not lower-case"},
		{"upper-case algorithm", "SHA256:" + hex64, "71 characters"},
		{"other algorithm", "sha512:" + hex64, "71 characters"},
		{"twice", "sha256:sha256:" + hex64, "characters"},
		{"short", hex64[1:], "63 characters"},
		{"long", hex64 + "0", "65 characters"},
		{"empty", "", "0 characters"},
		{"not hex", strings.Repeat("g", 64), "not lower-case hex"},
		{"space", " " + hex64[1:], "not lower-case hex"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d, err := evidence.ParseDigest(tt.in)
			wantError(t, err, tt.want)
			if tt.want == "" && d.Hex() != hex64 {
				t.Errorf("got %s", d)
			}
			if tt.want != "" && !d.IsZero() {
				t.Error("a refused digest has a value")
			}
		})
	}
}

func TestDigestSet(t *testing.T) {
	sha1 := strings.Repeat("a", 40)
	tests := []struct {
		name string
		set  evidence.DigestSet
		want string
	}{
		{"sha256", evidence.DigestSet{"sha256": hex64}, ""},
		{"several", evidence.DigestSet{"sha256": hex64, "sha512": hex64 + hex64, "sha384": hex64 + hex64[:32]}, ""},
		{"git", evidence.DigestSet{"gitCommit": sha1, "gitTag": sha1, "gitTree": sha1, "gitBlob": sha1, "sha1": sha1}, ""},
		{"sha3", evidence.DigestSet{"sha3_256": hex64, "sha3_384": hex64 + hex64[:32], "sha3_512": hex64 + hex64}, ""},
		{"empty", evidence.DigestSet{}, "empty"},
		{"unknown", evidence.DigestSet{"sha256": hex64, "md5": sha1}, "unknown digest algorithm"},
		{"case of the name", evidence.DigestSet{"SHA256": hex64}, "unknown digest algorithm"},
		{"64 digits of gitCommit", evidence.DigestSet{"gitCommit": hex64}, "want 40"},
		{"40 digits of sha256", evidence.DigestSet{"sha256": sha1}, "want 64"},
		{"prefix", evidence.DigestSet{"sha256": "sha256:" + hex64}, "want 64"},
		{"upper case", evidence.DigestSet{"sha1": strings.ToUpper(sha1)}, "not lower-case"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			wantError(t, tt.set.Validate(), tt.want)
		})
	}
}

// TestDigestsNeverCrossMatch holds one value under two algorithms: they are
// different digests of different things.
func TestDigestsNeverCrossMatch(t *testing.T) {
	a, b := evidence.DigestSet{"sha256": hex64}, evidence.DigestSet{"sha3_256": hex64}
	if a.Equal(b) || a.Equal(evidence.DigestSet{"sha256": hex64, "sha3_256": hex64}) {
		t.Error("digests of different algorithms match")
	}
	if _, ok := b.SHA256(); ok {
		t.Error("a sha3_256 digest is taken for a sha256 digest")
	}
	if got, ok := a.SHA256(); !ok || !a.Equal(got.Set()) {
		t.Errorf("got %v, %v", got, ok)
	}
	if _, ok := (evidence.DigestSet{"sha256": "sha256:" + hex64}).SHA256(); ok {
		t.Error("a prefixed value is taken for a digest")
	}
	for want, set := range map[string]evidence.DigestSet{
		"": {}, "sha1:a": {"sha1": "a"}, "sha1:a sha256:b": {"sha256": "b", "sha1": "a"},
	} {
		if got := set.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	for range 20 { // in whatever order a map is walked
		err := evidence.DigestSet{"z": "", "md5": "", "sha256": hex64, "sha1": "x"}.Validate()
		if err == nil || !strings.Contains(err.Error(), `"md5"`) {
			t.Fatalf("got %v, want the first by name", err)
		}
	}
}

func TestDigestJSON(t *testing.T) {
	d := evidence.Sum([]byte("hello"))
	raw, err := strictjson.Marshal(d)
	if err != nil || string(raw) != `{"sha256":"`+d.Hex()+`"}` {
		t.Fatalf("got %s, %v", raw, err)
	}
	tests := map[string]string{
		string(raw): "",
		`{"sha256":"` + d.Hex() + `","sha512":"` + hex64 + hex64 + `"}`: "",
		`{"sha512":"` + hex64 + hex64 + `"}`:                            "no sha256",
		`{"sha256":"` + d.Hex() + `","md5":"00"}`:                       "unknown digest algorithm",
		`{}`:                 "empty",
		`null`:               "empty",
		`"` + d.Hex() + `"`:  "string",
		`{"sha256":["0"]}`:   "array",
		`{"sha256":"short"}`: "want 64",
	}
	for in, want := range tests {
		var got evidence.Digest
		err := strictjson.Unmarshal([]byte(in), &got)
		wantError(t, err, want)
		if want == "" && got != d {
			t.Errorf("%s: got %s", in, got)
		}
	}
}

func TestDigestOrder(t *testing.T) {
	a, b := evidence.Digest{1}, evidence.Digest{2}
	if a.Compare(b) >= 0 || b.Compare(a) <= 0 || a.Compare(a) != 0 || a.Short() != "01000000" || a.String() != "sha256:"+a.Hex() {
		t.Errorf("order or text of %s and %s is wrong", a, b)
	}
}

func TestParseIdentity(t *testing.T) {
	tests := []struct{ in, want, err string }{
		{"oidc:https://issuer.example|sub|with|bars", "oidc:https://issuer.example|sub|with|bars", ""},
		{"oidc:https://Issuer.example|Sub", "oidc:https://Issuer.example|Sub", ""},
		{"oidc:https://issuer.example", "", "oidc:<issuer>|<subject>"},
		{"oidc:|sub", "", "oidc:<issuer>|<subject>"},
		{"oidc:https://issuer.example|", "", "oidc:<issuer>|<subject>"},
		{"x509:" + hex64 + "|email:Ana@acme.example", "x509:" + hex64 + "|email:Ana@acme.example", ""},
		{"x509:" + hex64 + "|uri:https://a/b", "x509:" + hex64 + "|uri:https://a/b", ""},
		{"x509:" + hex64, "", "SAN type"},
		{"x509:" + hex64[1:] + "|email:a@b", "", "want 64"},
		{"x509:" + strings.ToUpper(hex64) + "|email:a@b", "", "not lower-case"},
		{"x509:" + hex64 + "|email:", "", "no SAN value"},
		{"x509:" + hex64 + "|Email:a@b", "", "unknown SAN type"},
		{"key:sha256:" + hex64, "key:sha256:" + hex64, ""},
		{"key:" + hex64, "", "key:sha256:"},
		{"key:sha256:" + strings.ToUpper(hex64), "", "not lower-case"},
		{"pgp:" + strings.Repeat("AB", 20), "pgp:" + strings.Repeat("AB", 20), ""},
		{"pgp:" + strings.Repeat("AB", 32), "pgp:" + strings.Repeat("AB", 32), ""},
		{"pgp:" + strings.Repeat("ab", 20), "", "not upper-case"},
		{"pgp:" + strings.Repeat("AB", 8), "", "40 or 64"},
		{"account:GitHub.com:583231", "account:github.com:583231", ""},
		{"account:acme.atlassian.net:712020:9F", "account:acme.atlassian.net:712020:9F", ""},
		{"account:github.com", "", "account:<host>:<stable id>"},
		{"account::1", "", "account:<host>:<stable id>"},
		{"account:git hub.com:1", "", "usable host"},
		{"account:gïthub.com:1", "", "usable host"},
		{"mailto:Ana@ACME.example", "mailto:Ana@acme.example", ""},
		{`mailto:"a@b"@ACME.example`, `mailto:"a@b"@acme.example`, ""},
		{"mailto:Ana <ana@acme.example>", "", "not an e-mail"},
		{"mailto:@acme.example", "", "not an e-mail"},
		{"mailto:ana@", "", "not an e-mail"},
		{"ssh:SHA256:abc", "", "give the public key"},
		{"github:ana", "", "unknown identity scheme"},
		{"OIDC:a|b", "", "unknown identity scheme"},
		{"ana", "", "no scheme"},
		{"mailto:", "", "no scheme"},
		{"", "", "no scheme"},
		{"mailto:a\n@b", "", "control character"},
		{"mailto:a\x7f@b", "", "control character"},
		{"mailto:\xff@b", "", "UTF-8"},
		{"mailto:" + strings.Repeat("a", 1024) + "@b", "", "longer than"},
	}
	for _, tt := range tests {
		t.Run(tt.in, func(t *testing.T) {
			got, err := evidence.ParseIdentity(tt.in)
			wantError(t, err, tt.err)
			if string(got) != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			var id evidence.Identity
			if err := id.UnmarshalText([]byte(tt.in)); (err == nil) != (tt.err == "" && tt.in == tt.want) {
				t.Errorf("in evidence: %v, want only normal forms", err)
			}
		})
	}
	if got := evidence.KeyIdentity(nil).Scheme(); got != "key" {
		t.Errorf("scheme %q", got)
	}
}

func TestActor(t *testing.T) {
	tests := []struct {
		name  string
		actor evidence.Actor
		want  string
	}{
		{"human", evidence.Actor{ID: "mailto:a@b", Kind: evidence.Human, Aliases: []evidence.Identity{"account:h:1"}}, ""},
		{"bot", evidence.Actor{ID: "account:h:1", Kind: evidence.Bot}, ""},
		{"service", evidence.Actor{ID: "account:h:1", Kind: evidence.Service}, ""},
		{"nobody", evidence.Actor{Kind: evidence.Human}, "id: "},
		{"no kind", evidence.Actor{ID: "mailto:a@b"}, "kind: "},
		{"not normal", evidence.Actor{ID: "mailto:a@B", Kind: evidence.Human}, "normal form"},
		{"alias", evidence.Actor{ID: "mailto:a@b", Kind: evidence.Human, Aliases: []evidence.Identity{"ana"}}, "alias 0"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { wantError(t, tt.actor.Validate(), tt.want) })
	}
}

func TestParseTime(t *testing.T) {
	tests := []struct{ in, want string }{
		{"2026-11-20T09:00:00Z", "2026-11-20T09:00:00Z"},
		{"2026-11-20T10:30:00+01:30", "2026-11-20T09:00:00Z"},
		{"2026-11-20T09:00:00.5Z", "2026-11-20T09:00:00.5Z"},
		{"1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z"},
		{"9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"},
		{"2026-11-20T09:00:00", ""},
		{"2026-11-20", ""},
		{"2026-11-20T9:00:00Z", ""},
		{"2026-11-20T09:00:00,5Z", ""},
		{"2026-11-20t09:00:00z", ""},
		{"2026-11-20T09:00:00+25:00", ""},
		{"2026-11-20T09:00:60Z", ""},
		{"2026-02-30T09:00:00Z", ""},
		{"1969-12-31T23:59:59Z", ""},
		{"1970-01-01T00:00:00+01:00", ""},
		{"9999-12-31T23:59:59-01:00", ""},
		{"2026-11-20T09:00:00." + strings.Repeat("0", 40) + "Z", ""},
		{"", ""},
	}
	for _, tt := range tests {
		t.Run(tt.in, func(t *testing.T) {
			got, err := evidence.ParseTime(tt.in)
			if tt.want == "" {
				if err == nil {
					t.Errorf("accepted as %v", got)
				}
				return
			}
			text, _ := got.MarshalText()
			if err != nil || string(text) != tt.want {
				t.Errorf("got %s, %v, want %s", text, err, tt.want)
			}
		})
	}
}

func TestTimeJSON(t *testing.T) {
	at := evidence.At(time.Date(2026, 11, 20, 10, 0, 0, 999, time.FixedZone("", 3600)))
	raw, err := json.Marshal(at)
	if err != nil || string(raw) != `"2026-11-20T09:00:00Z"` {
		t.Errorf("got %s, %v", raw, err)
	}
	for _, in := range []string{`1`, `null`, `""`, `{}`, `"x"`} {
		var got evidence.Time
		if err := strictjson.Unmarshal([]byte(in), &got); err == nil {
			t.Errorf("%s: accepted as %v", in, got)
		}
	}
	var got evidence.Time
	if err := strictjson.Unmarshal(raw, &got); err != nil || !got.Equal(at.Time) {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestCheckMaterialName(t *testing.T) {
	tests := []struct{ in, want string }{
		{"sbom/hello.cdx.json", ""},
		{"0", ""},
		{"a_b-c.d/e", ""},
		{strings.Repeat("a", 200), ""},
		{strings.Repeat("a", 201), "at most 200"},
		{"", "empty"},
		{"/etc/passwd", "begin"},
		{".profile", "begin"},
		{"-rf", "begin"},
		{"Sbom", "begin"},
		{"sBom", "holds"},
		{"a b", "holds"},
		{`a\b`, "holds"},
		{"a:b", "holds"},
		{"é", "begin"},
		{"a\x00", "holds"},
		{"a//b", "empty path element"},
		{"a/", "empty path element"},
		{"a/../b", "ends with a dot"},
		{"a..b", `".."`},
		{"a.", "dot"},
		{"a./b", "dot"},
		{"con", "device"},
		{"x/aux.txt", "device"},
		{"com1.a.b", "device"},
		{"lpt9", "device"},
		{"com10", ""},
		{"console", ""},
	}
	for _, tt := range tests {
		t.Run(tt.in, func(t *testing.T) { wantError(t, evidence.CheckMaterialName(tt.in), tt.want) })
	}
}

func TestSafeMaterialName(t *testing.T) {
	tests := map[string]string{
		"sbom/hello.cdx.json":       "sbom/hello.cdx.json",
		"Hello World.PDF":           "hello-world.pdf",
		`C:\Users\Ana\report.txt`:   "c/users/ana/report.txt",
		"../../.ssh/authorized_key": "ssh/authorized_key",
		"NUL":                       "x-nul",
		"a....b":                    "a.b",
		"":                          "unnamed",
		"///":                       "unnamed",
		"\xff\xfe":                  "unnamed",
	}
	for in, want := range tests {
		if got := evidence.SafeMaterialName(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestSafeMaterialNameAlwaysPasses(t *testing.T) {
	names := rapid.OneOf(
		rapid.String(),
		rapid.StringMatching(`([a-zA-Z0-9._/\\ -]|con|aux|com1|\.\.){0,120}`),
		rapid.Map(rapid.SliceOfN(rapid.Byte(), 0, 300), func(b []byte) string { return string(b) }),
		rapid.StringMatching(`([a-z./-]|con){195,230}`),
	)
	rapid.Check(t, func(rt *rapid.T) {
		name := names.Draw(rt, "name")
		safe := evidence.SafeMaterialName(name)
		if err := evidence.CheckMaterialName(safe); err != nil {
			rt.Errorf("%q became %q: %v", name, safe, err)
		}
		if again := evidence.SafeMaterialName(safe); again != safe {
			rt.Errorf("%q became %q and then %q", name, safe, again)
		}
	})
}

func TestMaterialValidate(t *testing.T) {
	good := evidence.Material{Name: "a", MediaType: "text/plain", Digest: evidence.Sum(nil)}
	tests := map[string]func(*evidence.Material){
		"":            func(*evidence.Material) {},
		"empty":       func(m *evidence.Material) { m.Name = "" },
		"mediaType":   func(m *evidence.Material) { m.MediaType = "" },
		"digest":      func(m *evidence.Material) { m.Digest = evidence.Digest{} },
		"is negative": func(m *evidence.Material) { m.Size = -1 },
	}
	for want, edit := range tests {
		m := good
		edit(&m)
		wantError(t, m.Validate(), want)
	}
}

func FuzzParseDigest(f *testing.F) {
	f.Add(hex64)
	f.Add("sha256:" + hex64)
	f.Add("SHA256:" + hex64)
	f.Fuzz(func(t *testing.T, s string) {
		d, err := evidence.ParseDigest(s)
		if err == nil && d.Hex() != s && d.String() != s {
			t.Errorf("%q was read as %s", s, d)
		}
	})
}

func FuzzParseIdentity(f *testing.F) {
	for _, s := range []string{"oidc:a|b", "key:sha256:" + hex64, "account:GitHub.com:1", "mailto:a@B", "x509:" + hex64 + "|dns:a", "pgp:AB"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		id, err := evidence.ParseIdentity(s)
		if err != nil {
			return
		}
		again, err := evidence.ParseIdentity(string(id))
		if err != nil || again != id {
			t.Errorf("%q became %q and then %q, %v", s, id, again, err)
		}
	})
}
