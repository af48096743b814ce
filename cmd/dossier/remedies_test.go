package main

import (
	"bytes"
	"regexp"
	"testing"

	"github.com/release-dossier/dossier/verify/policy"
)

// proposed is a command in a text for people: after a colon or in brackets, with
// what it is applied to and a flag, if they follow.
var proposed = regexp.MustCompile(`[:(] ?dossier ([a-z][a-z-]*)(?: [A-Za-z./]+)?(?: --([a-z][a-z-]*))?`)

// TestRemedies: what controls tell people to type is there to be typed.
func TestRemedies(t *testing.T) {
	found := 0
	for _, k := range policy.Controls() {
		for _, text := range []string{k.Logic, k.Fix.Before, k.Fix.Now} {
			for _, m := range proposed.FindAllStringSubmatch(text, -1) {
				found++
				c := &Cmd{Stdout: &bytes.Buffer{}, Stderr: &bytes.Buffer{}}
				cmd, _, err := c.root().Find([]string{m[1]})
				if err != nil || cmd.Name() != m[1] {
					t.Errorf("%s: %q: there is no verb %s", k.ID, text, m[1])
				} else if m[2] != "" && cmd.Flags().Lookup(m[2]) == nil {
					t.Errorf("%s: %q: %s has no flag --%s", k.ID, text, m[1], m[2])
				}
			}
		}
	}
	if found < 20 {
		t.Errorf("%d commands were found: the texts have another form", found)
	}
}
