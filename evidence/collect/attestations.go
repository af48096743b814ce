package collect

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/evidence/provenance"
)

// document is an imported file of attestations.
type document struct {
	file File
	blob bundle.Blob
	provenance.Imported
	about []evidence.Digest
	names []string
}

func (a *assembly) readDocument(f File) (document, error) {
	raw, err := readFile(f.Path, provenance.MaxImport)
	if err != nil {
		return document{}, err
	}
	in, err := provenance.ReadAny(raw)
	if err != nil {
		return document{}, err
	}
	d := document{file: f, blob: bundle.BytesBlob(raw), Imported: in}
	d.about, d.names = a.about(in.Digests())
	return d, d.checkImported()
}

// checkImported refuses statements that belong to another dossier: only those
// that name no release can be a material (rules of format, R9).
func (d document) checkImported() error {
	for i, e := range d.Entries {
		if !strings.HasPrefix(e.Statement.PredicateType, evidence.PredicateBase) {
			continue
		}
		links, err := evidence.DecodeLinks(e.Statement.Predicate)
		if err != nil {
			return fmt.Errorf("statement %d: %w", i+1, err)
		}
		if e.Statement.PredicateType == evidence.RecordType || links.Release != nil {
			return fmt.Errorf("statement %d belongs to an existing dossier: add it there, or give it as predecessor", i+1)
		}
	}
	return nil
}

// mediaType is that of the one statement, or of lines of JSON.
func (d document) mediaType() string {
	switch {
	case d.Lines:
		return "application/jsonl"
	case d.List:
		return "application/json"
	}
	return d.Entries[0].Kind.MediaType()
}

// extension tells the forms apart for people who extract the material.
func (d document) extension() string {
	switch {
	case d.Lines && d.Entries[0].Kind == provenance.SigstoreBundle:
		return ".sigstore.jsonl"
	case d.Lines:
		return ".intoto.jsonl"
	case !d.List && d.Entries[0].Kind == provenance.SigstoreBundle:
		return ".sigstore.json"
	}
	return ".intoto.json"
}

func (d document) signed() bool {
	return !slices.ContainsFunc(d.Entries, func(e provenance.Entry) bool { return e.Bundle == nil })
}

func (a *assembly) attach(dir, name string, d document, list *[]evidence.Attachment) {
	attach(list, evidence.Attachment{Material: d.blob.Digest, About: d.about, RunID: d.file.RunID, Location: d.file.Location})
	a.addMaterial(dir, name, d.mediaType(), d.blob)
}

// addAttestations attaches everything that is neither an SBOM nor provenance.
func (a *assembly) addAttestations(ctx context.Context) error {
	approved := false
	for _, f := range a.attestations {
		if err := ctx.Err(); err != nil {
			return err
		}
		d, err := a.readDocument(f)
		if err != nil {
			return fmt.Errorf("attestation %s: %w", f.From, err)
		}
		a.attach("attestations", f.name(), d, &a.draft.Record.Attestations)
		for _, e := range d.Entries {
			approved = approved || e.Statement.PredicateType == evidence.ApprovalType && e.Bundle != nil
			grade := claimed
			if e.Bundle != nil {
				grade = proven
			}
			a.found("attestation", fmt.Sprintf("%.200s, %s", e.Statement.PredicateType, a.regards(d, e)), grade, f.From)
		}
	}
	if !approved {
		a.gap(Person, "an approval", "nobody's approval is attached", "ask somebody who wrote none of the changes to approve the release and sign that")
	}
	return nil
}

// regards says what of the release an attestation is about: artifacts, the
// commit, or what its scope says.
func (a *assembly) regards(d document, e provenance.Entry) string {
	r := a.draft.Record
	if len(d.names) > 0 {
		return "about " + listed(d.names)
	}
	if p, err := evidence.DecodeKind(e.Statement.PredicateType, e.Statement.Predicate); err == nil && p.Head().Scope != nil {
		scope := p.Head().Scope
		switch {
		case scope.Repository != r.Repository.URI:
			return fmt.Sprintf("of another repository, %.200s", scope.Repository)
		case len(scope.Commits) > 0 && !slices.Contains(scope.Commits, r.Commit):
			return "about other commits"
		}
		return "whose scope is this repository"
	}
	for _, s := range e.Statement.Subject {
		if s.Digest["gitCommit"] == r.Commit {
			return "about the commit"
		}
	}
	return "about " + listed(nil)
}

// addProvenance attaches the given provenance and, if asked, makes what lacks.
func (a *assembly) addProvenance(ctx context.Context) error {
	for _, f := range a.provenance {
		if err := ctx.Err(); err != nil {
			return err
		}
		d, err := a.readDocument(f)
		if err == nil {
			err = a.addBuildDocument(d)
		}
		if err != nil {
			return fmt.Errorf("provenance %s: %w", f.From, err)
		}
	}
	return a.buildProvenance()
}

func (a *assembly) addBuildDocument(d document) error {
	found := false
	for _, e := range d.Entries {
		s, err := provenance.Parse(e.Statement)
		if errors.Is(err, provenance.ErrNotProvenance) && len(d.Entries) > 1 {
			continue // published beside the provenance: kept, not read
		}
		if err != nil {
			return err
		}
		found = true
		a.judge(s, d)
	}
	if !found {
		return fmt.Errorf("%w: give other attestations as such", provenance.ErrNotProvenance)
	}
	a.attach("provenance", d.name(), d, &a.draft.Record.Provenance)
	return nil
}

// name is that of the one artifact the document is about, or the file's own.
func (d document) name() string {
	name, ext := d.file.name(), d.extension()
	if len(d.names) == 1 {
		return d.names[0] + ext
	}
	for _, known := range []string{".sigstore.json", ".intoto.jsonl", ".intoto.json", ".jsonl", ".json"} {
		if stem, ok := strings.CutSuffix(name, known); ok {
			return stem + ext
		}
	}
	return name + ext
}

// judge reports what provenance found and where it does not fit the release.
func (a *assembly) judge(s *provenance.Summary, d document) {
	r, base := a.draft.Record, d.file.name()
	grade := proven
	if !d.signed() {
		grade = claimed
		a.gap(Setting, "signed provenance", base+" is not signed", "let the builder sign it, or take the signed form that it publishes")
	}
	a.found("provenance", fmt.Sprintf("%.200s, about %s", s.BuilderID, listed(d.names)), grade, d.file.From)
	if len(d.about) == 0 {
		a.gap(Setting, "provenance of the artifacts", base+" names no digest of this release", "give the provenance of the run that built these artifacts")
	}
	switch {
	case s.SourceURI != "" && s.SourceURI != r.Repository.URI:
		a.gap(Setting, "provenance of this repository", fmt.Sprintf("%s names the source %.200s", base, s.SourceURI), "build the release from its own repository")
	case !slices.Equal(s.SourceCommits, []string{r.Commit}):
		a.gap(Setting, "provenance of the tagged commit", fmt.Sprintf("%s names %d source commits, not the tagged one alone", base, len(s.SourceCommits)), "build the artifacts from the tag")
	}
	for _, p := range s.Problems {
		a.gap(Setting, "provenance without contradictions", base+": "+p, "ask whoever runs the builder")
	}
}
