package policy

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/commits"
	"github.com/release-dossier/dossier/evidence/gitobj"
	"github.com/release-dossier/dossier/verify"
)

// inBranch is where a ticket is mentioned that only a branch's name mentions.
const inBranch = "branch"

// namedOutside reports whether a ticket stands elsewhere than in the name of the
// branch, which is an extra and no substitute.
func namedOutside(t evidence.TicketMention) bool {
	return slices.ContainsFunc(t.In, func(in string) bool { return in != inBranch })
}

func traceTicketPerPR(f *Facts) Result {
	const want = "a ticket in the title, description or commits of every pull request"
	form, err := regexp.Compile(`^(?:` + f.Params.TicketPattern + `)$`)
	if err != nil {
		return unknown("ticket-pattern", "the parameter ticket-pattern is no regular expression: %v", err).wants(want).at(inRecord(f, "/changes"))
	}
	return f.eachPull(want, func(p *pull) (Result, bool) {
		var odd, inName string
		for _, t := range p.Tickets {
			switch {
			case !form.MatchString(t.ID):
				odd = t.ID
			case !namedOutside(t):
				inName = t.ID
			default:
				return Result{}, true
			}
		}
		switch {
		case inName != "":
			return fail("ticket-in-branch-only", want, "%s names %s in its branch only", p, inName).at(p.place(f, "/tickets")), false
		case odd != "":
			return fail("ticket-form", want, "%s names %q, which does not match %s", p, odd, f.Params.TicketPattern).at(p.place(f, "/tickets")), false
		}
		return missing(want, p.String()+" names none"), false
	})
}

// ticketOf is the id by which a reference names a ticket: its name, or the last
// part of its address.
func ticketOf(r evidence.ResourceDescriptor) string {
	if r.Name != "" {
		return r.Name
	}
	return r.URI[strings.LastIndexByte(r.URI, '/')+1:]
}

// recordedTickets are the tickets of the release record.
func (f *Facts) recordedTickets() map[string]bool {
	list := map[string]bool{}
	if f.Record.ReleaseRecord != nil {
		for _, r := range f.Record.ReleaseRecord.ChangeRequests {
			list[ticketOf(r)] = true
		}
	}
	return list
}

func traceTicketsInRecord(f *Facts) Result {
	const want = "the tickets of all pull requests in the release record, and no others"
	place, recorded, used := inRecord(f, "/releaseRecord/changeRequests"), f.recordedTickets(), map[string]bool{}
	if len(recorded) == 0 {
		return missing(want, "the release record lists no change request").at(inRecord(f, "/releaseRecord"))
	}
	for _, p := range f.pulls() {
		for _, t := range p.Tickets {
			if used[t.ID] = true; !recorded[t.ID] {
				return fail("ticket-not-in-record", want, "%s names %s, the release record does not", p, t.ID).at(place, p.place(f, "/tickets"))
			}
		}
	}
	// The ticket of the release itself is named by what it allows.
	for _, p := range f.promotions() {
		for _, r := range p.ChangeRequests {
			used[ticketOf(r)] = true
		}
	}
	for _, a := range f.Approvals {
		if a.Approval != nil {
			for _, r := range a.Refs {
				used[ticketOf(r)] = true
			}
		}
	}
	for _, r := range f.Record.ReleaseRecord.ChangeRequests {
		if id := ticketOf(r); !used[id] {
			return warn(f.Stated(), "ticket-unused", "the release record lists %s, which no pull request, promotion or approval names", id).wants(want).at(place)
		}
	}
	return pass(f.Stated(), "%s", plural(len(recorded), "ticket", "tickets")).wants(want).at(place)
}

// rangeKnown reports whether all commits of the release are there; otherwise the
// result says so.
func (f *Facts) rangeKnown(want string) (Result, bool) {
	if f.Range.Complete {
		return Result{}, true
	}
	return unknown("range-incomplete", "not all commits since %s are there: %s", either(f.Record.Base.Tag, "the beginning"), f.Range.Why).wants(want).at(inRecord(f, "/base")), false
}

