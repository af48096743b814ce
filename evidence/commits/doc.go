// Package commits reads what commit messages say and how merged changes came
// onto their branch. Everything is computed from raw git objects alone, so a
// verifier repeats it from a dossier: nothing here is ever a stored fact.
//
//   - [Parse] reads messages that follow Conventional Commits 1.0.0
//     (https://www.conventionalcommits.org/en/v1.0.0/). Rule numbers in comments
//     are those of its specification.
//   - [CoAuthors], [PickedFrom], [ReadRevert] and [ChangeNumber] find the
//     people, commits and changes that a message names.
//   - [ReadRelease] reads what people say of a release in trailers of its tag
//     or of the release pull request.
//   - [FindMerge] tells merge, squash, rebase and fast-forward apart (controls
//     catalogue, G3).
//
// A message is what its author typed. It shows that the object says so, and no
// more (rules of format, R11).
package commits
