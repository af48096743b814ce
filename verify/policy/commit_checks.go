package policy

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/release-dossier/dossier/evidence/commits"
	"github.com/release-dossier/dossier/evidence/gitobj"
	"github.com/release-dossier/dossier/verify"
)

// eachCommit applies judge to the commits of the release. It returns what is to
// be said of those that are not ok, with their times and branches as occasions.
func (f *Facts) eachCommit(code, want string, judge func(gitobj.CommitWithID) (found string, ok bool)) Result {
	place := inRecord(f, "/base")
	if !f.Range.Complete {
		return unknown("range-incomplete", "not all commits of the release are there: %s", f.Range.Why).wants(want).at(place)
	}
	if len(f.Range.Commits) == 0 {
		return notApplicable("the release has no change of its own")
	}
	var found []string
	var occasions []occasion
	var where []verify.Place
	seen := map[*pull]bool{nil: true}
	for _, c := range f.Range.Commits {
		if text, ok := judge(c); !ok {
			found = append(found, short(string(c.ID))+" "+text)
			branch, p := f.sourceBranch(), f.pullOf(string(c.ID))
			if !seen[p] {
				seen[p], where = true, append(where, p.place(f, ""))
			}
			if p != nil && p.BaseBranch != "" {
				branch = p.BaseBranch
			}
			occasions = append(occasions, occasion{at: at(c.Committer.When), branch: branch})
		}
	}
	if len(found) > 0 {
		r := fail(code, want, "%s", several(found)).at(place).at(where...)
		r.occasions = occasions
		return r
	}
	return pass(f.Range.Proof, "%s", plural(len(f.Range.Commits), "commit", "commits")).wants(want).at(place)
}

func commitConventional(f *Facts) Result {
	want := "messages of the form type(scope): text, of the types " + strings.Join(f.Params.CommitTypes, ", ")
	return f.eachCommit("commit-message", want, func(c gitobj.CommitWithID) (string, bool) {
		if _, revert := commits.ReadRevert(c.Message); revert && !f.Params.CheckRevertMessages || len(c.Parents) > 1 && !f.Params.CheckMergeMessages {
			return "", true
		}
		m, err := commits.Parse(c.Message)
		switch {
		case err != nil:
			return err.Error(), false
		case !slices.Contains(f.Params.CommitTypes, m.Type):
			return fmt.Sprintf("has the type %.40q", m.Type), false
		}
		return "", true
	})
}

// otherScheme reports whether another scheme of commit messages than Conventional
// Commits is in use: by a decision, an exception or the changelog.
func (f *Facts) otherScheme() bool {
	if _, d := f.decision("commit-scheme"); d != nil {
		return true
	}
	return slices.ContainsFunc(f.exceptions(), func(e exempt) bool { return slices.Contains(e.Controls, "commit/conventional") }) ||
		f.Record.Changelog != nil && f.Record.Changelog.Scheme == "other"
}

func commitAltStandard(f *Facts) Result {
	const want = "a decision with the document of the scheme, and a closed chain from tickets to production"
	if !f.otherScheme() {
		return notApplicable("commits follow Conventional Commits")
	}
	fact, d := f.decision("commit-scheme")
	switch {
	case d == nil:
		return missing(want, "no decision on the scheme held when the release was made").at(inRecord(f, "/changes"))
	case d.Document == nil || len(d.Document.Digest) == 0:
		return missing(want, d.ID+" names no document by its digest").at(fact.Place("/document"))
	}
	if r := traceChainClosed(f); r.Outcome != verify.Pass {
		return r.wants(want).follows("trace/chain-closed")
	}
	return pass(weakest([]verify.Proof{fact.Proof, f.Stated()}, verify.Proof{}), "%s: %s", d.ID, d.Decision).wants(want).at(fact.Place(""))
}

func commitTicketRef(f *Facts) Result {
	const want = "a ticket in the title of every pull request, or in the message of a commit that it brought"
	form, err := regexp.Compile(`^(?:` + f.Params.TicketPattern + `)$`)
	if err != nil {
		return unknown("ticket-pattern", "the parameter ticket-pattern is no regular expression: %v", err).wants(want).at(inRecord(f, "/changes"))
	}
	return f.eachPull(want, func(p *pull) (Result, bool) {
		for _, t := range p.Tickets {
			if slices.Contains(t.In, "title") || slices.Contains(t.In, "commit") {
				return Result{}, true
			}
		}
		for _, c := range f.landedInRange(p) {
			// The number of the pull request itself is no ticket.
			if slices.ContainsFunc(strings.FieldsFunc(c.Message, notInTicket), func(word string) bool {
				return word != "#"+p.ID && form.MatchString(word)
			}) {
				return Result{}, true
			}
		}
		return missing(want, p.String()+" names none there").at(p.place(f, "/tickets")), false
	})
}

