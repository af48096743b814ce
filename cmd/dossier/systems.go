package main

import (
	"path/filepath"
	"strings"

	"github.com/release-dossier/dossier/evidence/collect"
	httprec "github.com/release-dossier/dossier/evidence/collect/http"
)

// usualMappings are those of systems that people call by a shorter name.
var usualMappings = map[string]string{"jira": "jira-cloud", "servicenow": "servicenow-change"}

// maxRecorded is the most bytes of a file of recorded answers.
const maxRecorded = 1 << 30

// system returns a system that is asked over HTTP.
func (c *Cmd) system(job *creation, name string, s systemConfig, recorded recordings) (collect.Source, error) {
	mapping, err := s.mapping(job.dir, name)
	if err != nil {
		return nil, err
	}
	system := httprec.System{
		As:           name,
		Source:       httprec.Source{Mapping: mapping, Base: s.URL, Parameters: s.Parameters, Include: s.Include, ReferenceOnly: s.ReferenceOnly},
		Options:      httprec.Options{Now: c.Now, Retriever: job.signer.identity},
		Environments: s.Environments,
	}
	if s.Keys != nil {
		system.Keys = s.Keys.Regexp
	}
	file, place, err := answersOf(job.dir, recorded.take(name), s.Recorded)
	switch {
	case err != nil:
		return nil, err
	case file != "":
		if system.Options.Transport, err = readRecorded(file); err != nil {
			return nil, place(err)
		}
	case !s.Anonymous:
		variable := firstOf(string(s.Token), strings.ToUpper(strings.ReplaceAll(name, "-", "_"))+"_TOKEN")
		system.Source.Credential = httprec.Credential{Variable: variable, Header: s.Header, Scheme: s.Scheme}
		system.Options.Environ = map[string]string{variable: c.getenv(variable)}
	}
	source, err := httprec.NewSystem(system)
	if variable := system.Source.Credential.Variable; err == nil && variable != "" && !s.ReferenceOnly {
		err = c.mayAsk(job, s.at, sending{variable: variable, base: s.URL, kind: s.kind(name)})
	}
	return source, err
}

// kind is the mapping's id; "" if the credential is not sent as that says.
func (s systemConfig) kind(name string) string {
	if s.Header != "" || s.Scheme != "" {
		return ""
	}
	return s.mappingID(name)
}

// mappingID is the id of a mapping that comes with the program, or a file.
func (s systemConfig) mappingID(name string) string {
	return firstOf(s.Mapping, usualMappings[name], name)
}

// mapping is one that comes with the program, or a file.
func (s systemConfig) mapping(dir, name string) (*httprec.Mapping, error) {
	id := s.mappingID(name)
	if filepath.Ext(id) != ".yaml" {
		return httprec.Builtin(id)
	}
	path, err := own(dir, id)
	if err != nil {
		return nil, err
	}
	data, err := readFile(path)
	if err != nil {
		return nil, err
	}
	return httprec.ParseMapping(path, data)
}

func readRecorded(file string) (*httprec.Recorded, error) {
	f, err := openNow(file)
	if err != nil {
		return nil, usagef("recorded answers %s: %w", file, reason(err))
	}
	defer f.Close()
	r, err := httprec.ReadRecorded(f, maxRecorded)
	if err != nil {
		return nil, usagef("recorded answers %s: %w", file, err)
	}
	return r, nil
}
