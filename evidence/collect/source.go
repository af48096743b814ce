package collect

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/evidence/collect/ci"
	"github.com/release-dossier/dossier/evidence/collect/git"
)

// A Source is one system that is asked for evidence beside git and files: a
// forge, a ticket system, a registry, the results of a run. Each lives in a
// package of its own, so that this one links no client of any.
type Source interface {
	// Name is what configuration, messages and the record call it, such as
	// "github": lower case, of the letters that a material's name may have.
	Name() string
	// Stage says what the source needs to know.
	Stage() Stage
	// Unknown are the controls that cannot be decided without it, as patterns
	// of control ids: "access/*".
	Unknown() []string
	// Collect asks. An error means that the source as a whole gave nothing, and
	// stops the run unless it is allowed by name. What could be read only in
	// part is no error: it is in [Part.Unread].
	Collect(context.Context, Target) (*Part, error)
}

// Stage orders the sources. Those of one stage are asked side by side, and know
// what git and the earlier stages found.
type Stage int

// The stages.
const (
	// Artifacts finds out what is released: images in a registry.
	Artifacts Stage = iota
	// Changes asks about the commits and artifacts: forges, results, runs.
	Changes
	// Tickets asks about what changes and trailers name: ticket systems.
	Tickets
	stages
)

// Target is what a source is asked about. What is in it must not be changed:
// sources of one stage share it.
type Target struct {
	// Repository, Version, Component, Tag, Commit, Base and Artifacts are as the
	// record states them.
	Repository, Version, Component string
	Tag                            evidence.Tag
	Commit                         string
	Base                           evidence.Base
	Artifacts                      []evidence.Artifact
	// Range are the ids of the release's commits, newest first.
	Range []string
	// Changes and Tickets (their ids) are those known so far.
	Changes []evidence.Change
	Tickets []string
	// TicketPattern matches an id of a ticket in a text, such as a title or the
	// name of a branch; nil means that texts are not searched.
	TicketPattern *regexp.Regexp
	// Git is all that was found in the repository. Its methods must not be
	// called.
	Git *git.Result
	// Run is the CI run that assembles the record.
	Run ci.Run
	// Separate names parts of the source's answers, such as "emails", that will
	// be withheld. The source keeps each out of its other materials and makes it
	// a material of its own ([Document.Part]). A part that it does not have is
	// an error.
	Separate []string
	// TempDir is an empty directory for files of the source. It is removed with
	// the draft.
	TempDir string
	// Progress says how far the source is. It may be called by any goroutine.
	Progress func(done, total int64)
}

// Part is what one source found.
type Part struct {
	// URI is where the source was asked, Retriever the program that asked, and At
	// from when to when the answers came.
	URI, Retriever string
	At             *evidence.Interval
	// Fill adds the facts to the record, if there are any. It is called after
	// all sources of the stage are done, in the order of [Options.Sources], so
	// that the record does not depend on which was faster. Materials, SBOMs,
	// Provenance and Attestations of the record are not its business, and of
	// Artifacts it only adds some.
	Fill func(*evidence.Record) error
	// Documents are the raw answers, to be embedded.
	Documents []Document
	// SBOMs, Provenance and Attestations are documents that are read as if they
	// had been given as files.
	SBOMs, Provenance, Attestations []File
	// Published is what the source keeps for others to fetch, by digest: files of
	// the release's page, versions of a package. What of it the release has is
	// stated of that: of an artifact where and when it was published, of an SBOM or
	// an attestation where it is kept.
	Published map[evidence.Digest]evidence.Publication
	// Said are texts in which people say something of the release by trailers:
	// the description of its pull request, if there is one.
	Said []Said
	// Tickets are ids of tickets that the answers name, for the next stage.
	Tickets []string
	// Found and Gaps are for the preview.
	Found []Found
	Gaps  []Gap
	// Notes are observations that a person may mind.
	Notes []string
	// Unread is what the source did not give.
	Unread []evidence.Unread
}

// Document is one material of a source. Many short answers are one document,
// with a salt, because they can be guessed (rules of format, R2).
type Document struct {
	// Name is the material's name: "forge/github.jsonl".
	Name string
	// MediaType says how the bytes are to be read.
	MediaType string
	Blob      bundle.Blob
	// Part is what configuration calls it, after the source's name and a dot, to
	// withhold it: "answers", "emails".
	Part string
}

// File is a file that a source wrote to [Target.TempDir].
type File struct {
	Path string
	// From says where its bytes come from, for the preview: an image's address.
	From string
	// Location is where they are kept, if that is no file of this machine: the
	// address in a registry of the manifest that carries them.
	Location string
	// RunID is the run that made it, if that is known where it is kept.
	RunID string
}

// PartError says that a part cannot be withheld.
type PartError struct {
	Part string // as in [Options.Withhold]
	Why  string
}

// Error implements error.
func (e *PartError) Error() string { return fmt.Sprintf("%.80q cannot be withheld: %s", e.Part, e.Why) }

// SourceError says that a source gave nothing.
type SourceError struct {
	Source string // its name
	Err    error
}

func (e *SourceError) Error() string { return fmt.Sprintf("%s: %v", e.Source, e.Err) }

// Unwrap returns the reason.
func (e *SourceError) Unwrap() error { return e.Err }

// SourcesError lists the sources that gave nothing and were not allowed to.
type SourcesError struct{ Failed []*SourceError }

func (e *SourcesError) Error() string {
	var list []string
	for _, f := range e.Failed {
		list = append(list, f.Error())
	}
	return strings.Join(list, "\n")
}

// Unwrap returns the errors of the sources.
func (e *SourcesError) Unwrap() []error {
	var list []error
	for _, f := range e.Failed {
		list = append(list, f)
	}
	return list
}
