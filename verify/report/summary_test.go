package report

import (
	"bytes"
	"errors"
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
	if err := Summary(&b, results); err != nil {
		t.Fatal(err)
	}
	const want = `ACCEPTED       payments 4.2.0                    payments-4.2.0.dossier
ACCEPTED       payments 4.2.0                    payments-4.2.0.dossier
NOT ACCEPTED   payments 4.2.0                    payments-4.2.0.dossier
NOT ACCEPTED   payments 4.3.0, 3 failed          payments-4.3.0.dossier
NOT GENUINE    payments 4.3.0, 4 failed          payments-4.3.0.dossier
CANNOT READ    no such file or directory         missing.dossier
6 files: 2 accepted, 2 not accepted, 1 not genuine, 1 cannot be read
`
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Error(diff)
	}
	if results[1].Report.Verdict != verify.NotGenuine {
		t.Error("the caller's list was sorted")
	}
}

func TestSummaryEmpty(t *testing.T) {
	var b bytes.Buffer
	if err := Summary(&b, nil); err != nil || b.String() != "0 files\n" {
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
