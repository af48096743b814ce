package bundle

import (
	"fmt"

	"github.com/release-dossier/dossier/evidence"
)

// Limits bound what Open reads. The zero value of a field means its default.
type Limits struct {
	// Entries is the most files in the packaging; the default is 40,000.
	Entries int
	// Total is the most bytes of all files; the default is 64 GiB.
	Total int64
	// Statements is the most signatures of own statements; the default is
	// 10,000 (rules of format, R14).
	Statements int
	// Memory is the most bytes of signatures kept in memory and, beside them,
	// the most bytes of packaging (index and manifests) looked at; the default
	// is 256 MiB. Materials are never kept.
	Memory int64
}

func (l Limits) withDefaults() Limits {
	if l.Entries == 0 {
		l.Entries = 40_000
	}
	if l.Total == 0 {
		l.Total = 64 << 30
	}
	if l.Statements == 0 {
		l.Statements = 10_000
	}
	if l.Memory == 0 {
		l.Memory = 256 << 20
	}
	return l
}

// ReadError says why something cannot be read as a dossier at all. Damage
// within a readable dossier is a [Problem] instead.
type ReadError struct {
	// Entry is the entry of the layout at fault; "" is the file as a whole.
	Entry string
	// Remedy says what to do about it.
	Remedy string
	Err    error
}

func (e *ReadError) Error() string {
	s := e.Err.Error()
	if e.Entry != "" {
		s = fmt.Sprintf("entry %.120q: %s", e.Entry, s)
	}
	if e.Remedy != "" {
		s += ": " + e.Remedy
	}
	return s
}

func (e *ReadError) Unwrap() error { return e.Err }

// Codes of problems.
const (
	// DigestMismatch: a blob's bytes do not have the digest it is named by.
	DigestMismatch = "digest-mismatch"
	// UnlistedEntry: a file that belongs to nothing in the set.
	UnlistedEntry = "unlisted-entry"
	// NotCanonical: the packaging differs from the canonical one.
	NotCanonical = "packaging-not-canonical"
)

// Problem is something wrong with an entry of a readable dossier.
type Problem struct {
	Code   string
	Entry  string
	Detail string
	// Digest is that of the bytes found, for a DigestMismatch.
	Digest evidence.Digest
}
