package trust

import (
	"fmt"
	"strings"

	"github.com/release-dossier/dossier/internal/strictyaml"
)

// checkName refuses names that could be taken for something else.
func checkName(name text, what string) error {
	for i, c := range name.Value {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		if !letter && (i == 0 || !strings.ContainsRune("._-", c)) {
			return name.Errorf("the name of a %s begins with a letter or digit and goes on with letters, digits, dots, hyphens and underscores", what)
		}
	}
	if name.Value == "" || len(name.Value) > maxName {
		return name.Errorf("the name of a %s has 1 to %d characters", what, maxName)
	}
	return nil
}

// maxName bounds names of keys, people and roles, in bytes.
const maxName = 64

// suggestion completes an error about an unknown name.
func suggestion[V any](word string, known map[string]V) string {
	if s := strictyaml.Suggest(word, sortedKeys(known)); s != "" {
		return fmt.Sprintf("; did you mean %q?", s)
	}
	return ""
}