func traceRangeComplete(f *Facts) Result {
	const want = "one listed pull request for every commit since the release before"
	if why, ok := f.rangeKnown(want); !ok {
		return why
	}
	brought := map[string][]*pull{}
	for _, p := range f.pulls() {
		for _, id := range landed(*p.Change) {
			brought[id] = append(brought[id], p)
		}
	}
	var unmapped []string
	for _, c := range f.Range.Commits {
		id := string(c.ID)
		switch by := brought[id]; {
		case len(by) > 1 && slices.ContainsFunc(by, func(p *pull) bool { return !queued(p) }):
			return fail("commit-in-two-pulls", want, "%s is claimed by %s and %s", short(id), by[0], by[1]).at(by[0].place(f, ""), by[1].place(f, "")).on(at(c.Committer.When), "")
		case len(by) == 0 && !f.justified(c):
			unmapped = append(unmapped, short(id)+" "+commits.Subject(c.Message))
		}
	}
	place := inRecord(f, "/changes")
	switch {
	case len(unmapped) > 0 && f.Record.Base.None == "first":
		return warn(rangeProof(f), "no-baseline", "first release without a recorded baseline: %s came by no listed pull request, first %s", plural(len(unmapped), "commit", "commits"), unmapped[len(unmapped)-1]).wants(want).at(place)
	case len(unmapped) > 0:
		return fail("commit-without-pull", want, "%s", several(unmapped)).at(place, inRecord(f, "/base")).follows("pr/required")
	}
	return pass(rangeProof(f), "%s, %s", plural(len(f.Range.Commits), "commit", "commits"), plural(len(f.pulls()), "pull request", "pull requests")).wants(want).at(place)
}

// queued reports whether a pull request went through a merge queue, where one
// commit may bring several.
func queued(p *pull) bool {
	return slices.ContainsFunc(p.Events, func(e evidence.ChangeEvent) bool { return e.Kind == "queued" })
}

// justified reports whether the release job made a commit, by an account that
// trust lists as a bot's, and the log of decisions says why.
func (f *Facts) justified(c gitobj.CommitWithID) bool {
	if f.Record.ReleaseRecord == nil || !slices.ContainsFunc(identitiesOf(c.Author.Email), f.Trust.IsBot) {
		return false
	}
	return slices.ContainsFunc(f.Record.ReleaseRecord.Decisions, func(l evidence.LogEntry) bool {
		return !placeholder(l.Text) && slices.ContainsFunc(l.Refs, func(r evidence.ResourceDescriptor) bool {
			return r.Digest["gitCommit"] == string(c.ID) || r.Name == evidence.SubjectCommit && r.Digest["sha256"] == string(c.ID)
		})
	})
}

func tracePullsContained(f *Facts) Result {
	const want = "the merge of every listed pull request among the commits of the release"
	in := map[string]bool{}
	for _, c := range f.Range.Commits {
		in[string(c.ID)] = true
	}
	return f.eachPull(want, func(p *pull) (Result, bool) {
		switch {
		case p.MergedAs == "":
			return missing(want, p.String()+" names no merge commit").follows("trace/merge-commit-recorded"), false
		case in[string(p.MergedAs)]:
			return Result{}, true
		}
		if why, ok := f.rangeKnown(want); !ok {
			return why, false
		}
		return fail("not-in-release", want, "%s was merged as %s, which is no commit of the release", p, short(string(p.MergedAs))).at(p.place(f, "/mergedAs")), false
	})
}

func traceMergeCommit(f *Facts) Result {
	const want = "the full id of the merge or squash commit of every pull request"
	return f.eachPull(want, func(p *pull) (Result, bool) {
		if p.MergedAs == "" {
			return missing(want, p.String()+" names none"), false
		}
		_, _, err := gitobj.ParseID(string(p.MergedAs))
		return fail("object-id", want, "%s: %v", p, err).at(p.place(f, "/mergedAs")), err == nil
	})
}

