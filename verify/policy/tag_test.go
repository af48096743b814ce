package policy

import (
	"strings"
	"testing"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/gitobj"
	"github.com/release-dossier/dossier/verify"
)

func tagChanges() []change {
	other := strings.Repeat("0b", 20)
	return []change{{
		name: "no tag", control: "tag/present", want: verify.Fail, code: "missing-evidence",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) { f.Record.Tag.Object = "" },
		also:  []string{"trace/sha-format"},
	}, {
		name: "lightweight", control: "tag/annotated", want: verify.Fail, code: "lightweight-tag",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) {
			f.Record.Tag.Type, f.Record.Tag.Object = "commit", f.Record.Commit
			f.Tag = verify.TagFact{Commit: f.Record.Commit, Signature: verify.TagSignature{Code: "unsigned"}}
		},
		also: []string{"version/patch-bump-for-fixes"},
	}, {
		name: "tag of a tag", control: "tag/annotated", want: verify.Fail, code: "tag-of-tag",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) { f.Tag.Object.Type = gitobj.TypeTag },
	}, {
		name: "pre-release", control: "tag/format", want: verify.Fail, code: "tag-name-form",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) { rename(f, "v1.3.3-rc.1", "1.3.3-rc.1") },
	}, {
		name: "leading zero", control: "tag/format", want: verify.Fail, code: "tag-name-form",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) {
			f.Record.Tag.Name, f.Tag.Object.Name = "v1.3.03", "v1.3.03"
		},
		also: []string{"tag/matches-release-version"},
	}, {
		name: "final line feed", control: "tag/format", want: verify.Fail, code: "tag-name-form",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) { f.Record.Tag.Name = "v1.3.3\n" },
		also:  []string{"tag/matches-release-version", "sign/tag-object-embedded"},
	}, {
		name: "own pattern", control: "tag/format", want: verify.Pass,
		patch: func(_ *testing.T, f *verify.Facts, p *Params) {
			p.TagPattern = `release-[0-9]+|v1\..*`
		},
	}, {
		name: "own pattern is anchored", control: "tag/format", want: verify.Fail, code: "tag-name-form",
		patch: func(_ *testing.T, _ *verify.Facts, p *Params) { p.TagPattern = `v1|1\.3` },
	}, {
		name: "component", control: "tag/format", want: verify.Pass,
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) {
			f.Record.Component, f.Record.Base.Tag = "a.b", "a.b/v1.3.2"
			f.Record.Tag.Name, f.Tag.Object.Name = "a.b/v1.3.3", "a.b/v1.3.3"
		},
	}, {
		name: "component of another", control: "tag/format", want: verify.Fail, code: "tag-name-form",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) {
			f.Record.Component = "a.b"
			f.Record.Tag.Name, f.Tag.Object.Name = "axb/v1.3.3", "axb/v1.3.3"
		},
		also: []string{"tag/matches-release-version"},
	}, {
		name: "moved tag", control: "tag/single-commit", want: verify.Fail, code: "tag-commit-mismatch",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) {
			f.Tag.Commit, f.Tag.Object.Object = "", gitobj.ID(other)
		},
	}, {
		name: "leads elsewhere", control: "tag/single-commit", want: verify.Fail, code: "tag-commit-mismatch",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) { f.Tag.Commit = other },
	}, {
		name: "no tag object", control: "tag/single-commit", want: verify.Unknown, code: "missing",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) { f.Tag = verify.TagFact{} },
		also:  []string{"sign/tag-object-embedded", "version/patch-bump-for-fixes"},
	}, {
		name: "other source commit", control: "tag/equals-build-commit", want: verify.Fail, code: "build-commit-mismatch",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) {
			f.Provenance[0].Summary.SourceCommits = []string{other}
		},
	}, {
		name: "two source commits", control: "tag/equals-build-commit", want: verify.Fail, code: "build-commit-mismatch",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) {
			f.Provenance[0].Summary.SourceCommits = []string{f.Record.Commit, other}
		},
	}, {
		name: "no source commit", control: "tag/equals-build-commit", want: verify.Fail, code: "build-commit-mismatch",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) { f.Provenance[0].Summary.SourceCommits = nil },
	}, {
		name: "other tag", control: "tag/matches-release-version", want: verify.Fail, code: "version-mismatch",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) {
			f.Record.Tag.Name, f.Tag.Object.Name = "v1.3.4", "v1.3.4"
		},
	}, {
		name: "other artifact version", control: "tag/matches-release-version", want: verify.Fail, code: "version-mismatch",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) { f.Record.Artifacts[0].Version = "v1.3.2" },
	}, {
		name: "artifact without version", control: "tag/matches-release-version", want: verify.Pass,
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) { f.Record.Artifacts[0].Version = "(devel)" },
	}}
}

