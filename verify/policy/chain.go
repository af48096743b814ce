package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify"
)

// evidenceClass is a class of evidence that a release to production must have.
type evidenceClass struct {
	name string
	// owner is the control that judges the class; "" if none of this version does.
	owner string
	// types are the repository types that need it, none is all; kind is the kind
	// of release that does, "" is any.
	types []evidence.Kind
	kind  string
	there func(*Facts) bool
}

// deployed are the repository types whose artifacts go from one environment to
// the next.
var deployed = []evidence.Kind{evidence.KindService, evidence.KindInfrastructure, evidence.KindApp, evidence.KindMono}

// evidenceClasses are the classes by type of repository and kind of release
// (release policy, 1.5.2, 1.7.3 and 1.31.3.3).
var evidenceClasses = []evidenceClass{
	{name: "tag object or release attestation", owner: "sign/tag-object-embedded", there: func(f *Facts) bool { return f.Tag.Embedded || f.releaseAttestation() != nil }},
	{name: "signature of the tag or attestation", owner: "sign/tag-signed", there: func(f *Facts) bool { return f.Tag.Signature.Scheme != "" || f.releaseAttestation() != nil }},
	{name: "pull requests", owner: "pr/required", there: func(f *Facts) bool { return len(f.Record.Changes) > 0 || f.Range.Complete && len(f.Range.Commits) == 0 }},
	{name: "reviews", owner: "pr/min-approvals", there: func(f *Facts) bool {
		return len(f.pulls()) == 0 || slices.ContainsFunc(f.pulls(), func(p *pull) bool { return len(p.reviews) > 0 })
	}},
	{name: "tickets", owner: "trace/tickets-in-record", there: func(f *Facts) bool { return len(f.recordedTickets()) > 0 }},
	{name: "results of checks", owner: "tag/commit-passed-checks", there: func(f *Facts) bool { return len(f.Record.Checks) > 0 }},
	{name: "results of scans", owner: "check/sast", there: scanned},
	{name: "artifacts", owner: "artifact/digest-recorded", there: func(f *Facts) bool { return len(f.Record.Artifacts) > 0 }},
	{name: "SBOMs", owner: "sbom/present", there: func(f *Facts) bool { return len(f.SBOMs) > 0 }},
	{name: "build provenance", owner: "provenance/present", there: func(f *Facts) bool { return len(f.Provenance) > 0 }},
	{name: "branch protection", owner: "tag/branch-protection-verified", there: func(f *Facts) bool { return len(f.Record.Protections) > 0 }},
	{name: "release record", there: func(f *Facts) bool { return f.Record.ReleaseRecord != nil }},
	{name: "rollback plan", there: func(f *Facts) bool { return f.Record.RollbackPlan != nil }},
	{name: "release notes", there: func(f *Facts) bool { return f.Record.Notes != nil }},
	{name: "changelog", there: func(f *Facts) bool { return f.Record.Changelog != nil }},
	{name: "promotions to staging", owner: "promotion/deploy-record", types: deployed, there: func(f *Facts) bool { return len(f.into(envStaging)) > 0 }},
	{name: "approvals for production", owner: "approval/production-present", there: approvedForProduction},
	{name: "change window or emergency record", owner: "window/defined", types: deployed, there: func(f *Facts) bool { return f.hasRecord("window") || f.hasRecord("emergency") }},
	{name: "hotfix record", kind: kindHotfix, there: func(f *Facts) bool { return f.hasRecord("hotfix") }},
	{name: "emergency record", owner: "emergency/record-present", kind: kindEmergency, there: func(f *Facts) bool { return f.hasRecord("emergency") }},
	{name: "train record", kind: kindTrain, there: func(f *Facts) bool { return f.hasRecord("train") }},
	{name: "go/no-go record", kind: kindTrain, there: func(f *Facts) bool { return f.hasRecord("go-no-go") }},
	{name: "release manifest", kind: kindManifest, there: func(f *Facts) bool { return f.Record.Manifest != nil }},
}

func scanned(f *Facts) bool {
	return slices.ContainsFunc(f.checks(), func(c checked) bool { return c.category == "sast" || c.category == "dependency-license-scan" })
}

func approvedForProduction(f *Facts) bool {
	return len(approvalsOf(f).present) > 0 || slices.ContainsFunc(f.into(envProduction), func(p promoted) bool { return len(p.Approvals) > 0 })
}

// needs reports whether the release must have evidence of the class.
func (c evidenceClass) needs(f *Facts) bool {
	return (c.kind == "" || f.is(c.kind)) && (len(c.types) == 0 || slices.Contains(c.types, f.Record.Kind))
}

