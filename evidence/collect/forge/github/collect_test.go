package github_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/collect/forge"
	"github.com/release-dossier/dossier/evidence/collect/forge/github"
	"github.com/release-dossier/dossier/internal/fakeforge"
)

const (
	repo = "/repos/fintech/payments"
	file = "testdata/answers.json"
)

// id makes a commit id of the fixtures.
func id(s string) string { return strings.Repeat(s, 20) }

func oid(s string) evidence.ObjectID { return evidence.ObjectID(id(s)) }

func options(s *fakeforge.Server) forge.Options {
	return forge.Options{
		Repository: "https://github.com/fintech/payments", BaseURL: s.URL,
		Commit: id("c3"), Commits: []string{id("a1"), id("b2"), id("c3"), id("e5")}, Tag: "v4.2.0",
		Tickets: regexp.MustCompile(`PAY-[0-9]+`),
		Token:   func(context.Context) (string, error) { return fakeforge.Token, nil },
		Now:     func() time.Time { return time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC) },
		Sleep:   func(context.Context, time.Duration) error { return nil },
		Rand:    zeros{}, Retriever: "dossier-test/1",
	}
}

func gather(t *testing.T, o forge.Options) *forge.Result {
	t.Helper()
	r, err := github.Collect(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// fromFile collects from the fixtures, whose clock is the test's own.
func fromFile(t *testing.T) (*fakeforge.Server, *forge.Result) {
	s := fakeforge.New(t, file)
	return s, gather(t, options(s))
}

func actors(list []evidence.Actor) string {
	var b strings.Builder
	for _, a := range list {
		b.WriteString(strings.TrimPrefix(string(a.ID), "account:github.com:") + " " + string(a.Kind) + "; ")
	}
	return b.String()
}

func TestCommitsAreLinkedToMergedChanges(t *testing.T) {
	_, r := fromFile(t)
	want := [][]evidence.LandedCommit{
		{{Commit: oid("a1"), Proof: forge.ByMergeCommit}},
		{{Commit: oid("b2"), Proof: forge.ByCommitList}, {Commit: oid("c3"), Proof: forge.ByMergeCommit}},
	}
	if d := cmp.Diff(want, [][]evidence.LandedCommit{r.Changes[0].Landed, r.Changes[1].Landed}); d != "" {
		t.Error(d)
	}
	if !slices.Equal(r.Unlinked, []string{id("e5")}) {
		t.Errorf("unlinked %v", r.Unlinked)
	}
	if r.Repository.ID != "7001" || r.DefaultBranch != "main" || len(r.Changes) != 2 {
		t.Errorf("repository %+v, branch %q, %d changes", r.Repository, r.DefaultBranch, len(r.Changes))
	}
}

func TestChange(t *testing.T) {
	_, r := fromFile(t)
	ch := r.Changes[0]
	if got := actors(ch.Authors); got != "101 human; 104 human; " {
		t.Errorf("authors %q: want the opener and the co-author named by number, not GitHub's own committer", got)
	}
	if len(ch.UnlinkedCommits) != 1 || ch.MergeMethod != forge.Squash || r.Changes[1].MergeMethod != forge.MergeCommit {
		t.Errorf("%v unlinked, methods %q and %q", ch.UnlinkedCommits, ch.MergeMethod, r.Changes[1].MergeMethod)
	}
	if ch.HeadCommit != oid("17") || ch.MergedAs != oid("a1") || ch.MergedBy.Display != "bob" || ch.HeadBranch != "feature/PAY-101-limits" || ch.HeadRepository != "" {
		t.Errorf("fields: %+v", ch)
	}
	if got := ch.BranchCreatedAt; got == nil || got.Format(time.RFC3339) != "2026-11-16T07:50:00Z" {
		t.Errorf("branch created at %v: want the creation before this change, not one of an older branch of the name", got)
	}
	if want := []evidence.TicketMention{{ID: "PAY-101", In: []string{"title", "description", "commit", "branch"}}}; cmp.Diff(want, ch.Tickets) != "" {
		t.Errorf("tickets %+v", ch.Tickets)
	}
	kinds := []string{}
	for _, e := range ch.Events {
		kinds = append(kinds, e.Kind)
	}
	want := []string{"branch-created", "pushed", "review-requested", "review-requested", "review-dismissed", "force-pushed", "labeled", "merged"}
	if !slices.Equal(kinds, want) {
		t.Errorf("events %v, want %v", kinds, want)
	}
	if ch.Events[2].Reviewer.Display != "bob" || ch.Events[3].Team != "fintech/payments-owners" || ch.Events[5].Commit != oid("17") || ch.Events[5].Before != oid("d4") {
		t.Errorf("events: %+v", ch.Events)
	}
}

func TestReviewsAreAllKept(t *testing.T) {
	_, r := fromFile(t)
	var states []string
	for _, v := range r.Changes[0].Reviews {
		states = append(states, v.State+" "+string(v.Commit[:2]))
	}
	if want := []string{"commented d4", "changes-requested d4", "approved d4", "approved 17"}; !slices.Equal(states, want) {
		t.Errorf("states %v, want %v", states, want)
	}
	// What a dismissed review was, and until when it stood, is in the timeline.
	dismissed := r.Changes[0].Reviews[2]
	if dismissed.DismissedAt == nil || dismissed.DismissedAt.Format(time.RFC3339) != "2026-11-16T11:00:00Z" || dismissed.DismissedBy.Display != "dave" {
		t.Errorf("dismissed: %+v", dismissed)
	}
}

// TestDismissedWithoutTimeline: nobody says what it was, so it is no approval.
func TestDismissedWithoutTimeline(t *testing.T) {
	s := fakeforge.New(t, file)
	s.On(repo+"/issues/12/timeline", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusForbidden) })
	r := gather(t, options(s))
	if got := r.Changes[0].Reviews[2]; got.State != "dismissed" || got.DismissedAt != nil {
		t.Errorf("got %+v", got)
	}
}

