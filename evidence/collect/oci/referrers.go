package oci

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/internal/distribution"
)

// attached is one document that somebody attached to an image.
type attached struct {
	data      []byte
	digest    evidence.Digest
	mediaType string
	from      string // the address of its manifest
	run       string // what made it, by provenance in the same manifest of the index
}

// unread is something attached that could not be read, or is of no kind that
// is.
type unread struct {
	what, subject string
	err           error
}

// search is the search for what is attached to one image.
type search struct {
	*image
	limits Limits
	found  func(attached) error // takes a document; its error is about that one
	unread []unread
	kinds  map[string]int // of what is attached and not read
	seen   map[string]bool
	docs   int
}

// referrers finds what is attached to the image and to those of its index, and
// hands on one document after the other. What cannot be read is in the unread
// list; an error is that of the context alone.
func (i *image) referrers(ctx context.Context, limits Limits, found func(attached) error) (*search, error) {
	s := &search{image: i, limits: limits, found: found, kinds: map[string]int{}, seen: map[string]bool{}}
	for _, subject := range i.subjects() {
		for _, list := range []struct {
			what string
			find func(context.Context, distribution.Descriptor) error
		}{
			{"referrers", s.byInterface},
			{"tags of cosign", s.byTag},
		} {
			if err := list.find(ctx, subject); err != nil {
				s.miss(list.what, subject.Digest, err)
			}
			if err := ctx.Err(); err != nil {
				return nil, err
			}
		}
	}
	for _, d := range i.attested {
		s.take(ctx, d, nil) // written by the build that wrote the index
	}
	return s, ctx.Err()
}

func (s *search) miss(what, subject string, err error) {
	s.unread = append(s.unread, unread{what, subject, err})
}

// byInterface asks the referrers interface, or reads the tag that stands in for
// it.
func (s *search) byInterface(ctx context.Context, subject distribution.Descriptor) error {
	list, _, err := s.repo.Referrers(ctx, subject.Digest)
	if err != nil {
		return err
	}
	for _, d := range list {
		s.take(ctx, d, &subject)
	}
	return nil
}

// byTag reads the tags that cosign wrote before registries had referrers.
func (s *search) byTag(ctx context.Context, subject distribution.Descriptor) error {
	tag := strings.Replace(subject.Digest, ":", "-", 1)
	for _, suffix := range []string{".att", ".sbom", ".sig"} {
		m, err := s.repo.Manifest(ctx, tag+suffix)
		if err != nil {
			if err := distribution.Found(err); err != nil {
				return err
			}
			continue
		}
		s.layers(ctx, m, m.Layers, false)
	}
	return nil
}

// take reads one manifest that is attached to subject, if it is given.
func (s *search) take(ctx context.Context, d distribution.Descriptor, subject *distribution.Descriptor) {
	if s.seen[d.Digest] || ctx.Err() != nil {
		return
	}
	if s.full(len(s.seen)) {
		return
	}
	s.seen[d.Digest] = true
	if foreign(d.ArtifactType) {
		s.kinds[d.ArtifactType]++
		return
	}
	m, err := s.repo.ByDigest(ctx, d)
	if err == nil && subject != nil && (m.Subject == nil || m.Subject.Digest != subject.Digest) {
		err = fmt.Errorf("it is listed for %s and is attached to something else", subject.Digest)
	}
	if err != nil {
		s.miss("attached manifest", d.Digest, err)
		return
	}
	if subject == nil {
		s.layers(ctx, m, provenanceFirst(m.Layers), true)
		return
	}
	s.layers(ctx, m, m.Layers, false)
}

// provenanceFirst orders what BuildKit attests of one image so that its run is
// known before what else that made.
func provenanceFirst(list []distribution.Descriptor) []distribution.Descriptor {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b distribution.Descriptor) int {
		return cmp.Compare(rank(a), rank(b))
	})
	return list
}

func rank(d distribution.Descriptor) int {
	if strings.HasPrefix(d.Annotations["in-toto.io/predicate-type"], "https://slsa.dev/provenance/") {
		return 0
	}
	return 1
}

// full reports whether n reaches the limit, which is named once.
func (s *search) full(n int) bool {
	if n < s.limits.Referrers {
		return false
	}
	if !s.seen["full"] {
		s.seen["full"] = true
		s.miss("referrers", s.artifact.Digest.String(), &distribution.LimitError{What: "documents attached to one image", Limit: int64(s.limits.Referrers)})
	}
	return true
}

// layers reads the documents that a manifest carries. If one build wrote all of
// them, what provenance among them says of its run holds for those that follow.
func (s *search) layers(ctx context.Context, m *distribution.Manifest, layers []distribution.Descriptor, oneBuild bool) {
	from, runs := s.repo.Name()+"@"+evidence.Sum(m.Raw).String(), []string(nil)
	for _, l := range layers {
		if s.seen[l.Digest] || ctx.Err() != nil {
			continue
		}
		s.seen[l.Digest] = true
		if kindOf(l.MediaType) == "" {
			s.kinds[l.MediaType]++
			continue
		}
		if s.docs++; s.full(s.docs - 1) {
			return
		}
		data, err := s.repo.Blob(ctx, l, s.limits.Document)
		if err == nil && oneBuild {
			runs = append(runs, runsIn(data)...)
		}
		if err == nil {
			err = s.found(attached{data, evidence.Sum(data), l.MediaType, from, theOne(runs)})
		}
		if errors.Is(err, errOther) {
			s.kinds["statements of a dossier"]++
		} else if err != nil {
			s.miss("attached document", from, err)
		}
	}
}
