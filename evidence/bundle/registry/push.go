package registry

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/internal/distribution"
)

// Pushed says what a push did.
type Pushed struct {
	// Repository is where the dossier is now: "ghcr.io/acme/hello".
	Repository string
	// Release is the digest of the release statement.
	Release evidence.Digest
	// Subjects are what statements are attached to: images of the release that
	// the repository has and, if Anchored, the release's anchor.
	Subjects []evidence.Digest
	// Images are those of them that are images.
	Images []evidence.Digest
	// Anchored reports whether some statement names no image here, so that the
	// release has a tag ([Tag]).
	Anchored bool
	// Manifests, Blobs and Bytes are what was not there before.
	Manifests, Blobs int
	Bytes            int64
}

// Push adds a dossier to a repository: "ghcr.io/acme/hello", or an image there,
// by tag or digest, which must then be one of the release. It adds what is not
// there yet and changes nothing else, so that a push which failed can be
// repeated and several at once lose nothing. What was written is read back.
func Push(ctx context.Context, d *bundle.Dossier, reference string, o Options) (*Pushed, error) {
	return push(ctx, d, reference, o, func(evidence.Digest) bool { return true })
}

// PushAdded is Push of the signatures that were added to d since it was pulled,
// and of what new statements bring along.
func PushAdded(ctx context.Context, d *bundle.Dossier, reference string, o Options) (*Pushed, error) {
	added := d.Added()
	return push(ctx, d, reference, o, func(id evidence.Digest) bool { return slices.Contains(added, id) })
}

func push(ctx context.Context, d *bundle.Dossier, reference string, o Options, want func(evidence.Digest) bool) (*Pushed, error) {
	o.Limits = o.Limits.withDefaults()
	ctx, cancel := context.WithTimeout(ctx, o.Limits.Time)
	defer cancel()
	t, err := parseTarget(reference, o.PlainHTTP)
	if err != nil {
		return nil, err
	}
	n := &named{target: t}
	p, err := n.push(ctx, d, o, want)
	if err != nil {
		return nil, explain(reference, n, err)
	}
	return p, nil
}

// pusher is one push.
type pusher struct {
	*named
	repo    *distribution.Repository
	d       *bundle.Dossier
	release *bundle.Statement
	want    func(signature evidence.Digest) bool
	unit    time.Duration                      // of what is waited for lists
	images  map[evidence.Digest][]bundle.Image // by statement
	here    map[evidence.Digest]bool           // images in the repository

	mu   sync.Mutex
	done Pushed
}

func (n *named) push(ctx context.Context, d *bundle.Dossier, o Options, want func(evidence.Digest) bool) (*Pushed, error) {
	p := &pusher{named: n, d: d, want: want, unit: cmp.Or(o.pause, 50*time.Millisecond), images: d.Images(), here: map[evidence.Digest]bool{}}
	if err := p.findRelease(); err != nil {
		return nil, err
	}
	c := o.client(true)
	var err error
	if p.repo, err = distribution.Open(ctx, n.repo, c, distribution.NewGuard(c)); err != nil {
		return nil, err
	}
	p.done.Repository, p.done.Release = n.repo.Name(), p.release.ID
	if err := p.findImages(ctx); err != nil {
		return nil, err
	}
	tag, err := p.checkNamed(ctx)
	if err != nil {
		return nil, err
	}
	plan, err := p.plan()
	if err != nil {
		return nil, err
	}
	if err := p.anchor(ctx, plan, tag); err != nil {
		return nil, err
	}
	for _, subject := range plan {
		if err := p.attach(ctx, subject); err != nil {
			return nil, err
		}
	}
	if err := p.readBack(ctx, plan); err != nil {
		return nil, err
	}
	return &p.done, nil
}

func (p *pusher) findRelease() error {
	for _, st := range p.d.Statements() {
		if !st.IsRelease() {
			continue
		}
		if p.release != nil {
			return errors.New("the dossier has two release statements: no verifier accepts it")
		}
		p.release = st
	}
	if p.release == nil {
		return errors.New("the dossier has no release statement")
	}
	return nil
}

// findImages finds out which images of the release the repository has.
func (p *pusher) findImages(ctx context.Context) error {
	list := slices.Concat(p.images[p.release.ID], p.d.PlatformsOf(p.release))
	there := make([]bool, len(list))
	err := parallel(ctx, len(list), func(ctx context.Context, i int) (err error) {
		there[i], err = p.repo.HasManifest(ctx, list[i].Digest)
		return err
	})
	for i, img := range list {
		p.here[img.Digest] = there[i]
	}
	return err
}

