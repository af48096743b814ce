// Package ci reads which CI run a program is part of, from environment
// variables that the caller passes in. Nothing is asked of the CI system: what
// is read is what the job's own environment says, and whoever can change the
// job can change that. It is evidence only when a trusted builder signs it.
//
// # Builder ids
//
// A builder id says who built, in a form that a policy can list:
//
//	GitHub Actions  <server>/<workflow reference>, which names the workflow's
//	                repository, file and version, for example
//	                https://github.com/org/repo/.github/workflows/release.yml@refs/tags/v1.4.0
//	GitLab CI       <server>/<project>/-/runners/<runner id>, as GitLab's own
//	                provenance has it
//	none            provenance.LocalBuilder, which policies refuse
//
// On GitHub, a job of a reusable workflow still sees the calling workflow's
// reference; only an identity token or its certificate names the reusable one.
package ci
