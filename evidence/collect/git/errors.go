package git

import (
	"fmt"
	"strings"
)

// RepositoryError says that a directory is in no git repository.
type RepositoryError struct{ Dir string }

// Error implements error.
func (e *RepositoryError) Error() string {
	return fmt.Sprintf("%s is not in a git repository: run the command in a clone, or name one", e.Dir)
}

// OwnershipError says that git refuses a repository because it belongs to
// another user (safe.directory).
type OwnershipError struct{ Dir string }

// Error implements error.
func (e *OwnershipError) Error() string {
	return fmt.Sprintf("git refuses %s because another user owns it: if you trust it, run git config --global --add safe.directory %s", e.Dir, quote(e.Dir))
}

// TagError says that the clone has no such tag.
type TagError struct {
	Name string
	// Remote is the name of the remote that may have it; "" if the clone has no
	// remote.
	Remote string
}

// Error implements error.
func (e *TagError) Error() string {
	remedy := "fetch it with " + remote(e.Remote).fetchTag(e.Name)
	if e.Remote == "" {
		remedy = "make it with git tag -s " + quote(e.Name)
	}
	return fmt.Sprintf("the clone has no tag %q: %s", e.Name, remedy)
}

// FileError says that the released commit lacks a file that it must have.
type FileError struct {
	Path string
	// Why says what is there instead.
	Why string
}

// Error implements error.
func (e *FileError) Error() string {
	return fmt.Sprintf("%.200q %s: commit it before the tag, or leave it out", e.Path, e.Why)
}

// quote makes s one word of a shell command: people copy remedies, and tags
// may be called "v1;reboot".
func quote(s string) string {
	if strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._:+-") == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// ShallowError says that the history was cut off when the repository was
// cloned, so that the range of a release cannot be known.
type ShallowError struct {
	// Commit is where the history ends; "" if it is the previous release that
	// could not be found.
	Commit string
}

// Error implements error.
func (e *ShallowError) Error() string {
	where := "the previous release cannot be known"
	if e.Commit != "" {
		where = "the history ends at commit " + e.Commit
	}
	return "the clone is shallow and " + where + ": run git fetch --unshallow --tags, or check out with full depth"
}

// ObjectError says that the clone lacks an object it should have. The ID is ""
// if git does not say which.
type ObjectError struct{ ID string }

// Error implements error.
func (e *ObjectError) Error() string {
	which := "objects"
	if e.ID != "" {
		which = "object " + e.ID
	}
	return fmt.Sprintf("the clone lacks %s: it is a partial clone or damaged; run git fetch --refetch --no-filter, or clone anew without --filter", which)
}

// lacksObjects reports whether git's message says that it would have to fetch
// an object, which it may not.
func lacksObjects(message string) bool {
	return strings.Contains(message, "not allowed") || strings.Contains(message, "promisor") || strings.Contains(message, "lazy fetching")
}

// NoteCode names a kind of [Note].
type NoteCode string

// The notes.
const (
	NoteLightweight  NoteCode = "lightweight-tag"      // the tag is no object and cannot be signed
	NoteNested       NoteCode = "nested-tag"           // the tag points at another tag
	NoteTagName      NoteCode = "tag-name"             // the tag object has another name than the reference
	NoteFirst        NoteCode = "first-release"        // no earlier release tag is an ancestor
	NoteNotAncestor  NoteCode = "base-not-an-ancestor" // the previous release is on a parallel line
	NoteNotRegular   NoteCode = "file-not-regular"     // a requested file is a link or a directory
	NoteOtherVersion NoteCode = "tag-not-a-version"    // the tag is no semantic version
	NoteMalformed    NoteCode = "malformed-commit"     // verifiers will not read a commit
	NoteBranches     NoteCode = "branches-incomplete"  // the snapshot of branches may lack some
	NoteChange       NoteCode = "change-not-in-clone"  // a change's merge cannot be looked at
	NoteMerge        NoteCode = "merge-method"         // commits and forge disagree on how a change was merged
	NoteOwners       NoteCode = "code-owners"          // the code owners of a change cannot be told
)

// Note is something the collector saw that a person or a policy may mind. It
// did not stop the collection.
type Note struct {
	Code   NoteCode
	Text   string
	Remedy string // a command or an advice; "" if there is none
}
