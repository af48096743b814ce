package checks

import (
	"io"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/release-dossier/dossier/evidence"
)

// oneRun wraps results and rules into a log.
func oneRun(rules, results string) string {
	return `{"version":"2.1.0","runs":[{"results":[` + results + `],"tool":{"driver":{"name":"T","version":"1","rules":[` + rules + `]}}}]}`
}

func TestSARIFFindings(t *testing.T) {
	rules := `{"id":"E","defaultConfiguration":{"level":"error"}},{"id":"S","properties":{"security-severity":"9.8"}},{"id":"N","defaultConfiguration":{"level":"note"}}`
	tests := []struct {
		name, rules, results string
		outcome              Outcome
		want                 Findings
	}{
		{"none", rules, ``, Pass, Findings{}},
		{"the rule's level", rules, `{"ruleId":"E"}`, Fail,
			Findings{Open: 1, Severities: Severities{High: 1}, Rules: []evidence.CheckRule{{ID: "E", Open: 1}}, RuleTotal: 1}},
		{"own level", rules, `{"ruleId":"E","level":"note"},{"ruleIndex":0,"level":"none"}`, Pass,
			Findings{Open: 2, Severities: Severities{Low: 1, Info: 1}, Rules: []evidence.CheckRule{{ID: "(no rule)", Open: 1}, {ID: "E", Open: 1}}, RuleTotal: 2}},
		{"security severity", rules, `{"ruleId":"S","ruleIndex":1}`, Fail,
			Findings{Open: 1, Severities: Severities{Critical: 1}, Rules: []evidence.CheckRule{{ID: "S", Open: 1}}, RuleTotal: 1}},
		{"part of a rule", rules, `{"ruleId":"N/1"}`, Pass,
			Findings{Open: 1, Severities: Severities{Low: 1}, Rules: []evidence.CheckRule{{ID: "N/1", Open: 1}}, RuleTotal: 1}},
		{"unknown rule is a warning", rules, `{"ruleId":"X"}`, Pass,
			Findings{Open: 1, Severities: Severities{Medium: 1}, Rules: []evidence.CheckRule{{ID: "X", Open: 1}}, RuleTotal: 1}},
		{"suppressed", rules, `{"ruleId":"E","suppressions":[{"kind":"inSource"},{"kind":"external","status":"accepted"}]}`, Pass,
			Findings{Suppressed: 1}},
		{"suppression under review", rules, `{"ruleId":"E","suppressions":[{"kind":"inSource"},{"kind":"external","status":"underReview"}]}`, Fail,
			Findings{Open: 1, Severities: Severities{High: 1}, Rules: []evidence.CheckRule{{ID: "E", Open: 1}}, RuleTotal: 1}},
		{"baseline", rules, `{"ruleId":"E","baselineState":"absent"},{"ruleId":"N","baselineState":"new"},{"ruleId":"N","baselineState":"unchanged"},{"ruleId":"N","baselineState":"updated"}`, Pass,
			Findings{Open: 3, New: 1, Unchanged: 1, Updated: 1, Absent: 1, Severities: Severities{Low: 3}, Rules: []evidence.CheckRule{{ID: "N", Open: 3}}, RuleTotal: 1}},
		{"kinds", rules, `{"ruleId":"E","kind":"pass"},{"ruleId":"E","kind":"review"}`, Fail,
			Findings{Open: 1, Severities: Severities{Unknown: 1}, Rules: []evidence.CheckRule{{ID: "E", Open: 1}}, RuleTotal: 1}},
		{"level that SARIF does not have", rules, `{"ruleId":"N","level":"ERROR"}`, Fail,
			Findings{Open: 1, Severities: Severities{Unknown: 1}, Rules: []evidence.CheckRule{{ID: "N", Open: 1}}, RuleTotal: 1}},
		{"null and unknown members", ``, `{"ruleId":null,"level":null,"suppressions":null,"x":{"y":[1e400]}}`, Pass,
			Findings{Open: 1, Severities: Severities{Medium: 1}, Rules: []evidence.CheckRule{{ID: "(no rule)", Open: 1}}, RuleTotal: 1}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := readFormat(strings.NewReader(oneRun(tt.rules, tt.results)), SARIF, Limits{})
			if err != nil {
				t.Fatal(err)
			}
			if got.Outcome != tt.outcome {
				t.Errorf("outcome %q (%s), want %q", got.Outcome, got.Reason, tt.outcome)
			}
			if d := cmp.Diff(&tt.want, got.Findings); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestSARIFOutcome(t *testing.T) {
	tests := []struct {
		name, in string
		want     Outcome
		reason   string
	}{
		{"no runs", `{"version":"2.1.0","runs":[]}`, Skipped, "no run"},
		{"no results", `{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"T"}}}]}`, Skipped, "no list of results"},
		{"successful without results", `{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"T"}},"invocations":[{"executionSuccessful":true}]}]}`, Pass, ""},
		{"null results, successful", `{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"T"}},"results":null,"invocations":[{"executionSuccessful":true}]}]}`, Skipped, "no list of results"},
		{"null results", `{"version":"2.1.0","runs":[{"results":null}]}`, Skipped, "no list of results"},
		{"one run of two without", `{"version":"2.1.0","runs":[{"results":[]},{}]}`, Skipped, "no list of results"},
		{"one run of two fails", `{"version":"2.1.0","runs":[{"results":[{"level":"error"}]},{}]}`, Fail, "1 open findings"},
		{"did not succeed", `{"version":"2.1.0","runs":[{"results":[],"invocations":[{"executionSuccessful":false}]}]}`, Fail, "executionSuccessful"},
		{"other files", `{"version":"2.1.0","runs":[{"results":[],"externalPropertyFileReferences":{"results":[]}}]}`, Fail, "other files"},
		{"external properties", `{"version":"2.1.0","runs":[{"results":[]}],"inlineExternalProperties":[{}]}`, Fail, "inlineExternalProperties"},
		{"no tool", `{"version":"2.1.0","runs":[{"results":[],"tool":{"driver":{"version":"1"}}}]}`, Skipped, "does not name its tool"},
		{"draft 2.2", `{"version":"2.2","runs":[{"results":[],"tool":{"driver":{"name":"T"}}}]}`, Pass, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := readFormat(strings.NewReader(tt.in), SARIF, Limits{})
			if err != nil || got.Outcome != tt.want || !strings.Contains(got.Reason, tt.reason) {
				t.Errorf("got %q (%s), %v; want %q", got.Outcome, got.Reason, err, tt.want)
			}
		})
	}
}

func TestSARIFThreshold(t *testing.T) {
	in := oneRun("", `{"ruleId":"X","level":"warning"}`)
	for severity, want := range map[Severity]Outcome{"": Pass, Critical: Pass, High: Pass, Medium: Fail, Low: Fail, Info: Fail} {
		got, err := Read(strings.NewReader(in), Options{FailAt: severity})
		if err != nil || got.Outcome != want {
			t.Errorf("fail at %q: %q, %v; want %q", severity, got.Outcome, err, want)
		}
	}
	if _, err := Read(strings.NewReader(in), Options{FailAt: "worst"}); err == nil {
		t.Error("an unknown severity was taken")
	}
}

// TestSARIFExtension reads rules of an extension, as CodeQL writes them, and
// results that come before them.
func TestSARIFExtension(t *testing.T) {
	in := `{"runs":[{"results":[{"ruleId":"q","rule":{"id":"q","index":1,"toolComponent":{"index":0}}}],
"tool":{"extensions":[{"name":"e","rules":[{"id":"other"},{"id":"q","properties":{"security-severity":7.5}}]}],"driver":{"name":"CodeQL","semanticVersion":"2.20.0"}},
"invocations":[{"startTimeUtc":"2026-11-20T09:00:00.5Z","endTimeUtc":"2026-11-20T09:01:00Z","executionSuccessful":true}]}],"version":"2.1.0"}`
	got, err := Read(strings.NewReader(in), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got.Findings.Severities.High != 1 || got.FinishedAt.Sub(got.StartedAt.Time).Seconds() != 59.5 {
		t.Errorf("got %+v, %v to %v", got.Findings, got.StartedAt, got.FinishedAt)
	}
	if d := cmp.Diff([]evidence.CheckTool{{Name: "CodeQL", Version: "2.20.0", Open: 1}}, got.Tools); d != "" {
		t.Error(d)
	}
}

// TestSARIFSameRule makes sure that a rule which another component repeats does
// not become harmless, and that a component named otherwise than by its place
// is looked up by the rule's id.
func TestSARIFSameRule(t *testing.T) {
	in := `{"version":"2.1.0","runs":[{"results":[{"ruleId":"q"},{"ruleId":"r","rule":{"index":0,"toolComponent":{"name":"e"}}}],"tool":{"driver":{"name":"T","rules":[
{"id":"q","properties":{"security-severity":"9.8"}}]},"extensions":[{"name":"e","rules":[{"id":"r","defaultConfiguration":{"level":"note"}},{"id":"q","defaultConfiguration":{"level":"note"}}]}]}},
{"results":[{"level":"error"}],"tool":{"driver":{"name":"U"}}}]}`
	got, err := Read(strings.NewReader(in), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if want := (Severities{Critical: 1, High: 1, Low: 1}); got.Findings.Severities != want {
		t.Errorf("got %+v, want %+v", got.Findings.Severities, want)
	}
	if d := cmp.Diff([]evidence.CheckTool{{Name: "T", Open: 2}, {Name: "U", Open: 1}}, got.Tools); d != "" {
		t.Error(d)
	}
}

func TestSARIFRefused(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"empty", "", "empty"},
		{"truncated", `{"version":"2.1.0","runs":[{"results":[{"ruleId":`, "cut off"},
		{"array", `[]`, "want an object"},
		{"no version", `{"runs":[]}`, "want 2.1.0"},
		{"other version", `{"version":"1.0.0","runs":[]}`, "want 2.1.0"},
		{"runs of wrong type", `{"version":"2.1.0","runs":{}}`, "want an array"},
		{"level of wrong type", oneRun("", `{"level":5}`), "/runs/0/results/0/level"},
		{"null result", oneRun("", `null`), "/runs/0/results"},
		{"null after a result", oneRun("", `{"level":"note"},null`), "an item is null"},
		{"null run", `{"version":"2.1.0","runs":[null]}`, "an item is null"},
		{"null rule", `{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"x","rules":[null]}},"results":[]}]}`, "an item is null"},
		{"null suppression", oneRun("", `{"level":"error","suppressions":[null]}`), "/runs/0/results/0/suppressions"},
		{"duplicate names", `{"version":"2.1.0","version":"2.1.0"}`, "duplicate"},
		{"duplicate in a result", oneRun("", `{"level":"error","level":"note"}`), "duplicate"},
		{"bad UTF-8", "{\"version\":\"\xff\"}", "UTF-8"},
		{"deep", `{"properties":` + strings.Repeat("[", 100), "deeper than 64"},
		{"deep in a result", oneRun("", strings.Repeat(`{"a":`, 20000)), "depth"},
		{"appended", oneRun("", "") + oneRun("", ""), "appended"},
		{"XML", `<a/>`, "invalid character"},
		{"long string", `{"version":"` + strings.Repeat("x", 17<<20), "one value has more than"},
		{"UTF-16", "\xfe\xff\x00{", "UTF-16"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := readFormat(strings.NewReader(tt.in), SARIF, Limits{}); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

// TestSARIFManyMembers makes sure that the names which the decoder remembers
// do not grow with the file.
func TestSARIFManyMembers(t *testing.T) {
	members := &repeat{unit: func(n int) string { return `"` + strings.Repeat("k", n%7) + strconv.Itoa(n) + `":0,` }, times: 2_000_000}
	in := io.MultiReader(strings.NewReader(`{"properties":{`), members)
	if _, err := readFormat(in, SARIF, Limits{}); err == nil || !strings.Contains(err.Error(), "too many members") {
		t.Errorf("got %v", err)
	}
	siblings := oneRun("", "")[:len(oneRun("", ""))-1] + `,"properties":[` + strings.Repeat(`{"`+strings.Repeat("n", 1000)+`":0},`, 20_000) + `{}]}`
	if _, err := readFormat(strings.NewReader(siblings), SARIF, Limits{}); err != nil {
		t.Errorf("names of objects that are closed: %v", err)
	}
}

// repeat is a file that is made while it is read; peak is the largest heap
// seen on the way.
type repeat struct {
	unit  func(n int) string
	times int
	n     int
	rest  string
	peak  uint64
}

func (r *repeat) Read(p []byte) (int, error) {
	total := 0
	for total < len(p) {
		if r.rest == "" {
			if r.n == r.times {
				break
			}
			r.rest = r.unit(r.n)
			r.n++
			if r.n%8192 == 0 {
				r.sample()
			}
		}
		n := copy(p[total:], r.rest)
		r.rest = r.rest[n:]
		total += n
	}
	if total == 0 {
		return 0, io.EOF
	}
	return total, nil
}

func (r *repeat) sample() {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	r.peak = max(r.peak, m.HeapAlloc)
}

// TestSARIFMemory reads 200 MB of SARIF and looks at the heap on the way.
func TestSARIFMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("reads 200 MB")
	}
	finding := func(n int) string {
		return `{"ruleId":"R` + strconv.Itoa(n%500) + `","level":"warning","message":{"text":"` + strings.Repeat("m", 200) +
			`"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"src/f` + strconv.Itoa(n) + `.go"},"region":{"startLine":` + strconv.Itoa(n+1) + `}}}]},`
	}
	const times = 600_000
	body := &repeat{unit: finding, times: times}
	in := io.MultiReader(strings.NewReader(`{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"T"}},"results":[`), body,
		strings.NewReader(`{}]}]}`))
	runtime.GC()
	var before runtime.MemStats
	runtime.ReadMemStats(&before)
	got, err := readFormat(in, SARIF, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if got.Size < 200e6 || got.Findings.Open != times+1 {
		t.Errorf("%d bytes, %d findings", got.Size, got.Findings.Open)
	}
	used := int64(body.peak) - int64(before.HeapAlloc)
	t.Logf("%d MB read, at most %d KB of heap more", got.Size/1e6, used/1e3)
	if used > 64e6 {
		t.Errorf("the heap grew by %d bytes", used)
	}
}