// TestSameVersion checks what Go writes into a binary of a release.
func TestSameVersion(t *testing.T) {
	const commit = "06a2890b13730d5114dd515fb6a44c7e2a1de66f"
	for _, tt := range []struct {
		stated, version string
		want            bool
	}{
		{"v1.2.3", "1.2.3", true},
		{"1.2.3", "1.2.3", true},
		{"v1.2.3+dirty", "1.2.3", false},
		{"v2.0.0+incompatible", "2.0.0", true},
		{"v2.0.0+incompatible", "2.0.1", false},
		{"v0.0.0-20261129141147-06a2890b1373", "2.0.0", true},
		{"v1.9.1-0.20261129141147-06a2890b1373", "2.0.0", true},
		{"v2.0.1-0.20261129141147-06a2890b1373", "2.0.1", false}, // built before it was tagged
		{"v0.0.0-20261129141147-06a2890b1373", "1.0.0", false},   // likewise
		{"v0.0.0-20261129141147-06a2890b1373+dirty", "2.0.0", false},
		{"v0.0.0-20261129141147-16a2890b1373", "2.0.0", false},
		{"v0.0.0-20261129141147-06a2890b1373", "not a version", false},
	} {
		if got := sameVersion(tt.stated, &evidence.Record{Version: tt.version, Commit: commit}); got != tt.want {
			t.Errorf("%s in release %s: %v, want %v", tt.stated, tt.version, got, tt.want)
		}
	}
}

// rename gives the whole release another version.
func rename(f *verify.Facts, tag, version string) {
	f.Record.Tag.Name, f.Tag.Object.Name = tag, tag
	f.Record.Version = version
	for i := range f.Record.Artifacts {
		f.Record.Artifacts[i].Version = version
	}
}