func traceEvidenceComplete(f *Facts) Result {
	var needed, gaps []string
	cause := ""
	for _, c := range evidenceClasses {
		if !c.needs(f) {
			continue
		}
		needed = append(needed, c.name)
		if !c.there(f) {
			if len(gaps) == 0 {
				cause = c.owner
			}
			gaps = append(gaps, c.name)
		}
	}
	want, place := fmt.Sprintf("evidence of all %d classes that this release needs", len(needed)), inRecord(f, "")
	if len(gaps) > 0 {
		return missing(want, "none of: "+strings.Join(gaps, ", ")).at(place).follows(cause)
	}
	return pass(f.Stated(), "%s", strings.Join(needed, ", ")).wants(want).at(place)
}

// gap is a missing link of a chain of evidence: what should be linked to what,
// and the control that judges it.
type gap struct {
	found, owner string
	place        verify.Place
	// contradicts says that another thing is linked instead, and unread that the
	// link exists and cannot be read.
	contradicts, unread bool
}

func traceChainClosed(f *Facts) Result {
	const want = "an unbroken chain from tickets to production"
	gaps := slices.Concat(pullGaps(f), buildGaps(f), promotionGaps(f))
	if len(gaps) == 0 {
		proofs := []verify.Proof{f.Stated(), tagProof(f), provenanceProof(f)}
		for _, p := range f.into(envProduction) {
			proofs = append(proofs, p.proof)
		}
		return pass(weakest(proofs, f.Stated()), "%s, commit %s, %s, %s", plural(len(f.pulls()), "pull request", "pull requests"),
			short(f.Record.Commit), plural(len(f.Record.Artifacts), "artifact", "artifacts"), plural(len(f.promotions()), "promotion", "promotions")).
			wants(want).at(inRecord(f, "/changes"), inRecord(f, "/commit"))
	}
	var found []string
	var where []verify.Place
	contradicts, unread := false, true
	for _, g := range gaps {
		found, where = append(found, g.found), append(where, g.place)
		contradicts, unread = contradicts || g.contradicts, unread && g.unread
	}
	r := missing(want, several(found))
	switch {
	case contradicts:
		r = fail("chain-broken", want, "%s", several(found))
	case unread:
		r = unknown("missing", "%s", several(found)).wants(want)
	}
	return r.at(where[:min(len(where), 3)]...).follows(gaps[0].owner)
}

// pullGaps are the missing links from tickets through pull requests and reviews
// to the commits of the release: the first of each pull request.
func pullGaps(f *Facts) []gap {
	in := map[string]bool{}
	for _, c := range f.Range.Commits {
		in[string(c.ID)] = true
	}
	var gaps []gap
	for _, p := range f.pulls() {
		switch {
		case !slices.ContainsFunc(p.Tickets, namedOutside):
			gaps = append(gaps, gap{found: p.String() + " leads to no ticket", owner: "trace/ticket-per-pr", place: p.place(f, "/tickets")})
		case !slices.ContainsFunc(p.reviews, func(r review) bool { return r.state == string(evidence.Approved) }):
			gaps = append(gaps, gap{found: p.String() + " leads to no approval", owner: "pr/min-approvals", place: p.place(f, "/reviews")})
		case p.MergedAs == "":
			gaps = append(gaps, gap{found: p.String() + " leads to no commit", owner: "trace/merge-commit-recorded", place: p.place(f, "")})
		case !in[string(p.MergedAs)]:
			gaps = append(gaps, gap{
				found: fmt.Sprintf("the commit %s of %s does not lead to the tag", short(string(p.MergedAs)), p), owner: "trace/prs-contained",
				place: p.place(f, "/mergedAs"), contradicts: f.Range.Complete, unread: !f.Range.Complete,
			})
		}
	}
	if len(gaps) == 0 && len(f.pulls()) == 0 && len(f.Range.Commits) > 0 {
		gaps = append(gaps, gap{found: "the commits lead to no pull request", owner: "pr/required", place: inRecord(f, "/changes")})
	}
	return gaps
}

// buildGaps are the missing links from the tag through commit, checks and builds
// to the artifacts.
func buildGaps(f *Facts) []gap {
	var gaps []gap
	switch r := f.Record; {
	case f.Tag.Commit == "":
		gaps = append(gaps, gap{found: "the tag leads to no commit", owner: "tag/single-commit", place: inRecord(f, "/tag"), unread: !f.Tag.Embedded})
	case f.Tag.Commit != r.Commit:
		gaps = append(gaps, gap{found: "the tag leads to the commit " + short(f.Tag.Commit), owner: "tag/single-commit", place: inRecord(f, "/commit"), contradicts: true})
	}
	if !slices.ContainsFunc(f.checks(), f.onRelease) {
		gaps = append(gaps, gap{found: "the released commit leads to no check", owner: "tag/commit-passed-checks", place: inRecord(f, "/checks")})
	}
	for _, v := range f.Provenance {
		switch {
		case v.Summary == nil:
			gaps = append(gaps, gap{found: "the build of " + v.Material.Name + " cannot be read", owner: "provenance/slsa-shape", place: inMaterial(v.Material.Digest), unread: true})
		case !slices.Contains(v.Summary.SourceCommits, f.Record.Commit):
			gaps = append(gaps, gap{found: "the build of " + v.Material.Name + " leads to another commit", owner: "tag/equals-build-commit", place: inMaterial(v.Material.Digest), contradicts: true})
		}
	}
	for _, name := range withoutProvenance(f) {
		gaps = append(gaps, gap{found: "the artifact " + name + " leads to no build", owner: "provenance/present", place: inRecord(f, "/provenance")})
	}
	return gaps
}

