package gitlab

import (
	"testing"
	"time"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/collect/forge"
	gitlab "gitlab.com/gitlab-org/api/client-go"
)

func TestMergeMethodAndCommit(t *testing.T) {
	for _, c := range []struct {
		head, squash, merge string
		method              string
		as                  string
	}{
		{"h", "", "m", forge.MergeCommit, "m"},
		{"h", "s", "m", forge.MergeCommit, "m"}, // squashed, then merged
		{"h", "s", "", forge.Squash, "s"},
		{"h", "s", "s", forge.Squash, "s"},
		{"h", "", "", forge.FastForward, "h"},
	} {
		m := &gitlab.MergeRequest{BasicMergeRequest: gitlab.BasicMergeRequest{SHA: c.head, SquashCommitSHA: c.squash, MergeCommitSHA: c.merge}}
		if got, as := methodOf(m), mergedAs(m); got != c.method || as != c.as {
			t.Errorf("%+v: %s as %s", c, got, as)
		}
	}
}

func TestNotes(t *testing.T) {
	for body, want := range map[string][2]string{
		"approved this merge request":                                   {"approved", ""},
		"unapproved this merge request":                                 {"withdrawn", ""},
		"requested changes":                                             {"changes-requested", ""},
		"approved this merge request because":                           {"", ""},
		"requested review from @cleo":                                   {"", "review-requested"},
		"marked this merge request as **ready**":                        {"", "ready-for-review"},
		"reset approvals from @cleo by pushing to the branch":           {"", "approvals-reset"},
		"changed target branch from `main` to `release/1.4`":            {"", "base-changed"},
		"added 1 commit\n\n<ul><li>17171717 - more</li></ul>":           {"", ""},
		"removed review request for @cleo":                              {"", "review-request-removed"},
		"marked this merge request as **draft** from 17171717171717171": {"", "converted-to-draft"},
	} {
		if got := [2]string{reviewState(body), eventKind(body)}; got != want {
			t.Errorf("%q: %v, want %v", body, got, want)
		}
	}
}

// TestReset: a push takes back the approvals that the note names, and no other.
func TestReset(t *testing.T) {
	at := evidence.At(time.Date(2026, 11, 16, 12, 0, 0, 0, time.UTC))
	by := &evidence.Actor{ID: "account:x:1", Kind: evidence.Human}
	ch := &forge.Change{}
	for _, login := range []string{"cleo", "cleopatra", "dan"} {
		ch.Reviews = append(ch.Reviews, evidence.ChangeReview{ID: login, By: evidence.Actor{Display: login}, State: "approved"})
	}
	reset(ch, "reset approvals from @cleo and @dan by pushing to the branch", &at, by)
	for i, dismissed := range []bool{true, false, true} {
		if r := ch.Reviews[i]; (r.DismissedAt != nil) != dismissed || r.State != "approved" {
			t.Errorf("%s: %+v", r.ID, r)
		}
	}
}
