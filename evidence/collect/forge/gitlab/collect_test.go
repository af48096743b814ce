package gitlab_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/collect/forge"
	"github.com/release-dossier/dossier/evidence/collect/forge/gitlab"
	"github.com/release-dossier/dossier/internal/fakeforge"
)

const (
	project = "/api/v4/projects/300"
	file    = "testdata/answers.json"
	account = "account:gitlab.example.com:"
)

// id makes a commit id of the fixtures.
func id(s string) string { return strings.Repeat(s, 20) }

func oid(s string) evidence.ObjectID { return evidence.ObjectID(id(s)) }

func options(s *fakeforge.Server) forge.Options {
	return forge.Options{
		Repository: "git@gitlab.example.com:bank/core/ledger.git", BaseURL: s.URL + "/api/v4",
		Commit: id("a1"), Commits: []string{id("a1"), id("b2")}, Tag: "v1.4.0",
		Since: time.Date(2026, 11, 17, 10, 0, 0, 0, time.UTC), Teams: []string{"@bank/owners"},
		Token: func(context.Context) (string, error) { return fakeforge.Token, nil },
		Now:   func() time.Time { return time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC) },
		Sleep: func(context.Context, time.Duration) error { return nil },
		Rand:  zeros{}, Retriever: "dossier-test/1",
	}
}

