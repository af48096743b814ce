package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/collect/forge"
	httprec "github.com/release-dossier/dossier/evidence/collect/http"
)

const (
	apiURL = "https://api.github.com/"
	repoID = 418820017
)

type object = map[string]any

// forgeWriter writes GitHub's answers about a world.
type forgeWriter struct {
	ts   *testscript.TestScript
	w    *world
	list []forge.Answer
}

// writeAnswers writes what GitHub and Jira answered when they were asked about
// the release: github.jsonl and jira.jsonl.
func (w *world) writeAnswers(ts *testscript.TestScript) {
	f := &forgeWriter{ts: ts, w: w}
	f.repository()
	for _, name := range ordered(w.History) {
		e := w.History[name]
		if e.Pull != 0 {
			f.pull(e)
			f.checks(e.heads[len(e.heads)-1], e.Checks)
			f.checks(e.commit, e.MainChecks)
		} else if e.commit != "" {
			f.list1("commits/"+e.commit+"/pulls", []object{})
			f.checks(e.commit, e.Checks)
		}
	}
	f.rules()
	f.people()
	f.deploys()
	slices.SortFunc(f.list, func(a, b forge.Answer) int { return strings.Compare(a.URL, b.URL) })
	answers := forge.Answers{Forge: "github", BaseURL: apiURL, Repository: "https://github.com/fintech/payments", List: f.list}
	copy(answers.Salt[:], "the salt of the scenarios' forge")
	var b bytes.Buffer
	ts.Check(answers.Write(&b))
	ts.Check(os.WriteFile(ts.MkAbs("github.jsonl"), b.Bytes(), 0o644))
	w.writeJira(ts)
}

// answer keeps one answer.
func (f *forgeWriter) answer(path, query string, status int, body any) {
	text, err := json.Marshal(body)
	f.ts.Check(err)
	url := apiURL + path
	if query != "" {
		url += "?" + query
	}
	digest := evidence.Sum(text)
	a := forge.Answer{
		URL: url, Method: "GET", Attempt: 1, RetrievedAt: evidence.At(f.w.Taken), Status: status, Complete: status == 200,
		Retriever: "dossier (devel)", BodyDigest: &digest, Body: text,
	}
	if strings.HasPrefix(query, "page=1") || strings.Contains(query, "&page=1") {
		a.Page = 1
	}
	f.list = append(f.list, a)
}

const inRepo = "repos/fintech/payments/"

func (f *forgeWriter) one(path string, body any) { f.answer(inRepo+path, "", 200, body) }

// list1 is a list of one page.
func (f *forgeWriter) list1(path string, body any) {
	f.answer(inRepo+path, "page=1&per_page=100", 200, body)
}

func (f *forgeWriter) user(name string) object {
	p, ok := f.w.People[name]
	if !ok {
		f.ts.Fatalf("nobody is called %q", name)
	}
	kind := p.Kind
	if kind == "" {
		kind = "User"
	}
	return object{"login": p.Login, "id": p.ID, "type": kind, "site_admin": false}
}

func (f *forgeWriter) userRef() object {
	return object{"id": repoID, "name": "payments", "full_name": "fintech/payments"}
}

func (f *forgeWriter) repository() {
	f.answer("repos/fintech/payments", "", 200, object{
		"id": repoID, "name": "payments", "full_name": "fintech/payments", "private": true, "default_branch": "main",
		"owner": object{"login": "fintech", "id": 900, "type": "Organization"}, "html_url": "https://github.com/fintech/payments",
		"allow_squash_merge": true, "allow_merge_commit": false, "allow_rebase_merge": false, "delete_branch_on_merge": true, "visibility": "private",
	})
}

func (f *forgeWriter) pull(e *event) {
	on := e.On
	if on == "" {
		on = "main"
	}
	head := e.heads[len(e.heads)-1]
	labels := []object{}
	for i, l := range e.Labels {
		labels = append(labels, object{"id": i + 1, "name": l})
	}
	number := fmt.Sprint(e.Pull)
	p := object{
		"id": 20000 + e.Pull, "number": e.Pull, "html_url": "https://github.com/fintech/payments/pull/" + number, "state": "closed",
		"title": e.Title, "body": body(e), "user": f.user(e.By), "assignees": []object{f.user(e.By)}, "labels": labels, "draft": false,
		"created_at": e.Opened, "updated_at": e.At.Add(time.Minute), "closed_at": e.At, "merged_at": e.At, "merged": true,
		"merge_commit_sha": e.commit, "merged_by": f.user(e.Merger), "commits": len(e.heads),
		"head": object{"ref": e.Head, "sha": head, "repo": f.userRef()}, "base": object{"ref": on, "sha": e.base, "repo": f.userRef()},
	}
	for _, c := range append([]string{e.commit}, e.heads...) {
		f.list1("commits/"+c+"/pulls", []object{p})
	}
	f.one("pulls/"+number, p)
	var commits []object
	for _, name := range ordered(e.Commits) {
		c := e.Commits[name]
		who := object{"name": f.w.People[c.By].Name, "email": f.w.People[c.By].Email, "date": c.At}
		commits = append(commits, object{"sha": c.commit, "commit": object{"author": who, "committer": who, "message": c.Message}, "author": f.user(c.By), "committer": f.user(c.By)})
	}
	f.list1("pulls/"+number+"/commits", commits)
	reviews := []object{}
	for i, name := range ordered(e.Reviews) {
		r := e.Reviews[name]
		state := r.State
		if state == "" {
			state = "APPROVED"
		}
		id := e.Pull*100 + int64(i) + 1
		reviews = append(reviews, object{
			"id": id, "user": f.user(r.By), "body": "", "state": state, "submitted_at": r.At, "commit_id": head,
			"html_url": fmt.Sprintf("https://github.com/fintech/payments/pull/%d#pullrequestreview-%d", e.Pull, id),
		})
	}
	f.list1("pulls/"+number+"/reviews", reviews)
	f.timeline(e, head)
	f.activity(e)
	f.one("git/commits/"+e.commit, object{"sha": e.commit, "message": e.Message, "parents": []object{{"sha": e.base}}})
}

