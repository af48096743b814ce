package checks

import (
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/release-dossier/dossier/evidence"
)

var commit = evidence.ResourceDescriptor{Digest: evidence.DigestSet{"gitCommit": strings.Repeat("a", 40)}}

func TestCheck(t *testing.T) {
	in := `<testsuite timestamp="2026-11-20T09:00:00Z" time="2"><testcase name="a"><flakyFailure/></testcase></testsuite>`
	got, err := Read(strings.NewReader(in), Options{Check: "unit-test"})
	if err != nil {
		t.Fatal(err)
	}
	c, m := got.Check("unit-test", commit, "77", 2)
	start, _ := evidence.ParseTime("2026-11-20T09:00:00Z")
	end, _ := evidence.ParseTime("2026-11-20T09:00:02Z")
	digest := evidence.Sum([]byte(in))
	wantMaterial := evidence.Material{Name: "results/unit-test-attempt2.junit.xml", MediaType: "application/xml", Digest: digest, Size: int64(len(in))}
	if d := cmp.Diff(wantMaterial, m); d != "" {
		t.Error(d)
	}
	if c.Name != "unit-test" || c.Outcome != "pass" || c.Attempt != 2 || c.RunID != "77" {
		t.Errorf("got %+v", c)
	}
	if c.StartedAt == nil || !c.StartedAt.Equal(start.Time) || c.FinishedAt == nil || !c.FinishedAt.Equal(end.Time) {
		t.Errorf("times %v, %v", c.StartedAt, c.FinishedAt)
	}
	if !strings.Contains(c.Rationale, "1 tests failed and then passed, such as a") {
		t.Errorf("rationale %q", c.Rationale)
	}
	if d := cmp.Diff([]evidence.ResourceDescriptor{{Name: m.Name, Digest: digest.Set(), MediaType: m.MediaType}}, c.Evidence); d != "" {
		t.Error(d)
	}
}

// TestCheckProperty makes sure that no name and no file content leads to a
// material or a rationale that a statement could not hold.
func TestCheckProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := Result{Format: JUnit, Outcome: Fail, Digest: evidence.Sum(nil)}
		r.Reason = clean(rapid.String().Draw(t, "reason"))
		r.Problems = rapid.SliceOfN(rapid.Map(rapid.StringN(0, 500, -1), clean), 0, 20).Draw(t, "problems")
		c, m := r.Check(rapid.String().Draw(t, "name"), commit, "", rapid.Int64().Draw(t, "attempt"))
		if err := m.Validate(); err != nil {
			t.Fatal(err)
		}
		if len(c.Rationale) > maxRationale+3 || !utf8.ValidString(c.Rationale) {
			t.Fatalf("rationale of %d bytes", len(c.Rationale))
		}
		if strings.ContainsAny(c.Rationale, "\x1b\r\n\u202e\u0085") {
			t.Fatalf("rationale %q", c.Rationale)
		}
	})
}

// TestSplitProperty makes sure that a result depends on the bytes and not on
// how they arrive.
func TestSplitProperty(t *testing.T) {
	files := []string{
		"\ufeff<testsuite><testcase name='a'/>x<testcase name='b'><failure/></testcase></testsuite>",
		oneRun(`{"id":"E"}`, `{"ruleId":"E","level":"error"},{"ruleId":"F"}`),
		"mode: set\na.go:1.1,2.2 3 1\na.go:3.1,4.2 1 0\n",
		`{"Action":"pass","Package":"p","Test":"T"}` + "\n" + `{"Action":"pass","Package":"p"}`,
	}
	rapid.Check(t, func(t *rapid.T) {
		in := rapid.SampledFrom(files).Draw(t, "file")
		whole, err1 := Read(strings.NewReader(in), Options{})
		format := Detect([]byte(in))
		parts, err2 := Read(&chunks{in, rapid.IntRange(1, 9).Draw(t, "size")}, Options{Format: format})
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		if d := cmp.Diff(whole, parts); d != "" {
			t.Fatal(d)
		}
	})
}

// chunks hands out a string a few bytes at a time.
type chunks struct {
	rest string
	size int
}

func (c *chunks) Read(p []byte) (int, error) {
	if c.rest == "" {
		return 0, io.EOF
	}
	n := copy(p, c.rest[:min(c.size, len(c.rest))])
	c.rest = c.rest[n:]
	return n, nil
}
