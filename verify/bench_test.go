package verify_test

import (
	"bytes"
	"testing"

	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/verify"
)

// BenchmarkOpenAndVerify opens and verifies a small dossier from memory, with
// all plug-ins and the profile solo.
func BenchmarkOpenAndVerify(b *testing.B) {
	c := newCast(b)
	var file bytes.Buffer
	if err := c.approved.Pack(&file); err != nil {
		b.Fatal(err)
	}
	o := c.options(b, "solo")
	b.ReportAllocs()
	for b.Loop() {
		d, err := bundle.OpenTar(bytes.NewReader(file.Bytes()), int64(file.Len()), bundle.Limits{})
		if err != nil {
			b.Fatal(err)
		}
		if r := judge(b, d, verify.ExpectAnyUnsafe(), o); r.Verdict != verify.Accepted {
			b.Fatal(r.Verdict)
		}
	}
}
