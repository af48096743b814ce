package collect

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/records"
)

// readRecords reads what people wrote about this release into files. There need
// not be any.
func (a *assembly) readRecords(context.Context) error {
	r := a.draft.Record
	dir, err := a.recordsDir(r.Component, r.Version)
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(a.Dir)
	if err != nil {
		return err
	}
	defer root.Close()
	if err := a.misplaced(root.FS(), dir); err != nil {
		return err
	}
	files, err := records.ReadDir(root.FS(), dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if p := (*fs.PathError)(nil); errors.As(err, &p) {
		return fmt.Errorf("%s cannot be read as a directory within the repository: %w", dir, p.Err)
	}
	if err != nil {
		return err
	}
	hidden, err := records.Hidden(root.FS(), dir)
	if err != nil {
		return err
	}
	for _, name := range hidden {
		a.gap(Line, "a record", name+" is not read, because its name begins with a dot", "rename it, or remove it if it is no record")
	}
	for _, f := range files {
		if err := a.addRecord(f); err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
	}
	return nil
}

// recordsDir is where records of a release are.
func (a *assembly) recordsDir(component, version string) (string, error) {
	if a.RecordsDir != nil {
		return a.RecordsDir(component, version)
	}
	return records.Dir(component, version)
}

// addRecord takes one file: parts of the release statement, a record that
// stands by its scope, or one that is stated about the release once that is
// signed.
func (a *assembly) addRecord(f records.File) error {
	from := evidence.ResourceDescriptor{Name: f.Name, Digest: evidence.Sum(f.Data).Set()}
	switch f.Record.(type) {
	case *evidence.Seal, *evidence.Redaction, *evidence.Import:
		return fmt.Errorf("a %s is not written by hand: it says what a program did", f.Kind)
	}
	switch {
	case f.Facts != nil:
		if err := a.addParts(f.Facts, from); err != nil {
			return err
		}
	case f.Record.Head().Scope != nil:
		if err := a.signScoped(f); err != nil {
			return err
		}
	default:
		a.draft.Records = append(a.draft.Records, f)
	}
	if f.Record != nil {
		a.found("record", f.Kind+" "+f.Record.Head().ID, claimed, f.Name)
	}
	return nil
}

// addParts copies every part that the file has, which is at least one.
func (a *assembly) addParts(facts *evidence.Record, from evidence.ResourceDescriptor) error {
	filled := records.Fill(a.draft.Record, facts)
	if filled == nil {
		return errors.New("states nothing about the release: fill in one of its parts, such as rollback-plan or notes, by removing the # before it, or remove the file")
	}
	a.draft.Record.Origins = append(a.draft.Record.Origins, evidence.Origin{Fields: filled, From: from})
	a.found("said", strings.Join(filled, ", "), claimed, from.Name)
	return nil
}

// signScoped states a record that names no release and attaches the statement
// (rules of format, R9).
func (a *assembly) signScoped(f records.File) error {
	if a.SignRecord == nil {
		a.gap(Line, "a signed "+f.Kind, f.Name+" is signed by nobody", "say who signs (Options.SignRecord)")
		return nil
	}
	err := f.Record.Validate()
	if err == nil {
		err = evidence.CheckWritten(f.Record)
	}
	if err != nil {
		return err
	}
	subjects, err := f.Record.Head().Scope.Subjects()
	if err != nil {
		return err
	}
	kind, _ := evidence.KindOf(f.Record)
	payload, err := attest.NewStatement(subjects, kind.Type, f.Record)
	if err != nil {
		return err
	}
	raw, err := a.SignRecord(f, payload)
	if err != nil {
		return err
	}
	file := filepath.Join(a.draft.temp, evidence.SafeMaterialName(path.Base(f.Name))+".sigstore.json")
	a.attestations = append(a.attestations, File{Path: file, From: f.Name})
	return os.WriteFile(file, raw, 0o600)
}
