package evidence_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/release-dossier/dossier/evidence"
)

func TestParseRollbackPlan(t *testing.T) {
	hex := strings.Repeat("0c", 32)
	text := "redeploy v4.1.3 (sha256:" + hex + ", sha256:" + strings.Repeat("1d", 32) + "), then warm up"
	p, ok := evidence.ParseRollbackPlan(text)
	want := &evidence.RollbackPlan{
		Method: "redeploy", TargetVersion: "v4.1.3", Steps: []string{text},
		TargetDigests: []evidence.DigestSet{{"sha256": hex}, {"sha256": strings.Repeat("1d", 32)}},
	}
	if diff := cmp.Diff(want, p); diff != "" || !ok {
		t.Errorf("%v (-want +got):\n%s", ok, diff)
	}
	for _, text := range []string{"", " ", "v4.1.3", "redeployed", "ask ops"} {
		if p, ok := evidence.ParseRollbackPlan(text); ok || p == nil || p.Method != "" {
			t.Errorf("%q: %+v, %v", text, p, ok)
		}
	}
	if p, _ := evidence.ParseRollbackPlan("redeploy 1.0.0 (sha256:" + hex[:63] + ")"); p.TargetDigests != nil {
		t.Errorf("a digest that is cut short was taken: %v", p.TargetDigests)
	}
}

// FuzzParseRollbackPlan makes a valid part of a record of every text that a
// trailer can hold.
func FuzzParseRollbackPlan(f *testing.F) {
	for _, s := range []string{"", "none", "none: why", "redeploy v1 (sha256:" + strings.Repeat("a", 64) + ")", "FLAG; off", "a\tb"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, ok := evidence.ParseRollbackPlan(text)
		if ok != (p.Method != "") {
			t.Fatalf("%q: %+v, %v", text, p, ok)
		}
		if !utf8.ValidString(text) || len(text) > 16<<10 || strings.ContainsFunc(text, func(r rune) bool { return r < ' ' && r != '\t' }) || strings.TrimSpace(text) == "" {
			return // no trailer has such a value
		}
		if err := evidence.ValidateParts(&evidence.Record{RollbackPlan: p}); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
	})
}
