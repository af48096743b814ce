package collect

import (
	"path/filepath"
	"strings"

	"github.com/release-dossier/dossier/evidence"
)

// shortNames names each path by as few of its last elements as tell it apart
// from the others: usually the file's name alone. A name that is reserved for
// another subject gets one element more.
func shortNames(paths []string) []string {
	elements, depth := make([][]string, len(paths)), make([]int, len(paths))
	for i, p := range paths {
		elements[i] = strings.Split(strings.Trim(filepath.ToSlash(filepath.Clean(p)), "/"), "/")
		depth[i] = 1
	}
	names := make([]string, len(paths))
	for {
		count := map[string]int{}
		for i, e := range elements {
			names[i] = strings.Join(e[len(e)-depth[i]:], "/")
			count[names[i]]++
		}
		grown := false
		for i, name := range names {
			if (count[name] > 1 || reserved(name)) && depth[i] < len(elements[i]) {
				depth[i]++
				grown = true
			}
		}
		if !grown {
			return names
		}
	}
}

func reserved(name string) bool {
	return name == evidence.SubjectRelease || strings.HasPrefix(name, "git:")
}
