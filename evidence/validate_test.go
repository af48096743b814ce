package evidence_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/release-dossier/dossier/evidence"
)

func TestValidateRecord(t *testing.T) {
	long := strings.Repeat("x", 16<<10+1)
	none := func(kind string, sequence int64) func(*evidence.Record) {
		return func(r *evidence.Record) { r.Predecessor, r.Sequence = evidence.Predecessor{None: kind}, sequence }
	}
	tests := []struct {
		name, pointer string
		edit          func(*evidence.Record)
	}{
		{"valid", "-", func(*evidence.Record) {}},
		{"no version", "/version", func(r *evidence.Record) { r.Version = " " }},
		{"long version", "/version", func(r *evidence.Record) { r.Version = long }},
		{"component", "/component", func(r *evidence.Record) { r.Component = "\xff" }},
		{"repository", "/repository/uri", func(r *evidence.Record) { r.Repository.URI = "" }},
		{"repository not normal", "/repository/uri", func(r *evidence.Record) { r.Repository.URI += ".git" }},
		{"kind", "/kind", func(r *evidence.Record) { r.Kind = "" }},
		{"created", "/createdAt", func(r *evidence.Record) { r.CreatedAt = evidence.Time{} }},
		{"object format", "/objectFormat", func(r *evidence.Record) { r.ObjectFormat = "md5" }},
		{"commit", "/commit", func(r *evidence.Record) { r.Commit = oid[1:] }},
		{"commit of the other format", "/commit", func(r *evidence.Record) { r.Commit = hex64 }},
		{"sha256 repository", "-", func(r *evidence.Record) {
			r.ObjectFormat, r.Commit, r.Tag.Object, r.Base.Commit = "sha256", hex64, hex64, hex64
		}},
		{"tag name", "/tag/name", func(r *evidence.Record) { r.Tag.Name = "" }},
		{"tag object", "/tag/object", func(r *evidence.Record) { r.Tag.Object = "" }},
		{"tag type", "/tag/type", func(r *evidence.Record) { r.Tag.Type = "branch" }},
		{"first base", "-", func(r *evidence.Record) { r.Base = evidence.Base{None: "first"} }},
		{"first base with tag", "/base", func(r *evidence.Record) { r.Base.None = "first" }},
		{"no base tag", "/base/tag", func(r *evidence.Record) { r.Base.Tag = "" }},
		{"no base commit", "/base/commit", func(r *evidence.Record) { r.Base.Commit = "" }},
		{"unknown base", "/base/none", func(r *evidence.Record) { r.Base.None = "lost" }},
		{"first", "-", none("first", 1)},
		{"first of two", "/predecessor", none("first", 2)},
		{"unknown", "-", none("unknown", 0)},
		{"unknown with sequence", "/predecessor", none("unknown", 3)},
		{"other none", "/predecessor", none("lost", 0)},
		{"no predecessor", "/predecessor", none("", 2)},
		{"first and linked", "/predecessor", func(r *evidence.Record) { r.Predecessor.None = "first" }},
		{"unknown and linked", "/predecessor", func(r *evidence.Record) { r.Predecessor.None = "unknown" }},
		{"template digest", "/build/templates/0/digest", func(r *evidence.Record) {
			r.Build = &evidence.Build{System: "github", Templates: []evidence.BuildTemplate{{Ref: "a@v1", Digest: evidence.DigestSet{"gitCommit": "abc"}}}}
		}},
		{"reviewer", "/changes/0/reviews/0/by", func(r *evidence.Record) { r.Changes[0].Reviews[0].By = evidence.Actor{} }},
		{"patch ids", "-", func(r *evidence.Record) { r.PatchIDs = &r.Materials[0].Digest }},
		{"patch ids that are no material", "/patchIds", func(r *evidence.Record) { r.PatchIDs = new(evidence.Digest) }},
		{"branches", "-", func(r *evidence.Record) {
			r.Branches = &evidence.Branches{TakenAt: r.CreatedAt, From: "origin", ReleasePatterns: []string{"release/*"}, Containing: []evidence.Branch{{Name: "main", Head: evidence.ObjectID(oid)}}}
		}},
		{"branches of nobody", "/branches/from", func(r *evidence.Record) {
			r.Branches = &evidence.Branches{TakenAt: r.CreatedAt, From: "elsewhere", ReleasePatterns: []string{"release/*"}}
		}},
		{"head of a branch", "/branches/activeReleases/0/head", func(r *evidence.Record) {
			r.Branches = &evidence.Branches{TakenAt: r.CreatedAt, From: "local", ReleasePatterns: []string{"release/*"}, ActiveReleases: []evidence.Branch{{Name: "release/1.0", Head: evidence.ObjectID(oid[1:])}}}
		}},
		{"named commit", "/namedCommits/0/commit", func(r *evidence.Record) { r.NamedCommits = []evidence.NamedCommit{{Commit: "abc"}} }},
		{"check name", "/checks/0/name", func(r *evidence.Record) { r.Checks[0].Name = "" }},
		{"check outcome", "/checks/0/outcome", func(r *evidence.Record) { r.Checks[0].Outcome = "passed" }},
		{"check subject", "/checks/0/subject", func(r *evidence.Record) { r.Checks[0].Subject = evidence.ResourceDescriptor{} }},
		{"check digest", "/checks/0/subject", func(r *evidence.Record) {
			r.Checks[0].Subject.Digest = evidence.DigestSet{"md5": "00"}
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newRecord()
			tt.edit(r)
			wantField(t, r.Validate(), tt.pointer)
		})
	}
}

