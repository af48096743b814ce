package report

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/release-dossier/dossier/verify"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func text(t testing.TB, r *verify.Report, o Options) string {
	t.Helper()
	var b bytes.Buffer
	if err := Text(&b, r, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (-want +got); -update rewrites it:\n%s", file, diff)
	}
}

func TestTextGolden(t *testing.T) {
	for name, r := range situations() {
		t.Run(name, func(t *testing.T) {
			golden(t, name+".txt", text(t, r, Options{}))
			golden(t, name+"-all.txt", text(t, r, Options{All: true}))
		})
	}
}

// TestTextHeader holds fixed what a reader sees first.
func TestTextHeader(t *testing.T) {
	relied := notAccepted()
	relied.Checks = relied.Checks[:40]
	relied.Reasons = []verify.Reason{{Code: "no-expectation", Text: "nothing was expected"}}
	relied.Expected = ""
	stranger := untrusted()
	stranger.Trust = &verify.DocumentView{ID: "t", Version: 1}
	stranger.Reasons = []verify.Reason{{Code: "signer-not-trusted", Text: "the release statement is not signed by a party that may sign it"}}
	other := notAccepted()
	other.Checks = append(other.Checks, verify.Check{ID: "linkage/expected-release", Layer: verify.Linkage,
		Outcome: verify.Fail, Code: "release-mismatch", Title: "It is the dossier of another release"})
	unread := notGenuine()
	unread.Release, unread.Policy, unread.Trust = nil, nil, &verify.DocumentView{ID: "t", Version: 1}
	distrustful := untrusted()
	distrustful.Reasons = distrustful.Reasons[:1] // a policy was given
	for name, c := range map[string]struct {
		r     *verify.Report
		first string
		has   []string
		not   []string
	}{
		"accepted":       {accepted(), "ACCEPTED   payments 4.2.0 meets fintech-sox 7", []string{"0 failed of 292 asked", "by policy fintech-sox 7"}, []string{"FAILED", "--signer"}},
		"not accepted":   {notAccepted(), "NOT ACCEPTED   payments 4.3.0 does not meet fintech-sox 7", []string{"The file itself is genuine."}, []string{"--signer"}},
		"not genuine":    {notGenuine(), "NOT GENUINE   payments 4.3.0: the file contradicts itself", []string{"Not relied upon"}, []string{"itself is genuine"}},
		"no trust":       {untrusted(), "NOT ACCEPTED   no signer is trusted yet", []string{"--signer SHA256:9d2f", "--release github.com/fintech/payments@4.2.0"}, []string{"--signer SHA256:Zt0a", "FAILED", "itself is genuine"}},
		"no expectation": {relied, "NOT ACCEPTED   payments 4.3.0: nothing was expected", []string{"--release github.com/fintech/payments@4.3.0"}, []string{"--signer"}},
		"other signer":   {stranger, "NOT ACCEPTED   payments 4.2.0: the release statement is not signed", []string{"The signers"}, []string{"--signer"}},
		"no release":     {unread, "NOT GENUINE ", []string{"by trust t 1; the policy had no single release statement"}, []string{"no policy"}},
		"policy alone":   {distrustful, "NOT ACCEPTED   no signer is trusted yet", []string{"by nobody: no trust was given, so the policy did not judge"}, []string{"no policy"}},
		"other release":  {other, "NOT ACCEPTED   payments 4.3.0: It is the dossier of another release", []string{"FAILED 1   linkage/expected-release"}, nil},
		"empty":          {&verify.Report{}, "NO VERDICT", nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			got := text(t, c.r, Options{})
			if !strings.HasPrefix(got, c.first) {
				t.Errorf("begins with %.80q, want %q", got, c.first)
			}
			for _, s := range c.has {
				if !strings.Contains(got, s) {
					t.Errorf("lacks %q:\n%s", s, got)
				}
			}
			for _, s := range c.not {
				if strings.Contains(got, s) {
					t.Errorf("has %q:\n%s", s, got)
				}
			}
		})
	}
}

