package policy_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/release-dossier/dossier/verify/policy"
)

// docsDir holds the pages about controls and parameters, made from the registry.
const docsDir = "../../docs/controls"

// TestPages compares docs/controls with the registry.
func TestPages(t *testing.T) {
	pages := pagesOf(policy.Controls())
	if *update {
		if err := os.MkdirAll(docsDir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range pages {
		golden(t, filepath.Join(docsDir, name), []byte(text))
	}
	there, _ := filepath.Glob(filepath.Join(docsDir, "*.md"))
	for _, path := range there {
		if _, ok := pages[filepath.Base(path)]; !ok {
			t.Errorf("%s is no page of the registry: remove it", path)
		}
	}
}

// pagesOf returns a page for each first part of ids, one for parameters, and the
// list of all.
func pagesOf(all []policy.Control) map[string]string {
	pages, count := map[string]string{}, map[string]int{}
	var themes []string
	for _, c := range all {
		prefix, _, _ := strings.Cut(c.ID, "/")
		if count[prefix] == 0 {
			themes = append(themes, prefix)
			pages[prefix+".md"] = fmt.Sprintf("# %s: %s\n", prefix, c.Theme)
		}
		count[prefix]++
		pages[prefix+".md"] += controlSection(c)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "# Controls\n\nThe %d controls that this version judges, of the %d of the catalogue. `dossier\ncontrols` lists them, `dossier explain ID` explains one. Made from the registry in\nverify/policy.\n\n", len(all), policy.CatalogueSize)
	b.WriteString("| page | theme | controls |\n|---|---|---|\n")
	for _, theme := range themes {
		title, _, _ := strings.Cut(strings.TrimPrefix(pages[theme+".md"], "# "+theme+": "), "\n")
		fmt.Fprintf(&b, "| [%s](%s.md) | %s | %d |\n", theme, theme, title, count[theme])
	}
	b.WriteString("\nWhat a policy can set is in [parameters.md](parameters.md).\n\n| profile | asks |\n|---|---|\n")
	for _, name := range policy.Profiles() {
		p, err := policy.Profile(name)
		if err != nil {
			panic(err)
		}
		fmt.Fprintf(&b, "| `%s` | %d |\n", name, len(p.Show().Controls))
	}
	pages["README.md"] = b.String()
	pages["parameters.md"] = parameterPage()
	return pages
}

func controlSection(c policy.Control) string {
	x, err := policy.Explain(c.ID)
	if err != nil {
		panic(err)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "\n## %s\n\n%s, %s\n\n", c.ID, c.Level, x.Wants)
	for _, l := range [][2]string{
		{"judged", x.Judged}, {"evidence", "`" + strings.Join(x.Evidence, "`, `") + "`"}, {"applies", x.Applies}, {"asked", x.Asked},
		{"waived by", x.Waive}, {"sections", x.Sections}, {"if not", x.Failing}, {"before the act", x.Fix.Before}, {"afterwards", x.Fix.Now},
	} {
		if l[1] != "" {
			fmt.Fprintf(&b, "- **%s**: %s\n", l[0], strings.ReplaceAll(l[1], "|", `\|`))
		}
	}
	for _, e := range x.Examples {
		fmt.Fprintf(&b, "- **%s**: %s\n", e.Outcome, e.Why)
	}
	return b.String()
}

func parameterPage() string {
	var b strings.Builder
	b.WriteString("# Parameters of a policy\n\nEach stands under `parameters` in the policy. The source is the section of the\nrelease policy that leaves the value open, or the [reading](../readings.md) of what it\nleaves unclear.\n\n| parameter | default | meaning | source | controls |\n|---|---|---|---|---|\n")
	list := policy.Parameters()
	for _, p := range list {
		controls := policy.ControlsOf(p.Name)
		used := strings.Join(controls[:min(len(controls), 4)], ", ")
		if len(controls) > 4 {
			used += fmt.Sprintf(" and %d more", len(controls)-4)
		}
		cells := []string{"`" + p.Name + "`", "`" + p.Default + "`", p.Doc, p.Source, used}
		for i := range cells {
			cells[i] = strings.ReplaceAll(cells[i], "|", `\|`)
		}
		fmt.Fprintf(&b, "| %s |\n", strings.Join(cells, " | "))
	}
	return b.String()
}

var readingForm = regexp.MustCompile(`^A[0-9]+`)

// TestParametersAreDocumented asks every parameter for its meaning and where it
// comes from, and for a name of its own.
func TestParametersAreDocumented(t *testing.T) {
	readings, err := os.ReadFile(filepath.Join(docsDir, "..", "readings.md"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, p := range policy.Parameters() {
		if reading := readingForm.FindString(p.Source); reading != "" && !strings.Contains(string(readings), "| "+reading+" |") {
			t.Errorf("%s: docs/readings.md does not have %s", p.Name, reading)
		}
		if p.Doc == "" || p.Source == "" || strings.HasSuffix(p.Doc, ".") {
			t.Errorf("%s: %q, from %q", p.Name, p.Doc, p.Source)
		}
		names = append(names, p.Name)
	}
	if len(slices.Compact(slices.Clone(names))) != len(names) {
		t.Error("two parameters have one name")
	}
}