// checkNamed refuses a reference that names something else than an image of the
// release, and returns the tag that the release's anchor is to have, if one was
// given.
func (p *pusher) checkNamed(ctx context.Context) (string, error) {
	if p.identifier() == "" {
		return "", nil
	}
	m, err := p.repo.Manifest(ctx, p.identifier())
	switch {
	case err == nil && p.here[evidence.Sum(m.Raw)]:
		return "", nil
	case err == nil:
		if release, ok := anchored(m); ok && release == p.release.ID {
			return "", nil
		}
		return "", fmt.Errorf("it is %s, which the release statement does not list: give an image of this release, or the repository alone", evidence.Sum(m.Raw))
	case distribution.Found(err) != nil:
		return "", err
	case p.tag == "" || len(p.images[p.release.ID]) > 0:
		return "", errors.New("there is no such image: push the image first")
	}
	return p.tag, nil
}

// subject is what statements are attached to, and those statements.
type subject struct {
	bundle.Image
	anchor     bool
	statements []*bundle.Statement
	// written are the attachments that were not there; byTag says that the
	// registry has no referrers interface.
	written []bundle.Attachment
	byTag   bool
}

// plan says which statements are attached to what.
func (p *pusher) plan() ([]*subject, error) {
	at := map[evidence.Digest]*subject{}
	add := func(img bundle.Image, st *bundle.Statement) *subject {
		if at[img.Digest] == nil {
			at[img.Digest] = &subject{Image: img}
		}
		if s := at[img.Digest]; !slices.Contains(s.statements, st) {
			s.statements = append(s.statements, st)
		}
		return at[img.Digest]
	}
	for _, st := range parentsFirst(p.d) {
		if !slices.ContainsFunc(st.Signatures, func(sig *bundle.Signature) bool { return p.want(sig.ID) }) {
			continue
		}
		attached := false
		for _, img := range p.images[st.ID] {
			if p.here[img.Digest] {
				attached = true
				add(img, st)
			}
		}
		if !attached {
			add(anchorImage(p.release.ID), p.release).anchor = true
			add(anchorImage(p.release.ID), st)
		}
	}
	// Who has one image of an index finds the release by it.
	for _, img := range p.d.PlatformsOf(p.release) {
		if p.here[img.Digest] {
			add(img, p.release)
		}
	}
	if len(at) == 0 {
		return nil, errors.New("there is nothing to push")
	}
	var list []*subject
	for _, id := range sortedKeys(at) {
		list = append(list, at[id])
		p.done.Subjects = append(p.done.Subjects, id)
		if !at[id].anchor {
			p.done.Images = append(p.done.Images, id)
		}
	}
	return list, nil
}

// parentsFirst orders the statements so that whoever reads while they are
// written finds what each of them names.
func parentsFirst(d *bundle.Dossier) []*bundle.Statement {
	var list []*bundle.Statement
	begun := map[evidence.Digest]bool{}
	var visit func(*bundle.Statement)
	visit = func(st *bundle.Statement) {
		if begun[st.ID] {
			return
		}
		begun[st.ID] = true
		for _, parent := range st.Links.Parents {
			if p, ok := d.Statement(parent.Statement); ok {
				visit(p)
			}
		}
		list = append(list, st)
	}
	for _, st := range d.Statements() {
		visit(st)
	}
	return list
}

// anchor writes the release's anchor, if statements are attached to it.
func (p *pusher) anchor(ctx context.Context, plan []*subject, tag string) error {
	if !slices.ContainsFunc(plan, func(s *subject) bool { return s.anchor }) {
		return nil
	}
	p.done.Anchored = true
	if err := p.upload(ctx, []bundle.Blob{emptyBlob}); err != nil {
		return err
	}
	raw := anchor(p.release.ID)
	for _, tag := range []string{Tag(p.release.ID), tag} {
		if tag == "" {
			continue
		}
		m, err := p.repo.Manifest(ctx, tag)
		if err == nil && string(m.Raw) == string(raw) {
			continue
		}
		if err == nil {
			return fmt.Errorf("the tag %s is taken by %s: nothing is overwritten", tag, evidence.Sum(m.Raw))
		}
		if distribution.Found(err) != nil {
			return err
		}
		if err := p.putManifest(ctx, tag, raw); err != nil {
			return err
		}
	}
	return nil
}

