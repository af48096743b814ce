package policy

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify"
)

// labels are the versions that an artifact says, each with where.
func (f *Facts) labels(n int) (versions []string, places []verify.Place) {
	a := f.Record.Artifacts[n]
	add := func(version, pointer string) {
		if version != "" {
			versions, places = append(versions, version), append(places, inRecord(f, "/artifacts/%d%s", n, pointer))
		}
	}
	add(a.Version, "/version")
	if a.Image != nil {
		add(a.Image.Tag, "/image/tag")
		add(a.Image.Labels.Version, "/image/labels/version")
	}
	if p := a.Publication; p != nil {
		add(coordinateTag(p.Coordinates), "/publication/coordinates")
	}
	return versions, places
}

// coordinateTag returns the tag in the coordinates of an image, "" if there is
// none: "v1.2.3" of "registry.example:5000/a/b:v1.2.3@sha256:...".
func coordinateTag(coordinates string) string {
	name, _, _ := strings.Cut(path.Base(withoutScheme(coordinates)), "@")
	_, tag, _ := strings.Cut(name, ":")
	return tag
}

// namesVersion reports whether the release's version stands in a name.
func (f *Facts) namesVersion(name string) bool {
	_, rest, ok := strings.Cut(name, f.Record.Version)
	return ok && (rest == "" || !strings.ContainsAny(rest[:1], "0123456789"))
}

func artifactDigestRecorded(f *Facts) Result {
	const want = "at least one artifact, each with version and digest"
	if len(f.Record.Artifacts) == 0 {
		return missing(want, "no artifact is recorded").at(inRecord(f, "/artifacts"))
	}
	var where []verify.Place
	for n, a := range f.Record.Artifacts {
		versions, _ := f.labels(n)
		switch place := inRecord(f, "/artifacts/%d", n); {
		case a.Digest.IsZero():
			return missing(want, a.Name+" has no digest").at(place)
		case len(versions) == 0 && !f.namesVersion(a.Name):
			return missing(want, a.Name+" says no version").at(place)
		default:
			where = append(where, place)
		}
	}
	return pass(f.Stated(), "%s", plural(len(where), "artifact", "artifacts")).wants(want).at(where...)
}

// restated turns the outcome of a check of the other layers into a control's.
func (f *Facts) restated(id, want string, about func(verify.Check) bool) (Result, bool) {
	for _, c := range f.Checks {
		if c.ID != id || !about(c) {
			continue
		}
		switch c.Outcome {
		case verify.Pass:
			return pass(c.Proof, "%s", either(c.Found, c.Title)).wants(want).at(c.Inputs...), true
		case verify.Fail:
			return fail(reason(c.Code), want, "%s", either(c.Found, c.Title)).at(c.Inputs...), true
		}
		return unknown(either(c.Why, reason(c.Code)), "%s", either(c.Found, c.Title)).wants(want).at(c.Inputs...), true
	}
	return Result{}, false
}

func artifactIsSubject(f *Facts) Result {
	want := fmt.Sprintf("%s, the commit and the tag as subjects", plural(len(f.Record.Artifacts), "artifact", "artifacts"))
	r, ok := f.restated("linkage/subjects", want, func(c verify.Check) bool {
		return slices.ContainsFunc(c.Inputs, func(p verify.Place) bool { return p.Statement != nil && *p.Statement == f.Release })
	})
	if !ok {
		return unknown("not-compared", "the subjects of the release statement were not compared").wants(want).at(verify.Place{Statement: &f.Release, Pointer: "/subject"})
	}
	return r
}

func artifactBlobMatches(f *Facts) Result {
	const want = "artifacts with the digests that the release names"
	var compared []string
	var where []verify.Place
	for _, c := range f.Checks {
		if c.ID == "linkage/expected-artifact" && c.Outcome != verify.Pass {
			return fail(reason(c.Code), want, "%s", either(c.Found, c.Title)).at(inRecord(f, "/artifacts"))
		}
	}
	for n, a := range f.Artifacts {
		if a.Hashed || a.Included {
			compared, where = append(compared, a.Name), append(where, inRecord(f, "/artifacts/%d/digest", n))
		}
	}
	if len(compared) == 0 {
		return notApplicable("no artifact is at hand")
	}
	return pass(recomputed("the artifacts' bytes"), "%s", several(compared)).wants(want).at(where...)
}

