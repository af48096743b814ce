package evidence

// Build says which CI run assembled a record or built an artifact, by the word
// of the job's own environment.
type Build struct {
	// System is the CI system: "github", "gitlab", "local", ...
	System string `json:"system" rec:"R;1.5.2"`
	// RunID is the run's own id in that system.
	RunID string `json:"runId,omitempty" rec:"O;1.5.2"`
	// Attempt counts the executions of the run from 1.
	Attempt int64 `json:"attempt,omitzero" rec:"O;1.29.2"`
	// StartedAt is when this attempt of the run began, by the job's environment or,
	// where that does not tell, by the forge.
	StartedAt *Time `json:"startedAt,omitempty" rec:"O;1.13.3.1"`
	// URI is the address of this attempt of the run.
	URI string `json:"uri,omitempty" rec:"O;1.5.2"`
	// Name is the name of the workflow, pipeline or job.
	Name string `json:"name,omitempty" rec:"O;1.5.2"`
	// Workflow is the workflow's reference: file, repository and ref.
	Workflow string `json:"workflow,omitempty" rec:"O;1.31.3.2"`
	// Called is the reusable workflow that the job is part of, if it says so. A
	// recorder that judged developers cannot change is one of another
	// repository; a job without it belongs to the project's own pipeline.
	Called string `json:"called,omitempty" rec:"O;1.31.3.2"`
	// Templates are the definitions that lie outside of the released commit.
	Templates []BuildTemplate `json:"templates,omitempty" rec:"O;1.31.3.2"`
	// TemplatesFrom is the pipeline's definition in the released commit that they
	// were read from; without it the list may lack some.
	TemplatesFrom *ResourceDescriptor `json:"templatesFrom,omitempty" rec:"O;1.31.3.2"`
	// TemplatesUnread are files that the definition takes in and that could not
	// be read: they may name more.
	TemplatesUnread []string `json:"templatesUnread,omitempty" rec:"C;1.31.3.2;when there are any"`
	// Commit is the commit that the run was started for.
	Commit ObjectID `json:"commit,omitempty" rec:"O;1.10.3.3"`
	// Ref is the full git reference that the run was started for.
	Ref string `json:"ref,omitempty" rec:"O;1.10.3.3"`
	// Repository is the normal address of the repository it runs for.
	Repository string `json:"repository,omitempty" rec:"O;1.5.2"`
	// Builder is the builder's id in SLSA provenance, a URI.
	Builder string `json:"builder,omitempty" rec:"O;1.5.2"`
	// Runner says where it ran: "github-hosted", or the runner's id.
	Runner string `json:"runner,omitempty" rec:"O;1.5.2"`
	// Environment is the protected environment, or scope of secrets, that the job
	// used.
	Environment string `json:"environment,omitempty" rec:"O;1.21.3.3"`
	// Event is what started it: "push", "workflow_dispatch", ...
	Event string `json:"event,omitempty" rec:"O;1.31.3.4"`
	// Actor is the account that started it.
	Actor Identity `json:"actor,omitempty" rec:"O;1.31.3.4"`
}

// BuildTemplate is a definition that a pipeline takes from elsewhere: a
// reusable workflow, an action, an included file, an orb, a shared library.
type BuildTemplate struct {
	// Ref is the reference as the pipeline writes it. It is immutable if it ends
	// in "@" and a full object id or a digest.
	Ref string `json:"ref" rec:"R;1.31.3.2"`
	// Digest is what a reference that can be moved stood for in this run, if the
	// system says so.
	Digest DigestSet `json:"digest,omitempty" rec:"O;1.31.3.2"`
}