// promotionGaps are the missing links from the artifacts through the
// environments to production.
func promotionGaps(f *Facts) []gap {
	production := f.into(envProduction)
	if len(production) == 0 {
		return []gap{{found: "the artifacts lead to no promotion to production", owner: "promotion/deploy-record", place: inRecord(f, "/artifacts")}}
	}
	staged := map[string]bool{}
	for _, p := range f.into(envStaging) {
		for _, a := range p.Artifacts {
			staged[a.Digest["sha256"]] = true
		}
	}
	released := releasedDigests(f)
	var gaps []gap
	for _, p := range production {
		if p.ofAnother(f) {
			continue
		}
		if id := string(p.Commit); id != "" && id != f.Record.Commit {
			gaps = append(gaps, gap{found: fmt.Sprintf("promotion %s is of the commit %s", p.name(), short(id)), owner: "trace/one-identity-tuple", place: p.place(f, "/commit"), contradicts: true})
			continue
		}
		for i, a := range p.Artifacts {
			place := p.place(f, fmt.Sprintf("/artifacts/%d", i))
			switch sum := a.Digest["sha256"]; {
			case !released[sum]:
				gaps = append(gaps, gap{found: fmt.Sprintf("promotion %s is of %s, which is no artifact of the release", p.name(), either(a.Name, sum)), owner: "promotion/same-digest", place: place, contradicts: true})
			case slices.Contains(deployed, f.Record.Kind) && p.Emergency == "" && !staged[sum]:
				gaps = append(gaps, gap{found: fmt.Sprintf("%s of promotion %s was in no promotion to staging", either(a.Name, sum), p.name()), owner: "promotion/no-skip", place: place})
			}
		}
		if len(p.Artifacts) == 0 {
			gaps = append(gaps, gap{found: fmt.Sprintf("promotion %s leads to no artifact", p.name()), owner: "promotion/metadata", place: p.place(f, "")})
		}
	}
	return gaps
}

// releasedDigests are the SHA-256 of the artifacts and, of an index, of its
// images, in hex.
func releasedDigests(f *Facts) map[string]bool {
	released := map[string]bool{}
	for _, a := range f.Record.Artifacts {
		for _, d := range a.Digests() {
			released[d.Set()["sha256"]] = true
		}
	}
	return released
}

// name is how people call a promotion.
func (p promoted) name() string {
	if p.candidate() {
		return "to " + p.env
	}
	return p.ID
}

// ofAnother reports whether a rollback brought back another release, so that
// what is known of this one is not known of that.
func (p promoted) ofAnother(f *Facts) bool {
	return p.Action == "rollback" && p.Tag != f.Record.Tag.Name
}

func traceSixOnRequest(f *Facts) Result {
	const want = "ticket, pull request, merge commit, build provenance, promotion history and release tag of every production deployment"
	merged := !slices.ContainsFunc(f.pulls(), func(p *pull) bool { return p.MergedAs == "" })
	built := len(f.Provenance) > 0 && len(withoutProvenance(f)) == 0
	return f.eachInto(envProduction, want, func(p promoted) (Result, bool) {
		if p.ofAnother(f) {
			return Result{}, true
		}
		var gaps []string
		cause := ""
		for _, c := range []struct {
			name, owner string
			there       bool
		}{
			{"ticket", "trace/ticket-per-pr", len(p.ChangeRequests) > 0 || len(f.recordedTickets()) > 0},
			{"pull request", "pr/required", len(f.pulls()) > 0 || len(f.Range.Commits) == 0},
			{"merge commit", "trace/merge-commit-recorded", merged},
			{"build provenance", "provenance/present", built},
			{"promotion history", "promotion/deploy-record", !p.candidate() || f.Record.Kind == evidence.KindLibrary || len(f.into(envStaging)) > 0},
			{"release tag", "tag/present", f.Record.Tag.Object != "" && p.Tag == f.Record.Tag.Name},
		} {
			if !c.there {
				if len(gaps) == 0 {
					cause = c.owner
				}
				gaps = append(gaps, c.name)
			}
		}
		if len(gaps) == 0 {
			return Result{}, true
		}
		return missing(want, fmt.Sprintf("promotion %s: no %s", p.name(), strings.Join(gaps, ", "))).at(p.place(f, "")).follows(cause), false
	})
}