func artifactVersionEqualsTag(f *Facts) Result {
	r := f.Record
	want := fmt.Sprintf("version %s, or %s", r.Version, r.Tag.Name)
	var where []verify.Place
	for n, a := range r.Artifacts {
		versions, places := f.labels(n)
		for i, v := range versions {
			if !sameVersion(v, r) && v != r.Tag.Name && bareVersion(v, r) != r.Version {
				return fail("version-mismatch", want, "%s is published as %s", a.Name, v).at(places[i])
			}
		}
		if len(versions) == 0 && !f.namesVersion(a.Name) {
			return missing(want, a.Name+" says no version").at(inRecord(f, "/artifacts/%d", n)).follows("artifact/digest-recorded")
		}
		where = append(where, inRecord(f, "/artifacts/%d", n))
	}
	return pass(f.Stated(), "%s", r.Version).wants(want).at(where...)
}

// environmentToken returns the word of the parameter environment-tokens that a
// text has in it, "" for none. A word is what stands between separators.
func (f *Facts) environmentToken(text string, separator func(rune) bool) string {
	words := strings.FieldsFunc(strings.ToLower(text), separator)
	for _, token := range f.Params.EnvironmentTokens {
		if slices.Contains(words, strings.ToLower(token)) {
			return token
		}
	}
	return ""
}

// betweenWords tells what separates the words of a name or version.
func betweenWords(c rune) bool { return strings.ContainsRune("-_.:+@ ", c) }

// betweenArguments tells what separates the words of a build parameter. Slashes
// and dots do not: an address may lead through a directory of any name.
func betweenArguments(c rune) bool { return strings.ContainsRune(" ,;=", c) }

func artifactNoEnvBuilds(f *Facts) Result {
	const want = "artifacts that are built for no environment in particular"
	var where []verify.Place
	for n, a := range f.Record.Artifacts {
		texts := []string{path.Base(a.Name), a.Version}
		if a.Image != nil {
			texts = append(texts, path.Base(a.Image.Repository), a.Image.Tag)
		}
		place := inRecord(f, "/artifacts/%d", n)
		for _, text := range texts {
			if token := f.environmentToken(text, betweenWords); token != "" {
				return fail("environment-build", want, "%s: %s is built for %s", a.Name, text, token).at(place)
			}
		}
		where = append(where, place)
	}
	proofs := []verify.Proof{f.Stated()}
	for _, v := range f.Provenance {
		if v.Summary == nil {
			return unreadProvenance(v).wants(want)
		}
		for _, p := range v.Summary.Parameters {
			_, value, _ := strings.Cut(p, "=")
			if token := f.environmentToken(value, betweenArguments); token != "" {
				return fail("environment-build", want, "%s: the build was given %s", v.Material.Name, p).at(inMaterial(v.Material.Digest))
			}
		}
		proofs, where = append(proofs, v.Proof), append(where, inMaterial(v.Material.Digest))
	}
	return pass(weakest(proofs, f.Stated()), "%s", plural(len(f.Record.Artifacts), "artifact", "artifacts")).wants(want).at(where...)
}

// sameNameOtherBytes returns the released artifact under whose name a reference
// leads to bytes that were not released.
func (f *Facts) sameNameOtherBytes(d evidence.ResourceDescriptor) (n int, ok bool) {
	if _, released := f.releasedAs(d); released || len(d.Digest) == 0 {
		return 0, false
	}
	n = slices.IndexFunc(f.Record.Artifacts, func(a evidence.Artifact) bool { return a.Name == d.Name })
	return n, n >= 0
}
