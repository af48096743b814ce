package policy

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/internal/lazyregexp"
	"github.com/release-dossier/dossier/verify"
)

// What the parameter registries may say of a registry.
const (
	registryImmutable = "immutable"
	registryAccessLog = "access-log"
)

// approved returns what the policy says of the registry that an address lies in.
func (f *Facts) approved(registry string) (words []string, ok bool) {
	for _, entry := range f.Params.Registries {
		fields := strings.Fields(entry)
		if len(fields) > 0 && liesIn(registry, fields[0]) {
			return fields[1:], true
		}
	}
	return nil, false
}

func artifactApprovedRegistry(f *Facts) Result {
	const want = "a registry that the policy approves as immutable and with an access log"
	return f.eachPublication(want, func(a evidence.Artifact, p published) (Result, bool) {
		words, ok := f.approved(p.registry)
		if !ok {
			return fail("registry-not-approved", "", "%s is published at %s", a.Name, p.registry), false
		}
		for _, word := range []string{registryImmutable, registryAccessLog} {
			if !slices.Contains(words, word) {
				return fail("registry-not-"+word, "", "the policy does not say that %s has %s", p.registry, word), false
			}
		}
		return Result{}, true
	})
}

func artifactContentAddressed(f *Facts) Result {
	const want = "coordinates with the artifact's digest, or a registry that never changes what it holds"
	return f.eachPublication(want, func(a evidence.Artifact, p published) (Result, bool) {
		words, _ := f.approved(p.registry)
		_, digest, pinned := strings.Cut(p.coordinates, "@sha256:")
		switch {
		case pinned && digest == a.Digest.Hex():
			return Result{}, true
		case pinned:
			return fail("other-digest", "", "%s is published as %s", a.Name, p.coordinates), false
		case p.immutable || slices.Contains(words, registryImmutable):
			return Result{}, true
		}
		return fail("mutable-coordinates", "", "%s is published as %s", a.Name, either(p.coordinates, p.registry)), false
	})
}

// runnable are the types of artifacts that a service is deployed as.
var runnable = []string{"container", "vm", "function"}

// typeOf is what an artifact is released as; "" if nobody says.
func typeOf(a evidence.Artifact) string {
	if a.Type == "" && a.Image != nil {
		return "container"
	}
	return a.Type
}

func artifactCoordsService(f *Facts) Result {
	const want = "an image, virtual machine or function of this release, promoted by its digest"
	if !slices.ContainsFunc(f.Record.Artifacts, func(a evidence.Artifact) bool { return slices.Contains(runnable, typeOf(a)) }) {
		return missing(want, "the release names no image, virtual machine or function").at(inRecord(f, "/artifacts"))
	}
	return f.eachInto(envProduction, want, func(p promoted) (Result, bool) {
		if len(p.Artifacts) == 0 {
			return missing("", "the promotion "+p.ID+" names no artifact"), false
		}
		for _, d := range p.Artifacts {
			n, ok := f.releasedAs(d)
			switch {
			case !p.brings():
			case !ok:
				return fail("other-digest", "", "production got %s, which is not of this release", digestText(d)).follows("promotion/same-digest"), false
			case !slices.Contains(runnable, typeOf(f.Record.Artifacts[n])):
				return fail("not-runnable", "", "production got %s, which is %s", f.Record.Artifacts[n].Name, either(typeOf(f.Record.Artifacts[n]), "of no stated type")), false
			}
		}
		return Result{}, true
	})
}

// coordinates says what a publication lacks to name registry, package and
// version; "" if nothing.
func (f *Facts) coordinatesLack(a evidence.Artifact, p published) string {
	switch {
	case p.registry == "":
		return "registry"
	case p.coordinates == "" && a.Publication != nil && a.Publication.Package == "":
		return "package"
	case a.Version == "" && !f.namesVersion(p.coordinates):
		return "version"
	}
	return ""
}

