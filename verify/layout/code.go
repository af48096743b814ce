package layout

import "slices"

// Code is a reason, stable over versions: why a check did not pass.
type Code string

// The codes. What each one means is in [Reasons].
const (
	Malformed         Code = "layout-malformed"
	LinkMalformed     Code = "link-malformed"
	BadSignature      Code = "layout-signature"
	Expired           Code = "layout-expired"
	LinkSignature     Code = "link-signature"
	LinkElsewhere     Code = "link-elsewhere"
	Unsupported       Code = "layout-unsupported"
	Threshold         Code = "step-threshold"
	LinksDisagree     Code = "links-disagree"
	ArtifactRule      Code = "artifact-rule"
	ArtifactMissing   Code = "artifact-missing"
	InspectionSkipped Code = "inspection-skipped"
	CommandDiffers    Code = "command-differs"
)

// Reason explains a code to people.
type Reason struct {
	Code Code
	// Meaning is what was found.
	Meaning string
	// Fix is what the reader can do.
	Fix string
}

// Reasons is the one table of codes, in the order in which a result with
// several names one of them.
func Reasons() []Reason { return slices.Clone(reasonTable) }

var reasonTable = []Reason{
	{Malformed, "The layout cannot be read: not JSON, a name twice, an unknown member, a step twice, a rule that in-toto does not know, more than the limits.", "Ask the owner for the layout as it was signed."},
	{BadSignature, "The layout is not signed by every owner's key that was given.", "Do not accept it: whoever wrote it is not the owner."},
	{Expired, "The layout had expired at the moment of judgement.", "Ask the owner for a layout that is in force, or judge as of the release."},
	{LinkMalformed, "A link cannot be read.", "Ask the functionary for the link as it was signed."},
	{LinkSignature, "A link names a functionary of its step, and the signature does not verify under that key.", "Do not accept it: the link was changed."},
	{Unsupported, "The layout needs what is not verified here: a link that is itself a layout, or functionaries known by certificates.", "Name the functionaries' keys in the layout, and verify each sublayout by itself."},
	{Threshold, "Fewer functionaries than the layout asks for have signed a link for a step.", "Find out whether the step was carried out, and collect its links."},
	{LinksDisagree, "Two functionaries of one step report different artifacts.", "Find out which of the two is right."},
	{ArtifactRule, "An artifact rule of the layout does not hold.", "Find out where the artifact comes from."},
	{ArtifactMissing, "The artifact is not a product of the last step.", "Check that artifact and links belong together."},
	{InspectionSkipped, "The layout asks for inspections, commands that run on the verifier's machine. None is run.", "If the steps are enough, say so."},
	{CommandDiffers, "A step was carried out with another command than the layout expects, which in-toto only warns of.", "Find out why."},
	{LinkElsewhere, "A link is of no step of the layout, or by nobody whom its step names. It does not count.", "Leave it out."},
}

// Explain returns the reason of a code; the zero Reason if there is none.
func Explain(c Code) Reason { return reasonTable[min(rank(c), len(reasonTable)-1)].ifOf(c) }

func (r Reason) ifOf(c Code) Reason {
	if r.Code != c {
		return Reason{}
	}
	return r
}

// rank is the place of a code in Reasons.
func rank(c Code) int {
	for i, r := range reasonTable {
		if r.Code == c {
			return i
		}
	}
	return len(reasonTable)
}
