package policy

import "time"

// TagParams are the values that the controls of tags and versions take.
type TagParams struct {
	// ComponentTags says when a tag may begin with the name of a component.
	ComponentTags string `json:"componentTags"`
	// ReleaseWorkflows are words of which one stands in the name or file of every
	// workflow that makes tags.
	ReleaseWorkflows []string `json:"releaseWorkflows"`
	// ProtectionAge is how far a look at the rules of a branch may be from the
	// tag, before or after it.
	ProtectionAge Span `json:"protectionAge"`
	// TreeEquivalent says that a check of another commit counts if the files are
	// the same.
	TreeEquivalent bool `json:"treeEquivalent"`
	// MinorBreaks says that a higher MINOR is enough for a breaking change while
	// MAJOR is 0.
	MinorBreaks bool `json:"minorBreaks"`
}

// The values of the parameter component-tags.
const (
	componentsRecorded = "recorded"
	componentsAllowed  = "allowed"
)

var tagParameters = []Parameter{
	choice("component-tags", "when a tag may be component/v1.2.3: in a monorepo that records to release per component, or whenever the release names a component", "A25", componentsRecorded, []string{componentsRecorded, componentsAllowed}, func(p *Params) *string { return &p.ComponentTags }),
	words("release-workflows", "words of which one stands in the name or file of every workflow that makes release tags, whatever its case", "A8", []string{"release"}, func(p *Params) *[]string { return &p.ReleaseWorkflows }),
	length("protection-age", "how far before or after the tag the rules of its branch may have been read", "1.12.6.1", 24*time.Hour, 90*24*time.Hour, func(p *Params) *Span { return &p.ProtectionAge }),
	toggle("tree-equivalent", "whether a check of another commit with the very same files counts for the released one", "A53", false, func(p *Params) *bool { return &p.TreeEquivalent }),
	toggle("minor-breaks", "whether a higher MINOR is enough for a breaking change while MAJOR is 0, with a warning", "1.18.3.2", true, func(p *Params) *bool { return &p.MinorBreaks }),
}
