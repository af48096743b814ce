package report

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/verify"
)

func TestSummary(t *testing.T) {
	var b bytes.Buffer
	results := []Result{
		{Target: "missing.dossier", Err: errors.New("missing.dossier: no such file or directory")},
		{Report: notGenuine()}, {Report: accepted()}, {Report: untrusted()}, {Report: notAccepted()}, {Report: accepted()},
	}
	if err := Summary(&b, results, Options{}); err != nil {
		t.Fatal(err)
	}
	const want = `ACCEPTED       payments 4.2.0                                    payments-4.2.0.dossier
ACCEPTED       payments 4.2.0                                    payments-4.2.0.dossier
NOT ACCEPTED   payments 4.2.0, no signer is trusted yet          payments-4.2.0.dossier
NOT ACCEPTED   payments 4.3.0, 3 failed, 1 unknown of 292 asked  payments-4.3.0.dossier
NOT GENUINE    payments 4.3.0, 2 failed, 1 unknown of 37 asked   payments-4.3.0.dossier
CANNOT READ    no such file or directory                         missing.dossier
6 files: 2 accepted, 2 not accepted, 1 not genuine, 1 cannot be read
`
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Error(diff)
	}
	if results[1].Report.Verdict != verify.NotGenuine {
		t.Error("the caller's list was sorted")
	}
}

// A reason has the columns that the names of the files leave of the width.
func TestSummaryWidth(t *testing.T) {
	const reason = "a reason that is longer than what one line of ninety columns has room for beside it, by far"
	results := []Result{{Target: "a.dossier", Err: errors.New(reason)}, {Report: accepted()}}
	for width, want := range map[int]int{0: 90, 100: 100} {
		var b bytes.Buffer
		if err := Summary(&b, results, Options{Width: width}); err != nil {
			t.Fatal(err)
		}
		longest := 0
		for line := range strings.Lines(b.String()) {
			longest = max(longest, columns(strings.TrimSuffix(line, "\n")))
		}
		if longest != want {
			t.Errorf("width %d: the longest line has %d columns, want %d:\n%s", width, longest, want, b.String())
		}
	}
}

// The name of an entry, however long, leaves room for what is wrong with it.
func TestSummaryNamesTheCause(t *testing.T) {
	const blobs = "blobs/sha256/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	for entry, want := range map[string]string{
		blobs:                        `CANNOT READ    entry "blobs/sha256/012345...def0123456789abcdef": it is cut off  a.dossier`,
		"index.json":                 `CANNOT READ    entry "index.json": it is cut off: fetch it again  a.dossier`,
		strings.Repeat("\x01", 1000): `CANNOT READ    entry "\x01\x01\x01\x01\x0...1\x01\x01\x01\x01...: it is cut off  a.dossier`,
	} {
		var b bytes.Buffer
		err := &bundle.ReadError{Entry: entry, Err: errors.New("it is cut off"), Remedy: "fetch it again"}
		if e := Summary(&b, []Result{{Target: "a.dossier", Err: fmt.Errorf("a.dossier: %w", err)}}, Options{}); e != nil {
			t.Fatal(e)
		}
		if got, _, _ := strings.Cut(b.String(), "\n"); got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
	}
}

// Every form counts the same checks: those that the page's verdict is told by.
func TestCountsAgree(t *testing.T) {
	forced := accepted()
	forced.Verdict, forced.Reasons = verify.NotAccepted, []verify.Reason{{Code: "policy-forced", Text: "The policy was forced"}}
	forced.Checks = append(forced.Checks, verify.Check{ID: "policy/forced", Layer: verify.Controls, Level: "MUST", Outcome: verify.Fail, Code: "policy-forced", Title: "The policy was forced"})
	for name, c := range map[string]struct {
		r                       *verify.Report
		page, list              string // what each of them says
		failed, unknown         string // of the controls
		fileFailed, fileUnknown string
		notAsked                string
	}{
		"accepted":          {accepted(), "0 failed of 292 asked", "payments 4.2.0  ", "0", "0", "0", "0", "Not asked: 421 of 713"},
		"not accepted":      {notAccepted(), "3 failed, 1 unknown of 292 asked", "3 failed, 1 unknown of 292 asked", "3", "1", "0", "0", "Not asked: 421 of 713"},
		"not genuine":       {notGenuine(), "2 failed, 1 unknown of 37 asked", "2 failed, 1 unknown of 37 asked", "3", "1", "2", "1", "Not asked: 421 of 713"},
		"policy as a whole": {forced, "payments 4.2.0: The policy was forced", "payments 4.2.0, The policy was forced", "0", "0", "0", "0", "Not asked: 421 of 713"},
	} {
		t.Run(name, func(t *testing.T) {
			if page := strings.Join(strings.Fields(text(t, c.r, Options{})), " "); !strings.Contains(page, c.page) || !strings.Contains(page, c.notAsked) {
				t.Errorf("page without %q or %q:\n%s", c.page, c.notAsked, page)
			}
			var b bytes.Buffer
			if err := Summary(&b, []Result{{Report: c.r}}, Options{}); err != nil || !strings.Contains(b.String(), c.list) {
				t.Errorf("list without %q: %v\n%s", c.list, err, b.String())
			}
			cells := reportCells(newView(c.r, Options{}))
			got := []string{cells["failed"], cells["unknown"], cells["file_failed"], cells["file_unknown"]}
			if diff := cmp.Diff([]string{c.failed, c.unknown, c.fileFailed, c.fileUnknown}, got); diff != "" {
				t.Errorf("csv: failed, unknown, file_failed, file_unknown:\n%s", diff)
			}
		})
	}
}

func TestSummaryEmpty(t *testing.T) {
	var b bytes.Buffer
	if err := Summary(&b, nil, Options{}); err != nil || b.String() != "0 files\n" {
		t.Errorf("got %q, %v", b.String(), err)
	}
}

func TestCannotRead(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{errors.New("x.dossier: not a tar file"), "CANNOT READ   x.dossier: not a tar file\n  give a dossier"},
		{errors.New("\x1b[31m\nACCEPTED"), "CANNOT READ   x.dossier: \\x1b[31m\\nACCEPTED\n  give"},
		{&bundle.ReadError{Err: errors.New("not a tar file"), Remedy: "fetch it again"}, "CANNOT READ   x.dossier: not a tar file: fetch it again\n"},
		{nil, "CANNOT READ   x.dossier: it is not readable as a dossier\n  give"},
	} {
		var b bytes.Buffer
		if err := CannotRead(&b, "x.dossier", c.err); err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(b.String(), c.want) {
			t.Errorf("got %q, want %q", b.String(), c.want)
		}
	}
}
