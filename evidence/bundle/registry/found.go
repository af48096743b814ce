package registry

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/internal/distribution"
)

// referrer is one manifest that is attached to something, and what it was read
// as.
type referrer struct {
	distribution.Descriptor
	subject string // the digest of what it was listed for; "" in an index
	// statement is the one that raw is a signature of; nil for everything else.
	statement *bundle.Statement
	raw       []byte
	// materialsOf is the statement whose materials it says it carries.
	materialsOf string
	why         string // it is neither
}

// search is what was found in a repository so far.
type search struct {
	repo   *distribution.Repository
	limits Limits
	asked  map[evidence.Digest]bool // subjects
	seen   map[string]int           // referrers, by digest
	found  []*referrer
	memory atomic.Int64 // bytes of signatures
}

func newSearch(repo *distribution.Repository, l Limits) *search {
	return &search{repo: repo, limits: l, asked: map[evidence.Digest]bool{}, seen: map[string]int{}}
}

// attached finds what is attached to the subjects.
func (s *search) attached(ctx context.Context, subjects ...evidence.Digest) error {
	for _, subject := range subjects {
		if s.asked[subject] {
			continue
		}
		s.asked[subject] = true
		list, _, err := attachedTo(ctx, s.repo, subject)
		if err != nil {
			return fmt.Errorf("what is attached to %s: %w", subject, err)
		}
		if err := s.take(ctx, subject.String(), list); err != nil {
			return err
		}
	}
	return nil
}

// take reads the manifests of a list.
func (s *search) take(ctx context.Context, subject string, list []distribution.Descriptor) error {
	from := len(s.found)
	for _, d := range list {
		if _, ok := s.seen[d.Digest]; ok {
			continue
		}
		s.seen[d.Digest] = len(s.found)
		s.found = append(s.found, &referrer{Descriptor: d, subject: subject})
	}
	if len(s.found) > s.limits.Referrers {
		return &distribution.LimitError{What: "attached manifests", Limit: int64(s.limits.Referrers)}
	}
	added := s.found[from:]
	return parallel(ctx, len(added), func(ctx context.Context, i int) error { return s.read(ctx, added[i]) })
}

// read finds out what a referrer is. What anybody may have attached and is not
// readable is no error; a registry that fails or lies is.
func (s *search) read(ctx context.Context, r *referrer) error {
	if !mayBeOurs(r.ArtifactType) {
		r.why = "it is of another type"
		return nil
	}
	if _, err := r.ID(); err != nil {
		r.why = err.Error()
		return nil
	}
	m, err := s.repo.ByDigest(ctx, r.Descriptor)
	if err == nil && r.subject != "" && (m.Subject == nil || m.Subject.Digest != r.subject) {
		err = errors.New("it is listed here and is attached to something else")
	}
	if err == nil {
		err = s.readManifest(ctx, r, m)
	}
	if err != nil && isFailure(err) {
		return fmt.Errorf("attached manifest %s: %w", distribution.Printable(r.Digest, 80), err)
	}
	if err != nil {
		r.why = distribution.Explain(err, s.repo.RegistryStr()).Error()
	}
	return nil
}

// mayBeOurs reports whether it is worth looking into a manifest that a list says
// is of that type. Some registries state the configuration's type instead.
func mayBeOurs(artifactType string) bool {
	switch artifactType {
	case "", typeEmpty, typeMaterials:
		return true
	}
	return isSigstore(artifactType)
}

func isSigstore(mediaType string) bool {
	return strings.HasPrefix(mediaType, "application/vnd.dev.sigstore.bundle")
}

func (s *search) readManifest(ctx context.Context, r *referrer, m *distribution.Manifest) error {
	switch {
	case m.ArtifactType == typeMaterials:
		if r.materialsOf = m.Annotations["dossier.statement"]; r.materialsOf == "" {
			return errors.New("it does not say whose materials it has")
		}
		return nil
	case len(m.Layers) != 1 || !isSigstore(m.Layers[0].MediaType):
		return errors.New("it is of another type")
	}
	raw, err := s.repo.Blob(ctx, m.Layers[0], attest.MaxBundle)
	if err != nil {
		return err
	}
	st, err := bundle.New().AddSignature(raw)
	if errors.Is(err, bundle.ErrForeign) {
		return errors.New("it is an attestation that names no release")
	}
	if err != nil {
		return err
	}
	if s.memory.Add(int64(len(raw))) > s.limits.Set.Memory {
		return &distribution.LimitError{What: "bytes of signed statements", Limit: s.limits.Set.Memory}
	}
	st.Signatures = nil
	r.statement, r.raw = st, raw
	return nil
}