func TestTextOutcomes(t *testing.T) {
	later := at(1, 0, 0)
	r := accepted()
	r.NotCompared = []string{"payments.tar.gz", "payments.zip"}
	r.Signers[0].NotAfter = nil
	r.Chain[3].Proof, r.Chain[3].Exhibits = verify.Proof{Grade: verify.Claimed, By: "release-ci"}, []int{9}
	r.Policy.Next, r.Policy.NextAdds = "standard", []string{"a/b", "c/d"}
	r.Checks = append(r.Checks,
		verify.Check{ID: "x/later", Layer: verify.Controls, Outcome: verify.Fail, EnforcedFrom: &later, Title: "It fails"},
		verify.Check{ID: "x/claimed", Layer: verify.Controls, Outcome: verify.Pass, Proof: verify.Proof{Grade: verify.Claimed}},
		verify.Check{ID: "x/should", Layer: verify.Controls, Level: "SHOULD", Outcome: verify.Unknown, Why: "time", Title: "Not known"},
		verify.Check{ID: "x/none", Layer: verify.Controls, Outcome: verify.NotApplicable, Why: "no promotion"},
		verify.Check{ID: "signatures/approval", Layer: verify.Signatures, Outcome: verify.Warn, Title: "A statement is set aside"},
		verify.Check{ID: "signatures/approval", Layer: verify.Signatures, Outcome: verify.Warn, Title: "A statement is set aside"},
	)
	got := text(t, r, Options{All: true})
	for _, want := range []string{
		"  LATER    x/later                    It fails; fails, enforced from 1 Nov 2026\n",
		"  WARNING  x/should                   Not known; time\n",
		"  WARNING  signatures/approval        A statement is set aside (2 times)\n",
		"  CLAIMED  1 fact rests on a person's word alone: artifact (E9)\n",
		"  CLAIMED  1 pass rests on a person's word alone: x/claimed\n",
		"  CLAIMED  no timestamp proves when 1 signature was made;",
		"  NOTE     not compared, since not given: 2 artifacts: payments.tar.gz, payments.zip\n",
		"1 do not apply here.",
		"Next: the profile standard adds 2 controls: a/b, c/d.\n",
		"  not-applicable  x/none",
		"Expected: github.com/fintech/payments@4.2.0\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("lacks %q", want)
		}
	}
	if t.Failed() {
		t.Log(got)
	}
}

// TestTextExcused: a page of failures lists what was waived and what is due.
func TestTextExcused(t *testing.T) {
	open := []verify.Check{
		{ID: "x/waived", Layer: verify.Controls, Outcome: verify.Waived, Title: "It fails", Exception: "EXC-7",
			Until: new(at(30, 0, 0)), Compensating: []string{"a second look", "a watch"}},
		{ID: "x/due", Layer: verify.Controls, Outcome: verify.Pending, Title: "It is open", Due: new(at(29, 12, 0))},
	}
	for name, r := range map[string]*verify.Report{"not accepted": notAccepted(), "not genuine": notGenuine()} {
		r.Checks = append(r.Checks, open...)
		got := text(t, r, Options{})
		for _, want := range []string{
			"Waived and pending\n",
			"  WAIVED   x/waived                   EXC-7 until 30 Nov 2026; instead: a second look, a",
			"  PENDING  x/due                      It is open; due 29 Nov 2026\n",
			"Warnings 0, waived 1, pending 1.",
		} {
			if !strings.Contains(got, want) {
				t.Errorf("%s: lacks %q:\n%s", name, want, got)
			}
		}
	}
}

// TestTextSaved: a page that was not made by verifying says so.
func TestTextSaved(t *testing.T) {
	for name, r := range situations() {
		if got := text(t, r, Options{Saved: true}); !strings.Contains(strings.Join(strings.Fields(got), " "), savedNote) {
			t.Errorf("%s: does not say that nothing was verified:\n%s", name, got)
		}
	}
}

func TestTextLimits(t *testing.T) {
	r := accepted()
	for i := range 200 {
		r.Chain = append(r.Chain, r.Chain[i%7])
		r.People = append(r.People, r.People[i%5])
		r.Checks = append(r.Checks, verify.Check{ID: "x/" + strings.Repeat("y", i), Layer: verify.Controls,
			Outcome: verify.Warn, Title: strings.Repeat("long title ", i)})
		r.CannotShow = append(r.CannotShow, "that it was so")
		r.Policy.NotAskedWhy = append(r.Policy.NotAskedWhy, "because of this")
		r.Policy.NextAdds = append(r.Policy.NextAdds, "z/z")
		r.NotCompared = append(r.NotCompared, strings.Repeat("n", i))
	}
	r.Policy.Next = "more"
	got := text(t, r, Options{})
	if n := strings.Count(got, "\n"); n > maxLines {
		t.Errorf("an accepted release takes %d lines, want at most %d:\n%s", n, maxLines, got)
	}
	long := strings.Repeat("a very long text about what was found ", 30)
	v := newView(r, Options{})
	c := verify.Check{ID: strings.Repeat("i", 90), Layer: verify.Controls, Outcome: verify.Fail, Title: long,
		Expected: long, Found: long, Fix: verify.Fix{Before: long, Now: long}, Inputs: onExhibit(3)}
	if lines := v.failure(1, cause{&c, []*verify.Check{&c, &c}}); len(lines) > 12 {
		t.Errorf("a failure takes %d lines, want at most 12", len(lines))
	}
}

