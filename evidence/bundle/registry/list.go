package registry

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/internal/distribution"
	"github.com/release-dossier/dossier/internal/strictjson"
)

const (
	// rounds is how often a list is read until what was written is in it.
	rounds = 30
	// quiet is how often in a row it has to be: there are registries that lose
	// an entry when two are added at once.
	quiet = 3
)

// pause waits before the list is read again: longer each time, and not as long
// as others who wait for the same.
func (p *pusher) pause(ctx context.Context, round int) error {
	wait := min(time.Duration(round), 20) * p.unit
	t := time.NewTimer(wait/2 + rand.N(wait+1))
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// waitListed waits until the registry lists what was attached, which some do a
// little later, and writes again what it does not list.
func (p *pusher) waitListed(ctx context.Context, plan []*subject) error {
	if !slices.ContainsFunc(plan, func(s *subject) bool { return len(s.written) > 0 && !s.byTag }) {
		return nil
	}
	for round, good := 0, 0; round < rounds && good < quiet; round++ {
		if err := p.pause(ctx, round); err != nil {
			return err
		}
		good++
		for _, s := range plan {
			missing, err := p.unlisted(ctx, s)
			if err != nil {
				return err
			}
			for _, a := range missing {
				good = 0
				if round < quiet {
					continue
				}
				if err := p.putManifest(ctx, s.reference(a), a.Raw); err != nil {
					return err
				}
			}
		}
	}
	for _, s := range plan {
		missing, err := p.unlisted(ctx, s)
		if err != nil {
			return err
		}
		if len(missing) > 0 {
			return fmt.Errorf("the registry took manifests of %s and does not list %d of them: try again, or push elsewhere", s.Digest, len(missing))
		}
	}
	return nil
}

// unlisted returns what was written and is not in the registry's own list.
func (p *pusher) unlisted(ctx context.Context, s *subject) ([]bundle.Attachment, error) {
	if s.byTag || len(s.written) == 0 {
		return nil, nil
	}
	got, _, err := p.repo.Referrers(ctx, s.Digest.String())
	if err != nil {
		return nil, err
	}
	listed := map[string]bool{}
	for _, d := range got {
		listed[d.Digest] = true
	}
	var missing []bundle.Attachment
	for _, a := range s.written {
		if !listed[a.Digest.String()] {
			missing = append(missing, a)
		}
	}
	return missing, nil
}

// fallback is the index that lists referrers where a registry does not. Entries
// of others stay as they are.
type fallback struct {
	SchemaVersion int              `json:"schemaVersion"`
	MediaType     string           `json:"mediaType"`
	Manifests     []jsontext.Value `json:"manifests"`
	Annotations   jsontext.Value   `json:"annotations,omitempty"`
}

// entry is one manifest in that index.
type entry struct {
	MediaType    string            `json:"mediaType"`
	Digest       string            `json:"digest"`
	Size         int64             `json:"size"`
	ArtifactType string            `json:"artifactType,omitempty"`
	Annotations  map[string]string `json:"annotations,omitempty"`
}

// enlist writes the index of a subject until it lists what was attached and
// everything that has a tag of its own. The last of several who do that at once
// reads everybody's tags after it wrote, so nobody's entry is lost.
func (p *pusher) enlist(ctx context.Context, s *subject) error {
	var own []distribution.Descriptor
	for _, a := range s.written {
		d, err := distribution.Describe(a.Raw)
		if err != nil {
			return err
		}
		own = append(own, d)
	}
	subject := s.Digest
	tag := distribution.FallbackTag(subject.String())
	for round := range rounds {
		if err := p.pause(ctx, round); err != nil {
			return err
		}
		index, listed, err := readFallback(ctx, p.repo, tag)
		if err != nil {
			return err
		}
		lacking, err := lacks(ctx, p.repo, subject, listed, own)
		if err != nil {
			return err
		}
		if len(lacking) == 0 {
			return nil
		}
		if err := index.add(ctx, p.repo, tag, lacking); err != nil {
			return err
		}
	}
	return fmt.Errorf("the index %s is changed by others all the time: try again later", tag)
}

// readFallback reads the index; one that is not there is empty.
func readFallback(ctx context.Context, repo *distribution.Repository, tag string) (*fallback, []distribution.Descriptor, error) {
	index := &fallback{SchemaVersion: 2, MediaType: distribution.TypeIndex, Manifests: []jsontext.Value{}}
	m, err := repo.Manifest(ctx, tag)
	if err != nil {
		return index, nil, distribution.Found(err)
	}
	if m.MediaType != distribution.TypeIndex {
		return nil, nil, fmt.Errorf("the tag %s is a %.80q and no index: it is not overwritten", tag, m.MediaType)
	}
	if err := strictjson.Unmarshal(m.Raw, index); err != nil {
		return nil, nil, fmt.Errorf("the index %s is not valid: %w", tag, err)
	}
	index.MediaType = distribution.TypeIndex
	return index, m.Manifests, nil
}

// lacks returns what the index should list and does not.
func lacks(ctx context.Context, repo *distribution.Repository, subject evidence.Digest, listed, own []distribution.Descriptor) ([]distribution.Descriptor, error) {
	have := map[string]bool{}
	for _, d := range listed {
		have[d.Digest] = true
	}
	var lacking []distribution.Descriptor
	for _, d := range own {
		if !have[d.Digest] {
			have[d.Digest] = true
			lacking, listed = append(lacking, d), append(listed, d)
		}
	}
	tagged, err := unlisted(ctx, repo, subject, listed)
	return append(lacking, tagged...), err
}

// add writes the index with more entries.
func (f *fallback) add(ctx context.Context, repo *distribution.Repository, tag string, list []distribution.Descriptor) error {
	for _, d := range list {
		raw, err := strictjson.Marshal(entry{d.MediaType, d.Digest, d.Size, d.ArtifactType, d.Annotations})
		if err != nil {
			return err
		}
		f.Manifests = append(f.Manifests, raw)
	}
	raw, err := strictjson.Marshal(f)
	if err != nil {
		return err
	}
	err = repo.PutManifest(ctx, tag, distribution.TypeIndex, raw)
	if distribution.StatusOf(err) == http.StatusBadRequest {
		return fmt.Errorf("index %s: %w (it may list what was deleted)", tag, err)
	}
	return err
}
