package provenance_test

import (
	"slices"
	"testing"

	"github.com/release-dossier/dossier/evidence/provenance"
)

func build() *provenance.Summary {
	return &provenance.Summary{
		SourceURI: "https://github.com/org/repo", SourceCommits: []string{commitA}, SourceRef: "refs/tags/v1.2.3",
		SourceTag: "v1.2.3", SourceBranch: "main", Workflow: ".github/workflows/release.yml", Trigger: "workflow_dispatch",
		Inputs:    map[string]string{"target": "prod"},
		BuilderID: "https://github.com/org/builder/.github/workflows/build.yml@refs/tags/v2.0.0",
		RunID:     "https://github.com/org/repo/actions/runs/7/attempts/1",
		Claims: provenance.Claims{
			Repository: "org/repo", RepositoryID: "1", OwnerID: "2", Ref: "refs/tags/v1.2.3", Commit: commitA, Event: "workflow_dispatch",
			WorkflowRef: "org/repo/.github/workflows/release.yml@refs/tags/v1.2.3", WorkflowCommit: commitA, RunID: "7", Attempt: "1", Runner: "github-hosted",
		},
	}
}

func TestMismatches(t *testing.T) {
	tests := []struct {
		name   string
		expect provenance.Expect
		change func(*provenance.Summary)
		want   provenance.Code
	}{
		{name: "nothing"},
		{name: "all", expect: provenance.Expect{
			Repository: "https://github.com/org/repo", Commit: commitA, Branch: "main", Tag: "v1.2.3", VersionedTag: "v1",
			Workflow: ".github/workflows/release.yml", Inputs: map[string]string{"target": "prod"},
		}},
		{name: "repository", expect: provenance.Expect{Repository: "https://github.com/org/repo2"}, want: provenance.SourceMismatch},
		{name: "no repository", expect: provenance.Expect{Repository: "https://github.com/org/repo"}, change: func(s *provenance.Summary) { s.SourceURI = "" }, want: provenance.NoSource},
		{name: "commit", expect: provenance.Expect{Commit: commitB}, want: provenance.CommitMismatch},
		{name: "two commits", expect: provenance.Expect{Commit: commitA}, change: func(s *provenance.Summary) { s.SourceCommits = append(s.SourceCommits, commitB) }, want: provenance.CommitMismatch},
		{name: "no commit", expect: provenance.Expect{Commit: commitA}, change: func(s *provenance.Summary) { s.SourceCommits = nil }, want: provenance.NoCommit},
		{name: "branch", expect: provenance.Expect{Branch: "master"}, want: provenance.BranchMismatch},
		{name: "no branch", expect: provenance.Expect{Branch: "main"}, change: func(s *provenance.Summary) { s.SourceBranch = "" }, want: provenance.NoBranch},
		{name: "tag", expect: provenance.Expect{Tag: "v1.2"}, want: provenance.TagMismatch},
		{name: "no tag", expect: provenance.Expect{Tag: "v1.2.3"}, change: func(s *provenance.Summary) { s.SourceTag = "" }, want: provenance.NoTag},
		{name: "workflow", expect: provenance.Expect{Workflow: "x.yml"}, want: provenance.WorkflowMismatch},
		{name: "input", expect: provenance.Expect{Inputs: map[string]string{"target": "dev"}}, want: provenance.InputMismatch},
		{name: "input not there", expect: provenance.Expect{Inputs: map[string]string{"other": ""}}, want: provenance.InputMismatch},
		{name: "no inputs", expect: provenance.Expect{Inputs: map[string]string{"target": "prod"}}, change: func(s *provenance.Summary) { s.Inputs = nil }, want: provenance.NoInputs},
		{name: "contradiction", change: func(s *provenance.Summary) { s.Problems = []string{"two"} }, want: provenance.Contradictory},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := build()
			if tt.change != nil {
				tt.change(s)
			}
			got := s.Mismatches(tt.expect)
			if tt.want == "" && len(got) > 0 || tt.want != "" && (len(got) != 1 || got[0].Code != tt.want) {
				t.Errorf("got %v, want %q", got, tt.want)
			}
		})
	}
}

