package gitobj

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/pjbgf/sha1cd"
)

// Format is a repository's object format: the hash its object ids are made of.
type Format string

// The object formats git knows (gitrepository-layout, extensions.objectFormat).
const (
	SHA1   Format = "sha1"
	SHA256 Format = "sha256"
)

// size is the number of bytes of an object id, 0 for an unknown format.
func (f Format) size() int {
	switch f {
	case SHA1:
		return sha1cd.Size
	case SHA256:
		return sha256.Size
	}
	return 0
}

// Type is the type of a git object.
type Type string

// The types of objects.
const (
	TypeCommit Type = "commit"
	TypeTree   Type = "tree"
	TypeBlob   Type = "blob"
	TypeTag    Type = "tag"
)

// Most bytes an object of each type may have. Git itself has no such bounds.
// A commit or tag of a megabyte is an attack, a larger blob is no evidence.
const (
	MaxBlob = 64 << 20
	MaxTree = 32 << 20
	MaxText = 1 << 20 // commits and tags
)

// MaxSize returns the most bytes an object of type t may have, and whether t
// is a type at all.
func (t Type) MaxSize() (int64, bool) {
	switch t {
	case TypeCommit, TypeTag:
		return MaxText, true
	case TypeTree:
		return MaxTree, true
	case TypeBlob:
		return MaxBlob, true
	}
	return 0, false
}

// ID is a full object id in lower-case hex: 40 digits in a SHA-1 repository,
// 64 in a SHA-256 one.
type ID string

// ErrCollision says that an object's bytes carry the mark of a SHA-1 collision
// attack: its id also belongs to another content.
var ErrCollision = errors.New("the object is part of a SHA-1 collision attack: its id proves nothing")

// IsID reports whether s has the form of a full object id, SHA-1 or SHA-256 in
// lower-case hex: what others write, who may mean no object by zeros.
func IsID(s string) bool {
	return (len(s) == 2*sha1cd.Size || len(s) == 2*sha256.Size) && strings.Trim(s, "0123456789abcdef") == ""
}

// ParseID checks that s is a full object id and tells the format by its
// length. Abbreviations, upper case and the all-zero id, which git uses for
// "no object", are errors.
func ParseID(s string) (ID, Format, error) {
	var f Format
	switch len(s) {
	case 2 * sha1cd.Size:
		f = SHA1
	case 2 * sha256.Size:
		f = SHA256
	default:
		return "", "", fmt.Errorf("object id has %d characters, want 40 (sha1) or 64 (sha256); abbreviations are not accepted", len(s))
	}
	zero := true
	for i := range len(s) {
		c := s[i]
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return "", "", fmt.Errorf("object id %.64q is not lower-case hex", s)
		}
		zero = zero && c == '0'
	}
	if zero {
		return "", "", errors.New("object id is all zeros, which is git's word for no object")
	}
	return ID(s), f, nil
}

// Format returns the object format that an id of this length belongs to.
func (id ID) Format() Format {
	if len(id) == 2*sha256.Size {
		return SHA256
	}
	return SHA1
}

// Hash returns the id of the object of type t with content body. A SHA-1
// collision is [ErrCollision].
func Hash(f Format, t Type, body []byte) (ID, error) {
	if _, ok := t.MaxSize(); !ok {
		return "", fmt.Errorf("unknown object type %.20q", t)
	}
	prefix := make([]byte, 0, 32)
	prefix = append(append(prefix, t...), ' ')
	prefix = append(strconv.AppendInt(prefix, int64(len(body)), 10), 0)
	switch f {
	case SHA1:
		return sumSHA1(prefix, body)
	case SHA256:
		h := sha256.New()
		h.Write(prefix)
		h.Write(body)
		return hexID(h.Sum(nil)), nil
	}
	return "", fmt.Errorf("unknown object format %.20q, want sha1 or sha256", f)
}

func sumSHA1(prefix, body []byte) (ID, error) {
	h, ok := sha1cd.New().(sha1cd.CollisionResistantHash)
	if !ok {
		return "", errors.New("this build's SHA-1 does not detect collisions")
	}
	h.Write(prefix)
	h.Write(body)
	digest, collision := h.CollisionResistantSum(nil)
	if collision {
		return "", ErrCollision
	}
	return hexID(digest), nil
}

func hexID(digest []byte) ID {
	var digits [2 * sha256.Size]byte
	return ID(hex.AppendEncode(digits[:0], digest))
}
