// Package layout verifies in-toto layouts with their links: that the owner's
// steps were carried out by the functionaries that the layout names, as many as
// it asks for, upon the artifacts that its rules allow (in-toto specification
// 1.0; in-toto-golang's model and rules). Both forms are read: the Metablock with
// "signed" and "signatures", and the DSSE envelope.
//
// It is a leaf: only who verifies layouts links in-toto-golang.
//
// # Stricter than in-toto's verifier
//
//   - Inspections are commands that the layout would have the verifier run. None
//     is ever run: a layout that has some is Unproven ([InspectionSkipped]) unless
//     the caller says that its steps are enough.
//   - A link is of the step that it was signed for, whatever its file is called.
//   - Functionaries are counted by their keys: one key under two ids is one.
//   - Every link of a step that is signed by one of its functionaries must report
//     the same artifacts.
//   - Names of artifacts must be in their plain form ("a/b", not "a/./b"), which
//     the rules compare.
//   - The artifact must be a product of the last step.
//   - Expiry is judged at the moment that the caller gives.
//
// Sublayouts and functionaries that are known by certificates are not supported:
// what rests on them fails ([Unsupported]).
package layout
