package http

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

//go:embed mappings/*.yaml
var mappings embed.FS

// Builtin returns one of the mappings that come with this package; see
// [BuiltinIDs].
func Builtin(id string) (*Mapping, error) {
	data, err := mappings.ReadFile(path.Join("mappings", id+".yaml"))
	if err != nil || !plainName(id) {
		ids, _ := BuiltinIDs()
		return nil, fmt.Errorf("no mapping %.40q comes with this program: want one of %s", id, strings.Join(ids, ", "))
	}
	return ParseMapping(id+".yaml", data)
}

// BuiltinIDs returns the ids of the mappings that come with this package,
// sorted.
func BuiltinIDs() ([]string, error) {
	files, err := fs.Glob(mappings, "mappings/*.yaml")
	for i, f := range files {
		files[i] = strings.TrimSuffix(path.Base(f), ".yaml")
	}
	return files, err
}
