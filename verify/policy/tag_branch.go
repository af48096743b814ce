package policy

import (
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/internal/lazyregexp"
	"github.com/release-dossier/dossier/verify"
)

// The names of release and hotfix branches (controls catalogue, 3.15).
var (
	releaseBranchForm = lazyregexp.New(`^release/([0-9]+)\.([0-9]+)$`)
	hotfixBranchForm  = lazyregexp.New(`^hotfix/[0-9]+\.[0-9]+\.[0-9]+-[A-Za-z]+-?[0-9]+$`)
)

// approvedSource reports whether releases are made on branches of that name.
func (f *Facts) approvedSource(branch string) bool {
	return f.mainLine(branch) || releaseBranchForm.MatchString(branch) || hotfixBranchForm.MatchString(branch)
}

func tagOnApprovedBranch(f *Facts) Result {
	want := "a commit on " + strings.Join(f.Params.MainBranches, ", ") + ", release/x.y or hotfix/x.y.z-ticket"
	branch := f.sourceBranch()
	switch {
	case f.Record.Branches == nil:
		return missing(want, "no branches are recorded").at(inRecord(f, "/branches"))
	case branch == "":
		return missing(want, "no branch is recorded that the commit was made on").at(inRecord(f, "/branches/source"))
	case !f.approvedSource(branch):
		return fail("branch-not-approved", want, "it was made on %s", branch).at(inRecord(f, "/branches/source"))
	}
	i := slices.IndexFunc(f.Record.Branches.Containing, func(b evidence.Branch) bool { return b.Name == branch })
	if i < 0 {
		return fail("not-on-branch", want, "%s did not contain the commit when it was looked at", branch).at(inRecord(f, "/branches/containing"))
	}
	return pass(f.Stated(), "%s contained it", branch).wants(want).at(inRecord(f, "/branches/containing/%d", i))
}

func tagBranchLine(f *Facts) Result {
	branch := f.sourceBranch()
	want := "the line of " + branch
	place := []verify.Place{inRecord(f, "/branches/source"), inRecord(f, "/tag/name")}
	line := releaseBranchForm.FindStringSubmatch(branch)
	if line == nil {
		return fail("branch-name", "release/MAJOR.MINOR", "%s", branch).at(place...).follows("tag/commit-on-approved-branch")
	}
	version := bareVersion(f.Record.Tag.Name, f.Record)
	if !strings.HasPrefix(version, line[1]+"."+line[2]+".") {
		return fail("other-line", want, "tag %s", f.Record.Tag.Name).at(place...)
	}
	return pass(verify.Weakest(tagProof(f), f.Stated()), "tag %s on %s", f.Record.Tag.Name, branch).wants(want).at(place...)
}
