package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify"
)

// published is where and when an artifact was published.
type published struct {
	// registry is host and path, without scheme.
	registry string
	// coordinates are how it is asked for there; "" if nobody recorded them.
	coordinates string
	// immutable says that the registry lets nobody put other bytes there.
	immutable bool
	at        span
	place     verify.Place
	// proof is how well that is known, if it is not as the record is.
	proof verify.Proof
}

// publicationOf returns where and when an artifact was published: as the record
// says, else where its image was found, else where the release's page has it, else
// where a recorded act of publishing brought it.
func (f *Facts) publicationOf(n int) (published, bool) {
	a := f.Record.Artifacts[n]
	if p := a.Publication; p != nil {
		x := published{
			registry: withoutScheme(p.Registry), coordinates: p.Coordinates, immutable: p.Immutable,
			at: atTime(p.PublishedAt), place: inRecord(f, "/artifacts/%d/publication", n),
		}
		if x.coordinates == "" && a.Image != nil {
			x.coordinates = imageCoordinates(a)
		}
		if !x.at.known() {
			x.at = f.publishedBy(n)
		}
		return x, true
	}
	if i := a.Image; i != nil {
		x := published{registry: i.Repository, coordinates: imageCoordinates(a), at: f.publishedBy(n), place: inRecord(f, "/artifacts/%d/image", n)}
		if i.ResolvedAt != nil && (!x.at.known() || f.notAfter(x.at, atTime(i.ResolvedAt)) == no) {
			x.at = span{to: i.ResolvedAt.Time} // it was there by then, whoever says that it came later
		}
		return x, true
	}
	if page := f.Record.ReleasePage; page != nil && page.URI != "" {
		for k, asset := range page.Assets {
			if sum, ok := asset.Digest.SHA256(); ok && sum == a.Digest {
				return published{
					registry: withoutScheme(page.URI), coordinates: either(asset.URI, asset.Name), immutable: page.Immutable,
					at: atTime(page.PublishedAt), place: inRecord(f, "/releasePage/assets/%d", k),
				}, true
			}
		}
	}
	if p, i, ok := f.publishing(func(p promoted) []evidence.ResourceDescriptor { return p.Artifacts }, f.ofArtifact(n)); ok {
		address := addressOf(p.Artifacts[i])
		return published{
			registry: registryOf(address), coordinates: withoutScheme(address), at: p.start,
			place: p.place(f, indexed("/artifacts", i)), proof: p.proof,
		}, true
	}
	return published{place: inRecord(f, "/artifacts/%d", n)}, false
}

// publishing returns the first act of publishing that succeeded and says where it
// brought what is sought, and which of its list that is.
func (f *Facts) publishing(list func(promoted) []evidence.ResourceDescriptor, is func(evidence.ResourceDescriptor) bool) (p promoted, i int, ok bool) {
	for _, p := range f.promotions() {
		if p.Action != "publish" || !p.succeeded() || p.candidate() {
			continue
		}
		i := slices.IndexFunc(list(p), func(d evidence.ResourceDescriptor) bool { return addressOf(d) != "" && is(d) })
		if i >= 0 {
			return p, i, true
		}
	}
	return promoted{}, 0, false
}

// addressOf is where something is, as a descriptor says.
func addressOf(d evidence.ResourceDescriptor) string { return either(d.DownloadLocation, d.URI) }

// registryOf is the registry of something by its address: "ghcr.io/acme/hello" of
// "ghcr.io/acme/hello:v1@sha256:...", the directory of a file.
func registryOf(address string) string {
	place, _, digest := strings.Cut(withoutScheme(address), "@sha256:")
	dir, name, ok := cutLast(place, "/")
	if image, _, tag := strings.Cut(name, ":"); ok && (tag || digest) {
		return dir + "/" + image
	}
	if !ok {
		return ""
	}
	return dir
}

// publishedBy is when a recorded act of publishing brought the artifact to its
// registry.
func (f *Facts) publishedBy(n int) span {
	for _, p := range f.promotions() {
		if p.Action == "publish" && p.succeeded() && !p.candidate() && slices.ContainsFunc(p.Artifacts, f.ofArtifact(n)) {
			return p.start
		}
	}
	return span{}
}

// imageCoordinates writes an image as "repository:tag@sha256:...".
func imageCoordinates(a evidence.Artifact) string {
	tag := ""
	if a.Image.Tag != "" {
		tag = ":" + a.Image.Tag
	}
	return fmt.Sprintf("%s%s@%s", a.Image.Repository, tag, a.Digest)
}

// withoutScheme leaves host and path of an address.
func withoutScheme(address string) string {
	if _, rest, ok := strings.Cut(address, "://"); ok {
		address = rest
	}
	return strings.TrimSuffix(address, "/")
}

// liesIn reports whether an address is a place or lies within it:
// "registry.example/payments@sha256:..." lies in "registry.example".
func liesIn(address, place string) bool {
	place = withoutScheme(place)
	rest, ok := strings.CutPrefix(withoutScheme(address), place)
	ends := "/@:#?" // a tag or digest may follow a path
	if !strings.Contains(place, "/") {
		ends = "/#?" // and a port or another host's name a host
	}
	return ok && place != "" && (rest == "" || strings.ContainsRune(ends, rune(rest[0])))
}

// keptBeside reports whether something about artifacts is kept at an approved
// place: in the registry of one of them, or in a store that the policy names.
func (f *Facts) keptBeside(location string, about []evidence.Digest) bool {
	if slices.ContainsFunc(f.Params.EvidenceStores, func(store string) bool { return liesIn(location, store) }) {
		return true
	}
	for _, d := range about {
		if n, ok := f.releasedAs(evidence.ResourceDescriptor{Digest: d.Set()}); ok {
			if p, ok := f.publicationOf(n); ok && liesIn(location, p.registry) {
				return true
			}
		}
	}
	return false
}

// notYetPublished reports whether the release is a library before its
// publication, which is its production (A37).
func (f *Facts) notYetPublished() bool {
	return f.Record.Kind == evidence.KindLibrary && f.Gate != verify.GateFinal
}

// eachPublication applies judge to the publications of all artifacts and returns
// the first result that is not ok.
func (f *Facts) eachPublication(want string, judge func(evidence.Artifact, published) (Result, bool)) Result {
	var where []verify.Place
	proofs := []verify.Proof{f.Stated()}
	for n, a := range f.Record.Artifacts {
		p, ok := f.publicationOf(n)
		switch {
		case !ok && f.notYetPublished():
			return notApplicable("the library is published after this gate")
		case !ok:
			return missing(want, "nobody recorded where "+a.Name+" is published").at(p.place)
		}
		if r, ok := judge(a, p); !ok {
			return r.wants(want).at(p.place)
		}
		where = append(where, p.place)
		if p.proof != (verify.Proof{}) {
			proofs = append(proofs, p.proof)
		}
	}
	return pass(weakest(proofs, f.Stated()), "%s", plural(len(where), "artifact", "artifacts")).wants(want).at(where...)
}