// TestBotsByTypeOnly: a login that looks like a bot's is a person, and a bot
// is one by GitHub's word.
func TestBotsByTypeOnly(t *testing.T) {
	_, r := fromFile(t)
	ch := r.Changes[1]
	if ch.Opener.Kind != evidence.Bot || ch.MergedBy.Kind != evidence.Human || ch.MergedBy.Display != "build-bot" {
		t.Errorf("opener %+v, merged by %+v", ch.Opener, ch.MergedBy)
	}
}

func TestChecksHaveAttempts(t *testing.T) {
	_, r := fromFile(t)
	var got []string
	for _, c := range r.Checks {
		if c.Subject.Digest["gitCommit"] == id("c3") {
			got = append(got, strings.Join([]string{c.Name, c.Outcome, string(rune('0' + c.Attempt)), c.RunID, string(c.Issuer.ID)}, " "))
		}
	}
	want := []string{
		"lint skipped 1 actions/520/23 account:github.com:app/15368",
		"sonar fail 1 status/1001 account:github.com:104",
		"sonar pass 2 status/1003 account:github.com:104",
		"unit-test fail 1 actions/520/21 account:github.com:app/15368",
		"unit-test pass 2 actions/520/22 account:github.com:app/15368",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if !slices.ContainsFunc(r.Notes, func(n string) bool { return strings.Contains(n, `"slow"`) }) {
		t.Errorf("no note of the unfinished check: %q", r.Notes)
	}
}

func TestProtections(t *testing.T) {
	_, r := fromFile(t)
	if len(r.Protections) != 4 {
		t.Fatalf("%d protections", len(r.Protections))
	}
	classic, settings, rules, tags := r.Protections[0], r.Protections[1], r.Protections[2], r.Protections[3]
	at, _ := evidence.ParseTime("2026-11-20T09:00:00Z")
	want := evidence.Protection{
		ID: "21", Name: "main", Source: "ruleset", Target: "branch", Include: []string{"~DEFAULT_BRANCH", "refs/heads/release/*"}, Exclude: []string{},
		Active: true, Whole: true, TakenAt: at, RequiresChange: true, RequiredApprovals: 2, CodeOwnerReview: true, DismissesStale: true, LastPushApproval: true,
		RequiredChecks: []string{"lint", "unit-test"}, StrictChecks: true, LinearHistory: true, BlocksForcePush: true, BlocksDeletion: true,
		MergeMethods: []string{"merge", "squash"}, BypassKnown: true, Bypass: []evidence.RuleActor{{Kind: "role", ID: "5", Mode: "pull-request"}},
	}
	if d := cmp.Diff(want, rules); d != "" {
		t.Error(d)
	}
	if !classic.AdminsIncluded || !classic.SignedCommits || !classic.BlocksForcePush || classic.Bypass[0] != (evidence.RuleActor{Kind: "app", ID: "account:github.com:app/3", Display: "breakglass"}) || classic.PushAllowed[0].ID != "55" {
		t.Errorf("classic: %+v", classic)
	}
	if tags.Target != "tag" || !tags.BlocksDeletion || !tags.BlocksUpdate || tags.BlocksForcePush || tags.BypassKnown || tags.AdminsIncluded {
		t.Errorf("tags: %+v", tags)
	}
	if !slices.Equal(settings.MergeMethods, []string{"merge", "squash"}) {
		t.Errorf("settings: %+v", settings)
	}
	if len(r.Unread) != 1 || !strings.Contains(r.Unread[0].Why, "who may bypass") {
		t.Errorf("the hidden bypass actors are not listed: %+v", r.Unread)
	}
}

func TestDeploymentsEnvironmentsReleaseTeams(t *testing.T) {
	_, r := fromFile(t)
	d := r.Deployments[0]
	if d.ID != "301" || d.RunID != "777" || len(d.Statuses) != 3 || d.Statuses[0].State != "waiting" || d.Statuses[2].State != "success" {
		t.Errorf("deployment: %+v", d)
	}
	if len(d.Approvals) != 1 || d.Approvals[0].Who.Display != "carol" || d.Approvals[0].Rationale != "ship it" {
		t.Errorf("approvals: %+v", d.Approvals)
	}
	// GitHub gives no time: between the run's creation and the first progress.
	from, to := d.Approvals[0].At.Bounds()
	if from.Format(time.RFC3339) != "2026-11-19T08:59:00Z" || to.Format(time.RFC3339) != "2026-11-19T09:10:00Z" {
		t.Errorf("approved from %v to %v", from, to)
	}
	p := r.Environments[1]
	if p.Name != "production" || p.WaitMinutes != 30 || !p.PreventsSelfReview || !p.AdminsIncluded || p.Branches != "selected" ||
		!slices.Equal(p.Reviewers, []evidence.RuleActor{{Kind: "account", ID: "account:github.com:103", Display: "carol"}, {Kind: "team", ID: "55", Display: "fintech/payments-owners"}}) {
		t.Errorf("production: %+v", p)
	}
	if !r.Release.Immutable || r.Release.Assets[0].Digest["sha256"] != strings.Repeat("ab", 32) {
		t.Errorf("release: %+v", r.Release)
	}
	if len(r.Access) != 2 || r.Access[1].Permission != "admin" || r.Access[0].Permission != "write" || r.Access[1].Who.Display != "carol" {
		t.Errorf("access: %+v", r.Access)
	}
	if actors(r.Teams[0].Members) != "102 human; " {
		t.Errorf("team members %q: want the reviewers among them only", actors(r.Teams[0].Members))
	}
}

// material collects and returns what would be embedded.
func material(t *testing.T, o forge.Options) (*forge.Result, []byte) {
	t.Helper()
	r := gather(t, o)
	_, data, err := r.Answers.Material()
	if err != nil {
		t.Fatal(err)
	}
	return r, data
}

// pinned serves the fixtures with a fixed date, so that bytes can be compared.
func pinned(t *testing.T) *fakeforge.Server {
	s := fakeforge.New(t, file)
	inner := s.Config.Handler
	s.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Date", "Fri, 20 Nov 2026 09:00:00 GMT")
		inner.ServeHTTP(w, r)
	})
	return s
}

