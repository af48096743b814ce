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
	at := a.RecordsDir
	if at == nil {
		at = func(version string) (string, error) { return records.Dir(r.Component, version) }
	}
	dir, err := at(r.Version)
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(a.Dir)
	if err != nil {
		return err
	}
	defer root.Close()
	if err := a.misplaced(root, at, dir); err != nil {
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

// misplaced refuses a directory that is named by the tag instead of the version,
// and one beside those of the components: its records would silently be left out.
func (a *assembly) misplaced(root *os.Root, at func(string) (string, error), dir string) error {
	r := a.draft.Record
	names := []string{r.Tag.Name[strings.LastIndexAny(r.Tag.Name, "/@")+1:]}
	if v := "v" + r.Version; TagVersion(v) == r.Version {
		names = append(names, v)
	}
	for _, name := range names {
		other, err := at(name)
		if err != nil || other == dir {
			continue // no directory has such a name, or it is the one that is read
		}
		if _, err := root.Lstat(filepath.FromSlash(other)); err == nil {
			return fmt.Errorf("%s is not read: records of this release belong in %s: move them there and remove %s", other, dir, other)
		}
	}
	if r.Component == "" || a.RecordsDir != nil {
		return nil
	}
	for _, name := range append(names, r.Version) {
		other, err := records.Dir("", name)
		if err != nil {
			continue
		}
		if _, err := root.Lstat(filepath.FromSlash(other)); err == nil {
			return fmt.Errorf("%s is not read, because it says of no component that it is about that: records of %s belong in %s, those of others beside it: move them and remove %s",
				other, r.Component, dir, other)
		}
	}
	return nil
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
		a.addParts(f.Facts, from)
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

// addParts copies every part that the file has.
func (a *assembly) addParts(facts *evidence.Record, from evidence.ResourceDescriptor) {
	filled := records.Fill(a.draft.Record, facts)
	a.draft.Record.Origins = append(a.draft.Record.Origins, evidence.Origin{Fields: filled, From: from})
	a.found("said", strings.Join(filled, ", "), claimed, from.Name)
}

// signScoped states a record that names no release and attaches the statement
// (rules of format, R9).
func (a *assembly) signScoped(f records.File) error {
	if a.SignRecord == nil {
		a.gap(Line, "a signed "+f.Kind, f.Name+" is signed by nobody", "give the key that signs with --key")
		return nil
	}
	if err := f.Record.Validate(); err != nil {
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