// attach writes what the subject lacks.
func (p *pusher) attach(ctx context.Context, s *subject) error {
	list, byTag, err := p.repo.Referrers(ctx, s.Digest.String())
	if err != nil {
		return err
	}
	there := map[string]bool{}
	for _, d := range list {
		there[d.Digest] = true
	}
	s.byTag = byTag
	for _, st := range s.statements {
		all, err := p.d.Attachments(st, s.Image)
		if err != nil {
			return err
		}
		for _, a := range all {
			if p.wants(s, st, a) && !there[a.Digest.String()] {
				s.written = append(s.written, a)
			}
		}
	}
	if len(s.written) == 0 {
		return nil
	}
	if err := p.uploadAll(ctx, s.written); err != nil {
		return err
	}
	return p.putAll(ctx, s)
}

// wants reports whether an attachment is to be pushed: the signatures that were
// asked for, and the materials of statements all of whose signatures were. The
// anchor always has the release.
func (p *pusher) wants(s *subject, st *bundle.Statement, a bundle.Attachment) bool {
	if s.anchor && st == p.release {
		return true
	}
	if !a.Signature.IsZero() {
		return p.want(a.Signature)
	}
	return !slices.ContainsFunc(st.Signatures, func(sig *bundle.Signature) bool { return !p.want(sig.ID) })
}

// uploadAll uploads the blobs of attachments, each once.
func (p *pusher) uploadAll(ctx context.Context, list []bundle.Attachment) error {
	seen := map[evidence.Digest]bool{emptyBlob.Digest: true}
	blobs := []bundle.Blob{emptyBlob}
	for _, a := range list {
		for _, b := range a.Blobs {
			if !seen[b.Digest] {
				seen[b.Digest] = true
				blobs = append(blobs, b)
			}
		}
	}
	return p.upload(ctx, blobs)
}

// upload uploads the blobs that the repository does not have, and asks for their
// size afterwards.
func (p *pusher) upload(ctx context.Context, blobs []bundle.Blob) error {
	return parallel(ctx, len(blobs), func(ctx context.Context, i int) error {
		b := blobs[i]
		size, err := p.repo.BlobSize(ctx, b.Digest)
		if err != nil || size == b.Size {
			return err
		}
		if err := p.repo.PutBlob(ctx, b.Digest, b.Size, b.Open); err != nil {
			return fmt.Errorf("blob %s: %w", b.Digest, err)
		}
		p.mu.Lock()
		p.done.Blobs++
		p.done.Bytes += b.Size
		p.mu.Unlock()
		if size, err = p.repo.BlobSize(ctx, b.Digest); err != nil {
			return err
		}
		if size != b.Size {
			return fmt.Errorf("the registry was sent blob %s of %d bytes and says that it has %d: do not trust it", b.Digest, b.Size, size)
		}
		return nil
	})
}

func (p *pusher) putManifest(ctx context.Context, reference string, raw []byte) error {
	if err := p.repo.PutManifest(ctx, reference, distribution.TypeManifest, raw); err != nil {
		return fmt.Errorf("manifest %s: %w", reference, err)
	}
	return nil
}

// putAll writes the manifests: the materials of a statement before its
// signatures, parents before children.
func (p *pusher) putAll(ctx context.Context, s *subject) error {
	for _, materials := range []bool{true, false} {
		for _, a := range s.written {
			if a.Signature.IsZero() != materials {
				continue
			}
			if err := p.putManifest(ctx, s.reference(a), a.Raw); err != nil {
				return err
			}
			p.done.Manifests++
		}
	}
	return nil
}

// reference is what an attachment is written as.
func (s *subject) reference(a bundle.Attachment) string {
	if s.byTag {
		return entryTag(s.Digest, a.Digest)
	}
	return a.Digest.String()
}

// readBack checks that everybody finds what was written, and that it is that.
func (p *pusher) readBack(ctx context.Context, plan []*subject) error {
	if err := p.waitListed(ctx, plan); err != nil {
		return err
	}
	for _, s := range plan {
		if !s.byTag || len(s.written) == 0 {
			continue
		}
		if err := p.enlist(ctx, s); err != nil {
			return err
		}
	}
	for _, s := range plan {
		err := parallel(ctx, len(s.written), func(ctx context.Context, i int) error { return p.compare(ctx, s.written[i]) })
		if err != nil {
			return fmt.Errorf("read back: %w", err)
		}
	}
	return nil
}

// compare reads an attachment and, if it carries one, the signature.
func (p *pusher) compare(ctx context.Context, a bundle.Attachment) error {
	if _, err := p.repo.Manifest(ctx, a.Digest.String()); err != nil {
		return err
	}
	if a.Signature.IsZero() {
		return nil
	}
	d := distribution.Descriptor{Digest: a.Signature.String(), Size: a.Blobs[0].Size}
	_, err := p.repo.Blob(ctx, d, d.Size)
	return err
}
