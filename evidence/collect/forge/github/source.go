package github

import "github.com/release-dossier/dossier/evidence/collect/forge"

// Source returns GitHub as a source of evidence for package collect. The options
// say how to ask; what is asked about is filled in by the run.
func Source(o forge.Options) *forge.Source {
	return &forge.Source{Forge: "github", Options: o, Endpoints: Endpoints(), Ask: Collect}
}