func TestSameAnswersSameBytes(t *testing.T) {
	s := pinned(t)
	_, first := material(t, options(s))
	for range 3 {
		if _, again := material(t, options(s)); !bytes.Equal(first, again) {
			t.Fatal("two collections of the same answers differ")
		}
	}
}

// TestOfflineAgain reads the material back and collects from it alone.
func TestOfflineAgain(t *testing.T) {
	s := pinned(t)
	r, data := material(t, options(s))
	read, err := forge.ReadAnswers(bytes.NewReader(data), forge.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	o := options(s)
	o.Transport = forge.Recorded(read)
	o.Token = nil
	o.Now = func() time.Time { return time.Date(2031, 1, 1, 0, 0, 0, 0, time.UTC) } // years later
	s.Close()
	again, bytesAgain := material(t, o)
	if d := cmp.Diff(r, again); d != "" {
		t.Errorf("the facts differ offline: %s", d)
	}
	if !bytes.Equal(data, bytesAgain) {
		t.Error("the material differs offline")
	}
}

func TestAllAnswersComplete(t *testing.T) {
	_, r := fromFile(t)
	for _, a := range r.Answers.List {
		if !a.Complete {
			t.Errorf("%s is said to be incomplete: %d %s", a.URL, a.Status, a.Fault)
		}
	}
}

// TestListsGiveAllTheyPromise: a list that ends before its own count, and an
// object that is no list, are no complete list. Read back from the material they
// are not either.
func TestListsGiveAllTheyPromise(t *testing.T) {
	for path, endpoint := range map[string]string{
		repo + "/commits/" + id("c3") + "/check-runs": "/check-runs",
		repo + "/actions/runs":                        "/actions/runs",
		repo + "/environments":                        "/environments",
	} {
		for name, c := range map[string]struct{ body, want string }{
			"fewer than counted": {`{"total_count":3,"check_runs":[],"workflow_runs":[],"environments":[]}`, "gives 0 of the 3 items"},
			"no list":            {`{}`, "lacks the list"},
			"a count only":       {`{"total_count":0}`, "lacks the list"},
			"a null list":        {`{"total_count":0,"check_runs":null,"workflow_runs":null,"environments":null}`, "lacks the list"},
			"no count":           {`{"check_runs":[],"workflow_runs":[],"environments":[]}`, "lacks the list"},
		} {
			t.Run(endpoint+" "+name, func(t *testing.T) {
				s := fakeforge.New(t, file)
				s.On(path, func(w http.ResponseWriter, r *http.Request) { w.Write([]byte(c.body)) })
				r, data := material(t, options(s))
				read, err := forge.ReadAnswers(bytes.NewReader(data), forge.Limits{})
				if err != nil {
					t.Fatal(err)
				}
				o := options(s)
				o.Transport = forge.Recorded(read)
				for _, r := range []*forge.Result{r, gather(t, o)} {
					i := slices.IndexFunc(r.Unread, func(m evidence.Unread) bool { return strings.HasSuffix(m.What, endpoint) })
					if i < 0 || !strings.Contains(r.Unread[i].Why, c.want) || len(r.Unread[i].Unknown) == 0 {
						t.Errorf("gaps: %+v, want %q", r.Unread, c.want)
					}
				}
			})
		}
	}
}

// TestForbiddenIsNamed: 403, 404 and 500 name the endpoint, the controls that
// become unknown and what to do, a permission only where one may be missing;
// nothing else is lost.
func TestForbiddenIsNamed(t *testing.T) {
	for status, want := range map[int]struct{ needs, remedy string }{
		http.StatusForbidden:           {"Metadata: read", "give the token the permission Metadata: read"},
		http.StatusNotFound:            {"Metadata: read", "make sure that it exists and that the token has the permission Metadata: read"},
		http.StatusInternalServerError: {"", "try again when the forge works"},
	} {
		s := fakeforge.New(t, file)
		s.On(repo+"/rulesets", func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(status)
			w.Write([]byte(`{"message":"Resource not accessible by integration"}`))
		})
		r := gather(t, options(s))
		i := slices.IndexFunc(r.Unread, func(m evidence.Unread) bool { return m.Status == int64(status) })
		if i < 0 {
			t.Fatalf("%d: not listed: %+v", status, r.Unread)
		}
		m := r.Unread[i]
		if m.What != "GET /repos/{owner}/{repo}/rulesets" || m.Needs != want.needs || m.Remedy != want.remedy || !slices.Contains(m.Unknown, "access/*") || !strings.Contains(m.Why, "not accessible") {
			t.Errorf("%d: %+v", status, m)
		}
		if len(r.Changes) != 2 || len(r.Protections) != 2 {
			t.Errorf("%d: %d changes, %d protections", status, len(r.Changes), len(r.Protections))
		}
	}
}

