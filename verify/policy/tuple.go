package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/gitobj"
	"github.com/release-dossier/dossier/verify"
)

// identity is what one place says of the release: its tag, version and commit,
// as far as they are stated there, and its artifacts (G9).
type identity struct {
	// where names the place for people, owner the control that judges it.
	where, owner string
	tag, version string
	commit       string
	artifacts    []evidence.ResourceDescriptor
	place        func(pointer string) verify.Place
}

// identities gathers what places beside the release's own facts say of it.
func (f *Facts) identities() []identity {
	var all []identity
	record := func(pointer string) func(string) verify.Place {
		return func(more string) verify.Place { return inRecord(f, "%s%s", pointer, more) }
	}
	for _, p := range f.promotions() {
		if !p.candidate() && !p.ofAnother(f) {
			all = append(all, promotedAs("promotion "+p.ID, p.Promotion, func(pointer string) verify.Place { return p.place(f, pointer) }))
		}
	}
	r := f.Record
	if r.ReleaseRecord != nil {
		for i := range r.ReleaseRecord.Promotions {
			p := &r.ReleaseRecord.Promotions[i]
			all = append(all, promotedAs("promotion "+p.ID+" of the release record", p, record(fmt.Sprintf("/releaseRecord/promotions/%d", i))))
		}
	}
	if p := r.ReleasePage; p != nil {
		all = append(all, identity{where: "the release page", tag: p.Tag, artifacts: p.Assets, place: record("/releasePage")})
	}
	if r.Manifest != nil {
		for i, c := range r.Manifest.Components {
			if c.Repository == r.Repository.URI && (r.Component == "" || strings.HasPrefix(c.Tag, r.Component+"/") || afterComponent(c.Tag, r) != c.Tag) {
				all = append(all, identity{where: "the release manifest", tag: c.Tag, commit: string(c.Commit), artifacts: c.Artifacts, place: record(fmt.Sprintf("/manifest/components/%d", i))})
			}
		}
	}
	for fact, g := range verify.Standing[*evidence.GoNoGo](f.Facts) {
		if g.Decision == "go" {
			s := g.Subject
			all = append(all, identity{where: "go/no-go " + g.ID, owner: "tag/go-no-go-commit", tag: s.Tag, commit: string(s.Commit), artifacts: unnamed(s.Digests), place: under(fact, "/subject")})
		}
	}
	for fact, h := range verify.Standing[*evidence.Hotfix](f.Facts) {
		all = append(all, identity{where: "hotfix " + h.ID, tag: h.Tag, version: h.TargetVersion, commit: string(h.Commit), artifacts: h.Artifacts, place: under(fact, "")})
	}
	for fact, b := range verify.Standing[*evidence.ReleaseBranch](f.Facts) {
		all = append(all, identity{where: "release branch " + b.Branch, tag: b.Tag, artifacts: unnamed(b.Digests), place: under(fact, "")})
	}
	for fact, i := range verify.Standing[*evidence.Incident](f.Facts) {
		if i.Tag == r.Tag.Name { // else it is about the release that ran before
			all = append(all, identity{where: "incident " + i.ID, tag: i.Tag, commit: string(i.Commit), artifacts: i.Artifacts, place: under(fact, "")})
		}
	}
	return all
}

func promotedAs(where string, p *evidence.Promotion, place func(string) verify.Place) identity {
	return identity{where: where, owner: "promotion/same-digest", tag: p.Tag, version: p.Version, commit: string(p.Commit), artifacts: p.Artifacts, place: place}
}

// under leads from a part of a record on.
func under(fact *verify.RecordFact, part string) func(string) verify.Place {
	return func(pointer string) verify.Place { return fact.Place(part + pointer) }
}

func unnamed(digests []evidence.DigestSet) []evidence.ResourceDescriptor {
	var list []evidence.ResourceDescriptor
	for _, d := range digests {
		list = append(list, evidence.ResourceDescriptor{Digest: d})
	}
	return list
}