func traceReviewersOnRecord(f *Facts) Result {
	const want = "approvals by named reviewers and results of checks with every pull request"
	checked := map[string]bool{}
	for _, c := range f.checks() {
		checked[commitOfSubject(c.Subject)] = true
	}
	return f.eachPull(want, func(p *pull) (Result, bool) {
		switch {
		case !slices.ContainsFunc(p.reviews, func(r review) bool { return r.state == string(evidence.Approved) && r.by.ID != "" }):
			return missing(want, p.String()+" has no approval on record").at(p.place(f, "/reviews")).follows("pr/min-approvals"), false
		case p.HeadCommit == "" || !checked[string(p.HeadCommit)]:
			return missing(want, fmt.Sprintf("no check of the head of %s is on record", p)).at(p.place(f, "/headCommit"), inRecord(f, "/checks")).follows("pr/checks-pass-before-merge"), false
		}
		return Result{}, true
	})
}

// commitOfSubject is the commit that a check is about, "" for none.
func commitOfSubject(r evidence.ResourceDescriptor) string {
	if id := r.Digest["gitCommit"]; id != "" {
		return id
	}
	if r.Name == evidence.SubjectCommit {
		return r.Digest["sha256"]
	}
	return ""
}

// kindDeclared are the words of the trailer Release-kind, by the letter of the
// kind that each declares. A patch release is a normal one.
var kindDeclared = map[string]string{
	"normal": kindNormal, "patch": kindNormal, "hotfix": kindHotfix,
	"emergency": kindEmergency, "train": kindTrain, "manifest": kindManifest,
}

// declaredKinds returns what the tag's trailers declare, and a word that declares
// nothing.
func declaredKinds(f *Facts) (kinds []string, odd string) {
	for _, t := range f.Tag.Object.Trailers {
		if !strings.EqualFold(t.Key, trailerKind) {
			continue
		}
		for word := range strings.SplitSeq(t.Value, ",") {
			kind, ok := kindDeclared[strings.ToLower(strings.TrimSpace(word))]
			switch {
			case !ok:
				odd = strings.TrimSpace(word)
			case !slices.Contains(kinds, kind):
				kinds = append(kinds, kind)
			}
		}
	}
	return kinds, odd
}

func traceKindDeclared(f *Facts) Result {
	const want = "the trailer " + trailerKind + " of the tag to name what the evidence shows"
	place := inRecord(f, "/tag/object")
	declared, odd := declaredKinds(f)
	switch {
	case odd != "":
		return fail("kind-unknown", want, "the trailer says %q", odd).at(place)
	case !f.Tag.Embedded && f.Record.Tag.Type == "tag":
		return f.noTagObject(unknown("missing", "the tag object is not there, so what it declares cannot be told")).wants(want).at(place).follows("sign/tag-object-embedded")
	case len(declared) == 0:
		r := missing(want, "the tag declares no kind of release").at(place)
		if f.Record.Tag.Type != "tag" {
			r = r.follows("tag/annotated")
		}
		return r
	}
	for _, k := range f.kinds() {
		// An emergency may come after the tag; its record is what declares it.
		later := k == kindEmergency && f.hasRecord("emergency")
		if k != kindNormal && !slices.Contains(declared, k) && !later {
			return fail("kind-mismatch", want, "declared %s, and the evidence shows %s", kindList(declared), kindWords[k]).at(place)
		}
	}
	for _, k := range declared {
		if k != kindNormal && !f.is(k) {
			return fail("kind-mismatch", want, "declared %s, which nothing in the evidence shows", kindWords[k]).at(place)
		}
		if k == kindNormal && len(declared) > 1 {
			return fail("kind-mismatch", want, "declared %s at once", kindList(declared)).at(place)
		}
	}
	return pass(verify.Weakest(tagProof(f), f.Stated()), "%s", kindList(f.kinds())).wants(want).at(place)
}

// kindList names kinds of releases that hold together.
func kindList(letters []string) string {
	var names []string
	for _, k := range letters {
		names = append(names, kindWords[k])
	}
	return strings.Join(names, " and ")
}
