package foreign

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/provenance"
	"github.com/release-dossier/dossier/internal/strictjson"
)

// ErrUnknown is the error for a predicate type that is not read here.
var ErrUnknown = errors.New("the predicate type is not known")

// Kind says what is stated.
type Kind string

// The kinds.
const (
	Release          Kind = "release"           // these artifacts are this release
	Authorization    Kind = "authorization"     // a change of a ref is authorized by the signer
	Review           Kind = "review"            // people approved a change
	SourceProvenance Kind = "source provenance" // how a commit came to a branch
	TagProvenance    Kind = "tag provenance"    // how a tag came about
	Verification     Kind = "verification"      // somebody verified it, with this result
	Promotion        Kind = "promotion"         // an image was copied to where it is used
)

// Summary is what one statement of another tool says.
type Summary struct {
	// Kind says what is stated, Tool by which program or service.
	Kind Kind
	Tool string
	// PredicateType is the type URI.
	PredicateType string
	// Repository is the source repository in its normal form
	// (evidence.NormalRepository); "" if it is not stated.
	Repository string
	// Ref is the full git reference: refs/heads/main, refs/tags/v1.
	Ref string
	// Tag is the short name of the release tag.
	Tag string
	// Commit and Tree are object ids of what the statement is about, Previous
	// that of what was there before; "" if not stated. Commit is the tag object
	// where GitHub's release names that.
	Commit, Tree, Previous string
	// Package is the purl of a release.
	Package string
	// People are those who acted, and Dismissed those whose approval no longer
	// holds, as the tool names them: logins, key ids. They identify nobody.
	People, Dismissed []string
	// Levels are verified levels and the names of controls that were enforced.
	Levels []string
	// Result is the outcome of a verification: "PASSED" or "FAILED".
	Result string
	// From and To are where a promoted image was copied from and to.
	From, To string
	// At is when it happened, as stated; zero if not stated.
	At evidence.Time
	// Subjects are what the statement is about.
	Subjects []evidence.ResourceDescriptor
}

// Bounds of what one statement may list.
const (
	maxPeople = 1000
	maxLevels = 1000
	maxText   = 2048
)

// Read reads the statement of an imported attestation. The error is [ErrUnknown]
// for a type that is not read here; any other error says what is wrong with the
// statement.
func Read(e provenance.Entry) (*Summary, error) {
	read, ok := readers[e.Statement.PredicateType]
	if !ok {
		return nil, ErrUnknown
	}
	s := &Summary{PredicateType: e.Statement.PredicateType, Subjects: e.Statement.Subject}
	if err := read(s, e); err != nil {
		return nil, err
	}
	return s, s.bounds()
}

// Known reports whether statements of a predicate type are read here.
func Known(predicateType string) bool { return readers[predicateType] != nil }

// readers are the predicate types that are read.
var readers = map[string]func(*Summary, provenance.Entry) error{
	"https://in-toto.io/attestation/release/v0.1":                                  readRelease,
	"https://in-toto.io/attestation/release/v0.2":                                  readRelease,
	"https://gittuf.dev/reference-authorization/v0.1":                              readAuthorization,
	"https://gittuf.dev/reference-authorization/v0.2":                              readAuthorization,
	"https://gittuf.dev/github-pull-request-approval/v0.1":                         readReview,
	"https://github.com/slsa-framework/slsa-source-poc/source-provenance/v1-draft": readSourceProvenance,
	"https://github.com/slsa-framework/source-tool/source-provenance/v1":           readSourceProvenance,
	"https://github.com/slsa-framework/slsa-source-poc/tag-provenance/v1-draft":    readTagProvenance,
	"https://github.com/slsa-framework/source-tool/tag-provenance/v1":              readTagProvenance,
	"https://slsa.dev/verification_summary/v1":                                     readVerification,
	"https://k8s.io/promo-tools/promotion/v1":                                      readPromotion,
}

// decode reads a predicate. Members that the shape does not have are ignored,
// as in-toto asks of readers.
func decode(st attest.Statement, v any) error {
	if err := strictjson.Unmarshal(st.Predicate, v); err != nil {
		return fmt.Errorf("at /predicate: %w", err)
	}
	return nil
}

// bounds refuses lists and texts that no tool writes.
func (s *Summary) bounds() error {
	if len(s.People)+len(s.Dismissed) > maxPeople || len(s.Levels) > maxLevels {
		return errors.New("the statement lists more people or levels than any tool writes")
	}
	texts := []string{s.Tool, s.Repository, s.Ref, s.Tag, s.Commit, s.Tree, s.Previous, s.Package, s.Result, s.From, s.To}
	for _, t := range slices.Concat(texts, s.People, s.Dismissed, s.Levels) {
		if len(t) > maxText {
			return fmt.Errorf("a text has %d bytes, at most %d are read", len(t), maxText)
		}
	}
	return nil
}

// sourceOf is the repository at an address in its normal form.
func sourceOf(address string) (string, error) {
	if address == "" {
		return "", nil
	}
	uri, err := evidence.NormalRepository(strings.TrimPrefix(address, "git+"))
	if err != nil {
		return "", fmt.Errorf("the repository %.200q: %w", address, err)
	}
	return uri, nil
}

// moment reads a stated time, which may be absent.
func moment(s string) (evidence.Time, error) {
	if s == "" {
		return evidence.Time{}, nil
	}
	return evidence.ParseTime(s)
}

// the digest of that algorithm among the subjects, which must be one.
func (s *Summary) one(algorithm string) (string, error) {
	found := ""
	for _, sub := range s.Subjects {
		d, ok := sub.Digest[algorithm]
		if !ok || d == found {
			continue
		}
		if found != "" {
			return "", fmt.Errorf("at /subject: two different digests %s", algorithm)
		}
		found = d
	}
	if found == "" {
		return "", fmt.Errorf("at /subject: no digest %s, which statements of this type have", algorithm)
	}
	return found, nil
}

// String says it in one line. It may hold text from outside: whoever prints it
// makes it safe.
func (s *Summary) String() string {
	var parts []string
	add := func(format, text string) {
		if text != "" {
			parts = append(parts, fmt.Sprintf(format, text))
		}
	}
	add("of %s", s.Package)
	if s.Package == "" {
		add("of %s", s.Repository)
	}
	add("ref %s", s.Ref)
	add("commit %.12s", s.Commit)
	add("tree %.12s", s.Tree)
	add("from %s", s.From)
	add("to %s", s.To)
	add("result %s", s.Result)
	add("levels %s", few(s.Levels))
	add("by %s", few(s.People))
	add("dismissed: %s", few(s.Dismissed))
	if !s.At.IsZero() {
		add("at %s", s.At.Format(time.RFC3339))
	}
	return strings.TrimSpace(fmt.Sprintf("%s, by the word of %s: %s", s.Kind, s.Tool, strings.Join(parts, ", ")))
}

// few lists the first of many.
func few(list []string) string {
	const most = 5
	if len(list) <= most {
		return strings.Join(list, " ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(list[:most], " "), len(list)-most)
}
