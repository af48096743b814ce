package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence/collect"
	"github.com/release-dossier/dossier/evidence/collect/ci"
	"github.com/release-dossier/dossier/evidence/collect/results"
)

// sources returns the systems that are asked about every product of a run.
func (c *Cmd) sources(job *creation) ([]collect.Source, error) {
	var list []collect.Source
	if job.config.Collect.CI != nil {
		list = append(list, ciRun{})
	}
	return list, nil
}

// productSources adds the systems that are asked about one product only.
func (c *Cmd) productSources(job *creation, images []string, o *collect.Options) error {
	if images != nil {
		return usagef("artifact %s: no such file; images are not read yet", images[0])
	}
	if job.product.results != nil {
		s := results.Source{Dir: job.dir}
		for _, r := range job.product.results {
			s.Entries = append(s.Entries, results.Entry(r))
		}
		o.Sources = slices.Concat(o.Sources, []collect.Source{s})
	}
	return nil
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

// isImage is replaced by the reader of registries.
func isImage(string) bool { return false }
