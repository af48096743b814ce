package commits_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/release-dossier/dossier/evidence/commits"
	"github.com/release-dossier/dossier/evidence/gitobj"
)

const idA, idB = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

func TestCoAuthors(t *testing.T) {
	for message, want := range map[string][]commits.Person{
		"x\n\nCo-authored-by: Bo <bo@example.com>\n":                  {{"Bo", "bo@example.com"}},
		"x\n\nco-authored-BY : Bo\n <bo@example.com>\n\nmore text":    {{"Bo", "bo@example.com"}},
		"x\n\nCo-developed-by: A <a@x>, B <b@x>\nCo-authored-by: C\n": {{"A", "a@x"}, {"B", "b@x"}, {"C", ""}},
		"Co-authored-by: d@x":           {{"", "d@x"}},
		"x\n\nCo-authored-by: Bo <bo@x": {{"Bo", "bo@x"}},
		"x\n\nCo-authored-by:\n":        nil,
		"x\n\nReviewed-by: A <a@x>\nSpoke to co-authored-by people: nobody\n":         nil,
		"x\n\nCo-authored-by: \x1b[31mBo\xff <bo@x>\r\nCo-authored-by: Cy <cy@x>\r\n": {{"\x1b[31mBo\xff", "bo@x"}, {"Cy", "cy@x"}},
	} {
		if diff := cmp.Diff(want, commits.CoAuthors(message)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", message, diff)
		}
	}
}

// A message of lines that all go on costs no more than its length.
func TestLongCoAuthor(t *testing.T) {
	const lines = 300_000
	got := commits.CoAuthors("Co-authored-by:\n" + strings.Repeat(" x\n", lines))
	if len(got) != 1 || len(got[0].Name) != 2*lines-1 {
		t.Errorf("%d co-authors", len(got))
	}
}

func TestPickedFrom(t *testing.T) {
	for message, want := range map[string]string{
		"x\n\n(cherry picked from commit " + idA + ")\n":                                                     "[" + idA + "]",
		"x\n\n(cherry picked from commit " + idA + ")\nS: y\n\n* z\n(cherry picked from commit " + idB + ")": "[" + idA + " " + idB + "]",
		"x\r\n\r\n(cherry picked from commit " + idA + ")\r\n":                                               "[" + idA + "]",
		"x\n\n(cherry picked from commit 0123abc)":                                                           "[0123abc]",
		"x\n\n(cherry picked from commit 0123)":                                                              "[]",
		"x\n\n(cherry picked from commit ABCDEFABCDEF)":                                                      "[]",
		"x\n\nas in (cherry picked from commit " + idA + ")":                                                 "[]",
		"x\n\n(cherry picked from commit " + idA:                                                             "[]",
	} {
		if got := fmt.Sprint(commits.PickedFrom(message)); got != want {
			t.Errorf("PickedFrom(%q) = %s, want %s", message, got, want)
		}
	}
}

func TestReadRevert(t *testing.T) {
	for message, want := range map[string]commits.Revert{
		"Revert \"fix: x\"\n\nThis reverts commit " + idA + ".\n":                                      {Commits: []string{idA}, Subject: "fix: x"},
		"Revert \"merge\"\n\nThis reverts commit " + idA + ", reversing\nchanges made to " + idB + ".": {Commits: []string{idA}, Subject: "merge"},
		"Reapply \"x\"\n\nThis reverts commit " + idA + ".":                                            {Commits: []string{idA}},
		"This reverts commit 0123abc (fix: x, 2026-01-02)":                                             {Commits: []string{"0123abc"}},
		"Revert \"say \"no\" (#12)\" (#13)\n\nReverts acme/pay#12\n":                                   {Changes: []int64{12}, Subject: "say \"no\" (#12)"},
		"Revert \"x\"\n\nThis reverts merge request !7.":                                               {Changes: []int64{7}, Subject: "x"},
	} {
		got, ok := commits.ReadRevert(message)
		if diff := cmp.Diff(want, got); diff != "" || !ok {
			t.Errorf("%q: %v (-want +got):\n%s", message, ok, diff)
		}
	}
	for _, message := range []string{"", "fix: Revert \"x\"", "Reverts to the old way", "This reverts commit x", "this reverts commit " + idA, "Reverts a#0", "Reverts a#-1"} {
		if got, ok := commits.ReadRevert(message); ok {
			t.Errorf("%q is taken for a revert: %+v", message, got)
		}
	}
}

func TestChangeNumber(t *testing.T) {
	for message, want := range map[string]int64{
		"fix: x (#12)": 12, "fix: long\nsubject (#12)\n\nbody (#13)": 12, "Revert \"x (#12)\" (#13)": 13,
		"Merge pull request #7 from acme/side\n\nfix: x": 7, "Merge branch 'a' into 'b'\n\nfix: x\n\nSee merge request acme/pay!9\n": 9,
		"fix: x": 0, "fix: x (#)": 0, "fix: x (#012)": 0, "fix: x (#-1)": 0, "fix: x (#12) again": 0, "fix (#99999999999999999999)": 0, "": 0,
	} {
		if got, ok := commits.ChangeNumber(message); got != want || ok != (want > 0) {
			t.Errorf("ChangeNumber(%q) = %d, %v, want %d", message, got, ok, want)
		}
	}
}

