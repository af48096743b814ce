package verify_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/verify"
)

// taggedBy releases a tag v1.0.1 that another key of the cast signed.
func taggedBy(name string) func(*testing.T, *cast) *bundle.Dossier {
	return func(t *testing.T, c *cast) *bundle.Dossier {
		return c.Tagged(t, "-c", "user.signingkey="+filepath.Join(c.Dir, name+"-key"), "tag", "-s", "-m", "hello", "v1.0.1")
	}
}

// TestTagNeedsAGrant checks that a role is not enough to sign tags: a grant
// must cover the kind, this repository and the time (rules of format, R6).
func TestTagNeedsAGrant(t *testing.T) {
	c := newCast(t)
	sisters := taggedBy("sister")(t, c)
	const roles, ci, sister = "release-ci: { keys: [ci, expired] }", "kinds: [record, provenance, tag]", "kinds: [record, approval, provenance, tag]"
	everybody := strings.Replace(c.document(""), roles, "release-ci: { keys: [ci, expired, sister] }", 1)
	here := everybody + "  - { who: SHA256:sister, kinds: [tag], repositories: [example.com/acme/hello], from: 2026-01-01, until: 2030-01-01, min-proof: signed }\n"
	for _, tt := range []struct {
		name, trust string
		d           *bundle.Dossier
		code        string // "" for a signature that counts
	}{
		{"granted", c.document(""), c.release, ""},
		{"role and no grant", strings.Replace(c.document(""), ci, "kinds: [record, provenance]", 1), c.release, "kind-not-granted"},
		{"sister repository, other kinds", strings.Replace(everybody, sister, "kinds: [record, approval]", 1), sisters, "kind-not-granted"},
		{"sister repository", everybody, sisters, "repository-not-granted"},
		{"granted here too", here, sisters, ""},
		{"tagged before the grant", strings.Replace(here, "kinds: [tag], repositories: [example.com/acme/hello], from: 2026-01-01, until: 2030-01-01, min-proof: signed }\n", "kinds: [tag], repositories: [example.com/acme/hello], from: 2026-11-19, until: 2030-01-01, min-proof: signed }\n", 1), sisters, "outside-grant-time"},
		{"more proof than a tag has", strings.ReplaceAll(here, "min-proof: signed }\n", "min-proof: timestamped }\n"), sisters, "proof-too-low"},
		{"revoked", here + "revoked:\n  - { identity: sister, since: 2026-11-01T00:00:00Z }\n", sisters, "revoked"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := c.options(t, "solo")
			o.Trust = c.trustText(t, tt.trust)
			r := judge(t, tt.d, c.expect(t), o)
			i := slices.IndexFunc(r.Checks, func(k verify.Check) bool { return k.ID == "signatures/tag" })
			if i < 0 || r.Checks[i].Code != tt.code {
				explain(t, r)
				t.Fatalf("the tag's signature: %+v, want %q", r.Checks[i], tt.code)
			}
			if accepted := r.Verdict == verify.Accepted; accepted && tt.code != "" || !accepted && tt.code == "" {
				explain(t, r)
				t.Errorf("verdict %s", r.Verdict)
			}
		})
	}
}

// TestBaseTagNeedsAGrant checks that the tag of the base release shows that it
// is a release only if its signer may sign tags of this repository.
func TestBaseTagNeedsAGrant(t *testing.T) {
	c := newCast(t)
	sisters := taggedBy("sister")(t, c) // its base, v1.0.0, is signed by ci
	here := "  - { who: SHA256:sister, kinds: [tag], repositories: [example.com/acme/hello], from: 2026-01-01, until: 2030-01-01, min-proof: signed }\n"
	for kinds, want := range map[string]bool{"[record, provenance, tag]": false, "[record, provenance]": true} {
		o := c.options(t, "solo")
		o.Trust = c.trustText(t, strings.Replace(c.document(here), "[record, provenance, tag]", kinds, 1))
		if got := slices.Contains(codes(judge(t, sisters, c.expect(t), o)), "base-stated"); got != want {
			t.Errorf("%s: base-stated is %v, want %v", kinds, got, want)
		}
	}
}

// TestTagByFingerprint checks that trust in one key covers its tags.
func TestTagByFingerprint(t *testing.T) {
	c := newCast(t)
	o := c.options(t, "solo")
	o.Trust = c.byFingerprint(t)
	r := judge(t, c.release, c.expect(t), o)
	if slices.Contains(codes(r), "signer-not-trusted") || r.Verdict != verify.Accepted {
		explain(t, r)
		t.Errorf("verdict %s", r.Verdict)
	}
}

// TestGradeOfTheTag: whatever a tag object says of itself, that it is the
// release's rests on who signed the release statement or the tag.
func TestGradeOfTheTag(t *testing.T) {
	c := newCast(t)
	trusted, stranger := c.options(t, "solo"), c.options(t, "solo")
	stranger.Trust, stranger.Policy = nil, nil
	for _, tt := range []struct {
		name        string
		d           *bundle.Dossier
		o           verify.Options
		tag, commit verify.Grade
	}{
		{"nobody is trusted", c.release, stranger, verify.Claimed, verify.Claimed},
		{"the signer is trusted", c.release, trusted, verify.Proven, verify.Proven},
		{"a stranger's tag in a trusted statement", taggedBy("sister")(t, c), trusted, verify.Proven, verify.Proven},
	} {
		got := map[string]verify.Grade{}
		for _, l := range judge(t, tt.d, c.expect(t), tt.o).Chain {
			got[l.Label] = l.Proof.Grade
		}
		if got["tag"] != tt.tag || got["commit"] != tt.commit {
			t.Errorf("%s: tag %s, commit %s, want %s and %s", tt.name, got["tag"], got["commit"], tt.tag, tt.commit)
		}
	}
	// The key that signed the tag is trusted, whoever signed the statement.
	o := c.options(t, "solo")
	o.Trust = c.trustText(t, strings.Replace(c.document(""), "[record, provenance, tag]", "[tag]", 1))
	for _, l := range judge(t, c.release, c.expect(t), o).Chain {
		if l.Label == "tag" && (l.Proof.Grade != verify.Proven || !strings.Contains(l.Text, "signed by")) {
			t.Errorf("a trusted tag: %+v", l)
		}
	}
}