// notInTicket tells the characters between words that may be tickets.
func notInTicket(r rune) bool {
	return r != '#' && r != '-' && r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r)
}

// riskWord is one statement of a change's risk.
type riskWord struct{ source, word string }

// risks returns what a pull request says of its risk: by its description, its
// labels, and the trailers of the commits that it brought.
func (f *Facts) risks(p *pull) []riskWord {
	var list []riskWord
	if p.Details != nil && p.Details.Risk.Label != "" {
		list = append(list, riskWord{"the description", p.Details.Risk.Label})
	}
	for _, l := range p.Labels {
		for _, sep := range []string{"risk:", "risk/"} {
			if word, ok := strings.CutPrefix(strings.ToLower(l), sep); ok {
				list = append(list, riskWord{"the label " + l, strings.TrimSpace(word)})
			}
		}
	}
	for _, c := range f.landedInRange(p) {
		for _, t := range c.Trailers {
			if strings.EqualFold(t.Key, commits.RiskKey) {
				list = append(list, riskWord{"the trailer of " + short(string(c.ID)), strings.ToLower(strings.TrimSpace(t.Value))})
			}
		}
	}
	return list
}

func commitRisk(f *Facts) Result {
	want := "one risk of every pull request: " + strings.Join(f.Params.RiskLevels, ", ")
	return f.eachPull(want, func(p *pull) (Result, bool) {
		var first riskWord
		for _, r := range f.risks(p) {
			switch {
			case !holdsFold(f.Params.RiskLevels, r.word) && !holdsFold(f.Params.RiskExtras, r.word):
				return fail("risk-unknown", want, "%s: %s says %.40q", p, r.source, r.word), false
			case holdsFold(f.Params.RiskExtras, r.word):
			case first.word == "":
				first = r
			case first.word != r.word:
				return fail("risk-differs", want, "%s: %s says %s, %s says %s", p, first.source, first.word, r.source, r.word).at(p.place(f, "/labels"), p.place(f, "/details/risk/label")), false
			}
		}
		if first.word == "" {
			return missing(want, p.String()+" states none"), false
		}
		return Result{}, true
	})
}

// forgeCommitter is the address under which GitHub commits what it squashes.
const forgeCommitter = "noreply@github.com"

func commitSigned(f *Facts) Result {
	const want = "a signature of every commit"
	byForge, unread := 0, 0
	r := f.eachCommit("commit-unsigned", want, func(c gitobj.CommitWithID) (string, bool) {
		switch s := f.commitSignature(string(c.ID)); s.Code {
		case "":
		case "no-verifier":
			unread++
		case "signature-invalid":
			return "is signed, and the signature does not verify", false
		default:
			return "is not signed", false
		}
		if c.Committer.Email == forgeCommitter {
			byForge++
		}
		return "", true
	})
	total := len(f.Range.Commits)
	switch r.Outcome {
	case verify.Fail:
		r.Found = fmt.Sprintf("%d of %d: %s", len(r.occasions), total, r.Found)
	case verify.Pass:
		r.Found = fmt.Sprintf("%s, %d by the forge", r.Found, byForge)
		r.Proof = verify.Proof{Grade: verify.Proven, By: "the signatures"}
		if unread > 0 {
			r.Proof = verify.Proof{Grade: verify.Claimed, By: "signatures that were not verified"}
		}
	}
	return r
}

func commitScoped(f *Facts) Result {
	want := fmt.Sprintf("at most %d files and %d lines in every pull request", f.Params.ChangeMaxFiles, f.Params.ChangeMaxLines)
	return f.eachPull(want, func(p *pull) (Result, bool) {
		o := f.ownersOf(p)
		files, lines := len(o.paths), 0
		if s := p.Size; s != nil {
			if !o.known && s.Files != nil {
				files = int(*s.Files)
			}
			lines = int(s.Added + s.Deleted)
		} else if !o.known {
			return missing(want, "how much "+p.String()+" touches is not recorded").at(p.place(f, "/size")), false
		}
		if files <= f.Params.ChangeMaxFiles && lines <= f.Params.ChangeMaxLines {
			return Result{}, true
		}
		r := fail("change-too-large", want, "%s touches %s and %s", p, plural(files, "file", "files"), plural(lines, "line", "lines"))
		for _, c := range f.landedInRange(p) {
			if m, err := commits.Parse(c.Message); err == nil && m.Type == "refactor" {
				r = fail("refactoring-too-large", want, "%s refactors %s and %s at once", p, plural(files, "file", "files"), plural(lines, "line", "lines"))
			}
		}
		return r, false
	})
}
