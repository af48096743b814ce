// Package redact decides what may be left out of a copy of a dossier that is to
// be shared.
//
// Only materials can be left out; statements, signatures, and so the state of
// the dossier, stay (rules of format, R2). [Choose] finds the materials, and
// [Materials.Record] makes the statement that names them, to be signed by
// somebody who is granted the kind "redaction". Once it is added, the copy is
// [bundle.Dossier.Without] them: a verifier then reports them as withheld, not
// as missing, and what needs their content as unknown.
//
// The digest and the size of what is left out stay in the copy. Whoever can
// guess the document can confirm the guess, so a short one is no secret. What
// collectors fetch is salted with 32 random bytes, against which guessing is
// hopeless; [Material.Guessable] says of a material how it is.
package redact
