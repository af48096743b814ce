package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/release-dossier/dossier/internal/strictyaml"
)

// configPath is where a repository keeps its release configuration.
const configPath = ".dossier/release.yaml"

// config is .dossier/release.yaml: what to collect, the same for every
// release. It holds no fact about a release.
type config struct {
	Version      int      `yaml:"version"`
	Name         string   `yaml:"name"`
	Kind         string   `yaml:"kind"`
	Component    string   `yaml:"component"`
	Repository   string   `yaml:"repository"`
	TagPattern   string   `yaml:"tag-pattern"`
	Artifacts    []string `yaml:"artifacts"`
	SBOMs        []string `yaml:"sboms"`
	Provenance   []string `yaml:"provenance"`
	Attestations []string `yaml:"attestations"`
	Files        []string `yaml:"files"`
	Sign         struct {
		Key        string `yaml:"key"`
		BuilderKey string `yaml:"builder-key"`
	} `yaml:"sign"`
}

// readConfig reads the configuration at path; if path is "" it is the
// repository's own, which may be absent.
func readConfig(dir, path string) (config, error) {
	optional := path == ""
	if optional {
		path = filepath.Join(dir, filepath.FromSlash(configPath))
	}
	var cfg config
	if _, err := os.Stat(path); optional && errors.Is(err, fs.ErrNotExist) {
		return cfg, nil
	}
	data, err := readFile(path)
	if err != nil {
		return cfg, err
	}
	if err := strictyaml.Decode(path, data, &cfg); err != nil {
		return cfg, usageError{err}
	}
	if cfg.Version != 1 {
		return cfg, usagef("%s: version: got %d, this program reads version 1", path, cfg.Version)
	}
	return cfg, nil
}

// expand resolves the patterns of a list in the configuration, which are
// relative to the repository. A pattern that matches nothing is an error: a
// release must not become thinner in silence.
func expand(dir, what string, patterns []string) ([]string, error) {
	var list []string
	for _, p := range patterns {
		if filepath.IsAbs(p) || !filepath.IsLocal(p) {
			return nil, usagef("%s: %s: %q leads out of the repository", configPath, what, p)
		}
		files, err := filepath.Glob(filepath.Join(globEscape(dir), filepath.FromSlash(p)))
		if err != nil {
			return nil, usagef("%s: %s: %q: %w", configPath, what, p, err)
		}
		if len(files) == 0 {
			return nil, usageError{fmt.Errorf("%s: %s: no file matches %q: build it first", configPath, what, p)}
		}
		list = append(list, files...)
	}
	return list, nil
}

// beside resolves a path in the configuration, which is relative to the
// repository like all of them; "~/" stays for the home directory.
func beside(dir, path string) string {
	if path == "" || filepath.IsAbs(path) || strings.HasPrefix(path, "~/") {
		return path
	}
	return filepath.Join(dir, filepath.FromSlash(path))
}

// mustBeDir says so if --dir is wrong, before anything looks for files in it.
func mustBeDir(dir string) error {
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return usagef("--dir %s: no such directory", dir)
	}
	return nil
}