func TestUnprotectedIsKnown(t *testing.T) {
	for message, partial := range map[string]bool{"Branch not protected": false, "Not Found": true} {
		s := fakeforge.New(t, file)
		s.On(repo+"/branches/main/protection", func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusNotFound)
			w.Write([]byte(`{"message":"` + message + `","status":"404"}`))
		})
		r := gather(t, options(s))
		listed := slices.ContainsFunc(r.Unread, func(m evidence.Unread) bool { return strings.HasSuffix(m.What, "/protection") })
		if listed != partial {
			t.Errorf("%s: listed as incomplete: %v", message, listed)
		}
	}
}

func TestNoRepositoryNoResult(t *testing.T) {
	for status, want := range map[int]string{401: "expired or revoked", 403: "lacks a permission", 404: "may not see it", 500: "try again when the forge works"} {
		s := fakeforge.New(t, file)
		s.On(repo, func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(status)
			w.Write([]byte(`{"message":"no"}`))
		})
		_, err := github.Collect(t.Context(), options(s))
		var e *forge.StatusError
		if !errors.As(err, &e) || e.Status != status || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "Metadata: read") == (status == 500) {
			t.Errorf("%d: %v", status, err)
		}
	}
}

// TestOtherForm answers with what is no repository, as another service does.
func TestOtherForm(t *testing.T) {
	s := fakeforge.New(t, file)
	s.On(repo, func(w http.ResponseWriter, r *http.Request) { w.Write([]byte(`[]`)) })
	_, err := github.Collect(t.Context(), options(s))
	if err == nil || !strings.Contains(err.Error(), "GET /repos/{owner}/{repo}: the forge's answer does not have the documented form") {
		t.Error(err)
	}
}

