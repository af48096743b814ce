package sbom

import (
	"cmp"
	"slices"

	"github.com/release-dossier/dossier/evidence"
)

// Reader reads SBOMs for a verifier: it satisfies verify.SBOMReader.
type Reader struct{}

// Summarize returns what a document says of itself, in the terms of the
// evidence model. It fails as [Read] does.
func (Reader) Summarize(data []byte) (*evidence.SBOMSummary, error) {
	doc, err := read(data)
	if err != nil {
		return nil, err
	}
	return doc.Summary(), nil
}

// Summary returns what d says of itself, in the terms of the evidence model.
// A Created time that is not RFC 3339 is left out.
func (d *Document) Summary() *evidence.SBOMSummary {
	s := &evidence.SBOMSummary{
		Format: d.Format, SpecVersion: d.SpecVersion, Tools: d.Tools,
		Components: d.ComponentCount, ProblemCount: d.ProblemCount, WarningCount: d.WarningCount, Transitive: d.transitive(),
		Depth: d.Graph.Depth, Unreachable: d.Graph.Unreachable, Cycles: d.Graph.Cycles, Elements: d.MinimumElements(),
		Problems: d.Problems, Warnings: d.Warnings,
	}
	s.Licenses, s.LicenseCount = d.licenses()
	if t, err := evidence.ParseTime(d.Created); err == nil {
		s.Created = t
	}
	for _, subject := range d.Subjects {
		// A part within the whole is not what the document is about: else the
		// SBOM of anything that contains the artifact would be the artifact's.
		if len(subject.Digests) > 0 && !subject.Part {
			s.Subjects = append(s.Subjects, subject.Digests)
		}
	}
	for _, c := range d.Components {
		if c.Subject {
			s.Components--
		} else if len(c.Licenses) > 0 {
			s.Licensed++
		}
	}
	return s
}

// maxListed is the most licences that a summary lists.
const maxListed = 10_000

// licenses counts the licences that count: of an SPDX package what was
// concluded, or else declared. What the document is about is not a component of
// it, unless it is about several things: an SPDX document may describe every
// package that it lists, and its licences are judged nevertheless.
func (d *Document) licenses() ([]evidence.SBOMLicense, int) {
	at := map[string]int{}
	var list []evidence.SBOMLicense
	for _, c := range d.Components {
		counts := c.Licenses
		if d.Format == SPDX && len(counts) > 1 {
			counts = counts[:1]
		}
		if c.Subject && len(d.Subjects) == 1 {
			continue
		}
		for _, l := range counts {
			i, ok := at[l]
			if !ok {
				i = len(list)
				at[l] = i
				list = append(list, evidence.SBOMLicense{License: l, Example: c.Name})
			}
			list[i].Components++
		}
	}
	slices.SortStableFunc(list, func(a, b evidence.SBOMLicense) int {
		return cmp.Or(b.Components-a.Components, cmp.Compare(a.License, b.License))
	})
	return list[:min(len(list), maxListed)], len(list)
}

// transitive reports whether the document tells of a dependency that no
// subject has directly, or of one that a component has.
func (d *Document) transitive() bool {
	direct, subjects := map[string]bool{}, map[string]bool{}
	for _, s := range d.Subjects {
		subjects[s.Ref] = true
		for _, ref := range d.Dependencies[s.Ref] {
			direct[ref] = true
		}
	}
	for _, c := range d.Components {
		if c.Subject {
			continue
		}
		if !direct[c.Ref] && len(direct) > 0 || c.Ref != "" && !subjects[c.Ref] && len(d.Dependencies[c.Ref]) > 0 {
			return true
		}
	}
	return false
}
