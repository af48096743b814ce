package controlvectors

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/verify"
)

// Update rewrites want, also and layers in the file of a case to what was found
// and leaves the rest of the file as it is. It returns the lines that it wrote,
// nil if there is nothing to write. An outcome of the control itself that is not
// the one wanted is an error: the case does not show what its name says.
func (c *Case) Update(base, got *Result) ([]string, error) {
	if len(c.Differences(base, got)) == 0 {
		return nil, nil
	}
	check, asked := got.Controls[c.Control]
	if !asked || check.Outcome != c.Outcome {
		return nil, fmt.Errorf("%s: want %s, got %s", c.File, c.Outcome, explain(check))
	}
	want := fmt.Sprintf("want: { outcome: %s }", c.Outcome)
	if check.Code != "" {
		want = fmt.Sprintf("want: { outcome: %s, code: %s }", c.Outcome, check.Code)
	}
	lines := []string{want}
	also, layers := map[string]verify.Check{}, map[string]verify.Check{}
	for id, x := range got.Controls {
		if was, asked := base.Controls[id]; asked && c.compares(id) && x.Outcome != was.Outcome {
			also[id] = x
		}
	}
	maps.Copy(layers, got.Layers)
	lines = append(lines, block("also", also)...)
	lines = append(lines, block("layers", layers)...)
	data, err := os.ReadFile(c.File)
	if err != nil {
		return nil, err
	}
	text := strings.TrimRight(without(string(data), "want", "also", "layers"), "\n") + "\n" + strings.Join(lines, "\n") + "\n"
	return lines, os.WriteFile(c.File, []byte(text), 0o644)
}

// block is a mapping of ids to outcomes as YAML.
func block(key string, checks map[string]verify.Check) []string {
	if len(checks) == 0 {
		return nil
	}
	lines := []string{key + ":"}
	for _, id := range slices.Sorted(maps.Keys(checks)) {
		lines = append(lines, fmt.Sprintf("  %s: %s", id, checks[id].Outcome))
	}
	return lines
}

// without removes top-level members of a YAML mapping with all their lines.
func without(text string, keys ...string) string {
	var b strings.Builder
	drop := false
	for line := range strings.Lines(text) {
		if indented := strings.HasPrefix(line, " ") || strings.TrimSpace(line) == ""; !indented || !drop {
			key, _, _ := strings.Cut(line, ":")
			drop = slices.Contains(keys, key)
		}
		if !drop {
			b.WriteString(line)
		}
	}
	return b.String()
}