func TestVersionedTag(t *testing.T) {
	const mismatch, none, invalid = provenance.VersionMismatch, provenance.NoTag, provenance.TagNotSemver
	for _, tt := range []struct {
		tag, expect string
		want        provenance.Code
	}{
		{"v1.2.3", "v1", ""}, {"v1.2.3", "v1.2", ""}, {"v1.2.3", "v1.2.3", ""}, {"v1.2.3+b", "v1.2.3", ""}, {"v1.2.3", "v1.2.3+b", ""},
		{"v14", "v14", ""}, {"v14", "v14.0", ""}, {"v14", "v14.0.0", ""}, {"v14", "v14.1", mismatch}, {"v14.2", "v14.2.1", mismatch},
		{"v10.0.0", "v1", mismatch}, {"v1.20.0", "v1.2", mismatch}, {"v1.2.3", "v1.2.30", mismatch}, {"v1.2.30", "v1.2.3", mismatch},
		{"v1.2.3-rc.1", "v1", ""}, {"v1.2.3-rc.1", "v1.2.3", mismatch}, {"v1.2.3-rc.1", "v1.2.3-rc.1", ""}, {"v1.2.3-rc.1", "v1.2.3-rc.2", mismatch},
		{"v1.2.3-rc.1+b.2", "v1.2.3-rc.1+b.3", ""},
		{"", "v1", none}, {"release", "v1", invalid}, {"1.2.3", "v1", invalid}, {"v1.2.3", "1", invalid}, {"v1.2.3", "vv1", invalid}, {"", "1", invalid},
	} {
		s := build()
		s.SourceTag = tt.tag
		got := s.Mismatches(provenance.Expect{VersionedTag: tt.expect})
		if tt.want == "" && len(got) > 0 || tt.want != "" && (len(got) != 1 || got[0].Code != tt.want) {
			t.Errorf("%q for %q: got %v, want %q", tt.tag, tt.expect, got, tt.want)
		}
	}
}

func certificate() provenance.Certificate {
	return provenance.Certificate{
		Subject: "https://github.com/org/builder/.github/workflows/build.yml@refs/tags/v2.0.0", Issuer: provenance.GitHubIssuer,
		Repository: "https://github.com/org/repo", Ref: "refs/tags/v1.2.3", Commit: commitA, RepositoryID: "1", OwnerID: "2",
		Trigger: "workflow_dispatch", Workflow: "https://github.com/org/repo/.github/workflows/release.yml@refs/tags/v1.2.3", WorkflowCommit: commitA,
		Runner: "github-hosted", Run: "https://github.com/org/repo/actions/runs/7/attempts/1",
	}
}

// TestContradictions changes, one by one, everything that a certificate says of
// a build: the statement must then contradict it.
func TestContradictions(t *testing.T) {
	if got := build().Contradictions(certificate(), false); len(got) > 0 {
		t.Fatalf("a statement that agrees: %q", got)
	}
	for name, change := range map[string]func(*provenance.Certificate){
		"repository":    func(c *provenance.Certificate) { c.Repository = "https://github.com/mallory/repo" },
		"ref":           func(c *provenance.Certificate) { c.Ref = "refs/heads/main" },
		"commit":        func(c *provenance.Certificate) { c.Commit = commitB },
		"repository id": func(c *provenance.Certificate) { c.RepositoryID = "9" },
		"owner id":      func(c *provenance.Certificate) { c.OwnerID = "9" },
		"trigger":       func(c *provenance.Certificate) { c.Trigger = "pull_request_target" },
		"workflow": func(c *provenance.Certificate) {
			c.Workflow = "https://github.com/org/repo/.github/workflows/evil.yml@refs/tags/v1.2.3"
		},
		"workflow's ref": func(c *provenance.Certificate) {
			c.Workflow = "https://github.com/org/repo/.github/workflows/release.yml@refs/heads/x"
		},
		"workflow's repository": func(c *provenance.Certificate) {
			c.Workflow = "https://github.com/org/other/.github/workflows/release.yml@refs/tags/v1.2.3"
		},
		"workflow's commit": func(c *provenance.Certificate) { c.WorkflowCommit = commitB },
		"runner":            func(c *provenance.Certificate) { c.Runner = "self-hosted" },
		"run":               func(c *provenance.Certificate) { c.Run = "https://github.com/org/repo/actions/runs/8/attempts/1" },
		"attempt":           func(c *provenance.Certificate) { c.Run = "https://github.com/org/repo/actions/runs/7/attempts/2" },
	} {
		c := certificate()
		change(&c)
		if got := build().Contradictions(c, false); len(got) == 0 {
			t.Errorf("%s: not noticed", name)
		}
	}
	s, c := build(), certificate()
	s.SourceRef, s.SourceTag, s.SourceCommits = "", "", []string{commitB}
	if len(s.Contradictions(c, false)) == 0 || len(s.Contradictions(c, true)) > 0 {
		t.Error("only a delegated builder may build a later commit than the run's")
	}
	// What names no reference may still name a tag or branch.
	for _, tt := range []struct {
		tag, branch, ref string
		ok               bool
	}{
		{"v1.2.3", "", "refs/tags/v1.2.3", true}, {"v1.2.4", "", "refs/tags/v1.2.3", false}, {"v1.2.3", "", "refs/heads/x", false},
		{"", "main", "refs/heads/main", true}, {"", "main", "refs/heads/x", false}, {"", "main", "refs/pull/1/merge", false},
		{"v1.2.3", "main", "refs/tags/v1.2.3", true},
	} {
		s, c := build(), certificate()
		s.SourceRef, s.Claims.Ref, s.Claims.WorkflowRef = "", "", ""
		s.SourceTag, s.SourceBranch, c.Ref = tt.tag, tt.branch, tt.ref
		if got := s.Contradictions(c, false); (len(got) == 0) != tt.ok {
			t.Errorf("tag %q and branch %q of a run at %q: %q", tt.tag, tt.branch, tt.ref, got)
		}
	}
}

