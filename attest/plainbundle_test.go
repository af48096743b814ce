package attest

import (
	"context"
	"reflect"
	"strings"
	"testing"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/internal/strictjson"
)

// samePlain reports whether raw is read without JSON, and fails unless JSON says
// the same.
func samePlain(t *testing.T, raw []byte) bool {
	t.Helper()
	got, ok := readPlain(raw)
	if !ok {
		return false
	}
	var want bundleJSON
	if err := unmarshal(raw, &want, strictjson.RejectUnknown()); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%s\nis %+v, but as JSON %+v, %v", raw, got, want, err)
	}
	return true
}

func signedPlain(t testing.TB) string {
	t.Helper()
	private, _, err := GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	s, err := LoadSigner(private, nil)
	if err != nil {
		t.Fatal(err)
	}
	payload, err := NewStatement([]evidence.ResourceDescriptor{{Name: "a", Digest: evidence.Sum(nil).Set()}}, "t", struct{}{})
	if err != nil {
		t.Fatal(err)
	}
	raw, err := Sign(context.Background(), s, payload)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// TestPlainBundle reads what Sign writes without JSON, and with it whatever
// differs in one byte of consequence.
func TestPlainBundle(t *testing.T) {
	raw := signedPlain(t)
	if !samePlain(t, []byte(raw)) {
		t.Fatal("what Sign writes is read as JSON")
	}
	for i := range raw {
		for _, c := range []string{"", "\"", `\`, `\u0041`, "A", "-", "=", "\n", "\x00", "\x7f", "\xff", "é"} {
			samePlain(t, []byte(raw[:i]+c+raw[i+1:]))
			samePlain(t, []byte(raw[:i]+c+raw[i:]))
		}
	}
	for _, edit := range []*strings.Replacer{
		strings.NewReplacer(`{"hint":"`, `{"hint":"\n`),
		strings.NewReplacer(`{"hint":"`, "{\"hint\":\"é"),
		strings.NewReplacer(`"sig":"`, `"sig":"\n`),
		strings.NewReplacer(`"}]}}`, `"}]}} `),
		strings.NewReplacer(`"}]}}`, `","keyid":""}]}}`),
		strings.NewReplacer(`"}]}}`, `"},{"sig":""}]}}`),
		strings.NewReplacer(`v0.3`, `v0.2`),
	} {
		if samePlain(t, []byte(edit.Replace(raw))) {
			t.Errorf("%s is read without JSON", edit.Replace(raw))
		}
	}
	if long := strings.Replace(raw, `"payload":"`, `"payload":"`+strings.Repeat("AAAA", MaxBundle/4), 1); samePlain(t, []byte(long)) {
		t.Error("a bundle beyond the limit is read")
	}
}

func FuzzPlainBundle(f *testing.F) {
	f.Add([]byte(signedPlain(f)))
	f.Fuzz(func(t *testing.T, data []byte) { samePlain(t, data) })
}
