package main

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"strings"
	"unicode"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle/registry"
	"github.com/release-dossier/dossier/evidence/collect/forge"
	httprec "github.com/release-dossier/dossier/evidence/collect/http"
	"github.com/release-dossier/dossier/evidence/collect/oci"
	"github.com/release-dossier/dossier/internal/strictyaml"
)

// forms say what a text in the configuration must look like beyond its type, by
// its place: "[]" is any item of a list and "*" any key. What a place allows is
// the same in a component.
var forms = formsByPlace()

func formsByPlace() map[string]func(string) error {
	forms := map[string]func(string) error{
		"name":              nameForm,
		"repository":        repositoryForm,
		"component":         nameForm,
		"artifacts[]":       fileForm,
		"artifacts[].file":  fileForm,
		"artifacts[].image": imageForm,
		"sboms[]":           fileForm,
		"provenance[]":      fileForm,
		"attestations[]":    fileForm,
		"tags":              patternForm, // of a component

		"collect.git.tags":               patternForm,
		"collect.git.files[]":            committedForm,
		"collect.git.release-branches[]": patternForm,
		"collect.git.default-branch":     oneLine,
		"collect.github.url":             forge.CheckBaseURL,
		"collect.gitlab.url":             forge.CheckBaseURL,
		"collect.tickets.*.url":          httprec.CheckBase,
		"collect.systems.*.url":          httprec.CheckBase,
		"collect.tickets.*.mapping":      mappingForm,
		"collect.systems.*.mapping":      mappingForm,
		"collect.tickets.*.recorded":     ownForm,
		"collect.systems.*.recorded":     ownForm,
		"collect.github.recorded":        ownForm,
		"collect.gitlab.recorded":        ownForm,
		"collect.records":                recordsForm,

		"store": registry.CheckRepository,

		"withhold[].reason":  oneLine,
		"withhold[].contact": oneLine,
	}
	for _, forge := range []string{"github", "gitlab"} {
		for _, key := range []string{"deployments[]", "teams[]", "release-label", "roles.*"} {
			forms["collect."+forge+"."+key] = oneLine
		}
	}
	for key := range resultFormats {
		forms["results[]."+key], forms["results[]."+key+"[]"] = fileForm, fileForm
	}
	for _, key := range []string{"check", "category", "subject", "not-applicable"} {
		forms["results[]."+key] = oneLine
	}
	return forms
}

// places are mappings whose keys are names.
var places = map[string]bool{
	"collect.tickets": true, "collect.systems": true, "collect.github.roles": true, "collect.gitlab.roles": true,
}

// checkForms holds every text below n against the form of its place.
func checkForms(n *strictyaml.Node, place string) error {
	switch place {
	case "components[]":
		place = ""
	case "collect.results":
		place = "results"
	}
	if check := forms[place]; check != nil && n.Kind() == strictyaml.Scalar {
		if err := check(n.Text()); err != nil {
			return n.Errorf("%w", err)
		}
	}
	for _, item := range n.Items() {
		if err := checkForms(item, place+"[]"); err != nil {
			return err
		}
	}
	for _, m := range n.Members() {
		name := m.Name
		if places[place] {
			name = "*"
		}
		if err := checkForms(m.Value, strings.TrimPrefix(place+"."+name, ".")); err != nil {
			return err
		}
	}
	return nil
}

// oneLine wants a text that stands in a line of a report and in the name of a
// file.
func oneLine(s string) error {
	const most = 500
	if s == "" || s != strings.TrimSpace(s) || len(s) > most || strings.ContainsFunc(s, func(r rune) bool { return r != ' ' && !unicode.IsPrint(r) }) {
		return fmt.Errorf("want one line of text, without control characters or space around it, and of at most %d bytes", most)
	}
	return nil
}

// nameForm wants a text that people and files can be told by.
func nameForm(s string) error {
	if !strings.ContainsFunc(s, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) {
		return fmt.Errorf("%.200q has no letter or digit: want a name such as payments", s)
	}
	return oneLine(s)
}

func repositoryForm(s string) error {
	_, err := evidence.NormalRepository(s)
	return err
}

// patternForm wants a pattern of the names of tags or branches.
func patternForm(s string) error {
	if _, err := path.Match(s, ""); err != nil || s == "" {
		return errors.New(`want a pattern such as "v*" or "release/*"; "[" begins a set of characters that "]" ends, "\[" is the character itself`)
	}
	return oneLine(s)
}

// fileForm wants a path or pattern of files in the repository.
func fileForm(s string) error {
	if s == "" || filepath.IsAbs(s) || path.IsAbs(s) || !filepath.IsLocal(filepath.FromSlash(s)) {
		return fmt.Errorf("%.200q leads out of the repository: want a path or pattern in it, such as out/*.xml", s)
	}
	if _, err := path.Match(s, ""); err != nil {
		return errors.New(`want a path or pattern such as out/*.xml; "[" begins a set of characters that "]" ends, "\[" is the character itself`)
	}
	return oneLine(s)
}

// ownForm wants the path of one file in the repository.
func ownForm(s string) error {
	if !filepath.IsLocal(filepath.FromSlash(s)) || path.IsAbs(s) {
		return fmt.Errorf("%.200q leads out of the repository: want the path of a file in it; one elsewhere is given with a flag", s)
	}
	return oneLine(s)
}

// mappingForm wants the id of a mapping, or the path of one.
func mappingForm(s string) error {
	if filepath.Ext(s) == ".yaml" {
		return ownForm(s)
	}
	return oneLine(s)
}

// committedForm wants the path of a file as a commit has it.
func committedForm(s string) error {
	if !fs.ValidPath(s) || s == "." {
		return fmt.Errorf("%.200q is no path of a file in the repository: want one from its top, such as docs/runbook.md", s)
	}
	return oneLine(s)
}

// imageForm wants the name of an image, with a tag or digest.
func imageForm(s string) error {
	return oci.CheckReference(strings.NewReplacer("{tag}", "v1", "{version}", "1").Replace(s))
}

// recordsForm wants a directory in the repository that is each release's own.
func recordsForm(s string) error {
	if !strings.Contains(s, "{version}") {
		return errors.New("want {version} in it, or every release would state the same records again")
	}
	if dir := recordsDir(s, "api", "1.0.0"); !filepath.IsLocal(filepath.FromSlash(dir)) {
		return fmt.Errorf("%.200q leads out of the repository: want a directory in it, such as .dossier/records/{version}", s)
	}
	return oneLine(s)
}
