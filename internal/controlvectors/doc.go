// Package controlvectors builds the conformance cases of the controls: data in
// testdata/controls, described by the README there, that any implementation of
// the controls can run.
//
// A case is a merge patch on one base release. [Case.Build] turns the patched
// document into a real dossier: git objects with their hashes, a signed tag,
// signed statements. Nothing in it is a stand-in, so that what the cases show of
// a control is true of the whole path from the evidence to the verdict.
package controlvectors
