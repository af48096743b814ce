package provenance

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"golang.org/x/mod/semver"

	"github.com/release-dossier/dossier/evidence"
)

// Expect is what a verifier expects of a build. What is empty is not asked.
type Expect struct {
	// Repository is the source in the form of [NormalSource].
	Repository string
	// Commit is a full object id.
	Commit string
	// Branch and Tag are short names: "main", "v1.2.3".
	Branch, Tag string
	// VersionedTag is a version that the tag must begin with: "v1" takes v1.2.3,
	// not v10.0.0. If it names a patch, a pre-release must be equal too; the
	// build's part (+...) is not compared (semver.org, 10).
	VersionedTag string
	// Workflow is the path of the workflow that started the build, in its
	// repository.
	Workflow string
	// Inputs are inputs of a build that was dispatched by hand, each with its
	// exact value.
	Inputs map[string]string
}

// Mismatches says in what the statement differs from what is expected: nothing
// that is asked and not stated is taken to be so.
func (s *Summary) Mismatches(e Expect) []Mismatch {
	var list []Mismatch
	add := func(c Code, format string, args ...any) {
		list = append(list, Mismatch{c, fmt.Sprintf(format, args...)})
	}
	compare := func(what, want, got string, none, other Code) {
		switch {
		case want == "" || want == got:
		case got == "":
			add(none, "no %s is stated, expected %.200q", what, want)
		default:
			add(other, "the %s is %.200q, expected %.200q", what, got, want)
		}
	}
	for _, p := range s.Problems {
		add(Contradictory, "%s", p)
	}
	compare("source repository", e.Repository, s.source(e.Repository), NoSource, SourceMismatch)
	switch {
	case e.Commit == "" || slices.Equal(s.SourceCommits, []string{e.Commit}):
	case len(s.SourceCommits) == 0:
		add(NoCommit, "no commit is stated, expected %s", e.Commit)
	default:
		add(CommitMismatch, "the commit is %s, expected %s", listed(s.SourceCommits), e.Commit)
	}
	compare("branch", e.Branch, s.SourceBranch, NoBranch, BranchMismatch)
	compare("tag", e.Tag, s.SourceTag, NoTag, TagMismatch)
	if e.VersionedTag != "" {
		if m := versioned(s.SourceTag, e.VersionedTag); m != nil {
			list = append(list, *m)
		}
	}
	compare("workflow", e.Workflow, s.Workflow, NoWorkflow, WorkflowMismatch)
	return append(list, s.inputMismatches(e.Inputs)...)
}

// bucket begins the address of an object in Google's storage, from which Cloud
// Build builds what no repository holds. After a # stands the object's generation.
const bucket = "gs://"

// NormalSource brings the address of a source into its normal form: that of
// evidence.NormalRepository, with or without "git+" before it, or an object in
// Google's storage as it stands.
func NormalSource(address string) (string, error) {
	if strings.HasPrefix(address, bucket) {
		return address, nil
	}
	return evidence.NormalRepository(strings.TrimPrefix(address, "git+"))
}

// source is the source in the form that is expected: with the generation of an
// object if that is asked.
func (s *Summary) source(want string) string {
	if strings.HasPrefix(want, bucket) && strings.Contains(want, "#") && s.SourceRef != "" {
		return s.SourceURI + "#" + s.SourceRef
	}
	return s.SourceURI
}

func (s *Summary) inputMismatches(want map[string]string) []Mismatch {
	var list []Mismatch
	for _, name := range slices.Sorted(maps.Keys(want)) {
		got, ok := s.Inputs[name]
		switch {
		case s.Inputs == nil:
			return []Mismatch{{NoInputs, "the statement tells of no inputs"}}
		case !ok:
			list = append(list, Mismatch{InputMismatch, fmt.Sprintf("the build has no input %.100q", name)})
		case got != want[name]:
			list = append(list, Mismatch{InputMismatch, fmt.Sprintf("the input %.100q is %.200q, expected %.200q", name, got, want[name])})
		}
	}
	return list
}

// versioned compares a tag with the beginning of a version.
func versioned(tag, want string) *Mismatch {
	switch {
	case !semver.IsValid(want):
		return &Mismatch{TagNotSemver, fmt.Sprintf("%.100q, which is expected, is no version", want)}
	case tag == "":
		return &Mismatch{NoTag, fmt.Sprintf("the build is not of a tag, expected the version %.100q", want)}
	case !semver.IsValid(tag):
		return &Mismatch{TagNotSemver, fmt.Sprintf("the tag %.100q is no version", tag)}
	}
	// Build metadata may hold full stops of its own.
	parts := strings.Count(strings.TrimSuffix(strings.TrimSuffix(want, semver.Build(want)), semver.Prerelease(want)), ".")
	same := semver.Major(tag) == semver.Major(want)
	switch parts {
	case 1:
		same = semver.MajorMinor(tag) == semver.MajorMinor(want)
	case 2:
		same = semver.Compare(tag, want) == 0
	}
	if !same {
		return &Mismatch{VersionMismatch, fmt.Sprintf("the tag is %.100q, expected the version %.100q", tag, want)}
	}
	return nil
}
