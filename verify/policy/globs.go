package policy

import (
	"path"
	"strings"
)

// globbed reports whether a name matches one of several patterns: those of
// path.Match, in which an element ** stands for any number of elements.
func globbed(patterns []string, name string) bool {
	elements := strings.Split(name, "/")
	for _, p := range patterns {
		if globElements(strings.Split(p, "/"), elements) {
			return true
		}
	}
	return false
}

func globElements(pattern, name []string) bool {
	for i, p := range pattern {
		if p == "**" {
			rest := pattern[i+1:]
			if len(rest) == 0 {
				return true
			}
			for k := i; k <= len(name); k++ {
				if globElements(rest, name[k:]) {
					return true
				}
			}
			return false
		}
		if i >= len(name) {
			return false
		}
		if ok, err := path.Match(p, name[i]); !ok || err != nil {
			return false
		}
	}
	return len(pattern) == len(name)
}