// isFailure reports whether an error is about the registry and not about what
// somebody stored there. What is listed and was deleted is no failure.
func isFailure(err error) bool {
	var lie *distribution.LieError
	var limit *distribution.LimitError
	if errors.As(err, &lie) || errors.As(err, &limit) || isCancelled(err) || errors.Is(err, context.DeadlineExceeded) {
		return true
	}
	return distribution.IsTransport(err)
}

func isCancelled(err error) bool { return errors.Is(err, context.Canceled) }

// releaseOf returns the release that a statement is, or names.
func releaseOf(st *bundle.Statement) evidence.Digest {
	if st.IsRelease() {
		return st.ID
	}
	return st.Links.Release.Digest
}

// releases are those that were found, or are named by what was.
func (s *search) releases() []evidence.Digest {
	named := map[evidence.Digest]bool{}
	for _, r := range s.found {
		if r.statement != nil {
			named[releaseOf(r.statement)] = true
		}
	}
	return sortedKeys(named)
}

// of returns the signatures of a release's statements, sorted.
func (s *search) of(release evidence.Digest) [][]byte {
	byID := map[evidence.Digest][]byte{}
	for _, r := range s.found {
		if r.statement != nil && releaseOf(r.statement) == release {
			byID[evidence.Sum(r.raw)] = r.raw
		}
	}
	var list [][]byte
	for _, id := range sortedKeys(byID) {
		list = append(list, byID[id])
	}
	return list
}

// complete finds everything of a release, wherever its release statement leads
// within the repository, and assembles its statements.
func (s *search) complete(ctx context.Context, release evidence.Digest) (*bundle.Dossier, error) {
	if err := s.attached(ctx, anchorImage(release).Digest); err != nil {
		return nil, err
	}
	d, err := bundle.Assemble(s.of(release), nil, s.limits.Set)
	if err != nil {
		return nil, err
	}
	st, ok := d.Statement(release)
	if !ok || !st.IsRelease() {
		return nil, fmt.Errorf("the release statement %s, which statements here name, is not in the repository", release)
	}
	for _, img := range d.Images()[release] {
		if err := s.attached(ctx, img.Digest); err != nil {
			return nil, err
		}
	}
	return bundle.Assemble(s.of(release), nil, s.limits.Set)
}

// others are the referrers that are not of the release.
func (s *search) others(release evidence.Digest, d *bundle.Dossier) []Other {
	var list []Other
	for _, r := range s.found {
		o := Other{Digest: r.Digest, ArtifactType: r.ArtifactType, Why: r.why}
		switch {
		case r.statement != nil && releaseOf(r.statement) == release:
			continue
		case r.statement != nil:
			o.Why = fmt.Sprintf("a statement about the release %s", releaseOf(r.statement))
		case r.materialsOf != "":
			id, err := evidence.ParseDigest(r.materialsOf)
			if _, ok := d.Statement(id); ok && err == nil {
				continue
			}
			o.Why = "materials of a statement that is not of this dossier"
		}
		list = append(list, o)
	}
	slices.SortFunc(list, func(a, b Other) int { return cmp.Compare(a.Digest, b.Digest) })
	return list
}

// Other is something attached that does not belong to the dossier. What it says
// of itself is text of whoever wrote it.
type Other struct {
	Digest       string
	ArtifactType string
	// Why it does not belong.
	Why string
}

func sortedKeys[V any](m map[evidence.Digest]V) []evidence.Digest {
	list := make([]evidence.Digest, 0, len(m))
	for k := range m {
		list = append(list, k)
	}
	slices.SortFunc(list, evidence.Digest.Compare)
	return list
}
