package collect

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/evidence/codeowners"
	"github.com/release-dossier/dossier/evidence/gitobj"
)

// addHistory looks at the changes that forges named in the repository, states
// what lies around the commits of the release, and writes the git objects to a
// file, because there may be many.
func (a *assembly) addHistory(ctx context.Context) error {
	r, noted := a.draft.Record, len(a.git.Notes)
	var changes []*evidence.Change
	for i := range r.Changes {
		changes = append(changes, &r.Changes[i])
	}
	if err := a.git.AddChanges(ctx, a.dialect(), changes); err != nil {
		return err
	}
	nameOwners(r)
	for _, n := range a.git.Notes[noted:] {
		a.gap(whoCan(n.Code), string(n.Code), n.Text, n.Remedy)
	}
	r.Branches, r.NamedCommits = &a.git.Branches, a.git.Named
	err := a.addWritten(ctx, "objects", evidence.MediaTypeGitObjects, func(w io.Writer) error { return a.git.WriteObjects(ctx, w) })
	if err != nil || len(a.git.PatchIDs) == 0 {
		return err
	}
	err = a.addWritten(ctx, "patch-ids", evidence.MediaTypePatchIDs, func(w io.Writer) error { return gitobj.WritePatchIDs(w, a.git.Format, a.git.PatchIDs) })
	digest := r.Materials[len(r.Materials)-1].Digest
	r.PatchIDs = &digest
	return err
}

// dialect is how the forge that was asked reads CODEOWNERS; "" if none was.
func (a *assembly) dialect() codeowners.Dialect {
	for _, s := range a.Sources {
		if d := codeowners.Dialect(s.Name()); codeowners.Locations(d) != nil {
			return d
		}
	}
	return ""
}

// addWritten lists a material of git that is written to a file.
func (a *assembly) addWritten(ctx context.Context, name, mediaType string, write func(io.Writer) error) error {
	path := filepath.Join(a.draft.temp, "git-"+name)
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if err := errors.Join(write(f), f.Close()); err != nil {
		return fmt.Errorf("git %s: %w", name, err)
	}
	b, err := bundle.FileBlob(ctx, path)
	if err != nil {
		return err
	}
	a.addMaterial("git", name, mediaType, b)
	return nil
}