// TestTokenRevokedMidway stops: whatever came after would be missing.
func TestTokenRevokedMidway(t *testing.T) {
	s := fakeforge.New(t, file)
	s.On(repo+"/pulls/12/reviews", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusUnauthorized) })
	_, err := github.Collect(t.Context(), options(s))
	var e *forge.StatusError
	if !errors.As(err, &e) || e.Status != 401 {
		t.Fatalf("got %v", err)
	}
}

// hostile answers, each for the reviews of a pull request.
func TestHostileAnswers(t *testing.T) {
	huge := func(w http.ResponseWriter, r *http.Request) {
		chunk := bytes.Repeat([]byte(" "), 1<<20)
		for range 200 {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	}
	text := func(s string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { w.Write([]byte(s)) }
	}
	for name, c := range map[string]struct {
		h    http.HandlerFunc
		want string
	}{
		"empty":     {text(``), "the answer"},
		"truncated": {text(`[{"id":1,"user":{"id":`), "not JSON"},
		"cut short": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "500")
			w.Write([]byte(`[`))
		}, "broke off"},
		"wrong type":                    {text(`{"id":"x"}`), "documented form"},
		"nulls":                         {text(`[null]`), "holds null"},
		"no account":                    {text(`[{"id":1,"state":"APPROVED","user":null}]`), "without account"},
		"duplicate names":               {text(`[{"id":1,"state":"APPROVED","state":"COMMENTED"}]`), "not JSON"},
		"huge number":                   {text(`[{"id":9007199254740993}]`), "not JSON"},
		"deep":                          {text(strings.Repeat("[", 100_000)), "not JSON"},
		"200 MB":                        {huge, "bytes in the answer"},
		"objects":                       {text("[" + strings.Repeat("{},", 200_000) + "{}]"), "objects in the answer"},
		"HTML":                          {text(`<html>`), "not JSON"},
		"echoes a token behind escapes": {text(`[{"id":1,"body":"\u0067` + fakeforge.Token[1:] + `"}]`), "repeats the access token"},
		"echoes token":                  {text(`[{"id":1,"body":"` + fakeforge.Token + `"}]`), "repeats the access token"},
		"time of year 0":                {text(`[{"id":1,"submitted_at":"x"}]`), "documented form"},
	} {
		t.Run(name, func(t *testing.T) {
			s := fakeforge.New(t, file)
			s.On(repo+"/pulls/12/reviews", c.h)
			r, data := material(t, options(s))
			i := slices.IndexFunc(r.Unread, func(m evidence.Unread) bool { return strings.HasSuffix(m.What, "/reviews") })
			if i < 0 || !strings.Contains(r.Unread[i].Why, c.want) || r.Unread[i].Needs != "" || strings.Contains(r.Unread[i].Remedy, "permission") || r.Unread[i].Remedy == "" || r.Unread[i].Subject != "pull request 12" {
				t.Errorf("gaps: %+v, want %q", r.Unread, c.want)
			}
			if len(r.Changes) != 2 || len(r.Changes[0].Reviews) != 0 || len(r.Changes[1].Reviews) != 1 {
				t.Errorf("changes: %+v", r.Changes)
			}
			if _, err := forge.ReadAnswers(bytes.NewReader(data), forge.Limits{}); err != nil {
				t.Errorf("the material cannot be read back: %v", err)
			}
		})
	}
}

