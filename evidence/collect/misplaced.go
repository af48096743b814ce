package collect

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence/records"
	"github.com/release-dossier/dossier/internal/strictyaml"
)

// misplaced refuses records that are beside the directory that is read: they
// would silently be left out.
func (a *assembly) misplaced(top fs.FS, dir string) error {
	for _, step := range []func(fs.FS, string) error{a.byOtherVersion, a.byOtherComponent, a.misspelt, a.loose} {
		if err := step(top, dir); err != nil {
			return err
		}
	}
	return nil
}

// versions are names that a directory of this release may have by mistake, after
// the version itself.
func (a *assembly) versions() []string {
	r := a.draft.Record
	names := []string{r.Version, r.Tag.Name[strings.LastIndexAny(r.Tag.Name, "/@")+1:]}
	if v := "v" + r.Version; TagVersion(v) == r.Version {
		names = append(names, v)
	}
	return names
}

// byOtherVersion refuses a directory that is named by the tag instead of the
// version.
func (a *assembly) byOtherVersion(top fs.FS, dir string) error {
	for _, name := range a.versions()[1:] {
		other, err := a.recordsDir(a.draft.Record.Component, name)
		if err == nil && other != dir && exists(top, other) {
			return fmt.Errorf("%s is not read: records of this release belong in %s: move them there and remove %s", other, dir, other)
		}
	}
	return nil
}

// byOtherComponent refuses records of no component where there are components,
// and of a component where there are none.
func (a *assembly) byOtherComponent(top fs.FS, dir string) error {
	if a.RecordsDir != nil {
		return nil
	}
	component := a.draft.Record.Component
	for _, name := range a.versions() {
		if other, err := records.Dir("", name); err == nil && component != "" && exists(top, other) {
			return fmt.Errorf("%s is not read, because it says of no component that it is about that: records of %s belong in %s, those of others beside it: move them and remove %s",
				other, component, dir, other)
		}
		for _, one := range directories(top, records.Root) {
			if other := path.Join(records.Root, one, name); component == "" && isDir(top, other) {
				return fmt.Errorf("%s is not read: no component %s is configured: records of this release belong in %s: move them there and remove %s", other, one, dir, other)
			}
		}
	}
	return nil
}

// misspelt refuses a directory whose path differs in one name from that of a
// component's records of this version: a component's name where it is of no
// component, another one where it is nearly the right one.
func (a *assembly) misspelt(top fs.FS, _ string) error {
	version := a.draft.Record.Version
	right := map[string]bool{} // the directories of this version, and those above
	components := a.Components
	if !slices.Contains(components, a.draft.Record.Component) {
		components = append(slices.Clone(components), a.draft.Record.Component)
	}
	var ofNone error
	for _, c := range components {
		d, err := a.recordsDir(c, version)
		for ; err == nil && d != "."; d = path.Dir(d) {
			right[d] = true
		}
	}
	for _, c := range components {
		d, err := a.recordsDir(c, version)
		if err != nil {
			continue
		}
		names := strings.Split(d, "/")
		for i, name := range names {
			above, below := path.Join(names[:i]...), path.Join(names[i+1:]...)
			if strings.Contains(name, version) {
				continue // what is beside it is of other releases
			}
			for _, other := range directories(top, path.Join(".", above)) {
				found := path.Join(above, other, below)
				switch near := strictyaml.Suggest(other, []string{name}) != ""; {
				case right[path.Join(above, other)] || !isDir(top, found):
				case near:
					return fmt.Errorf("%s is not read: did you mean %s? rename it, or remove it", found, d)
				case slices.Contains(strings.Split(c, "/"), name):
					ofNone = fmt.Errorf("%s is not read, because it is of none of the components (%s): move its records to the right one's, such as %s, or remove it",
						found, strings.Join(components, ", "), d)
				}
			}
		}
	}
	return ofNone
}

// loose refuses records above the directories of releases.
func (a *assembly) loose(top fs.FS, dir string) error {
	if a.RecordsDir != nil {
		return nil // what else is in such a directory is not known
	}
	for above := path.Dir(dir); strings.HasPrefix(above, records.Root); above = path.Dir(above) {
		list, _ := fs.ReadDir(top, above) // it need not be there
		for _, e := range list {
			if ext := path.Ext(e.Name()); !e.IsDir() && e.Name()[0] != '.' && (ext == ".yaml" || ext == ".yml") {
				return fmt.Errorf("%s is not read, because it is in the directory of no release: move it to %s, or remove it", path.Join(above, e.Name()), dir)
			}
		}
	}
	return nil
}

func exists(top fs.FS, name string) bool {
	_, err := fs.Lstat(top, name)
	return err == nil
}

func isDir(top fs.FS, name string) bool {
	info, err := fs.Stat(top, name)
	return err == nil && info.IsDir()
}

// directories are the names of the directories in one that need not be there.
func directories(top fs.FS, dir string) (names []string) {
	list, _ := fs.ReadDir(top, dir)
	for _, e := range list {
		if e.IsDir() {
			names = append(names, e.Name())
		}
	}
	return names
}