func traceTuple(f *Facts) Result {
	r := f.Record
	if t := f.Tag; t.Embedded && bareVersion(t.Object.Name, r) != r.Version {
		return fail("version-mismatch", "version "+r.Version, "the tag object is %s", t.Object.Name).
			at(inRecord(f, "/version"), inRecord(f, "/tag/object")).follows("tag/matches-release-version")
	}
	if t := f.Tag; t.Embedded && t.Object.Type == gitobj.TypeCommit && string(t.Object.Object) != r.Commit {
		return fail("commit-mismatch", "commit "+r.Commit, "the tag object names %s", t.Object.Object).
			at(inRecord(f, "/commit"), inRecord(f, "/tag/object")).follows("tag/single-commit")
	}
	if res, ok := builtAs(f); !ok {
		return res
	}
	digests, released := map[string]evidence.Artifact{}, releasedDigests(f)
	for _, a := range r.Artifacts {
		digests[a.Name] = a
	}
	all := f.identities()
	for _, x := range all {
		if res, ok := x.agrees(f, digests, released); !ok {
			return res
		}
	}
	return pass(verify.Weakest(tagProof(f), provenanceProof(f)), "%s, commit %s, %s, the same in %s", r.Version, short(r.Commit), plural(len(r.Artifacts), "digest", "digests"), plural(len(all)+len(f.Provenance), "place", "places")).
		at(inRecord(f, "/version"))
}

// agrees compares what a place says with the release's own facts.
func (x identity) agrees(f *Facts, named map[string]evidence.Artifact, released map[string]bool) (Result, bool) {
	r := f.Record
	switch {
	case x.tag != "" && x.tag != r.Tag.Name:
		return fail("version-mismatch", "tag "+r.Tag.Name, "%s names the tag %s", x.where, x.tag).at(inRecord(f, "/tag/name"), x.place("/tag")).follows(x.owner), false
	case x.version != "" && bareVersion(x.version, r) != r.Version:
		return fail("version-mismatch", "version "+r.Version, "%s names the version %s", x.where, x.version).at(inRecord(f, "/version"), x.place("")).follows(x.owner), false
	case x.commit != "" && x.commit != r.Commit:
		return fail("commit-mismatch", "commit "+r.Commit, "%s names the commit %s", x.where, x.commit).at(inRecord(f, "/commit"), x.place("/commit")).follows(x.owner), false
	}
	for _, d := range x.artifacts {
		sum, ok := d.Digest.SHA256()
		if !ok || released[d.Digest["sha256"]] && d.Name == "" {
			continue
		}
		a, same := named[d.Name]
		switch {
		case d.Name == "":
			return fail("digest-mismatch", "artifacts of the release", "%s names %s, which is none", x.where, sum).at(inRecord(f, "/artifacts"), x.place("")).follows(x.owner), false
		case same && !slices.Contains(a.Digests(), sum):
			return fail("digest-mismatch", a.Name+" is "+a.Digest.String(), "%s says %s", x.where, sum).at(inRecord(f, "/artifacts"), x.place("")).follows(x.owner), false
		}
	}
	return Result{}, true
}

// builtAs compares commit and digests with those of the builds.
func builtAs(f *Facts) (Result, bool) {
	r := f.Record
	for _, v := range f.Provenance {
		if v.Summary == nil {
			continue
		}
		if differ := otherCommit(v.Summary.SourceCommits, r.Commit); differ != "" {
			return fail("commit-mismatch", "commit "+r.Commit, "%s names %s", v.Material.Name, differ).
				at(inRecord(f, "/commit"), inMaterial(v.Material.Digest)).follows("tag/equals-build-commit"), false
		}
		for i, a := range r.Artifacts {
			if d := digestOf(v.Summary.Subjects, a, r.Artifacts); d != "" {
				return fail("digest-mismatch", a.Name+" is "+a.Digest.String(), "%s says %s", v.Material.Name, d).
					at(inRecord(f, "/artifacts/%d", i), inMaterial(v.Material.Digest)), false
			}
		}
	}
	return Result{}, true
}

// otherCommit returns a commit of the list that is not want, "" if none is.
func otherCommit(list []string, want string) string {
	for _, c := range list {
		if c != want {
			return c
		}
	}
	return ""
}

// digestOf returns a digest of no artifact of the release under which subjects
// list the name of the artifact a, "" if there is none.
func digestOf(subjects []evidence.ResourceDescriptor, a evidence.Artifact, artifacts []evidence.Artifact) string {
	for _, s := range subjects {
		d, ok := s.Digest.SHA256()
		if !ok || s.Name != a.Name {
			continue
		}
		if !slices.ContainsFunc(artifacts, func(b evidence.Artifact) bool { return slices.Contains(b.Digests(), d) }) {
			return d.String()
		}
	}
	return ""
}
