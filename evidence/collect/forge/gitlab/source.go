package gitlab

import "github.com/release-dossier/dossier/evidence/collect/forge"

// Source returns GitLab as a source of evidence for package collect. The options
// say how to ask; what is asked about is filled in by the run.
func Source(o forge.Options) *forge.Source {
	return &forge.Source{Forge: "gitlab", Options: o, Endpoints: Endpoints(), Ask: Collect}
}
