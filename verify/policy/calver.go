package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify"
)

// The criteria and topics of a decision for calendar versions (release policy,
// 1.12.5), each as the names it may have: a criterion's name holds all words of
// one of them.
var (
	calverCriteria = []topic{
		{"a product of several components", []string{"components", "bundle"}},
		{"a cadence by the calendar", []string{"cadence", "calendar"}},
		{"a deterministic mapping", []string{"mapping"}},
	}
	calverMapping = []topic{{"the mapping of version to tag, commit and digest", []string{"mapping rule", "mapping"}}}
	calverTopics  = []topic{
		{"how patches are expressed", []string{"patch", "hotfix"}},
		{"several artifacts under one version", []string{"artifacts"}},
		{"relation to earlier tags", []string{"prior", "earlier", "backport"}},
	}
)

// topic is one question that a decision answers, by the words of which its name
// holds one.
type topic struct {
	about string
	words []string
}

// finding returns the decision's answer to a topic and its index; -1 for none.
func finding(d *evidence.DecisionRecord, t topic) (answer string, n int) {
	n = slices.IndexFunc(d.Criteria, func(c evidence.DecisionTopic) bool {
		return !placeholder(c.Finding) && slices.ContainsFunc(t.words, func(w string) bool { return strings.Contains(strings.ToLower(c.Name), w) })
	})
	if n < 0 {
		return "", n
	}
	return d.Criteria[n].Finding, n
}

// decidedCalver judges that a decision about versions answers topics, each with
// a text that ok accepts.
func decidedCalver(f *Facts, want string, topics []topic, ok func(string) bool) Result {
	fact, d := f.decision("versioning")
	if d == nil {
		return missing(want, "no decision about versions held when the release was made").at(verify.Place{Statement: &f.Release})
	}
	var where []verify.Place
	for _, t := range topics {
		answer, n := finding(d, t)
		if n < 0 {
			return missing(want, fmt.Sprintf("decision %s does not say %s", d.ID, t.about)).at(fact.Place("/criteria"))
		}
		place := fact.Place(fmt.Sprintf("/criteria/%d", n))
		if !ok(answer) {
			return fail("criterion-not-met", want, "decision %s says of %s: %.80q", d.ID, t.about, answer).at(place)
		}
		where = append(where, place)
	}
	return pass(fact.Proof, "decision %s", d.ID).wants(want).at(where...)
}

// affirmed reports whether an answer says yes and why.
func affirmed(answer string) bool {
	word, why, _ := strings.Cut(strings.TrimSpace(answer), " ")
	return strings.EqualFold(strings.Trim(word, ",;:.-"), "yes") && !placeholder(strings.TrimLeft(why, "-:;,. "))
}

func anyAnswer(string) bool { return true }

func versionCalverCriteria(f *Facts) Result {
	return decidedCalver(f, "a yes with a reason to all three conditions of calendar versions", calverCriteria, affirmed)
}

func versionCalverMapping(f *Facts) Result {
	const want = "a recorded rule that leads from the version to tag, commit and digest, and a tag that follows it"
	if tag := bareVersion(f.Record.Tag.Name, f.Record); tag != f.Record.Version {
		return fail("mapping-broken", want, "version %s, tag %s", f.Record.Version, f.Record.Tag.Name).at(inRecord(f, "/tag/name"), inRecord(f, "/version")).follows("tag/matches-release-version")
	}
	return decidedCalver(f, want, calverMapping, anyAnswer)
}

func versionCalverDocumented(f *Facts) Result {
	return decidedCalver(f, "a decision that says how patches, several artifacts and earlier tags are expressed", calverTopics, anyAnswer)
}

// versionCalverTag applies the rules of tags that hold for semantic versions as
// well.
func versionCalverTag(f *Facts) Result {
	const want = "an annotated and signed tag that begins with v, made by the release job"
	if !strings.HasPrefix(afterComponent(f.Record.Tag.Name, f.Record), "v") {
		return fail("tag-name-form", want, "%s", f.Record.Tag.Name).at(inRecord(f, "/tag/name")).follows("tag/format")
	}
	var proofs []verify.Proof
	var where []verify.Place
	for _, rule := range []struct {
		id    string
		check func(*Facts) Result
	}{{"tag/annotated", tagAnnotated}, {"sign/tag-signed", signTag}, {"tag/created-by-ci", tagCreatedByCI}} {
		r := rule.check(f)
		if r.Outcome != verify.Pass {
			return r.wants(want).follows(rule.id)
		}
		proofs, where = append(proofs, r.Proof), append(where, r.Inputs...)
	}
	return pass(weakest(proofs, f.Stated()), "%s", f.Record.Tag.Name).wants(want).at(where...)
}
