// Package git collects what a git repository says about a release: the tag,
// the commits since the previous release and selected files, as raw objects
// that package gitobj can check without the repository. It neither signs nor
// verifies anything.
//
// It runs the installed git, so that every kind of repository git can read
// works: SHA-256, worktrees, alternates, packs of any age. The repository is
// not trusted. Only commands that read are run, with replaced objects, grafts,
// commit graphs, hooks, file system monitors and every transport switched off,
// and without the GIT_* variables of the environment, so that the
// configuration of a hostile repository runs no program and cannot show
// another history than the objects do.
package git
