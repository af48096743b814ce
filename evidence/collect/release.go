package collect

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"sync"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/evidence/collect/ci"
	"github.com/release-dossier/dossier/evidence/collect/git"
	"github.com/release-dossier/dossier/evidence/records"
)

// Draft is an assembled release that nobody has signed yet.
type Draft struct {
	// Name is what people call the release, without the version.
	Name string
	// Record is the predicate of the release statement. It is valid.
	Record *evidence.Record
	// Blobs are the record's materials, in their order and without those that
	// are withheld. Some are read from files when they are written; a file that
	// has changed by then is an error.
	Blobs []bundle.Blob
	// Withheld are the materials that are listed and left out. Without a redaction,
	// as Draft.Sign states it, they would be missing.
	Withheld []Withheld
	// Records are what people wrote about the release and has to be stated about
	// it, each by a statement of its own, once it is signed.
	Records []records.File
	// Gaps are sorted by who can close them.
	Gaps []Gap
	// Facts say what was found.
	Facts []Found
	// Run is the CI run that assembled the draft.
	Run ci.Run

	temp string
}

// Payload returns the release statement's bytes, which [Draft.Sign] signs.
func (d *Draft) Payload() ([]byte, error) {
	return attest.NewStatement(d.Record.Subjects(), evidence.RecordType, d.Record)
}

// Close removes temporary files. The draft's blobs cannot be read after that.
func (d *Draft) Close() error {
	if d.temp == "" {
		return nil
	}
	return os.RemoveAll(d.temp)
}

// Withheld is a material that is listed and left out.
type Withheld struct {
	// Part is what configuration calls it: "github.emails".
	Part     string
	Material evidence.Material
	Blob     bundle.Blob
}

// assembly is a draft in the making.
type assembly struct {
	Options
	draft     *Draft
	artifacts []artifact // the files
	git       *git.Result
	tickets   []string // their ids
	// definition is how the run's pipeline is defined; nil if nobody knows.
	definition *evidence.Pipeline
	said       []Said // where people may have written trailers
	// sboms, provenance and attestations are those of the options and of sources.
	sboms, provenance, attestations []File
	withheld                        map[evidence.Digest]string // parts by digest
	published                       map[evidence.Digest]publication

	showing sync.Mutex               // held while Progress is called
	names   map[string]bool          // names of materials
	listed  map[evidence.Digest]bool // digests of materials
}

// Release assembles a draft. Whatever contradicts the release stops it with an
// error: an artifact that cannot be read or is given twice, a version that
// disagrees with the tag, a document that cannot be read as what it was given
// for. What is merely missing is a Gap.
func Release(ctx context.Context, o Options) (*Draft, error) {
	temp, err := os.MkdirTemp(o.TempDir, "dossier-")
	if err != nil {
		return nil, err
	}
	a := &assembly{
		Options: o,
		draft:   &Draft{Record: &evidence.Record{}, temp: temp},
		names:   map[string]bool{},
		listed:  map[evidence.Digest]bool{}, withheld: map[evidence.Digest]string{}, published: map[evidence.Digest]publication{},
		sboms: given(o.SBOMs), provenance: given(o.Provenance), attestations: given(o.Attestations),
	}
	if err := a.assemble(ctx); err != nil {
		return nil, errors.Join(err, a.draft.Close())
	}
	return a.draft, nil
}

func (a *assembly) assemble(ctx context.Context) error {
	if a.Now.IsZero() {
		return errors.New("no time was given for the record")
	}
	if err := a.checkSources(); err != nil {
		return err
	}
	run, err := ci.FromEnviron(a.Environ)
	if err != nil {
		return err
	}
	a.draft.Run = run
	for _, step := range []func(context.Context) error{
		a.read, a.addArtifacts, a.addGit, a.addRun, a.addDefinition, a.addPredecessor, a.readRecords, a.hearTag, a.askSources, a.joinChecks, a.addHistory, a.stateTrailers, a.addPipeline,
		a.addSBOMs, a.addProvenance, a.addAttestations, a.addPublications, a.addKeys, a.withhold,
	} {
		if err := step(ctx); err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	sortGaps(a.draft.Gaps)
	if err := a.draft.Record.Validate(); err != nil {
		return fmt.Errorf("the release record is not valid: %w", err)
	}
	return nil
}

// read reads repository and files side by side.
func (a *assembly) read(ctx context.Context) error {
	var files, repository error
	var wg sync.WaitGroup
	wg.Go(func() { files = a.readArtifacts(ctx) })
	wg.Go(func() { repository = a.readGit(ctx) })
	wg.Wait()
	return errors.Join(files, repository)
}

// addRun states what is known besides git: when, by which run.
func (a *assembly) addRun(context.Context) error {
	r, run := a.draft.Record, a.draft.Run
	r.Component = a.Component
	r.Kind = a.Kind
	if r.Kind == "" {
		r.Kind = evidence.KindApp
	}
	r.CreatedAt = evidence.At(a.Now)
	r.Build = run.Build()
	a.draft.Name = a.name()
	if run.System == ci.Local {
		a.gap(Setting, "a build in CI", "this runs outside of any CI system", "create the dossier in the job that builds the release")
		return nil
	}
	a.found("build", fmt.Sprintf("%s run %s", run.System, run.RunID), claimed, "the environment of the job")
	if run.Repository == r.Repository.URI {
		r.Repository.ID = run.RepositoryID
	} else {
		a.gap(Setting, "a build in the repository", fmt.Sprintf("the run belongs to %s, the release to %s", run.Repository, r.Repository.URI),
			"release from the repository's own workflow")
	}
	return nil
}

func (a *assembly) name() string {
	switch {
	case a.Name != "":
		return a.Name
	case a.Component != "":
		return a.Component
	}
	return path.Base(a.draft.Record.Repository.URI)
}

func (a *assembly) addPredecessor(context.Context) error {
	r := a.draft.Record
	switch {
	case a.First && a.Predecessor != nil:
		return errors.New("a first release has no predecessor: give one or say that it is the first, not both")
	case a.First:
		r.Predecessor, r.Sequence = evidence.Predecessor{None: "first"}, 1
	case a.Predecessor == nil:
		r.Predecessor = evidence.Predecessor{None: "unknown"}
		a.gap(Line, "the previous dossier", "the link to the repository's last release statement is not stated, so a removed release would not be missed",
			"name the last one (Options.Predecessor), or say that this is the repository's first (Options.First)")
	default:
		r.Predecessor = *a.Predecessor
		switch a.Predecessor.None {
		case "":
			r.Sequence = a.Predecessor.Sequence + 1
		case "first":
			r.Sequence = 1
		}
	}
	return nil
}
