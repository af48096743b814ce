package results

import (
	"errors"
	"fmt"
	"path"
	"path/filepath"

	"github.com/release-dossier/dossier/evidence/checks"
)

// Entry is the configuration of one check: its files, or why it does not apply.
type Entry struct {
	// Check is the check's name; Category the required check that it counts
	// for, if that is another ([evidence.Check]).
	Check, Category string
	// Files are patterns as [path.Match] has them, with slashes, relative to the
	// directory of the source; they do not lead out of it. Several files are the
	// parts of one run, such as shards.
	Files []string
	// Format is the format of the files; "" has it recognised.
	Format checks.Format
	// Subject is the name of the artifact that was checked; "" is the commit.
	Subject string
	// Minimum is the least coverage, in percent; 0 is none.
	Minimum int64
	// FailAt is the least severity of an open finding that fails the check; ""
	// is high.
	FailAt checks.Severity
	// Attempt is the number of the attempt, from 1; 0 is that of the CI run.
	Attempt int64
	// MaxRetries is how often the check may be run again by itself; nil is not
	// known.
	MaxRetries *int64
	// Locate, if not nil, gives an error the place where the entry stands.
	Locate func(error) error
	// NotApplicable is why the check does not apply; it has no files then.
	NotApplicable string
}

// EntryError says that an entry is a mistake, whatever files there are: what
// failed is the configuration and no check.
type EntryError struct{ Err error }

// Error implements error.
func (e *EntryError) Error() string { return e.Err.Error() }

// Unwrap returns the reason.
func (e *EntryError) Unwrap() error { return e.Err }

// locate says where the entry is that err is about.
func (e *Entry) locate(err error) error {
	err = fmt.Errorf("check %.80s: %w", e.Check, err)
	if e.Locate != nil {
		return e.Locate(err)
	}
	return err
}

// validate reports an entry that does not say what to read.
func (e *Entry) validate() error {
	switch {
	case e.Check == "":
		return errors.New("it has no name: give the one that the policy asks for, such as unit-test")
	case (len(e.Files) == 0) == (e.NotApplicable == ""):
		return errors.New("give either its files or the reason why it does not apply")
	case e.Attempt < 0:
		return errors.New("attempts are counted from 1")
	}
	for _, p := range e.Files {
		if !filepath.IsLocal(filepath.FromSlash(p)) {
			return fmt.Errorf("%q leads out of the repository", p)
		}
		if _, err := path.Match(p, ""); err != nil {
			return fmt.Errorf("%q: %w", p, err)
		}
	}
	return nil
}