func gather(t *testing.T, o forge.Options) *forge.Result {
	t.Helper()
	r, err := gitlab.Collect(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func fromFile(t *testing.T) *forge.Result { return gather(t, options(fakeforge.New(t, file))) }

func TestNothingIsMissing(t *testing.T) {
	r := fromFile(t)
	if len(r.Unread) > 0 {
		t.Errorf("gaps: %+v", r.Unread)
	}
	for _, a := range r.Answers.List {
		if !a.Complete {
			t.Errorf("%s is said to be incomplete: %d %s", a.URL, a.Status, a.Fault)
		}
	}
	if r.Repository.URI != "https://gitlab.example.com/bank/core/ledger" || r.Repository.ID != "300" {
		t.Errorf("repository %+v", r.Repository)
	}
	want := []evidence.LandedCommit{{Commit: oid("a1"), Proof: forge.ByMergeCommit}}
	if d := cmp.Diff(want, r.Changes[0].Landed); d != "" || !slices.Equal(r.Unlinked, []string{id("b2")}) {
		t.Error(d, r.Unlinked)
	}
}

func TestChange(t *testing.T) {
	ch := fromFile(t).Changes[0]
	if ch.MergedAs != oid("a1") || ch.HeadCommit != oid("17") || ch.MergeMethod != forge.Squash || !slices.Equal(ch.Labels, []string{"risk::low", "type::feature"}) {
		t.Errorf("fields: %+v", ch)
	}
	if !slices.Equal(ch.Commits, []evidence.ObjectID{oid("d4"), oid("17")}) || len(ch.UnlinkedCommits) != 1 {
		t.Errorf("commits %v, %v unlinked", ch.Commits, ch.UnlinkedCommits)
	}
	if len(ch.Authors) != 2 || ch.Authors[0].ID != account+"11" || ch.Authors[1].ID != account+"13" {
		t.Errorf("authors: %+v", ch.Authors)
	}
}

// TestApprovalsHaveTheirCommit: the history comes from the system's notes, the
// commit from the versions; a person's comment with the same words is none.
func TestApprovalsHaveTheirCommit(t *testing.T) {
	ch := fromFile(t).Changes[0]
	var got []string
	for _, r := range ch.Reviews {
		got = append(got, strings.Join([]string{r.ID, strings.TrimPrefix(string(r.By.ID), account), string(r.By.Kind), r.State, string(r.Commit[:2])}, " "))
	}
	want := []string{
		"note/2 12 human approved d4",
		"note/3 12 human withdrawn d4",
		"note/5 13 human approved 17",
		"approval/14 14 bot approved 17",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if ch.Events[0].Kind != "pushed" || ch.Events[1].Kind != "review-requested" || ch.Events[1].Reviewer.ID != account+"13" || ch.Events[2].Commit != oid("17") {
		t.Errorf("events: %+v", ch.Events)
	}
}

// TestApprovalsThatAreGone: the list of present approvals decides. What the
// notes have and the list lacks does not stand, whoever removed it.
func TestApprovalsThatAreGone(t *testing.T) {
	s := fakeforge.New(t, file)
	s.On(project+"/merge_requests/7/approvals", func(w http.ResponseWriter, r *http.Request) { w.Write([]byte(`{"approved_by":[]}`)) })
	for _, r := range gather(t, options(s)).Changes[0].Reviews {
		if r.ID == "note/5" && r.State != "dismissed" || r.ID == "note/2" && r.State != "approved" {
			t.Errorf("%+v", r)
		}
	}
}

// TestImportedNotes: what another instance says of approvals proves nothing.
func TestImportedNotes(t *testing.T) {
	s := fakeforge.New(t, file)
	s.On(project+"/merge_requests/7/approvals", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusForbidden) })
	s.On(project+"/merge_requests/7/notes", func(w http.ResponseWriter, r *http.Request) {
		w.Write([]byte(`[{"id":5,"body":"approved this merge request","system":true,"imported":true,"author":{"id":13},"created_at":"2026-11-16T13:00:00Z"}]`))
	})
	if list := gather(t, options(s)).Changes[0].Reviews; len(list) > 0 {
		t.Errorf("reviews: %+v", list)
	}
}

func TestChecks(t *testing.T) {
	r := fromFile(t)
	var got []string
	for _, c := range r.Checks {
		got = append(got, strings.Join([]string{c.Name, c.Outcome, string(rune('0' + c.Attempt)), c.RunID}, " "))
	}
	if want := []string{"external pass 1 status/3", "test fail 1 job/1", "test pass 2 job/2"}; !slices.Equal(got, want) {
		t.Errorf("checks %q, want %q", got, want)
	}
	if !slices.ContainsFunc(r.Notes, func(n string) bool { return strings.Contains(n, `"slow"`) }) {
		t.Errorf("no note of the unfinished check: %q", r.Notes)
	}
}

func TestProtections(t *testing.T) {
	r := fromFile(t)
	main, release, settings, tags := r.Protections[0], r.Protections[1], r.Protections[2], r.Protections[3]
	if !settings.LinearHistory || !slices.Equal(settings.MergeMethods, []string{"fast-forward", "squash"}) {
		t.Errorf("settings: %+v", settings)
	}
	if !main.RequiresChange || main.RequiredApprovals != 2 || !main.CodeOwnerReview || !main.DismissesStale || !main.SignedCommits || !main.BlocksForcePush {
		t.Errorf("main: %+v", main)
	}
	if release.RequiresChange || release.RequiredApprovals != 0 || release.BlocksForcePush ||
		!slices.Equal(release.PushAllowed, []evidence.RuleActor{{Kind: "access-level", ID: "40"}, {Kind: "account", ID: account + "12"}}) {
		t.Errorf("release: %+v", release)
	}
	if tags.Target != "tag" || !tags.BlocksCreation || !tags.BlocksUpdate || len(tags.PushAllowed) == 0 || tags.Include[0] != "refs/tags/v*" {
		t.Errorf("tags: %+v", tags)
	}
	if e := r.Environments[0]; !e.AdminsIncluded || e.RequiredApprovals != 1 || e.Reviewers[0] != (evidence.RuleActor{Kind: "team", ID: "77"}) || r.Environments[1].AdminsIncluded {
		t.Errorf("environments: %+v", r.Environments)
	}
}

func TestDeploymentsReleaseGroups(t *testing.T) {
	r := fromFile(t)
	if len(r.Deployments) != 1 || r.Deployments[0].ID != "42" || len(r.Deployments[0].Statuses) != 2 || r.Deployments[0].Approvals[0].Who.ID != account+"13" || r.Deployments[0].Approvals[0].At.Time.IsZero() {
		t.Errorf("deployments: %+v", r.Deployments)
	}
	if r.Release == nil || r.Release.Assets[0].Name != "ledger.tar.gz" {
		t.Errorf("release: %+v", r.Release)
	}
	if len(r.Access) != 3 || r.Access[0].Permission != "write" || r.Access[1].Permission != "maintain" || r.Access[2].Permission != "admin" {
		t.Errorf("access: %+v", r.Access)
	}
	if len(r.Teams) != 1 || len(r.Teams[0].Members) != 1 || r.Teams[0].Members[0].ID != account+"13" {
		t.Errorf("teams: %+v", r.Teams)
	}
}

// TestUnknownKindIsNoPerson: an account that cannot be looked up must not
// count as a second person.
func TestUnknownKindIsNoPerson(t *testing.T) {
	for name, h := range map[string]http.HandlerFunc{
		"forbidden":  func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusForbidden) },
		"not said":   func(w http.ResponseWriter, r *http.Request) { w.Write([]byte(`{"id":13}`)) },
		"other user": func(w http.ResponseWriter, r *http.Request) { w.Write([]byte(`{"id":12,"bot":false}`)) },
	} {
		s := fakeforge.New(t, file)
		s.On("/api/v4/users/13", h)
		r := gather(t, options(s))
		last := r.Changes[0].Reviews[2]
		if last.By.ID != account+"13" || last.By.Kind != evidence.Unspecified {
			t.Errorf("%s: %+v", name, last.By)
		}
		if !slices.ContainsFunc(r.Unread, func(m evidence.Unread) bool { return m.What == "GET /users/:id" }) {
			t.Errorf("%s: not listed: %+v", name, r.Unread)
		}
	}
}

