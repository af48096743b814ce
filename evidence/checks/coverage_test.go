package checks

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCoverage(t *testing.T) {
	class := func(file, lines string) string {
		return `<class name="c" filename="` + file + `"><methods><method><lines><line number="1" hits="1"/></lines></method></methods><lines>` + lines + `</lines></class>`
	}
	cobertura := func(attrs, classes string) string {
		return `<coverage line-rate="0.5" ` + attrs + `><packages><package><classes>` + classes + `</classes></package></packages></coverage>`
	}
	tests := []struct {
		name, in string
		format   Format
		want     Coverage
		problem  string
	}{
		{"Cobertura", cobertura(`lines-valid="2" lines-covered="1"`, class("a", `<line number="1" hits="1"/><line number="2" hits="0"/>`)), Cobertura, Coverage{"lines", 1, 2, 1}, ""},
		{"inner class", cobertura("", class("a", `<line number="1" hits="0"/>`)+class("a", `<line number="1" hits="7"/>`)), Cobertura, Coverage{"lines", 1, 1, 1}, ""},
		{"wrong totals", cobertura(`lines-valid="100" lines-covered="100"`, class("a", `<line number="1" hits="0"/>`)), Cobertura, Coverage{"lines", 0, 1, 1}, "lines-valid"},
		{"no lines", cobertura("", ""), Cobertura, Coverage{"lines", 0, 0, 0}, ""},
		{"LCOV", "TN:\nSF:a\nFN:1,f\nDA:1,1\nDA:2,0,abc\nLF:2\nend_of_record\nSF:a\nDA:2,3\nend_of_record\n", LCOV, Coverage{"lines", 2, 2, 1}, ""},
		{"profile", "mode: set\na b.go:1.1,2.2 3 1\nc:d.go:1.1,2.2 1 0\n", CoverProfile, Coverage{"statements", 3, 4, 2}, ""},
		{"joined profiles", "mode: count\na.go:1.1,2.2 3 0\nmode: count\na.go:1.1,2.2 3 99999999999999999999\n", CoverProfile, Coverage{"statements", 3, 3, 1}, ""},
		{"empty profile", "mode: atomic\n", CoverProfile, Coverage{"statements", 0, 0, 0}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Read(strings.NewReader(tt.in), Options{Check: "unit-test"})
			if err != nil {
				t.Fatal(err)
			}
			outcome := NA
			if tt.want.Total == 0 {
				outcome = Skipped
			}
			if got.Format != tt.format || got.Outcome != outcome || got.Reason == "" {
				t.Errorf("got %s %q (%s)", got.Format, got.Outcome, got.Reason)
			}
			if d := cmp.Diff(tt.want, *got.Coverage); d != "" {
				t.Error(d)
			}
			if all := strings.Join(got.Problems, " "); (all == "") != (tt.problem == "") || !strings.Contains(all, tt.problem) {
				t.Errorf("problems %q", all)
			}
		})
	}
}

func TestCoverageMinimum(t *testing.T) {
	in := "mode: set\na.go:1.1,2.2 3 1\na.go:3.1,4.2 1 0\n"
	for minimum, want := range map[int64]Outcome{0: NA, 75: Pass, 76: Fail} {
		got, err := Read(strings.NewReader(in), Options{MinCoverage: minimum})
		if err != nil || got.Outcome != want {
			t.Errorf("minimum %v: %q, %v; want %q", minimum, got.Outcome, err, want)
		}
	}
}

// TestCoverProfileReal reads what go test -coverprofile writes.
func TestCoverProfileReal(t *testing.T) {
	run := goModule(t, map[string]string{
		"tiny.go":      tinyCode,
		"tiny_test.go": "package tiny\n\nimport \"testing\"\n\nfunc TestF(t *testing.T) { F(true) }\n",
	})
	path := filepath.Join(t.TempDir(), "cover.out")
	run("test", "-coverprofile="+path, "./...")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Read(bytes.NewReader(data), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(&Coverage{"statements", 2, 3, 1}, got.Coverage); d != "" {
		t.Error(d)
	}
}

func TestCoverageRefused(t *testing.T) {
	tests := []struct {
		format   Format
		in, want string
	}{
		{Cobertura, `<coverage generated="1"><project/></coverage>`, "not Cobertura"},
		{Cobertura, `<coverage line-rate="1"><packages><package><classes><class filename="a"><lines><line number="x" hits="1"/>`, "number of a line"},
		{Cobertura, `<coverage line-rate="1"><packages><package><classes><class filename="a"><lines><line number="1" hits="-1"/>`, "number of executions"},
		{Cobertura, `<coverage line-rate="1"><packages>`, "unexpected EOF"},
		{LCOV, "TN:\n", "no record"},
		{LCOV, "SF:a\nDA:1,1\n", "cut off"},
		{LCOV, "SF:a\nSF:b\n", "cut off"},
		{LCOV, "DA:1,1\n", "outside"},
		{LCOV, "SF:a\nDA:1\n", "executions"},
		{LCOV, "SF:a\nDA:-1,1\n", "number of a line"},
		{LCOV, "SF:a\nDA:1,-3\n", "number of executions"},
		{LCOV, "hello\n", "tracefile"},
		{CoverProfile, "a.go:1.1,2.2 3 1\n", "first line"},
		{CoverProfile, "mode: other\n", "not set, count or atomic"},
		{CoverProfile, "mode: set\nmode: count\n", "one mode"},
		{CoverProfile, "mode: set\na.go:1.1,2.2 3 1\na.go:1.1,2.2 4 1\n", "different builds"},
		{CoverProfile, "mode: set\na.go:1.1,2.2 3\n", "not a block"},
		{CoverProfile, "mode: set\na.go:1.1,2.2 3 -1\n", "not a block"},
		{CoverProfile, "mode: set\na.go:1.1,2.2 99999999999 1\n", "not a block"},
		{CoverProfile, "mode: set\n\xff.go:1.1,2.2 3 1\n", "line 2: not valid UTF-8"},
	}
	for _, tt := range tests {
		t.Run(string(tt.format)+" "+tt.want, func(t *testing.T) {
			if _, err := Read(strings.NewReader(tt.in), Options{Format: tt.format}); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}