func artifactCoordsLibrary(f *Facts) Result {
	const want = "registry, package and version of every artifact"
	return f.eachPublication(want, func(a evidence.Artifact, p published) (Result, bool) {
		lack := f.coordinatesLack(a, p)
		return missing("", a.Name+" is published without "+lack), lack == ""
	})
}

func artifactCoordsInfrastructure(f *Facts) Result {
	const want = "registry, package and version of every artifact, and where and when it was applied"
	r := artifactCoordsLibrary(f).wants(want)
	if r.Outcome != verify.Pass {
		return r
	}
	for _, p := range f.promotions() {
		if !p.candidate() && p.brings() && p.succeeded() && p.start != (span{}) {
			applied := pass(verify.Weakest(r.Proof, p.proof), "%s; applied to %s %s", r.Found, either(strings.Join(p.Targets, ", "), p.Environment), p.start)
			return applied.wants(want).at(r.Inputs...).at(p.place(f, ""))
		}
	}
	return missing(want, "nobody recorded where it was applied").at(verify.Place{Statement: &f.Release}).follows("promotion/deploy-record")
}

func artifactCoordsApp(f *Facts) Result {
	const want = "build, signing identity, track, rollout stages and store availability"
	for n, a := range f.Record.Artifacts {
		if typeOf(a) == "app" && placeholder(a.SigningIdentity) {
			return missing(want, a.Name+" does not say who signed it").at(inRecord(f, "/artifacts/%d/signingIdentity", n)).follows("sign/app-identity")
		}
	}
	var proofs []verify.Proof
	var where []verify.Place
	for _, p := range f.into(envProduction) {
		if p.Action != "submit" || p.candidate() {
			continue
		}
		lack := ""
		switch {
		case placeholder(p.Track):
			lack = "track"
		case len(p.Stages) == 0:
			lack = "rollout stages"
		case !p.start.known():
			lack = "time"
		}
		if lack != "" {
			return missing(want, "the submission "+p.ID+" has no "+lack).at(p.place(f, "")).on(p.start, p.env)
		}
		due := p.start.from.Add(f.Params.StoreReview.Duration())
		done := f.duty(want, due, atTime(p.StoreAvailableAt), pass(p.proof, "")).at(p.place(f, "/storeAvailableAt")).on(p.start, p.env)
		if done.Outcome != verify.Pass {
			return done
		}
		proofs, where = append(proofs, p.proof), append(where, p.place(f, ""))
	}
	if len(where) == 0 {
		return missing(want, "no submission to a store is recorded").at(verify.Place{Statement: &f.Release}).follows("promotion/deploy-record")
	}
	r := pass(weakest(append(proofs, f.Stated()), f.Stated()), "%s", plural(len(where), "submission", "submissions")).wants(want).at(where...)
	r.Clock = clockStated
	return r
}

// imageForm is the standard shape of an image's coordinates.
var imageForm = lazyregexp.New(`^[a-z0-9.-]+\.[a-z0-9.-]+(:[0-9]+)?(/[a-z0-9._-]+)+:[A-Za-z0-9._-]+@sha256:[0-9a-f]{64}$`)

func artifactCoordsStandard(f *Facts) Result {
	const want = "registry/service:tag@sha256:digest, or name-version"
	return f.eachPublication(want, func(a evidence.Artifact, p published) (Result, bool) {
		if typeOf(a) == "container" {
			ok := imageForm.MatchString(p.coordinates) && coordinateTag(p.coordinates) == f.Record.Tag.Name
			return fail("coordinates-form", "", "%s is published as %s", a.Name, either(p.coordinates, "nothing in particular")), ok
		}
		name := path.Base(withoutScheme(either(p.coordinates, a.Name)))
		ok := strings.Contains(name, fmt.Sprintf("-%s", f.Record.Version)) || strings.Contains(name, "-v"+f.Record.Version)
		return fail("coordinates-form", "", "%s is published as %s", a.Name, name), ok && f.namesVersion(name)
	})
}
