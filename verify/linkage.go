package verify

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
)

// linkage is layer 4: do tag, commit, artifact, SBOM, provenance and approvals
// name each other, and is it the release that was expected?
func (r *run) linkage() error {
	if r.release == nil {
		return nil
	}
	r.subjects()
	r.expectation()
	r.images()
	r.git()
	r.sboms()
	if err := r.provenance(); err != nil {
		return err
	}
	r.records()
	for _, st := range r.statements() {
		r.facts.Statements = append(r.facts.Statements, StatementFact{
			ID: st.ID, PredicateType: st.Statement.PredicateType, Signers: r.countedSigners(st), StatedAt: r.scope(st).stated,
		})
	}
	return nil
}

// link starts a check of layer 4 that passes, of a kind of [CheckKinds].
func link(name string, p Proof) Check {
	id := "linkage/" + name
	return Check{ID: id, Layer: Linkage, Outcome: Pass, Title: asks[id], Proof: p}
}

// fails turns c into a failure.
func (c *Check) fails(code, title string, fix Fix) {
	c.Outcome, c.Code, c.Title, c.Fix = Fail, code, title, fix
}

// subjects compares every statement's subjects with what they must be (rules
// of format, R10).
func (r *run) subjects() {
	record := r.facts.Record
	c := link("subjects", Proof{Proven, "the signed statement"})
	c.Title = "The release statement's subjects are its artifacts, commit and tag"
	c.Inputs = []Place{at(r.release.ID, "/subject")}
	c.Expected = count(len(record.Artifacts), "artifact") + ", the commit and the tag"
	c.Found = count(len(r.release.Statement.Subject), "subject")
	if !sameSubjects(r.release.Statement.Subject, record.Subjects()) {
		c.fails("subject-mismatch", "The release statement's subjects contradict its record", Fix{Now: "have its signer create the release again: dossier create takes the subjects from the record"})
	}
	r.add(c)
	for _, st := range r.statements()[1:] {
		r.ownSubjects(st)
	}
}

func (r *run) ownSubjects(st *bundle.Statement) {
	c := link("subjects", Proof{Proven, "the signed statement"})
	c.Title = "The " + kindOf(st) + " statement is about this release and its artifacts"
	c.Inputs = []Place{at(st.ID, "/subject")}
	c.Expected = "the release statement first, then artifacts of this release, each once"
	c.Found = count(len(st.Statement.Subject), "subject")
	if found := r.strangeSubject(st.Statement.Subject); found != "" {
		c.fails("subject-mismatch", "A statement is about something that is not in this release", Fix{Now: "have its signer state it again for this release"})
		c.Found = found
	} else if p := r.predicates[st.ID].own; p != nil {
		r.ownScope(&c, st, p)
	}
	r.add(c)
}

// ownScope compares what a record says it is about with the release and with
// the subjects of its statement.
func (r *run) ownScope(c *Check, st *bundle.Statement, p evidence.Predicate) {
	fix := Fix{Now: "have its signer state it again for this release"}
	if s := p.Head().Scope; s != nil && s.Repository != r.facts.Record.Repository.URI {
		c.fails(codeScopeMismatch, "A statement about this release is about another repository", fix)
		c.Found, c.Inputs = s.Repository, []Place{at(st.ID, "/predicate/scope/repository")}
		return
	}
	names := r.facts.Record.About(p)
	if names == nil {
		return
	}
	about := r.artifactsOf(st)
	for _, list := range [][2][]evidence.Digest{{names, about}, {about, names}} {
		for _, d := range list[0] {
			if !slices.Contains(list[1], d) {
				c.fails("subject-mismatch", "A statement's subjects are not the artifacts it names", fix)
				c.Found = d.String() + " is only in one of both"
				return
			}
		}
	}
}

// strangeSubject says what is wrong with the subjects of an own statement.
func (r *run) strangeSubject(got []evidence.ResourceDescriptor) string {
	want := evidence.OwnSubjects(r.release.ID, r.facts.Record.Artifacts)
	if len(got) == 0 || !sameSubject(got[0], want[0]) {
		return "the first subject is not this release statement"
	}
	if slices.EqualFunc(got, want, sameSubject) {
		return "" // all of them, as they mostly are
	}
	left := subjectSet(want[1:])
	for _, s := range got[1:] {
		if left[subjectKey(s)] == 0 {
			return fmt.Sprintf("%s %s is not an artifact of this release, or is named twice", s.Name, s.Digest)
		}
		left[subjectKey(s)]--
	}
	return ""
}