// body is a description, of its parts.
func body(e *event) string {
	var b strings.Builder
	for _, name := range ordered(e.Body) {
		b.WriteString(e.Body[name] + "\n")
	}
	return b.String()
}

func (f *forgeWriter) timeline(e *event, head string) {
	list := []object{}
	add := func(event string, by string, at time.Time, more object) {
		o := object{"id": len(list) + 1, "actor": f.user(by), "event": event, "created_at": at}
		for k, v := range more {
			o[k] = v
		}
		list = append(list, o)
	}
	if !e.Ready.IsZero() {
		add("ready_for_review", e.By, e.Ready, nil)
		for _, name := range ordered(e.Reviews) {
			add("review_requested", e.By, e.Ready, object{"requested_reviewer": f.user(e.Reviews[name].By), "review_requester": f.user(e.By)})
		}
	}
	add("merged", e.Merger, e.At, object{"commit_id": e.commit})
	add("head_ref_deleted", e.Merger, e.At.Add(time.Minute), nil)
	f.list1(fmt.Sprintf("issues/%d/timeline", e.Pull), list)
}

const zeroCommit = "0000000000000000000000000000000000000000"

func (f *forgeWriter) activity(e *event) {
	ref := "refs/heads/" + e.Head
	list := []object{{"id": 1, "before": zeroCommit, "after": e.base, "ref": ref, "timestamp": e.Created, "activity_type": "branch_creation", "actor": f.user(e.By)}}
	before := e.base
	for i, name := range ordered(e.Commits) {
		c := e.Commits[name]
		list = append(list, object{"id": i + 2, "before": before, "after": c.commit, "ref": ref, "timestamp": c.At.Add(time.Minute), "activity_type": "push", "actor": f.user(c.By)})
		before = c.commit
	}
	f.answer(inRepo+"activity", "direction=asc&per_page=100&ref="+strings.ReplaceAll(ref, "/", "%2F"), 200, list)
}

// checks are the check runs on a commit.
func (f *forgeWriter) checks(commit string, runs map[string]*checkRun) {
	list := []object{}
	for _, name := range ordered(runs) {
		c := runs[name]
		conclusion := c.Conclusion
		if conclusion == "" {
			conclusion = "success"
		}
		for _, check := range c.Names {
			job := strconv.Itoa(len(list) + 1)
			list = append(list, object{
				"id": c.Run*100 + int64(len(list)), "name": check, "head_sha": commit, "status": "completed", "conclusion": conclusion,
				"started_at": c.From, "completed_at": c.To, "html_url": fmt.Sprintf("https://github.com/fintech/payments/actions/runs/%d/job/%s", c.Run, job),
				"details_url": fmt.Sprintf("https://github.com/fintech/payments/actions/runs/%d/job/%s", c.Run, job),
				"check_suite": object{"id": c.Run}, "app": object{"id": 15368, "slug": "github-actions"},
			})
		}
	}
	f.answer(inRepo+"commits/"+commit+"/check-runs", "filter=all&page=1&per_page=100", 200, object{"total_count": len(list), "check_runs": list})
	f.list1("commits/"+commit+"/statuses", []object{})
}

func (f *forgeWriter) rules() {
	list := []object{}
	for _, name := range ordered(f.w.Rules) {
		var r object
		f.ts.Check(json.Unmarshal(f.w.Rules[name], &r))
		list = append(list, object{"id": r["id"], "name": r["name"], "target": r["target"], "source_type": "Repository", "source": "fintech/payments", "enforcement": r["enforcement"]})
		f.answer(inRepo+fmt.Sprintf("rulesets/%v", r["id"]), "includes_parents=true", 200, r)
	}
	f.answer(inRepo+"rulesets", "includes_parents=true&page=1&per_page=100", 200, list)
	var bases []string
	for _, e := range f.w.History {
		if e.Pull != 0 && e.On != "" {
			bases = append(bases, e.On)
		}
	}
	slices.Sort(bases)
	for _, b := range slices.Compact(append([]string{"main"}, bases...)) {
		name := strings.ReplaceAll(b, "/", "%2F")
		f.one("branches/"+name, object{"name": b, "protected": true})
		f.answer(inRepo+"branches/"+name+"/protection", "", 404, object{"message": "Branch not protected"})
	}
}