func TestOfflineAgain(t *testing.T) {
	s := fakeforge.New(t, file)
	r := gather(t, options(s))
	_, data, err := r.Answers.Material()
	if err != nil {
		t.Fatal(err)
	}
	read, err := forge.ReadAnswers(bytes.NewReader(data), forge.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	o := options(s)
	o.Transport, o.Token = forge.Recorded(read), nil
	again := gather(t, o)
	_, bytesAgain, err := again.Answers.Material()
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(r, again); d != "" || !bytes.Equal(data, bytesAgain) {
		t.Errorf("the facts or the material differ offline: %s", d)
	}
}

// TestListsGiveAllTheyPromise: a list that ends before its X-Total is incomplete,
// also when it is read back from the material.
func TestListsGiveAllTheyPromise(t *testing.T) {
	s := fakeforge.New(t, file)
	for _, path := range []string{project + "/protected_tags", project + "/merge_requests/7/notes"} {
		s.On(path, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X-Total", "5000000")
			s.File(w, r)
		})
	}
	r := gather(t, options(s))
	_, data, err := r.Answers.Material()
	if err != nil {
		t.Fatal(err)
	}
	read, err := forge.ReadAnswers(bytes.NewReader(data), forge.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	o := options(s)
	o.Transport = forge.Recorded(read)
	for _, r := range []*forge.Result{r, gather(t, o)} {
		// Notes that an account may not see are counted all the same.
		if len(r.Unread) != 1 || !strings.HasSuffix(r.Unread[0].What, "/protected_tags") || !strings.Contains(r.Unread[0].Why, "of the 5000000 items") {
			t.Errorf("gaps: %+v", r.Unread)
		}
	}
}

// TestOfflineWithoutAnAnswer: a recording with a hole is incomplete, not thin.
func TestOfflineWithoutAnAnswer(t *testing.T) {
	s := fakeforge.New(t, file)
	r := gather(t, options(s))
	list := slices.DeleteFunc(slices.Clone(r.Answers.List), func(a forge.Answer) bool { return strings.Contains(a.URL, "/notes") })
	o := options(s)
	o.Transport = forge.Recorded(&forge.Answers{List: list})
	r = gather(t, o)
	if len(r.Unread) != 1 || !strings.Contains(r.Unread[0].Why, "no answer was recorded") {
		t.Errorf("gaps: %+v", r.Unread)
	}
}

// TestFaults: each list broken in turn; the collection goes on and says which.
func TestFaults(t *testing.T) {
	paths := map[string]string{
		project + "/repository/commits/" + id("b2") + "/merge_requests": "/repository/commits/:sha/merge_requests",
		project + "/merge_requests/7":                                   "/merge_requests/:iid",
		project + "/merge_requests/7/commits":                           "/commits",
		project + "/merge_requests/7/versions":                          "/versions",
		project + "/merge_requests/7/notes":                             "/notes",
		project + "/merge_requests/7/approvals":                         "/approvals",
		project + "/repository/commits/" + id("a1") + "/statuses":       "/statuses",
		project + "/protected_branches":                                 "/protected_branches",
		project + "/protected_tags":                                     "/protected_tags",
		project + "/approvals":                                          ":id/approvals",
		project + "/approval_rules":                                     "/approval_rules",
		project + "/push_rule":                                          "/push_rule",
		project + "/environments":                                       ":id/environments",
		project + "/protected_environments":                             "/protected_environments",
		project + "/deployments":                                        "/deployments",
		project + "/deployments/42":                                     "/deployments/:deployment_id",
		project + "/releases/v1.4.0":                                    "/releases/:tag_name",
		"/api/v4/groups/bank/owners/members/all":                        "/members/all",
	}
	bodies := map[string]string{"not JSON": `[{`, "wrong type": `"x"`, "nulls": `[null]`, "forbidden": ""}
	for path, endpoint := range paths {
		for name, body := range bodies {
			s := fakeforge.New(t, file)
			s.On(path, func(w http.ResponseWriter, r *http.Request) {
				if body == "" {
					w.WriteHeader(http.StatusForbidden)
				}
				w.Write([]byte(body))
			})
			r := gather(t, options(s))
			if !slices.ContainsFunc(r.Unread, func(m evidence.Unread) bool { return strings.HasSuffix(m.What, endpoint) && len(m.Unknown) > 0 }) {
				t.Errorf("%s, %s: not listed: %+v", path, name, r.Unread)
			}
		}
	}
}

// TestRetries: GitLab's 429 and a server error that passes.
func TestRetries(t *testing.T) {
	for _, status := range []int{http.StatusTooManyRequests, http.StatusBadGateway} {
		s := fakeforge.New(t, file)
		n := 0
		s.On(project+"/protected_tags", func(w http.ResponseWriter, r *http.Request) {
			if n++; n < 3 {
				w.Header().Set("Retry-After", "7")
				w.WriteHeader(status)
				w.Write([]byte("<html>Retry later"))
				return
			}
			s.File(w, r)
		})
		o := options(s)
		var slept time.Duration
		o.Sleep = func(_ context.Context, d time.Duration) error { slept += d; return nil }
		r := gather(t, o)
		if len(r.Unread) > 0 || slept != 14*time.Second {
			t.Errorf("%d: slept %s, %+v", status, slept, r.Unread)
		}
		var statuses []int
		for _, a := range r.Answers.List {
			if strings.Contains(a.URL, "/protected_tags") {
				statuses = append(statuses, a.Status)
			}
		}
		if !slices.Equal(statuses, []int{status, status, 200}) {
			t.Errorf("%d: recorded %v: failed attempts must stay", status, statuses)
		}
	}
}

func TestBaseAddress(t *testing.T) {
	s := fakeforge.New(t, file)
	for base, want := range map[string]string{
		s.URL:                              "/api/v4/",
		"http://gitlab.example.com/api/v4": "want https",
		"https://u:pw@host/api/v4":         "not a plain URL",
	} {
		o := options(s)
		o.BaseURL = base
		_, err := gitlab.Collect(t.Context(), o)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "pw") {
			t.Errorf("%s: %v", base, err)
		}
	}
}

func TestUnauthorized(t *testing.T) {
	o := options(fakeforge.New(t, file))
	o.Token = nil
	_, err := gitlab.Collect(t.Context(), o)
	var e *forge.StatusError
	if !errors.As(err, &e) || e.Status != http.StatusUnauthorized || !strings.Contains(err.Error(), "read_api") {
		t.Fatalf("got %v", err)
	}
}

// TestEveryEndpointIsDocumented keeps the table of package doc true.
func TestEveryEndpointIsDocumented(t *testing.T) {
	doc, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range gitlab.Endpoints() {
		if !strings.Contains(string(doc), e.Name+" ") || e.Scope == "" || len(e.Controls) == 0 {
			t.Errorf("%+v is not in package doc, or has no permission or controls", e)
		}
	}
}