func TestBuilder(t *testing.T) {
	const (
		ours       = "https://github.com/org/builder/.github/workflows/build.yml"
		generators = "https://github.com/slsa-framework/slsa-github-generator/.github/workflows/"
		delegator  = generators + "delegator_generic_slsa3.yml@refs/tags/v2.0.0"
		runner     = "https://github.com/actions/runner"
	)
	tests := []struct {
		name, subject, named string
		builder              provenance.Builder
		change               func(*provenance.Certificate)
		want                 provenance.Code
	}{
		{name: "by name", builder: provenance.Builder{ID: ours}},
		{name: "by version", builder: provenance.Builder{ID: ours + "@v2.0.0"}},
		{name: "by reference", builder: provenance.Builder{ID: ours + "@refs/tags/v2.0.0"}},
		{name: "no version after the at sign", builder: provenance.Builder{ID: ours + "@"}, want: provenance.BuilderUnknown},
		{name: "another version", builder: provenance.Builder{ID: ours + "@v2.0.1"}, want: provenance.BuilderUntrusted},
		{name: "another workflow", builder: provenance.Builder{ID: "https://github.com/org/builder/.github/workflows/build2.yml"}, want: provenance.BuilderUntrusted},
		{name: "nobody expected", want: provenance.BuilderUntrusted},
		{name: "no builder", builder: provenance.Builder{ID: "https://github.com/actions/runner2"}, want: provenance.BuilderUnknown},
		{name: "another issuer", builder: provenance.Builder{ID: ours}, change: func(c *provenance.Certificate) { c.Issuer = "https://accounts.example.com" }, want: provenance.BuilderUntrusted},
		{name: "at a branch", subject: ours + "@refs/heads/main", builder: provenance.Builder{ID: ours}, want: provenance.BuilderRef},
		{name: "at a branch that is named", subject: ours + "@refs/heads/main", builder: provenance.Builder{ID: ours + "@refs/heads/main"}},
		{name: "at a branch, for tests", subject: ours + "@refs/heads/main", builder: provenance.Builder{ID: ours, Unreleased: true}},
		{name: "at a moving tag", subject: ours + "@refs/tags/v2", builder: provenance.Builder{ID: ours}, want: provenance.BuilderRef},
		{name: "at a pre-release", subject: ours + "@refs/tags/v2.0.0-rc.1", builder: provenance.Builder{ID: ours}, want: provenance.BuilderRef},
		{name: "at a commit", subject: ours + "@" + commitA, builder: provenance.Builder{ID: ours}, want: provenance.BuilderRef},
		{name: "the statement names another", named: ours + "2@refs/tags/v2.0.0", builder: provenance.Builder{ID: ours}, want: provenance.BuilderMismatch},
		{name: "own workflow at the source's tag", subject: "https://github.com/org/repo/.github/workflows/r.yml@refs/tags/v1.2.3", builder: provenance.Builder{ID: "https://github.com/org/repo/.github/workflows/r.yml"}},
		{name: "own workflow elsewhere", subject: "https://github.com/org/repo/.github/workflows/r.yml@refs/heads/x", builder: provenance.Builder{ID: "https://github.com/org/repo/.github/workflows/r.yml"}, want: provenance.BuilderRef},
		{name: "a workflow of a namesake", subject: "https://github.com/org/repo2/.github/workflows/r.yml@refs/tags/v1.2.3", builder: provenance.Builder{ID: "https://github.com/org/repo/.github/workflows/r.yml"}, want: provenance.BuilderUntrusted},
		{name: "a known generator", subject: generators + "builder_go_slsa3.yml@refs/tags/v2.1.0"},
		{name: "a fork of a generator", subject: "https://github.com/mallory/slsa-github-generator/.github/workflows/builder_go_slsa3.yml@refs/tags/v2.1.0", want: provenance.BuilderUntrusted},
		{name: "delegated", subject: delegator, named: ours + "@refs/tags/v1.0.0", builder: provenance.Builder{ID: ours}},
		{name: "delegated, nobody expected", subject: delegator, named: ours + "@refs/tags/v1.0.0", want: provenance.BuilderUntrusted},
		{name: "delegated to a generator", subject: delegator, named: generators + "builder_maven_slsa3.yml@refs/tags/v2.0.0"},
		{name: "delegated, from a branch", subject: delegator, named: ours + "@refs/heads/main", builder: provenance.Builder{ID: ours}, want: provenance.BuilderRef},
		{name: "delegator at a branch", subject: generators + "delegator_generic_slsa3.yml@refs/heads/main", named: ours + "@refs/tags/v1.0.0", builder: provenance.Builder{ID: ours}, want: provenance.BuilderRef},
		{name: "not a delegator", named: generators + "builder_maven_slsa3.yml@refs/tags/v2.0.0", builder: provenance.Builder{ID: generators + "builder_maven_slsa3.yml"}, want: provenance.BuilderUntrusted},
		{name: "runner", named: runner + "/github-hosted", builder: provenance.Builder{ID: runner + "/github-hosted"}},
		{name: "runner, by its older name", named: runner, builder: provenance.Builder{ID: runner + "/github-hosted"}},
		{name: "runner that the statement invents", named: runner + "/github-hosted", builder: provenance.Builder{ID: runner}, change: func(c *provenance.Certificate) { c.Runner = "self-hosted" }, want: provenance.RunnerMismatch},
		{name: "runner that nothing proves", named: runner, builder: provenance.Builder{ID: runner}, change: func(c *provenance.Certificate) { c.Runner = "" }, want: provenance.RunnerMismatch},
		{name: "another runner", named: runner + "/self-hosted", builder: provenance.Builder{ID: runner}, want: provenance.RunnerMismatch},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, s := certificate(), build()
			if tt.subject != "" {
				c.Subject = tt.subject
			}
			if s.BuilderID = c.Subject; tt.named != "" {
				s.BuilderID = tt.named
			}
			if tt.change != nil {
				tt.change(&c)
			}
			_, got := tt.builder.Proves(s, c)
			ok := len(got) == 0
			if tt.want != "" {
				ok = slices.ContainsFunc(got, func(m provenance.Mismatch) bool { return m.Code == tt.want })
			}
			if !ok {
				t.Errorf("got %v, want %q", got, tt.want)
			}
		})
	}
}

// TestBucket expects an object in Google's storage, with its generation or
// without.
func TestBucket(t *testing.T) {
	st := statement(t, provenance.TypeV01, `{"builder":{"id":"https://cloudbuild.googleapis.com/GoogleHostedWorker@v0.3"},
		"recipe":{"type":"https://cloudbuild.googleapis.com/CloudBuildYaml@v0.1"},"materials":[{"uri":"gs://bucket/source/1.tgz#1665"}]}`)
	s, err := provenance.Parse(st)
	if err != nil {
		t.Fatal(err)
	}
	for source, ok := range map[string]bool{
		"gs://bucket/source/1.tgz": true, "gs://bucket/source/1.tgz#1665": true,
		"gs://bucket/source/1.tgz#1666": false, "gs://bucket/source/2.tgz": false, "github.com/org/repo": false,
	} {
		source, err := provenance.NormalSource(source)
		if err != nil {
			t.Fatal(err)
		}
		if got := s.Mismatches(provenance.Expect{Repository: source}); (len(got) == 0) != ok {
			t.Errorf("%s: %v", source, got)
		}
	}
}
