package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify"
)

// monorepo is how the repository says that it releases several components, nil
// if it does not say (A36).
func (f *Facts) monorepo() *evidence.MonorepoRelease {
	if f.Record.Metadata == nil {
		return nil
	}
	return f.Record.Metadata.Monorepo
}

// componentOf is the component that an artifact belongs to: the one that is
// released alone, else the one whose name is the artifact's, or the last part of
// it; "" for none.
func (f *Facts) componentOf(a evidence.Artifact) string {
	if f.Record.Component != "" {
		return f.Record.Component
	}
	name, _, _ := strings.Cut(a.Name[strings.LastIndexByte(a.Name, '/')+1:], "@")
	if m := f.monorepo(); m != nil {
		for _, c := range m.Components {
			if c == a.Name || c[strings.LastIndexByte(c, '/')+1:] == name {
				return c
			}
		}
	}
	return ""
}

// traceArtifacts asks for a chain of its own for each artifact of a monorepo.
func traceArtifacts(f *Facts) Result {
	const want = "provenance, checks, version and promotion of its own for every artifact"
	for i, a := range f.Record.Artifacts {
		place := inRecord(f, "/artifacts/%d", i)
		component := f.componentOf(a)
		if component == "" {
			return fail("component-unknown", want, "%s belongs to no component that the repository lists", a.Name).at(place, inRecord(f, "/metadata/monorepo/components"))
		}
		switch {
		case !a.Covered(func(d evidence.Digest) bool {
			return slices.ContainsFunc(f.Provenance, func(v verify.ProvenanceFact) bool { return slices.Contains(v.Names, d) })
		}):
			return missing(want, "no provenance names "+a.Name).at(place).follows("provenance/bound-to-digest")
		case !slices.ContainsFunc(f.checks(), f.coversArtifact(a, component)):
			return missing(want, fmt.Sprintf("no check ran on %s or says that it covers %s", a.Name, component)).at(place, inRecord(f, "/checks"))
		case a.Version == "":
			return missing(want, a.Name+" states no version").at(place)
		case !sameVersion(a.Version, f.Record):
			return fail("version-mismatch", want, "%s is version %s, the tag is %s", a.Name, a.Version, f.Record.Tag.Name).at(place).follows("tag/matches-release-version")
		}
		if into := f.into(envProduction); len(into) > 0 && !slices.ContainsFunc(into, brings(a)) {
			return missing(want, "no promotion to production names "+a.Name).at(place)
		}
	}
	if len(f.Record.Artifacts) == 0 {
		return missing(want, "the release has no artifact").at(inRecord(f, "/artifacts"))
	}
	return pass(verify.Weakest(provenanceProof(f), f.Stated()), "%s", plural(len(f.Record.Artifacts), "artifact", "artifacts")).wants(want).at(inRecord(f, "/artifacts"))
}

// coversArtifact tells checks of an artifact, and shared ones that say that they
// cover its component.
func (f *Facts) coversArtifact(a evidence.Artifact, component string) func(checked) bool {
	return func(c checked) bool {
		if sum, ok := c.Subject.Digest.SHA256(); ok && c.Subject.Name != evidence.SubjectCommit && slices.Contains(a.Digests(), sum) {
			return true
		}
		return f.onRelease(c) && slices.Contains(c.Components, component)
	}
}

// brings tells promotions of an artifact.
func brings(a evidence.Artifact) func(promoted) bool {
	return func(p promoted) bool {
		return slices.ContainsFunc(p.Artifacts, func(r evidence.ResourceDescriptor) bool {
			sum, ok := r.Digest.SHA256()
			return ok && slices.Contains(a.Digests(), sum)
		})
	}
}
