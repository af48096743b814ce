package verify_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify"
)

// TestNobodyTrusted looks at every bad input without trust, plug-ins, policy or
// expectation. Nothing panics, nothing is accepted, and there is a reason.
func TestNobodyTrusted(t *testing.T) {
	c := newCast(t)
	for _, tc := range slices.Concat(signerCases, setCases, statementCases, gitCases, documentCases) {
		d := c.approved
		if tc.build != nil {
			d = tc.build(t, c)
		}
		for _, o := range []verify.Options{{}, {Policy: c.options(t, "minimal").Policy}, {Trust: c.trust(t, "")}} {
			o.AsOf = c.options(t, "solo").AsOf
			r := judge(t, d, verify.Expect{}, o)
			if r.Verdict == verify.Accepted || len(r.Reasons) == 0 {
				t.Errorf("%s: %s, %d reasons", tc.name, r.Verdict, len(r.Reasons))
			}
			if err := r.Appendable(); o.Trust == nil && err == nil {
				t.Errorf("%s: appendable without trust", tc.name)
			}
		}
	}
}

func TestHashFiles(t *testing.T) {
	dir := t.TempDir()
	var paths []string
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		paths = append(paths, filepath.Join(dir, name))
		if err := os.WriteFile(paths[len(paths)-1], []byte(name), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := verify.HashFiles(context.Background(), paths)
	if err != nil {
		t.Fatal(err)
	}
	for i, a := range got {
		if a.Name != paths[i] || a.Digest != evidence.Sum([]byte{"abcde"[i]}) {
			t.Errorf("%s: %s", a.Name, a.Digest)
		}
	}
	if _, err := verify.HashFiles(context.Background(), append(paths, filepath.Join(dir, "none"))); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
	if _, err := verify.HashFiles(context.Background(), []string{dir}); err == nil {
		t.Error("a directory was hashed")
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := verify.HashFiles(ctx, paths); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end: %v", err)
	}
}

// TestMisuse gives arguments that no verification can have.
func TestMisuse(t *testing.T) {
	c := newCast(t)
	o := c.options(t, "solo")
	if _, err := verify.Bundle(context.Background(), nil, c.expect(t), o); err == nil {
		t.Error("no dossier")
	}
	late := o
	late.Gate = "tomorrow"
	if _, err := verify.Bundle(context.Background(), c.approved, c.expect(t), late); err == nil {
		t.Error("an unknown gate")
	}
	for _, years := range []int{-9999, 9999} {
		far := o
		far.AsOf = o.AsOf.AddDate(years, 0, 0)
		if _, err := verify.Bundle(context.Background(), c.approved, c.expect(t), far); err == nil {
			t.Errorf("judged %d years from now", years)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := verify.Bundle(ctx, c.approved, c.expect(t), o); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end: %v", err)
	}
}

// TestDigestGiven: what only a digest was given for is known as the statement that
// names it is, and no better: nobody hashed anything.
func TestDigestGiven(t *testing.T) {
	c := newCast(t)
	hashed, err := verify.HashFiles(context.Background(), []string{c.Binary})
	if err != nil {
		t.Fatal(err)
	}
	given := hashed[0]
	given.Hashed = false
	for a, want := range map[verify.Artifact]verify.Grade{hashed[0]: verify.Proven, given: verify.Claimed} {
		r := judge(t, c.approved, verify.ExpectArtifacts(a), c.options(t, "solo"))
		i := slices.IndexFunc(r.Checks, func(k verify.Check) bool { return k.ID == "linkage/expected-artifact" })
		if i < 0 || r.Checks[i].Outcome != verify.Pass || r.Checks[i].Proof.Grade != want {
			t.Errorf("hashed %v: want %s: %+v", a.Hashed, want, r.Checks)
		}
	}
}
