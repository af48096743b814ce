package registry

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/internal/distribution"
)

// Pulled is a dossier that was downloaded.
type Pulled struct {
	// Dossier is the set. Its materials are files in the directory that Pull was
	// given.
	Dossier *bundle.Dossier
	// Release is the digest of its release statement.
	Release evidence.Digest
	// Repository is where it is: "ghcr.io/acme/hello".
	Repository string
	// Subject is what the reference names, by digest.
	Subject evidence.Digest
	// IsImage reports whether Subject is an image that the release statement
	// lists, or an image of such an index; IsAnchor whether it is the release's
	// anchor.
	IsImage, IsAnchor bool
	// Absent are materials that statements list and that are not in the dossier.
	// Verification says whether they may be.
	Absent []Absent
	// Others are what else is attached. None of it was imported.
	Others []Other
}

// Absent is a material that was not downloaded: the repository does not have it,
// or has more bytes than a statement says, which anybody may have stated.
type Absent struct {
	evidence.Material
	Why string
}

// Release is one release that a repository has a dossier of. Nothing of it is
// verified.
type Release struct {
	// Statement is the digest of the release statement.
	Statement evidence.Digest
	// Repository, Component and Version are what that states.
	Repository, Component, Version string
	// Statements and Signatures are the numbers of them.
	Statements, Signatures int
	// Dossier is the release without its materials but, if there are several
	// releases, public keys, by which those who choose can tell who signed.
	Dossier *bundle.Dossier
}

// ErrSeveral is wrapped when several releases are attached to what was named and
// none was chosen.
var ErrSeveral = errors.New("several releases are attached to it")

// ErrNone is wrapped when no release is attached to what was named.
var ErrNone = errors.New("no release is attached to it")

// List returns the releases whose dossiers are attached to what reference names,
// sorted by the digest of their statements.
func List(ctx context.Context, reference string, o Options) ([]Release, error) {
	o.Limits = o.Limits.withDefaults()
	ctx, cancel := context.WithTimeout(ctx, o.Limits.Time)
	defer cancel()
	n, err := lookUp(ctx, reference, o)
	if err != nil {
		return nil, explain(reference, n, err)
	}
	return n.releases, nil
}

// Pull downloads the dossier that is attached to what reference names: an image
// by digest or tag, or the tag of a release ([Tag]). Blobs are written to dir,
// which must be there; those that a call before this one has left there are not
// downloaded again. If several releases are attached, choose decides; without it
// that is an error.
func Pull(ctx context.Context, reference, dir string, o Options, choose func([]Release) (evidence.Digest, error)) (*Pulled, error) {
	o.Limits = o.Limits.withDefaults()
	ctx, cancel := context.WithTimeout(ctx, o.Limits.Time)
	defer cancel()
	n, err := lookUp(ctx, reference, o)
	if err != nil {
		return nil, explain(reference, n, err)
	}
	release, err := n.choose(choose)
	if err != nil {
		return nil, fmt.Errorf("%.300s: %w", reference, err)
	}
	p, err := n.pull(ctx, release, dir)
	if err != nil {
		return nil, explain(reference, n, err)
	}
	return p, nil
}

// Reference names what the dossier is attached to by digest, for [PushAdded]. If
// it was found by the index of a layout, that is the repository alone.
func (p *Pulled) Reference() string {
	if p.IsImage || p.IsAnchor {
		return p.Repository + "@" + p.Subject.String()
	}
	return p.Repository
}

// named is what a reference names and what is attached to that.
type named struct {
	target
	search   *search
	subject  evidence.Digest
	pinned   evidence.Digest // the release whose anchor it is; else zero
	releases []Release
}

func explain(reference string, n *named, err error) error {
	host := ""
	if n != nil {
		host = n.repo.RegistryStr()
	}
	return fmt.Errorf("%.300s: %w", reference, distribution.Explain(err, host))
}

// lookUp finds the releases.
func lookUp(ctx context.Context, reference string, o Options) (*named, error) {
	t, err := parseTarget(reference, o.PlainHTTP)
	if err != nil {
		return nil, err
	}
	n := &named{target: t}
	if t.identifier() == "" {
		return n, errors.New("it names a repository: say which image or release, by digest or tag")
	}
	c := o.client(false)
	repo, err := distribution.Open(ctx, t.repo, c, distribution.NewGuard(c))
	if err != nil {
		return n, err
	}
	n.search = newSearch(repo, o.Limits)
	if err := n.start(ctx); err != nil {
		return n, err
	}
	return n, n.list(ctx)
}

// start finds out what is named, and what is attached to it.
func (n *named) start(ctx context.Context) error {
	m, err := n.search.repo.Manifest(ctx, n.identifier())
	switch {
	case err == nil:
		n.subject = evidence.Sum(m.Raw)
	case distribution.Found(err) == nil && n.digest != "":
		// An image need not be there to have something attached.
		n.subject, err = evidence.ParseDigest(n.digest)
		if err != nil {
			return err
		}
		return n.search.attached(ctx, n.subject)
	default:
		return err
	}
	if release, ok := anchored(m); ok {
		n.pinned = release
	}
	if m.IsIndex() && slices.ContainsFunc(m.Manifests, func(d distribution.Descriptor) bool {
		return isSigstore(d.ArtifactType) || d.ArtifactType == typeMaterials
	}) {
		// The index of a layout, as other tools push it.
		if err := n.search.take(ctx, "", m.Manifests); err != nil {
			return err
		}
	}
	return n.search.attached(ctx, n.subject)
}

