// Package codeowners says whose approval a change needs by a CODEOWNERS file, in
// the dialects of GitHub and GitLab. It runs nothing and needs no forge: what
// the file asks of the paths of a change is computed from bytes, so a verifier
// repeats it from embedded git objects. The file is read at the base of a
// change, not at its head: else a change could rewrite its own rule (rules of
// format, R13).
//
// Both dialects take one file, the first of [Locations] that is there, and in it
// the last pattern that matches a path. In GitLab's this holds for each section,
// and a path that a section excludes stays excluded in it.
//
// # What a line that is wrong does
//
// A forge skips what it cannot read and tells nobody at the time of a merge, so
// that a typing error may take an owner away. Here the same lines are skipped,
// because this is what the forge enforced; [File.Problems] lists them.
//
// The sources are https://docs.github.com/en/repositories (About code owners)
// and https://docs.gitlab.com/user/project/codeowners/reference/ and advanced/.
// Where they are silent about patterns, GitHub's are read as those of gitignore,
// and GitLab's as File.fnmatch of Ruby reads them with FNM_PATHNAME and
// FNM_DOTMATCH. Group and team names are not resolved.
package codeowners
