// Package ci reads which CI run a program is part of, from environment
// variables that the caller passes in. Nothing is asked of the CI system: what
// is read is what the job's own environment says, and whoever can change the
// job can change that. It is evidence only when a trusted builder signs it.
//
// # Builder ids
//
// A builder id says who built, in a form that a policy can list:
//
//	GitHub Actions   <server>/<workflow reference>, which names the workflow's
//	                 repository, file and version, for example
//	                 https://github.com/org/repo/.github/workflows/release.yml@refs/tags/v1.4.0
//	GitLab CI        <server>/<project>/-/runners/<runner id>, as GitLab's own
//	                 provenance has it
//	Jenkins          the job's address
//	Buildkite        <server>/<organisation>/<pipeline>
//	CircleCI         <server>/org/<id>/project/<id>, the path in its identity tokens
//	Azure Pipelines  <collection>/<project>/_build?definitionId=<id>
//	Tekton           <cluster>/namespaces/<namespace>
//	none             provenance.LocalBuilder, which policies refuse
//
// # The project's own pipeline and a recorder
//
// On GitHub, a job of a reusable workflow still sees the calling workflow's
// reference; only an identity token or its certificate names the reusable one.
// A reusable workflow can say which one it is in DOSSIER_CALLED_WORKFLOW, as
// org/repo/.github/workflows/file.yml@ref, and at which commit in
// DOSSIER_CALLED_WORKFLOW_SHA:
//
//	env:
//	  DOSSIER_CALLED_WORKFLOW: ${{ job.workflow_ref }}
//	  DOSSIER_CALLED_WORKFLOW_SHA: ${{ job.workflow_sha }}
//
// That is a claim like the rest: a verifier compares it with the signer's
// certificate. On the other systems only the signer tells the two apart.
//
// # The environment of the job
//
// A job of a protected environment ("environment: release") may use credentials
// that others may not. GitLab names it in CI_ENVIRONMENT_NAME. GitHub does not:
// the job says it in DOSSIER_ENVIRONMENT.
//
// # Templates
//
// What a pipeline takes from elsewhere (reusable workflows and actions, includes
// and components, orbs, plugins, tasks, shared libraries) is read from its
// definition in the released commit, [Run.ReadDefinition]. A reference is pinned
// if it ends in a digest or a full object id; a tag, which can be moved, is not.
//
// # Tekton
//
// Tekton sets no variables, so a task passes them on:
//
//	env:
//	  - { name: TEKTON_CLUSTER_URL,  value: "https://ci.example.com" }
//	  - { name: TEKTON_NAMESPACE,    value: "$(context.taskRun.namespace)" }
//	  - { name: TEKTON_TASKRUN_NAME, value: "$(context.taskRun.name)" }
//	  - { name: TEKTON_TASKRUN_UID,  value: "$(context.taskRun.uid)" }
//	  - { name: TEKTON_COMMIT,       value: "$(params.revision)" }
//	  - { name: TEKTON_REPOSITORY,   value: "$(params.url)" }
//
// and, if they are known, TEKTON_REF (refs/tags/...), TEKTON_PIPELINE_NAME,
// TEKTON_PIPELINE_REF (bundle@sha256:... or repository@commit) and
// TEKTON_EVENT.
package ci