// maxReleases is the most releases that one image may be part of.
const maxReleases = 100

// list completes the releases that were found.
func (n *named) list(ctx context.Context) error {
	var failed error
	ids := n.search.releases()
	switch {
	case !n.pinned.IsZero(): // whatever else there is
		ids = []evidence.Digest{n.pinned}
	case len(ids) > maxReleases:
		return &distribution.LimitError{What: "releases at one image", Limit: maxReleases}
	}
	for _, id := range ids {
		d, err := n.search.complete(ctx, id)
		if err != nil && isFailure(err) {
			return err
		}
		if err != nil {
			failed = err
			continue
		}
		if len(ids) > 1 {
			if d, err = n.withKeys(ctx, id, d); err != nil {
				return err
			}
		}
		n.releases = append(n.releases, about(id, d))
	}
	if len(n.releases) == 0 && failed != nil {
		return failed
	}
	if len(n.releases) == 0 {
		return fmt.Errorf("%w: %d other manifests are; of an image for several platforms give the digest of its index", ErrNone, len(n.search.found))
	}
	return nil
}

const (
	// maxKey is the most bytes of a public key.
	maxKey = 16 << 10
	// maxKeys is the most public keys of one release that are looked at.
	maxKeys = 50
)

// withKeys is the release with the public keys that its statements list.
func (n *named) withKeys(ctx context.Context, id evidence.Digest, d *bundle.Dossier) (*bundle.Dossier, error) {
	var keys []bundle.Blob
	for _, m := range listed(d) {
		if m.MediaType != evidence.MediaTypePublicKey || m.Size > maxKey || len(keys) == maxKeys {
			continue
		}
		raw, err := n.search.repo.Blob(ctx, distribution.Descriptor{Digest: m.Digest.String(), Size: m.Size}, maxKey)
		if distribution.IsTransport(err) {
			return nil, fmt.Errorf("public key %s: %w", m.Digest, err)
		}
		if err == nil {
			keys = append(keys, bundle.BytesBlob(raw))
		}
	}
	return bundle.Assemble(n.search.of(id), keys, n.search.limits.Set)
}

func about(id evidence.Digest, d *bundle.Dossier) Release {
	r := Release{Statement: id, Dossier: d, Statements: len(d.Statements())}
	for _, st := range d.Statements() {
		r.Signatures += len(st.Signatures)
	}
	st, _ := d.Statement(id)
	if record, err := evidence.DecodeRecord(st.Statement.Predicate); err == nil {
		r.Repository, r.Component, r.Version = record.Repository.URI, record.Component, record.Version
	}
	return r
}

func (n *named) choose(choose func([]Release) (evidence.Digest, error)) (*Release, error) {
	if len(n.releases) == 1 {
		return &n.releases[0], nil
	}
	if choose == nil {
		return nil, fmt.Errorf("%w: %s and %d more", ErrSeveral, n.releases[0].Statement, len(n.releases)-1)
	}
	id, err := choose(n.releases)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(n.releases, func(r Release) bool { return r.Statement == id })
	if i < 0 {
		return nil, fmt.Errorf("release %s is none of them", id)
	}
	return &n.releases[i], nil
}

// pull downloads the materials of a release.
func (n *named) pull(ctx context.Context, r *Release, dir string) (*Pulled, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	p := &Pulled{
		Release: r.Statement, Repository: n.repo.Name(), Subject: n.subject, IsImage: n.isImage(r), IsAnchor: n.pinned == r.Statement,
		Others: n.search.others(r.Statement, r.Dossier),
	}
	materials := listed(r.Dossier)
	absent := make([]string, len(materials))
	err = parallel(ctx, len(materials), func(ctx context.Context, i int) (err error) {
		absent[i], err = download(ctx, n.search.repo, root, materials[i])
		if err != nil {
			err = fmt.Errorf("material %s, %s: %w", materials[i].Name, materials[i].Digest, err)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	var blobs []bundle.Blob
	for i, m := range materials {
		if absent[i] != "" {
			p.Absent = append(p.Absent, Absent{m, absent[i]})
			continue
		}
		b, err := fileBlob(ctx, dir, m)
		if err != nil {
			return nil, err
		}
		blobs = append(blobs, b)
	}
	p.Dossier, err = bundle.Assemble(n.search.of(r.Statement), blobs, n.search.limits.Set)
	return p, err
}

// isImage reports whether the subject is an image of the release.
func (n *named) isImage(r *Release) bool {
	st, ok := r.Dossier.Statement(r.Statement)
	if !ok {
		return false
	}
	is := func(img bundle.Image) bool { return img.Digest == n.subject }
	return slices.ContainsFunc(r.Dossier.Images()[st.ID], is) || slices.ContainsFunc(r.Dossier.PlatformsOf(st), is)
}

// listed are the materials of all statements, each digest once. If statements
// disagree about a size, the larger is the bound, and one of them is wrong.
func listed(d *bundle.Dossier) []evidence.Material {
	byID := map[evidence.Digest]evidence.Material{}
	for _, st := range d.Statements() {
		for _, m := range st.Links.Materials {
			if have, ok := byID[m.Digest]; !ok || m.Size > have.Size {
				byID[m.Digest] = m
			}
		}
	}
	list := make([]evidence.Material, 0, len(byID))
	for _, id := range sortedKeys(byID) {
		list = append(list, byID[id])
	}
	return list
}