func TestValidateApproval(t *testing.T) {
	tests := []struct {
		name, pointer string
		edit          func(*evidence.Approval)
	}{
		{"valid", "-", func(*evidence.Approval) {}},
		{"rejected", "-", func(a *evidence.Approval) { a.Decision = evidence.Rejected }},
		{"scoped", "-", func(a *evidence.Approval) { *a = *newScoped() }},
		{"id", "/id", func(a *evidence.Approval) { a.ID = "" }},
		{"decision", "/decision", func(a *evidence.Approval) { a.Decision = "" }},
		{"approver", "/approver", func(a *evidence.Approval) { a.Approver.Kind = "" }},
		{"time", "/at", func(a *evidence.Approval) { a.At = evidence.Time{} }},
		{"rationale", "/rationale", func(a *evidence.Approval) { a.Rationale = "\xff" }},
		{"environment", "/environment", func(a *evidence.Approval) { a.Environment = "\xff" }},
		{"supersedes", "/supersedes", func(a *evidence.Approval) { a.Supersedes = "\xff" }},
		{"reference", "/refs/0", func(a *evidence.Approval) { a.Refs[0] = evidence.ResourceDescriptor{} }},
		{"material", "/materials/0", func(a *evidence.Approval) { a.Materials = make([]evidence.Material, 1) }},
		{"release and scope", "/scope", func(a *evidence.Approval) { a.Scope = newScoped().Scope }},
		{"neither", "/release", func(a *evidence.Approval) { a.Release = nil }},
		{"no digest", "/release", func(a *evidence.Approval) { a.Release = new(evidence.Reference) }},
		{"no parents", "/parents", func(a *evidence.Approval) { a.Parents = nil }},
		{"empty parent", "/parents", func(a *evidence.Approval) { a.Parents[0].Signature = evidence.Digest{} }},
		{"parent twice", "/parents", func(a *evidence.Approval) { a.Parents = append(a.Parents, a.Parents[0]) }},
		{"two signers of one parent", "-", func(a *evidence.Approval) {
			a.Parents = append(a.Parents, evidence.Parent{Statement: release, Signature: release})
		}},
		{"64 parents", "-", func(a *evidence.Approval) { a.Parents = parents(evidence.MaxParents) }},
		{"65 parents", "/parents", func(a *evidence.Approval) { a.Parents = parents(evidence.MaxParents + 1) }},
		{"scope with parents", "/parents", func(a *evidence.Approval) {
			a.Release, a.Scope = nil, newScoped().Scope
		}},
		{"scope without commits", "/scope", func(a *evidence.Approval) { *a = *newScoped(); a.Scope.Commits = nil }},
		{"short commit", "/scope", func(a *evidence.Approval) { *a = *newScoped(); a.Scope.Commits = []string{oid[:12]} }},
		{"long commit", "-", func(a *evidence.Approval) { *a = *newScoped(); a.Scope.Commits = []string{hex64} }},
		{"scope's repository", "/scope", func(a *evidence.Approval) { *a = *newScoped(); a.Scope.Repository = "acme" }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := newApproval()
			tt.edit(a)
			wantField(t, a.Validate(), tt.pointer)
		})
	}
}

func parents(n int) (list []evidence.Parent) {
	for i := range n {
		list = append(list, evidence.Parent{Statement: release, Signature: evidence.Sum(fmt.Append(nil, i))})
	}
	return list
}

// TestNoPasswordInErrors gives an address with a password in it.
func TestNoPasswordInErrors(t *testing.T) {
	r := newRecord()
	r.Repository.URI = "https://ana:hunter2@example.com/acme/hello"
	if err := r.Validate(); err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("got %v, want an error without the password", err)
	}
}

func TestSubjects(t *testing.T) {
	r := newRecord()
	want := []evidence.ResourceDescriptor{
		{Name: "hello", Digest: r.Artifacts[0].Digest.Set()},
		{Name: "git:commit", Digest: evidence.DigestSet{"gitCommit": oid}},
		{Name: "git:tag", Digest: evidence.DigestSet{"gitTag": oid}},
	}
	if diff := cmp.Diff(want, r.Subjects()); diff != "" {
		t.Error(diff)
	}
	r.Tag.Type = "commit"
	if got := r.Subjects()[2].Digest; !got.Equal(evidence.DigestSet{"gitCommit": oid}) {
		t.Errorf("lightweight tag: got %v", got)
	}
	r.ObjectFormat, r.Commit = "sha256", hex64
	if got := r.Subjects()[1].Digest; !got.Equal(evidence.DigestSet{"sha256": hex64}) {
		t.Errorf("sha256 repository: got %v", got)
	}
	own := evidence.OwnSubjects(release, r.Artifacts)
	if len(own) != 2 || own[0].Name != "release" || own[1].Name != "hello" {
		t.Errorf("own statement: got %v", own)
	}
	scope := &evidence.Scope{Commits: []string{oid, hex64}}
	wantScope := []evidence.ResourceDescriptor{
		{Name: "git:commit", Digest: evidence.DigestSet{"gitCommit": oid}},
		{Name: "git:commit", Digest: evidence.DigestSet{"sha256": hex64}},
	}
	if diff := cmp.Diff(wantScope, scope.ScopeSubjects()); diff != "" {
		t.Error(diff)
	}
}
