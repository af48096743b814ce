package report

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/release-dossier/dossier/verify"
)

// large is the report of a release of 500 commits in 100 changes with 40
// promotions, under all controls of the catalogue.
func large() *verify.Report {
	r := notAccepted()
	for i := range 713 {
		r.Checks = append(r.Checks, verify.Check{
			ID: fmt.Sprintf("theme-%d/control-%d", i%26, i), Layer: verify.Controls, Level: "MUST", Question: 1 + i%7,
			Title: "It holds for every change and every promotion of the release", Wants: "It holds for every change and every promotion of the release",
			Outcome: []verify.Outcome{verify.Pass, verify.Pass, verify.Pass, verify.NotApplicable, verify.Fail}[i%5], Why: "no promotion",
			Expected: strings.Repeat("what was expected ", 6), Found: strings.Repeat("what was found ", 20), Proof: attested(), Sections: "1.11.3.2, 1.21.3.4",
			Fix: verify.Fix{Before: "do it in time", Now: "file an exception"}, Inputs: append(onExhibit(1+i%18), onExhibit(1+i%7)...),
		})
	}
	for i := range 200 {
		r.Timeline = append(r.Timeline, timeline("4.3.0")[i%6])
		s := r.Signers[0]
		s.Statement = sum(fmt.Sprint(i))
		r.Signers = append(r.Signers, s)
		r.Checks = append(r.Checks, passes(verify.Signatures, 0, 1)...)
	}
	r.Exhibits = exhibits(400)
	return r
}

// TestHTMLSize: the page of a large release can be sent by mail.
func TestHTMLSize(t *testing.T) {
	if n := len(written(t, FormatHTML, large(), Options{})); n > 2<<20 {
		t.Errorf("%d bytes, at most 2 MiB are promised", n)
	}
}

// TestHTMLRows: a page stays a page whatever the report holds.
func TestHTMLRows(t *testing.T) {
	r := large()
	for range 5000 {
		r.Timeline = append(r.Timeline, r.Timeline[0])
		r.Checks = append(r.Checks, passes(verify.Controls, 1, 1)...)
	}
	r.Exhibits = exhibits(3000)
	got := written(t, FormatHTML, r, Options{})
	for _, want := range []string{"<p>And 4206 more, which", "<p>And 2000 more, which"} {
		if !strings.Contains(got, want) {
			t.Errorf("lacks %q", want)
		}
	}
}

func BenchmarkHTML(b *testing.B) {
	r := large()
	var out bytes.Buffer
	for b.Loop() {
		out.Reset()
		if err := HTML(&out, r, Options{}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(out.Len()), "bytes/page")
}

func BenchmarkRead(b *testing.B) {
	data := []byte(jsonText(b, large()))
	for b.Loop() {
		if _, err := Read(data); err != nil {
			b.Fatal(err)
		}
	}
	b.SetBytes(int64(len(data)))
}
