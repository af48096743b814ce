package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"

	"github.com/release-dossier/dossier/evidence/collect"
	"github.com/release-dossier/dossier/evidence/collect/ci"
	"github.com/release-dossier/dossier/evidence/collect/forge"
	"github.com/release-dossier/dossier/evidence/collect/forge/github"
	"github.com/release-dossier/dossier/evidence/collect/forge/gitlab"
	"github.com/release-dossier/dossier/evidence/collect/oci"
	"github.com/release-dossier/dossier/evidence/collect/results"
)

// sources returns the systems that are asked about every product of a run.
func (c *Cmd) sources(ctx context.Context, job *creation) ([]collect.Source, error) {
	recorded, err := job.recordings()
	if err != nil {
		return nil, err
	}
	var list []collect.Source
	if job.config.Collect.CI != nil {
		list = append(list, ciRun{})
	}
	forges, err := c.forges(ctx, job, recorded)
	if err != nil {
		return nil, err
	}
	for _, systems := range []map[string]systemConfig{job.config.Collect.Tickets, job.config.Collect.Systems} {
		for _, name := range slices.Sorted(maps.Keys(systems)) {
			s, err := c.system(job, name, systems[name], recorded)
			if err != nil {
				return nil, usageError{placed(systems[name].at, err)}
			}
			forges = append(forges, s)
		}
	}
	for _, s := range forges {
		list = append(list, shared(s, job.temp))
	}
	return list, recorded.unused()
}

// forges returns the forge that is configured.
func (c *Cmd) forges(ctx context.Context, job *creation, recorded recordings) (list []collect.Source, err error) {
	for _, f := range []struct {
		name     string
		config   *forgeConfig
		variable string
		source   func(forge.Options) *forge.Source
	}{
		{"github", job.config.Collect.GitHub, "GITHUB_TOKEN", github.Source},
		{"gitlab", job.config.Collect.GitLab, "GITLAB_TOKEN", gitlab.Source},
	} {
		if f.config == nil {
			continue
		}
		file, place, err := answersOf(job.dir, recorded.take(f.name), f.config.Recorded)
		if err != nil {
			return nil, err
		}
		o, err := c.forgeOptions(f.config, file)
		if err != nil {
			return nil, usageError{place(fmt.Errorf("%s: %w", f.name, err))}
		}
		if file == "" {
			variable := firstOf(string(f.config.Token), f.variable)
			if err := c.mayAskForge(ctx, job, f.name, variable, f.config); err != nil {
				return nil, err
			}
			o.Token = c.token(variable)
		}
		list = append(list, f.source(o))
	}
	return list, nil
}

// recordings are files of recorded answers by the name of their system.
type recordings map[string]string

func (job *creation) recordings() (recordings, error) {
	files := recordings{}
	for _, r := range job.recorded {
		name, file, ok := strings.Cut(r, "=")
		if !ok || file == "" || files[name] != "" {
			return nil, usagef("--recorded %s: want the name of a system and a file, as in github=answers.jsonl, each system once", r)
		}
		files[name] = file
	}
	return files, nil
}

// recordedIn is the file of answers that a flag gives of a system, "" if none does.
func (job *creation) recordedIn(system string) string {
	for _, r := range job.recorded {
		if name, file, _ := strings.Cut(r, "="); name == system {
			return file
		}
	}
	return ""
}

// take returns a system's file, "" if there is none.
func (r recordings) take(name string) string {
	file := r[name]
	delete(r, name)
	return file
}

// unused says that a file is of no system.
func (r recordings) unused() error {
	for name := range r {
		return usagef("--recorded %s: no system of that name is configured in %s", name, configPath)
	}
	return nil
}

// answersOf is the file of recorded answers of a system, by a flag or else by the
// configuration, and gives errors about it their place. "" asks the system.
func answersOf(dir, flag string, configured located) (file string, place func(error) error, err error) {
	if flag != "" {
		return flag, func(err error) error { return err }, nil
	}
	place = func(err error) error { return configured.Errorf("%w", err) }
	if file, err = own(dir, configured.Value); err != nil {
		return "", nil, usageError{configured.Errorf("%w; without this line the system is asked", err)}
	}
	return file, place, nil
}

