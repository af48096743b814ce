package policy

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/release-dossier/dossier/verify"
)

// Set is several versions of a policy. Each release is judged by the version in
// force when it went to production, or was tagged (G15). It implements
// [verify.Policy]. The zero value holds no policy and must not be used: make one
// with [NewSet].
type Set struct {
	// versions are the policies, the newest first.
	versions []*Policy
	// force judges by the newest version that there is if none was in force,
	// and never accepts.
	force bool
}

// NewSet returns a set. It is an error if there is no policy, if their ids
// differ, or if two have one version and different content.
func NewSet(list ...*Policy) (*Set, error) {
	if len(list) == 0 {
		return nil, fmt.Errorf("no policy is given")
	}
	if slices.Contains(list, nil) {
		return nil, fmt.Errorf("one of the policies is nil")
	}
	s := &Set{versions: slices.Clone(list)}
	slices.SortStableFunc(s.versions, func(a, b *Policy) int { return cmp.Compare(b.Version, a.Version) })
	for i, p := range s.versions[1:] {
		switch newer := s.versions[i]; {
		case p.ID != newer.ID:
			return nil, fmt.Errorf("two policies, %s and %s: give the versions of one", p.ID, newer.ID)
		case p.Version == newer.Version && p.Digest != newer.Digest:
			return nil, fmt.Errorf("two documents say that they are %s version %d, and differ", p.ID, p.Version)
		}
	}
	return s, nil
}

// Forced returns the set that judges by its newest version where none was in
// force. Every report then says so and accepts nothing, even where one was.
func (s *Set) Forced() *Set { return &Set{s.versions, true} }

// Newest returns the newest version.
func (s *Set) Newest() *Policy { return s.versions[0] }

// Judge implements [verify.Policy].
func (s *Set) Judge(facts *verify.Facts) ([]verify.Check, verify.PolicyView) {
	return s.choose(facts).Judge(facts)
}

// InputDocument returns the document that own rules judge. See
// [Policy.InputDocument].
func (s *Set) InputDocument(facts *verify.Facts) ([]byte, error) {
	return s.choose(facts).InputDocument(facts)
}

// choose returns the version that judges a release: the newest of those in
// force, else the newest, which says that it was not.
func (s *Set) choose(facts *verify.Facts) *Policy {
	chosen := s.versions[0]
	if facts.Record == nil || facts.Trust == nil {
		return chosen
	}
	for _, p := range s.versions {
		if p.inForce(p.facts(facts)) {
			chosen = p
			break
		}
	}
	if !s.force {
		return chosen
	}
	forced := *chosen
	forced.forced = true
	return &forced
}