func (f *forgeWriter) people() {
	for name, members := range f.w.Teams {
		list := []object{}
		for _, m := range members {
			list = append(list, f.user(m))
		}
		f.answer("orgs/fintech/teams/"+name+"/members", "page=1&per_page=100", 200, list)
	}
	list := []object{}
	for _, name := range slices.Sorted(maps.Keys(f.w.Access)) {
		u := f.user(name)
		p := f.w.Access[name]
		u["role_name"] = p
		u["permissions"] = object{"pull": true, "triage": true, "push": true, "maintain": p != "write", "admin": p == "admin"}
		list = append(list, u)
	}
	f.answer(inRepo+"collaborators", "page=1&per_page=100&permission=push", 200, list)
}

func (f *forgeWriter) deploys() {
	var list []any
	for _, name := range ordered(f.w.Environments) {
		list = append(list, f.w.Environments[name])
	}
	f.answer(inRepo+"environments", "page=1&per_page=100", 200, object{"total_count": len(list), "environments": list})
	commit := f.ts.Getenv("COMMIT")
	f.answer(inRepo+"deployments", "page=1&per_page=100&sha="+commit, 200, []object{})
	f.answer(inRepo+"actions/runs", "head_sha="+commit+"&page=1&per_page=100", 200, object{"total_count": 0, "workflow_runs": []object{}})
	if f.w.Page != nil {
		f.one("releases/tags/"+f.ts.Getenv("TAG"), f.w.Page)
	} else {
		f.answer(inRepo+"releases/tags/"+f.ts.Getenv("TAG"), "", 404, object{"message": "Not Found"})
	}
}

const jiraURL = "https://fintech.atlassian.net"

// writeJira writes what Jira answered about the tickets.
func (w *world) writeJira(ts *testscript.TestScript) {
	mapping, err := httprec.Builtin("jira-cloud")
	ts.Check(err)
	var b bytes.Buffer
	line := func(v any) {
		text, err := json.Marshal(v)
		ts.Check(err)
		b.Write(append(text, '\n'))
	}
	line(object{"format": "http-answers/v1", "mapping": mapping.Name(), "mappingDigest": mapping.Digest, "base": jiraURL, "salt": strings.Repeat("5a", 32)})
	account := func(name string) any {
		if name == "" {
			return nil
		}
		return object{"accountId": w.People[name].Jira, "accountType": "atlassian", "displayName": w.People[name].Name}
	}
	const form = "2006-01-02T15:04:05.000-0700"
	for _, id := range slices.Sorted(maps.Keys(w.Tickets)) {
		t := w.Tickets[id]
		var resolution, resolved any
		if t.Resolution != "" {
			resolution = object{"name": t.Resolution}
		}
		if t.Resolved != nil {
			resolved = t.Resolved.Format(form)
		}
		issue := object{"id": "10042", "key": id, "fields": object{
			"issuetype": object{"name": t.Type}, "status": object{"name": t.State, "statusCategory": object{"key": t.Category}},
			"resolution": resolution, "resolutiondate": resolved, "assignee": account(t.Owner), "reporter": account(t.Requester),
			"created": t.Created.Format(form), "updated": t.Updated.Format(form), "priority": nil, "project": object{"key": strings.Split(id, "-")[0]},
		}}
		values := []object{}
		for i, name := range ordered(t.Transitions) {
			c := t.Transitions[name]
			values = append(values, object{"id": strconv.Itoa(i + 1), "author": account(c.By), "created": c.At.Format(form), "items": []object{{"field": "status", "fromString": c.From, "toString": c.To}}})
		}
		for _, a := range []struct {
			request, path string
			body          object
		}{
			{"issue", "?fields=issuetype%2Cstatus%2Cresolution%2Cassignee%2Creporter%2Ccreated%2Cupdated%2Cresolutiondate%2Cproject%2Cpriority", issue},
			{"changelog", "/changelog?maxResults=100", object{"startAt": 0, "maxResults": 100, "total": len(values), "isLast": true, "values": values}},
		} {
			body, err := json.Marshal(a.body)
			ts.Check(err)
			line(object{
				"request": a.request, "page": 1, "method": "GET", "url": jiraURL + "/rest/api/3/issue/" + id + a.path,
				"retrievedAt": w.Taken, "status": 200, "mediaType": "application/json", "complete": true, "body": string(body),
			})
		}
	}
	ts.Check(os.WriteFile(ts.MkAbs("jira.jsonl"), b.Bytes(), 0o644))
}
