// Package result is what a command that writes tells programs: with --json one
// object on standard output, and nothing else there.
package result

import (
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/collect"
	"github.com/release-dossier/dossier/verify"
)

// Format is what every result begins with.
const Format = "dossier-result/v1"

// Result is what a command did. A member that does not apply is absent. Text may
// come from outside.
type Result struct {
	// Format is "dossier-result/v1".
	Format string `json:"format"`
	// Command is the command, such as "approve" or "policy pack".
	Command string `json:"command"`
	// DryRun is true if nothing was written and nothing signed for good.
	DryRun bool `json:"dryRun,omitempty"`
	// Files are the files and directories that the command was to write, the main
	// one first.
	Files []File `json:"files,omitempty"`
	// Reference is what was added to in a registry, as it was given.
	Reference string `json:"reference,omitempty"`
	// Pushed says where a dossier is in registries now.
	Pushed []Push `json:"pushed,omitempty"`
	// Release is the release that it is about.
	Release *verify.ReleaseView `json:"release,omitempty"`
	// Releases are those that a registry lists.
	Releases []Listed `json:"releases,omitempty"`
	// Statements are those that were signed, in that order.
	Statements []Statement `json:"statements,omitempty"`
	// Signer signed them.
	Signer *Signer `json:"signer,omitempty"`
	// State is the digest of everything in the dossier as the command saw it, with
	// what it added. What others add at the same time is not in it.
	State *evidence.Digest `json:"state,omitempty"`
	// Added is the number of signatures of others that were added as they are.
	Added int `json:"added,omitempty"`

	// Key is the key that was made.
	Key *Key `json:"key,omitempty"`
	// Trust and Policy are what was packed.
	Trust  *Document `json:"trust,omitempty"`
	Policy *Document `json:"policy,omitempty"`
	// Notes are what people are told as well, such as what to do next.
	Notes []string `json:"notes,omitempty"`
	// Absent are materials that statements list and that are not there.
	Absent []Absent `json:"absent,omitempty"`
	// Withheld are the materials that are listed and left out; Redaction is what
	// that changes in a redacted copy.
	Withheld  []evidence.Material `json:"withheld,omitempty"`
	Redaction *Redaction          `json:"redaction,omitempty"`
	// Record is the release statement's predicate, before it is signed.
	Record *evidence.Record `json:"record,omitempty"`
	// Facts are what a dry run found, and how well a verifier can know it.
	Facts []collect.Found `json:"facts,omitempty"`
	// Collected says which systems were asked.
	Collected []evidence.Collected `json:"collected,omitempty"`
	// Gaps are what is missing, by who can close it, the easiest first.
	Gaps []collect.Gap `json:"gaps,omitempty"`
	// Preview is what a verifier will say of a new dossier.
	Preview *Preview `json:"preview,omitempty"`
}

// File is one file, or one directory that is a dossier.
type File struct {
	Path string `json:"path"`
	// Change is what became of it: "written" (it was not there), "replaced",
	// "added" (a dossier was added to), "unchanged" or "kept" (it was there and was
	// left alone).
	Change string `json:"change"`
	// Digest is that of the bytes, where other programs are to be told of it.
	Digest *evidence.Digest `json:"digest,omitempty"`
}

// What became of a file.
const (
	Written   = "written"
	Replaced  = "replaced"
	Added     = "added"
	Unchanged = "unchanged"
	Kept      = "kept"
)

// Statement is a statement that was signed.
type Statement struct {
	Digest evidence.Digest `json:"digest"`
	// Signature is the digest of the signature's bundle.
	Signature     evidence.Digest `json:"signature"`
	PredicateType string          `json:"predicateType"`
	// ID is the record's own id.
	ID string `json:"id,omitempty"`
}

// Signer is who signed.
type Signer struct {
	Identity evidence.Identity `json:"identity"`
	// Fingerprint is that of the key, if it is one that lasts.
	Fingerprint string `json:"fingerprint,omitempty"`
}

// Key is a pair of keys.
type Key struct {
	// Private and Public are the files that hold them.
	Private     string            `json:"private"`
	Public      string            `json:"public"`
	Fingerprint string            `json:"fingerprint"`
	Identity    evidence.Identity `json:"identity"`
	// AuthorizedKey is the public key as OpenSSH writes it.
	AuthorizedKey string `json:"authorizedKey,omitempty"`
}

// Push is a dossier in a repository of a registry.
type Push struct {
	Repository string `json:"repository"`
	// Tag is that of the release, if something in it is about no image there.
	Tag string `json:"tag,omitempty"`
	// Images are those that it is attached to.
	Images []evidence.Digest `json:"images,omitempty"`
	// Manifests, Blobs and Bytes are what was not there before.
	Manifests int   `json:"manifests"`
	Blobs     int   `json:"blobs"`
	Bytes     int64 `json:"bytes"`
}

// Listed is a release whose dossier is in a registry.
type Listed struct {
	verify.ReleaseView
	// Statements and Signatures are the numbers of them.
	Statements int `json:"statements"`
	Signatures int `json:"signatures"`
}

// Document is a document of trust or policy.
type Document struct {
	ID      string `json:"id"`
	Version int    `json:"version"`
}

// Absent is a material that is not there.
type Absent struct {
	Name   string          `json:"name"`
	Digest evidence.Digest `json:"digest"`
	// Why says what was found instead.
	Why string `json:"why"`
}

// Redaction is what a redacted copy changes.
type Redaction struct {
	// Before and After are the verdicts over the dossier and over the copy.
	Before verify.Verdict `json:"before"`
	After  verify.Verdict `json:"after"`
	// Controls are those whose result differs.
	Controls []Difference `json:"controls"`
}

// Difference is a control that is judged otherwise in the copy, each with its
// reason: "pass", "unknown(redacted)".
type Difference struct {
	ID     string `json:"id"`
	Before string `json:"before"`
	After  string `json:"after"`
}

// Preview is what a verifier will say of a new dossier. It is empty where two
// keys sign and no trust was given to judge both by.
type Preview struct {
	Verdict verify.Verdict `json:"verdict,omitempty"`
	Policy  string         `json:"policy,omitempty"`
	// Failed is what keeps the release from being accepted, by who can mend it,
	// the easiest first.
	Failed []Failed `json:"failed,omitempty"`
}

// Failed is a check that keeps the release from being accepted.
type Failed struct {
	Who   collect.Who `json:"who"`
	Check string      `json:"check"`
	Title string      `json:"title"`
	Found string      `json:"found,omitempty"`
	Fix   string      `json:"fix,omitempty"`
}
