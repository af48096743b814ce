package checks

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"
)

// junitFile makes a JUnit file such as Surefire writes.
func junitFile(cases int) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites tests=\"%d\">\n", cases)
	for i := 0; i < cases; i += 100 {
		fmt.Fprintf(&b, "<testsuite name=\"org.example.Suite%d\" tests=\"100\" failures=\"1\" time=\"1.5\">\n", i)
		for j := range 100 {
			fmt.Fprintf(&b, "  <testcase classname=\"org.example.Suite%d\" name=\"testMethod%d\" time=\"0.015\">", i, j)
			if j == 0 {
				b.WriteString("<failure message=\"expected 1\" type=\"AssertionError\">at Suite.java:12\n</failure>")
			}
			b.WriteString("</testcase>\n")
		}
		b.WriteString("</testsuite>\n")
	}
	b.WriteString("</testsuites>\n")
	return b.Bytes()
}

// BenchmarkJUnit reads 100,000 cases and reports the time as a multiple of
// what encoding/xml needs for its tokens alone, measured in the same loop.
func BenchmarkJUnit(b *testing.B) {
	data := junitFile(100_000)
	b.SetBytes(int64(len(data)))
	var ours, theirs time.Duration
	for b.Loop() {
		start := time.Now()
		d := xml.NewDecoder(bytes.NewReader(data))
		for {
			if _, err := d.Token(); err == io.EOF {
				break
			} else if err != nil {
				b.Fatal(err)
			}
		}
		middle := time.Now()
		got, err := readFormat(bytes.NewReader(data), JUnit, Limits{})
		if err != nil || got.Tests.Total != 100_000 {
			b.Fatal(got.Tests, err)
		}
		theirs += middle.Sub(start)
		ours += time.Since(middle)
	}
	b.ReportMetric(float64(ours)/float64(theirs), "x-xml")
}

// BenchmarkSARIF reads 20 MB.
func BenchmarkSARIF(b *testing.B) {
	finding := `{"ruleId":"R","level":"warning","message":{"text":"` + strings.Repeat("m", 200) + `"},"locations":[{"physicalLocation":{"region":{"startLine":1}}}]}`
	data := []byte(oneRun("", strings.Repeat(finding+",", 70_000)+finding))
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if _, err := readFormat(bytes.NewReader(data), SARIF, Limits{}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkGoTest reads 200,000 events.
func BenchmarkGoTest(b *testing.B) {
	var buf bytes.Buffer
	for i := range 50_000 {
		fmt.Fprintf(&buf, `{"Time":"2026-11-20T09:00:00.5Z","Action":"run","Package":"p","Test":"T%d"}
{"Time":"2026-11-20T09:00:00.5Z","Action":"output","Package":"p","Test":"T%d","Output":"=== RUN T\n"}
{"Time":"2026-11-20T09:00:00.5Z","Action":"output","Package":"p","Test":"T%d","Output":"--- PASS: T\n"}
{"Time":"2026-11-20T09:00:00.5Z","Action":"pass","Package":"p","Test":"T%d","Elapsed":0.01}
`, i, i, i, i)
	}
	buf.WriteString(`{"Action":"pass","Package":"p"}`)
	b.SetBytes(int64(buf.Len()))
	for b.Loop() {
		if got, err := readFormat(bytes.NewReader(buf.Bytes()), GoTest, Limits{}); err != nil || got.Outcome != Pass {
			b.Fatal(got.Reason, err)
		}
	}
}