func versionChanges() []change {
	commit := func(message string) func(*testing.T, *verify.Facts, *Params) {
		return func(t *testing.T, f *verify.Facts, _ *Params) {
			addCommit(t, f, message, "Ana Ruiz", "ana@example.com")
		}
	}
	release := func(tag string, messages ...string) func(*testing.T, *verify.Facts, *Params) {
		return func(t *testing.T, f *verify.Facts, _ *Params) {
			rename(f, tag, strings.TrimPrefix(tag, "v"))
			f.Tag.Object.Trailers = nil
			for _, m := range messages {
				addCommit(t, f, m, "Ana Ruiz", "ana@example.com")
			}
		}
	}
	notPatch := []string{"version/patch-bump-for-fixes", "version/patch-fixes-only", "version/minor-for-additive"}
	return []change{{
		name: "two numbers", control: "version/semver", want: verify.Fail, code: "not-semver",
		patch: func(_ *testing.T, f *verify.Facts, p *Params) {
			rename(f, "v1.3", "1.3")
			p.TagPattern = "v[0-9.]+"
		},
	}, {
		name: "leading zero", control: "version/semver", want: verify.Fail, code: "not-semver",
		patch: func(_ *testing.T, f *verify.Facts, p *Params) {
			rename(f, "v1.03.3", "1.03.3")
			p.TagPattern = "v[0-9.]+"
		},
	}, {
		name: "not a service", control: "version/semver", want: verify.NotApplicable, code: "not-applicable",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) { f.Record.Kind = evidence.KindInfrastructure },
	}, {
		name: "patch raises minor", control: "version/patch-bump-for-fixes", want: verify.Fail, code: "bump",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) { rename(f, "v1.4.0", "1.4.0") },
		also:  []string{"version/patch-fixes-only", "version/minor-for-additive"},
	}, {
		name: "hotfix goes back", control: "version/patch-bump-for-fixes", want: verify.Fail, code: "bump",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) {
			rename(f, "v1.3.1", "1.3.1")
			f.Tag.Object.Trailers = []gitobj.Trailer{{Key: "release-KIND", Value: " Hotfix "}}
		},
		also: []string{"version/patch-fixes-only", "version/minor-for-additive"},
	}, {
		name: "not declared", control: "version/patch-bump-for-fixes", want: verify.NotApplicable, code: "not-applicable",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) { f.Tag.Object.Trailers = nil },
	}, {
		name: "base without version", control: "version/patch-fixes-only", want: verify.Unknown, code: "base-version",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) { f.Record.Base.Tag = "nightly" },
		also:  []string{"version/patch-bump-for-fixes", "version/breaking-needs-major", "version/minor-for-additive"},
	}, {
		name: "first release", control: "version/patch-fixes-only", want: verify.NotApplicable, code: "not-applicable",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) { f.Record.Base = evidence.Base{None: "first"} },
		also:  []string{"version/patch-bump-for-fixes", "version/breaking-needs-major", "version/minor-for-additive"},
	}, {
		name: "feature in a patch", control: "version/patch-fixes-only", want: verify.Fail, code: "more-than-fixes",
		patch: commit("feat(ui): a new button"),
	}, {
		name: "refactoring in a patch", control: "version/patch-fixes-only", want: verify.Warn, code: "doubtful-in-patch",
		patch: commit("refactor: move it"),
	}, {
		name: "free text", control: "version/patch-fixes-only", want: verify.Warn, code: "unclassified",
		patch: commit("Fixed something"),
	}, {
		name: "merge commit says nothing", control: "version/patch-fixes-only", want: verify.Pass,
		patch: func(t *testing.T, f *verify.Facts, _ *Params) {
			id := f.Range.Commits[0].ID
			f.Range.Commits = append(f.Range.Commits, commitOf(t, "Merge branch 'x'", "Ana Ruiz", "ana@example.com", id, id))
		},
	}, {
		name: "commits missing", control: "version/patch-fixes-only", want: verify.Unknown, code: "range-incomplete",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) {
			f.Range = verify.RangeFact{Why: "object 1234 is not embedded"}
		},
		also: []string{"version/breaking-needs-major", "version/minor-for-additive", "sod/approver-not-author"},
	}, {
		name: "breaking mark", control: "version/breaking-needs-major", want: verify.Fail, code: "breaking",
		patch: commit("fix!: drop the old format"),
	}, {
		name: "breaking footer", control: "version/breaking-needs-major", want: verify.Fail, code: "breaking",
		patch: commit("fix: drop it\n\nLonger.\n\nBREAKING CHANGE: the old format is gone"),
	}, {
		name: "breaking footer in free text", control: "version/breaking-needs-major", want: verify.Fail, code: "breaking",
		patch: commit("Dropped it\nBREAKING CHANGE: the old format is gone"),
	}, {
		name: "breaking raises major", control: "version/breaking-needs-major", want: verify.Pass,
		patch: release("v2.0.0", "feat!: drop it"), also: notPatch,
	}, {
		name: "breaking raises minor", control: "version/breaking-needs-major", want: verify.Fail, code: "breaking",
		patch: release("v1.4.0", "feat!: drop it"), also: notPatch,
	}, {
		name: "breaking before 1.0", control: "version/breaking-needs-major", want: verify.Warn, code: "breaking-before-1",
		patch: func(t *testing.T, f *verify.Facts, p *Params) {
			release("v0.4.0", "feat!: drop it")(t, f, p)
			f.Record.Base.Tag = "v0.3.2"
		},
		also: notPatch,
	}, {
		name: "breaking app", control: "version/breaking-needs-major", want: verify.NotApplicable, code: "not-applicable",
		patch: func(_ *testing.T, f *verify.Facts, _ *Params) { f.Record.Kind = evidence.KindApp },
		also:  []string{"version/semver"},
	}, {
		name: "feature in a patch", control: "version/minor-for-additive", want: verify.Warn, code: "additive",
		patch: commit("FEAT: a new button"), also: []string{"version/patch-fixes-only"},
	}}
}

func TestParseNumber(t *testing.T) {
	for version, want := range map[string]versionNumber{
		"1.2.3": {1, 2, 3}, "0.0.0": {}, "1.2.3-rc.1": {1, 2, 3}, "1.2.3+b.5": {1, 2, 3}, "1.2.3-a+b": {1, 2, 3},
	} {
		if got, ok := parseNumber(version); !ok || got != want {
			t.Errorf("%s: %v %v", version, got, ok)
		}
	}
	for _, version := range []string{"", "1", "1.2", "v1.2.3", "1.2.3.4", "01.2.3", "1.2.-3", "1.2.3-", "99999999999999999999.0.0", "1.2-rc.1.3"} {
		if got, ok := parseNumber(version); ok {
			t.Errorf("%q is taken for %v", version, got)
		}
	}
}