// sameSubject reports whether two subjects have name and all digests in common.
func sameSubject(a, b evidence.ResourceDescriptor) bool {
	return a.Name == b.Name && a.Digest.Equal(b.Digest)
}

// subjectKey is what two subjects must have in common to be the same: name and
// all digests.
func subjectKey(s evidence.ResourceDescriptor) string { return s.Digest.String() + " " + s.Name }

func subjectSet(list []evidence.ResourceDescriptor) map[string]int {
	set := make(map[string]int, len(list))
	for _, s := range list {
		set[subjectKey(s)]++
	}
	return set
}

// sameSubjects reports whether two lists hold the same subjects equally often,
// in any order.
func sameSubjects(a, b []evidence.ResourceDescriptor) bool {
	return slices.EqualFunc(a, b, sameSubject) || maps.Equal(subjectSet(a), subjectSet(b))
}

// expectation compares the release with what the caller expects.
func (r *run) expectation() {
	record := r.facts.Record
	if e := r.expect; e.repository != "" {
		c := link("expected-release", Proof{Proven, "the signed statement"})
		c.Expected = e.repository + "@" + e.version
		c.Found = ReleaseName(record.Repository.URI, record.Component, record.Version)
		c.Inputs = []Place{at(r.release.ID, "/predicate/version"), at(r.release.ID, "/predicate/repository/uri")}
		if record.Component != "" {
			c.Inputs = append(c.Inputs, at(r.release.ID, "/predicate/component"))
		}
		if !e.names(record) {
			c.fails("release-mismatch", "It is the dossier of another release", Fix{Now: "fetch the dossier of the release you mean to judge"})
		}
		r.add(c)
	}
	given := map[evidence.Digest]Artifact{}
	for _, a := range r.expect.artifacts {
		if !given[a.Digest].Hashed {
			a.Name = cmp.Or(a.Name, a.Digest.String())
			given[a.Digest] = a
		}
		r.expectedArtifact(a)
	}
	for _, a := range record.Artifacts {
		_, included := r.d.Blob(a.Digest)
		var compared Artifact
		for _, d := range a.Digests() {
			if g := given[d]; compared.Name == "" || g.Hashed && !compared.Hashed {
				compared = g
			}
		}
		r.facts.Artifacts = append(r.facts.Artifacts, ArtifactFact{a, compared.Name, compared.Hashed, included})
		if compared.Name == "" && len(r.expect.artifacts) > 0 {
			r.report.NotCompared = append(r.report.NotCompared, a.Name)
		}
	}
}

func (r *run) expectedArtifact(a Artifact) {
	c := link("expected-artifact", Proof{Proven, "the artifact's bytes"})
	if !a.Hashed { // then the statement's own word is all there is
		c.Title, c.Proof = "The digest given is that of an artifact of this release", r.facts.Stated()
	}
	c.Inputs = []Place{at(r.release.ID, "/predicate/artifacts")}
	if a.Hashed {
		c.Inputs = append([]Place{{File: a.Name}}, c.Inputs...)
	}
	c.Expected = "an artifact of this release"
	c.Found = a.given()
	if !slices.ContainsFunc(r.facts.Record.Artifacts, func(b evidence.Artifact) bool { return slices.Contains(b.Digests(), a.Digest) }) {
		c.fails("artifact-mismatch", "The artifact given is not one of this release", Fix{
			Before: "do not deploy it: fetch the artifact again, or the dossier it belongs to",
			Now:    "find out where this artifact came from",
		})
	}
	r.add(c)
}

// given says which artifact it is, and whether anybody hashed it.
func (a Artifact) given() string {
	switch text := a.Digest.String(); {
	case a.Hashed:
		return a.Name + " has " + text
	case a.Name == "" || a.Name == text:
		return "the digest that was given, " + text
	default:
		return a.Name + ", of which the digest was given, " + text
	}
}