func TestTextManyFailures(t *testing.T) {
	r := notAccepted()
	for i := range 50 {
		r.Checks = append(r.Checks, verify.Check{ID: "x/" + strings.Repeat("y", i+1), Layer: verify.Controls, Outcome: verify.Fail})
	}
	if got := text(t, r, Options{}); !strings.Contains(got, "and 33 more failed: --all\n") {
		t.Errorf("failures left out are not counted:\n%s", got)
	}
	if got := text(t, r, Options{All: true}); !strings.Contains(got, "FAILED 53 ") {
		t.Error("--all leaves out a failure")
	}
}

func TestTextWidth(t *testing.T) {
	for name, r := range situations() {
		for _, o := range []Options{{}, {All: true}, {Width: 80}, {Width: 120, All: true}} {
			limit := max(o.Width, 80)
			if o.Width == 0 {
				limit = 90
			}
			for line := range strings.SplitSeq(text(t, r, o), "\n") {
				if columns(line) > limit {
					t.Errorf("%s, width %d: %d columns: %s", name, limit, columns(line), line)
				}
			}
		}
	}
}

func TestTextWide(t *testing.T) {
	r := accepted()
	r.Chain[0].Text = "署名済みのタグ v4.2.0"
	want := "  tag         署名済みのタグ v4.2.0" + strings.Repeat(" ", 42) + "proven\n"
	if got := text(t, r, Options{}); !strings.Contains(got, want) {
		t.Errorf("wide characters are not counted as two columns:\n%s", got)
	}
}

func TestTextDeterministic(t *testing.T) {
	for name := range situations() {
		a, b := situations()[name], situations()[name]
		for _, o := range []Options{{}, {All: true}} {
			if text(t, a, o) != text(t, b, o) {
				t.Errorf("%s: equal reports give different pages", name)
			}
		}
		if diff := cmp.Diff(b, a, ofThisRun); diff != "" {
			t.Errorf("%s: printing changed the report:\n%s", name, diff)
		}
	}
}

func TestTextColor(t *testing.T) {
	ansi := regexp.MustCompile("\x1b\\[[0-9;]*m")
	for name, r := range situations() {
		colored := text(t, r, Options{Color: true})
		if ansi.ReplaceAllString(colored, "") != text(t, r, Options{}) {
			t.Errorf("%s: colour changes more than colour", name)
		}
		for _, m := range regexp.MustCompile("\x1b\\[1;3.m(.*?)\x1b").FindAllStringSubmatch(colored, -1) {
			if !slices.Contains([]string{string(r.Verdict), "FAILED", "UNKNOWN", "WARNING"}, m[1]) {
				t.Errorf("%s: %q is coloured", name, m[1])
			}
		}
		if !strings.HasPrefix(colored, "\x1b[1;3") {
			t.Errorf("%s: the verdict is not coloured", name)
		}
	}
}

type failingWriter struct{}

var errDiskFull = errors.New("disk full")

func (failingWriter) Write([]byte) (int, error) { return 0, errDiskFull }

func TestWriteErrors(t *testing.T) {
	r := accepted()
	for name, err := range map[string]error{
		"text":    Text(failingWriter{}, r, Options{}),
		"json":    JSON(failingWriter{}, r),
		"summary": Summary(failingWriter{}, []Result{{Report: r}}, Options{}),
		"cannot":  CannotRead(failingWriter{}, "x", nil),
	} {
		if !errors.Is(err, errDiskFull) {
			t.Errorf("%s: got error %v, want that of the writer", name, err)
		}
	}
	var b bytes.Buffer
	for _, err := range []error{Text(&b, nil, Options{}), JSON(&b, nil), Summary(&b, []Result{{}}, Options{})} {
		if err == nil || b.Len() > 0 {
			t.Errorf("no report: got error %v and %q", err, b.String())
		}
	}
}