// forgeOptions say what a forge is asked, or from which file it answers.
func (c *Cmd) forgeOptions(f *forgeConfig, recorded string) (forge.Options, error) {
	o := forge.Options{
		BaseURL: f.URL, Teams: f.Teams, Roles: f.Roles, Environments: f.Deployments, ReleaseLabel: f.ReleaseLabel, Template: f.Template.Form,
		Now: c.Now, Rand: rand.Reader, Retriever: "dossier " + programVersion(),
	}
	if recorded == "" {
		return o, nil
	}
	answers, err := recordedForge(recorded)
	if err != nil {
		return o, usagef("recorded answers %s: %w", recorded, reason(err))
	}
	o.Transport = forge.Recorded(answers...)
	return o, nil
}

// token gives the access token that an environment variable holds.
func (c *Cmd) token(variable string) func(context.Context) (string, error) {
	return func(context.Context) (string, error) {
		if token := c.getenv(variable); token != "" {
			return token, nil
		}
		return "", fmt.Errorf("the environment variable %s is not set: it holds the access token", variable)
	}
}

// recordedForge reads a file of recorded answers, or all in a directory.
func recordedForge(path string) ([]*forge.Answers, error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return forge.ReadFS(os.DirFS(path), forge.Limits{})
	}
	f, err := openNow(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	answers, err := forge.ReadAnswers(f, forge.Limits{})
	return []*forge.Answers{answers}, err
}

// productSources adds the systems that are asked about one product only.
func (c *Cmd) productSources(job *creation, images []string, o *collect.Options) error {
	if images != nil {
		o.Sources = append(o.Sources, imageSource{images, job.config.Collect.OCI, job.now})
	}
	if job.product.results != nil {
		s := results.Source{Dir: job.dir}
		for _, r := range job.product.results {
			if !slices.Contains(job.incomplete, s.Name()) { // else it becomes a part of the record, which names no files of this machine
				r.Locate = func(err error) error { return placed(r.at, err) }
			}
			s.Entries = append(s.Entries, r.Entry)
		}
		o.Sources = append(o.Sources, s)
	}
	return nil
}

// imageSource is oci's, once the release is known that {tag} and {version} in the
// images' names stand for.
type imageSource struct {
	images []string
	config *ociConfig
	now    time.Time
}

func (imageSource) Name() string         { return "oci" }
func (imageSource) Stage() collect.Stage { return collect.Artifacts }
func (imageSource) Unknown() []string    { return (*oci.Source)(nil).Unknown() }

func (s imageSource) Collect(ctx context.Context, t collect.Target) (*collect.Part, error) {
	o := oci.Options{Now: s.now, Keychain: authn.DefaultKeychain, PlainHTTP: s.config != nil && s.config.PlainHTTP}
	names := strings.NewReplacer("{tag}", t.Tag.Name, "{version}", t.Version)
	for _, image := range s.images {
		o.Images = append(o.Images, names.Replace(image))
	}
	source, err := oci.New(o)
	if err != nil {
		return nil, err
	}
	return source.Collect(ctx, t)
}

// ciRun is the CI run that the configuration says there is. What the run tells
// is read for every release; as a source it must be there.
type ciRun struct{}

func (ciRun) Name() string         { return "ci" }
func (ciRun) Stage() collect.Stage { return collect.Artifacts }
func (ciRun) Unknown() []string    { return []string{"provenance/*", "tag/created-by-ci"} }

func (ciRun) Collect(_ context.Context, t collect.Target) (*collect.Part, error) {
	if t.Run.System == ci.Local {
		return nil, errors.New("this runs outside of any CI system: create the dossier in the job that builds the release")
	}
	if len(t.Separate) > 0 {
		return nil, fmt.Errorf("of ci nothing can be withheld, not %s", strings.Join(t.Separate, ", "))
	}
	return &collect.Part{URI: t.Run.URI}, nil
}