func TestReadRelease(t *testing.T) {
	tag := gitobj.ParseTrailers("Release 1.4.0\n\nrollback: redeploy 1.3.9\nKnown-issues: the export\n is slow\nRISK: low\nWindow: CW-47\nTicket: PAY-1, PAY-2,\nTicket: PAY-2\nOther: x\n")
	pr := gitobj.ParseTrailers("Release 1.4.0\n\nAll is well.\n\nRisk: low\nTicket: PAY-3\n")
	got, err := commits.ReadRelease(tag, pr)
	want := commits.Release{
		Rollback: "redeploy 1.3.9", KnownIssues: []string{"the export is slow"}, Risk: "low", Window: "CW-47",
		Tickets: []string{"PAY-1", "PAY-2", "PAY-3"},
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	for text, part := range map[string]string{
		"Risk: low\nRisk: high": "trailer Risk: it is given twice, as \"low\" and as \"high\"",
		"Window:":               "no value",
		"Rollback: a\x1b[31mb":  "control characters",
		"Rollback: \xff":        "not UTF-8",
		"Rollback: " + strings.Repeat("x", 16<<10+1): "16385 bytes",
	} {
		if _, err := commits.ReadRelease(gitobj.ParseTrailers("t\n\n" + text)); err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%.40q: %v, want %q in it", text, err, part)
		}
	}
}

func TestCheckKinds(t *testing.T) {
	for text, part := range map[string]string{
		"release-kind: Patch, emergency\nRisk: x": "",
		"Risk: x":                      "",
		"Release-kind: emergencyy":     `trailer Release-kind: "emergencyy" is no kind of release: did you mean "emergency"? want one of normal, patch,`,
		"Release-kind: patch, bigbang": `"bigbang" is no kind of release: want one of`,
		"Release-kind:":                `"" is no kind of release`,
	} {
		err := commits.CheckKinds(gitobj.ParseTrailers("t\n\n" + text))
		if (err == nil) != (part == "") || err != nil && !strings.Contains(err.Error(), part) {
			t.Errorf("%q: %v, want %q in it", text, err, part)
		}
	}
}

func TestSlips(t *testing.T) {
	for message, want := range map[string]string{
		"Release\n\nRollback: x\nRisk: low\n":                  "[]",
		"Release\nRollback: x":                                 "[{2 Rollback Rollback}]",
		"Release\n\nRollback: x\n\nThat is all.":               "[{3 Rollback Rollback}]",
		"Release\n\nRollback: x\nand more":                     "[{3 Rollback Rollback}]",
		"Release\n\nKnown issues: none\nRisk: low":             "[{3 Known issues Known-issues} {4 Risk Risk}]",
		"Release\n\nTickets: PAY-1\nRisk: low":                 "[{3 Tickets Ticket}]",
		"Release\n\n**Risk**: low":                             "[{3 **Risk** Risk}]",
		"Release\n\nRisk low\nRollback = redeploy v1\n":        "[{3 Risk Risk} {4 Rollback Rollback}]",
		"Release\n\nKnown issues none\nTicket PAY-1":           "[{3 Known issues Known-issues} {4 Ticket Ticket}]",
		"Release\n\nRiks: low\nRollback-plan: redeploy":        "[{3 Riks Risk} {4 Rollback-plan Rollback}]",
		"Release\n\nRelease-kinds: patch\nChange-window: w":    "[{3 Release-kinds Release-kind} {4 Change-window Window}]",
		"Release\n\nRiks: low\n\nRisk: low":                    "[]",
		"Release\n\nSigned-off-by: A\nFixes: 1\nRisk: low":     "[]",
		"Release\n\nRelease-kind: patch, emergency":            "[]",
		"Risk is low\n\nWindow of four hours\nTickets closed":  "[]",
		"Release: all\n\nthe risk is low: nothing\nTicket PAY": "[]",
	} {
		if got := fmt.Sprint(commits.Slips(message)); got != want {
			t.Errorf("Slips(%q) = %s, want %s", message, got, want)
		}
	}
}

func FuzzMessage(f *testing.F) {
	f.Add("Revert \"x\" (#3)\n\nThis reverts commit " + idA + ".\n(cherry picked from commit " + idB + ")\nCo-authored-by: A <a@b>\nSee merge request a/b!1\nReverts a/b#1\nRisk: low")
	f.Fuzz(func(t *testing.T, message string) {
		commits.CoAuthors(message)
		for _, id := range append(commits.PickedFrom(message), func() []string { r, _ := commits.ReadRevert(message); return r.Commits }()...) {
			if !strings.Contains(message, id) || strings.Trim(id, "0123456789abcdef") != "" {
				t.Errorf("%q is no id in the message", id)
			}
		}
		if n, ok := commits.ChangeNumber(message); ok && !strings.Contains(message, fmt.Sprint(n)) {
			t.Errorf("the message names no change %d", n)
		}
		commits.Slips(message)
		_, _ = commits.ReadRelease(gitobj.ParseTrailers(message))
	})
}
