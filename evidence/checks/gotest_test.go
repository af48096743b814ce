package checks

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// goModule writes a module with the given files and returns a function that
// runs the go command in it.
func goModule(t *testing.T, files map[string]string) func(args ...string) []byte {
	t.Helper()
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("the go command is not on PATH: its real output is not read")
	}
	dir := t.TempDir()
	files["go.mod"] = "module example.test/tiny\n\ngo 1.26\n"
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return func(args ...string) []byte {
		cmd := exec.Command("go", args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GOFLAGS=", "GOPROXY=off", "GOWORK=off", "GOTOOLCHAIN=local")
		out, err := cmd.Output() // go test exits 1 if a test fails
		if err != nil && len(out) == 0 {
			t.Fatalf("go %s: %v", strings.Join(args, " "), err)
		}
		return out
	}
}

const tinyTest = `package tiny

import (
	"os"
	"testing"
)

func TestGood(t *testing.T)     { t.Run("sub", func(t *testing.T) { F(true) }) }
func TestSkipped(t *testing.T)  { t.Skip("not here") }
func BenchmarkF(b *testing.B)   { for b.Loop() { F(false) } }

// TestFlaky fails until the file "seen" is there.
func TestFlaky(t *testing.T) {
	if _, err := os.Stat("seen"); err != nil {
		os.WriteFile("seen", nil, 0o644)
		t.Fatal("first time")
	}
}
`

const tinyCode = `package tiny

func F(b bool) int {
	if b {
		return 1
	}
	return 2
}
`

// TestGoTestReal reads what the go command writes: a run that fails and, in the
// same stream, a second one that passes, as gotestsum --rerun-fails keeps it.
func TestGoTestReal(t *testing.T) {
	run := goModule(t, map[string]string{"tiny.go": tinyCode, "tiny_test.go": tinyTest})
	first := run("test", "-json", "-count=1", "-bench=.", "-benchtime=1x", "./...")
	second := run("test", "-json", "-count=1", "./...")

	got, err := Read(bytes.NewReader(first), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got.Outcome != Fail || got.Tests.Failures != 1 || got.Tests.Skipped != 1 || got.Tests.Errors != 0 {
		t.Errorf("first run: %s, %+v", got.Outcome, got.Tests)
	}
	if got.StartedAt.IsZero() || got.FinishedAt.Before(got.StartedAt.Time) {
		t.Errorf("times %v to %v", got.StartedAt, got.FinishedAt)
	}

	both, err := Read(bytes.NewReader(append(first, second...)), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if both.Outcome != Pass || both.Attempts.FlakyTotal != 1 || both.Attempts.Flaky[0] != "example.test/tiny.TestFlaky" {
		t.Errorf("both runs: %s (%s), %+v", both.Outcome, both.Reason, both.Attempts)
	}
}

// TestGoTestCount makes sure that a failure stays if the test was merely
// repeated (-count), where the go command itself reports a failure.
func TestGoTestCount(t *testing.T) {
	run := goModule(t, map[string]string{"tiny.go": tinyCode, "tiny_test.go": tinyTest})
	got, err := readFormat(bytes.NewReader(run("test", "-json", "-count=2", "-run=Flaky", "./...")), GoTest, Limits{})
	want{outcome: Fail, tests: Tests{Total: 1, Failures: 1, Failed: []string{"example.test/tiny.TestFlaky"}},
		attempts: Attempts{Reruns: 1, Most: 2, FlakyTotal: 1, Flaky: []string{"example.test/tiny.TestFlaky"}}}.check(t, got, err)
}

func TestGoTestBroken(t *testing.T) {
	run := goModule(t, map[string]string{
		"build/a_test.go": "package build\n\nfunc x() { y() }\n",
		"exit/a_test.go":  "package exit\n\nimport (\"os\"; \"testing\")\n\nfunc TestMain(m *testing.M) { os.Exit(3) }\n",
		"panic/a_test.go": "package panic\n\nimport \"testing\"\n\nfunc TestA(t *testing.T) { panic(1) }\nfunc TestB(t *testing.T) {}\n",
	})
	for _, pkg := range []string{"build", "exit", "panic"} {
		t.Run(pkg, func(t *testing.T) {
			got, err := readFormat(bytes.NewReader(run("test", "-json", "./"+pkg)), GoTest, Limits{})
			if err != nil {
				t.Fatal(err)
			}
			if got.Outcome != Fail || got.Tests.Total == 0 {
				t.Errorf("got %s (%s), %+v", got.Outcome, got.Reason, got.Tests)
			}
		})
	}
}

func TestGoTestEvents(t *testing.T) {
	pass := `{"Action":"start","Package":"p"}
{"Action":"run","Package":"p","Test":"T"}
{"Action":"pass","Package":"p","Test":"T"}
{"Action":"pass","Package":"p"}
`
	tests := []struct {
		name, in string
		want     want
	}{
		{"pass", pass, want{outcome: Pass, tests: Tests{Total: 1}}},
		{"no test files", `{"Action":"skip","Package":"p"}`, want{outcome: Skipped}},
		{"no tests to run", `{"Action":"pass","Package":"p"}`, want{outcome: Skipped}},
		{"cut off", `{"Action":"run","Package":"p","Test":"T"}` + "\n" + `{"Action":"pass","Package":"p","Test":"T"}`,
			want{outcome: Fail, tests: Tests{Total: 1}, problem: "cut off"}},
		{"did not end", `{"Action":"run","Package":"p","Test":"T"}` + "\n" + `{"Action":"fail","Package":"p"}`,
			want{outcome: Fail, tests: Tests{Total: 1, Errors: 1, Failed: []string{"p"}}, problem: "did not end"}},
		{"lines of others", "go: downloading x v1\n" + pass, want{outcome: Pass, tests: Tests{Total: 1}, problem: "downloading"}},
		{"terminal escape in a name", `{"Action":"fail","Package":"p","Test":"\u001b[2J"}` + "\n" + `{"Action":"fail","Package":"p"}`,
			want{outcome: Fail, tests: Tests{Total: 1, Failures: 1, Failed: []string{"p.\ufffd[2J"}}}},
		{"package broken, then passed", `{"Action":"fail","Package":"p"}` + "\n" + pass,
			want{outcome: Pass, tests: Tests{Total: 1}, attempts: Attempts{Reruns: 1, Most: 2, FlakyTotal: 1, Flaky: []string{"p"}}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := readFormat(strings.NewReader(tt.in), GoTest, Limits{})
			tt.want.check(t, got, err)
		})
	}
}

func TestGoTestRefused(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"text", "ok  \tp\t0.1s\n", "no event"},
		{"truncated", `{"Action":"pass","Pack`, "line 1"},
		{"other JSON", `{"a":1}`, "no Action"},
		{"duplicate", `{"Action":"fail","Action":"pass"}`, "duplicate"},
		{"wrong type", `{"Action":1}`, "/Action"},
		{"bad UTF-8", "{\"Action\":\"\xff\"}", "UTF-8"},
		{"deep", strings.Repeat(`{"a":`, 100), "deeper"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := readFormat(strings.NewReader(tt.in), GoTest, Limits{}); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
	long := `{"Action":"output","Output":"` + strings.Repeat("x", 1<<20) + `"}`
	if _, err := readFormat(strings.NewReader(long), GoTest, Limits{Token: 1 << 16}); err == nil || !strings.Contains(err.Error(), "65536 bytes") {
		t.Errorf("a long line: got %v", err)
	}
}