// TestPathsFromAnswersAreChecked: ids go into addresses.
func TestPathsFromAnswersAreChecked(t *testing.T) {
	s := fakeforge.New(t, file)
	s.On(repo+"/pulls/12", func(w http.ResponseWriter, r *http.Request) {
		w.Write([]byte(`{"number":12,"merged_at":"2026-11-17T10:00:00Z","merge_commit_sha":"` + id("a1") + `","head":{"sha":"../../../user/keys"}}`))
	})
	r := gather(t, options(s))
	if len(r.Changes) != 1 || len(r.Unread) != 2 {
		t.Errorf("changes %d, gaps %+v", len(r.Changes), r.Unread)
	}
	for _, u := range s.Requests() {
		if strings.Contains(u, "keys") {
			t.Errorf("asked for %s", u)
		}
	}
}

// TestRedirects: within the forge they are followed and recorded; to another
// host nothing is sent.
func TestRedirects(t *testing.T) {
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		t.Errorf("%s was asked, with Authorization %q", r.URL, r.Header.Get("Authorization"))
	}))
	defer other.Close()
	s := fakeforge.New(t, file)
	s.On(repo+"/rulesets", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, other.URL+"/steal", http.StatusFound)
	})
	s.On(repo+"/environments", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/repositories/7001/environments", http.StatusMovedPermanently)
	})
	s.On("/repositories/7001/environments", func(w http.ResponseWriter, r *http.Request) {
		w.Write([]byte(`{"total_count":1,"environments":[{"id":1,"name":"moved"}]}`))
	})
	r := gather(t, options(s))
	if !slices.ContainsFunc(r.Unread, func(m evidence.Unread) bool { return strings.Contains(m.Why, "redirects to") }) {
		t.Errorf("the redirect is not listed: %+v", r.Unread)
	}
	if len(r.Environments) != 1 || r.Environments[0].Name != "moved" {
		t.Errorf("environments: %+v", r.Environments)
	}
}

