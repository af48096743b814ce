package collect

import (
	"cmp"
	"context"
	"fmt"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/collect/ci"
)

// maxDefinition bounds one file of a pipeline's definition, in bytes.
const maxDefinition = 1 << 20

// addDefinition states what the definition of the run's pipeline takes from
// elsewhere, if it is part of the released commit.
func (a *assembly) addDefinition(ctx context.Context) error {
	r, run := a.draft.Record, a.draft.Run
	if r.Build == nil || run.Repository != r.Repository.URI || run.Commit != r.Commit {
		return nil
	}
	return a.git.ReadFiles(ctx, maxDefinition, func(read func(string) ([]byte, error)) error {
		d, err := run.ReadDefinition(read)
		if err != nil {
			a.gap(Habit, "templates of the pipeline", cut(err.Error()), "mend the file")
			return nil
		}
		if len(d.Files) == 0 {
			return nil
		}
		first, err := read(d.Files[0])
		if err != nil {
			return err
		}
		a.definition = &evidence.Pipeline{
			Definition: &evidence.ResourceDescriptor{Name: d.Files[0], Digest: evidence.Sum(first).Set()}, Template: d.Template,
		}
		for _, j := range d.Jobs {
			a.definition.Stages = append(a.definition.Stages, evidence.PipelineStage{Name: j})
		}
		d.AddTo(r.Build, *a.definition.Definition)
		a.noteTemplates(d)
		return nil
	})
}

func (a *assembly) noteTemplates(d ci.Definition) {
	loose := 0
	for _, t := range d.Templates {
		if !t.Pinned {
			loose++
		}
	}
	text := count(len(d.Templates), "template")
	if loose > 0 {
		text += fmt.Sprintf(", %d of them not pinned", loose)
	}
	if n := len(d.Unread); n > 0 {
		text += ", " + count(n, "file") + " not read"
	}
	a.found("templates", text, proven, d.Files[0])
}

// addPipeline states how the pipeline is defined, where nobody wrote that down.
func (a *assembly) addPipeline(context.Context) error {
	r, d := a.draft.Record, a.definition
	if d == nil {
		return nil
	}
	if r.Pipeline == nil {
		r.Pipeline = &evidence.Pipeline{}
	}
	if r.Pipeline.Definition == nil {
		r.Pipeline.Definition = d.Definition
	}
	r.Pipeline.Template = cmp.Or(r.Pipeline.Template, d.Template)
	if r.Pipeline.Stages == nil && len(d.Stages) > 0 {
		r.Pipeline.Stages = d.Stages
		a.found("pipeline", count(len(d.Stages), "job"), proven, d.Definition.Name)
	}
	return nil
}