// TestTokenStaysSecret greps everything that comes out.
func TestTokenStaysSecret(t *testing.T) {
	s := fakeforge.New(t, file)
	s.On(repo+"/rulesets", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Link", "<"+s.URL+repo+"/rulesets?page=2&access_token="+fakeforge.Token+`>; rel="next"`)
		w.Write([]byte(`[]`))
	})
	s.On(repo+"/deployments", func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusForbidden)
		w.Write([]byte(`{"message":"token ` + fakeforge.Token + ` may not"}`))
	})
	r, data := material(t, options(s))
	shown := cmp.Diff(r, nil) + string(data)
	s.On(repo, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusForbidden)
		w.Write([]byte(`{"message":"token ` + r.Header.Get("Authorization") + ` may not"}`))
	})
	_, err := github.Collect(t.Context(), options(s))
	if err == nil || strings.Contains(shown+err.Error(), fakeforge.Token) {
		t.Errorf("the token is in the output, or no error: %v", err)
	}
}

func TestRateLimit(t *testing.T) {
	for name, header := range map[string]map[string]string{
		"Retry-After": {"Retry-After": "30"},
		"reset":       {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1795165230"}, // 30 s after the test's clock
	} {
		s := fakeforge.New(t, file)
		failed := false
		s.On(repo+"/rulesets", func(w http.ResponseWriter, r *http.Request) {
			if failed {
				s.File(w, r)
				return
			}
			failed = true
			w.Header().Set("Date", "Fri, 20 Nov 2026 09:00:00 GMT")
			for k, v := range header {
				w.Header().Set(k, v)
			}
			w.WriteHeader(http.StatusForbidden)
		})
		o := options(s)
		var slept time.Duration
		o.Sleep = func(_ context.Context, d time.Duration) error { slept += d; return nil }
		r := gather(t, o)
		if slept != 30*time.Second || len(r.Protections) != 4 {
			t.Errorf("%s: slept %s, %d protections", name, slept, len(r.Protections))
		}
		o = options(s)
		o.Limits.Wait = 10 * time.Second
		failed = false
		_, err := github.Collect(t.Context(), o)
		var e *forge.RateLimitError
		if !errors.As(err, &e) || e.Wait != 30*time.Second {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestListEndsAt250(t *testing.T) {
	s := fakeforge.New(t, file)
	s.On(repo+"/pulls/13/commits", func(w http.ResponseWriter, r *http.Request) { w.Write([]byte(`[]`)) })
	r := gather(t, options(s))
	if !slices.ContainsFunc(r.Unread, func(m evidence.Unread) bool { return strings.Contains(m.Why, "250") }) {
		t.Errorf("a short list is not listed: %+v", r.Unread)
	}
}

func TestEndlessPages(t *testing.T) {
	s := fakeforge.New(t, file)
	s.On(repo+"/rulesets", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Link", "<"+s.URL+repo+`/rulesets?page=1>; rel="next"`)
		w.Write([]byte(`[]`))
	})
	n := 1
	s.On(repo+"/deployments", func(w http.ResponseWriter, r *http.Request) {
		n++
		w.Header().Set("Link", "<"+s.URL+repo+"/deployments?page="+strings.Repeat("9", n)+`>; rel="next"`)
		w.Write([]byte(`[]`))
	})
	o := options(s)
	o.Limits.Pages = 5
	r := gather(t, o)
	if len(r.Unread) < 2 || n > 8 {
		t.Errorf("after %d pages: %+v", n, r.Unread)
	}
}

func TestCancel(t *testing.T) {
	s := fakeforge.New(t, file)
	ctx, cancel := context.WithCancel(t.Context())
	s.On(repo+"/pulls/12/reviews", func(w http.ResponseWriter, r *http.Request) { cancel(); <-r.Context().Done() })
	if _, err := github.Collect(ctx, options(s)); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
}

// TestEveryEndpointIsDocumented keeps the table of package doc true.
func TestEveryEndpointIsDocumented(t *testing.T) {
	doc, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range github.Endpoints() {
		if !strings.Contains(string(doc), e.Name+" ") || e.Scope == "" || len(e.Controls) == 0 {
			t.Errorf("%+v is not in package doc, or has no permission or controls", e)
		}
	}
}
