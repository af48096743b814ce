package evidence

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/internal/strictjson"
)

// Digest is the SHA-256 of some bytes and so their name: a statement is known
// by the digest of its payload, a signature by that of its Sigstore bundle, a
// material by that of its bytes. In JSON it is an in-toto DigestSet,
// {"sha256": "<64 lower-case hex>"}; other known algorithms may stand beside
// sha256 and are checked for form.
type Digest [sha256.Size]byte

// Sum returns the digest of b.
func Sum(b []byte) Digest { return sha256.Sum256(b) }

// ParseDigest parses 64 lower-case hex digits, with or without "sha256:"
// before them.
func ParseDigest(s string) (Digest, error) {
	var d Digest
	const prefix = "sha256:"
	if len(s) == len(prefix)+2*len(d) && s[:len(prefix)] == prefix {
		s = s[len(prefix):]
	}
	if err := checkHex("sha256", s); err != nil {
		return Digest{}, err
	}
	var text [2 * sha256.Size]byte // s as bytes, not allocated
	copy(text[:], s)
	_, err := hex.Decode(d[:], text[:])
	return d, err
}

// Hex returns the digest as 64 lower-case hex digits.
func (d Digest) Hex() string {
	var text [2 * sha256.Size]byte
	return string(d.AppendHex(text[:0]))
}

// AppendHex appends the 64 hex digits to b.
func (d Digest) AppendHex(b []byte) []byte { return hex.AppendEncode(b, d[:]) }

// String returns "sha256:" and the hex digits.
func (d Digest) String() string {
	var text [len("sha256:") + 2*sha256.Size]byte
	return string(d.AppendHex(append(text[:0], "sha256:"...)))
}

// Short returns the first 8 hex digits, for people only.
func (d Digest) Short() string { return d.Hex()[:8] }

// IsZero reports whether d is the zero value, which no bytes are known to have.
func (d Digest) IsZero() bool { return d == Digest{} }

// Compare orders digests by their bytes, for sorting.
func (d Digest) Compare(e Digest) int { return bytes.Compare(d[:], e[:]) }

// Set returns the digest as a one-element DigestSet.
func (d Digest) Set() DigestSet { return DigestSet{"sha256": d.Hex()} }

// MarshalJSON implements json.Marshaler.
func (d Digest) MarshalJSON() ([]byte, error) { return strictjson.Marshal(d.Set()) }

// UnmarshalJSON implements json.Unmarshaler. A set without sha256 is an error.
func (d *Digest) UnmarshalJSON(data []byte) error {
	if got, ok := plainDigest(data); ok {
		*d = got
		return nil
	}
	var set DigestSet
	if err := strictjson.Unmarshal(data, &set); err != nil {
		return err
	}
	if err := set.Validate(); err != nil {
		return err
	}
	got, ok := set.SHA256()
	if !ok {
		return errors.New("the digest has no sha256")
	}
	*d = got
	return nil
}

// plainDigest reads the form that nearly all digests have, {"sha256":"<hex>"}
// without white space; statements hold thousands.
func plainDigest(data []byte) (Digest, bool) {
	const before, after = `{"sha256":"`, `"}`
	text, begins := bytes.CutPrefix(data, []byte(before))
	text, ends := bytes.CutSuffix(text, []byte(after))
	var d Digest
	if !begins || !ends || len(text) != 2*len(d) || !lowerHex(text) {
		return Digest{}, false
	}
	_, err := hex.Decode(d[:], text)
	return d, err == nil
}

// DigestSet is an in-toto DigestSet: names of algorithms and lower-case hex
// values of the same bytes. gitCommit, gitTag, gitTree and gitBlob hold SHA-1
// object ids (40 hex); the object ids of a SHA-256 repository are held under
// sha256 (rules of format, R10).
type DigestSet map[string]string

// hexLength is the number of hex digits each known algorithm has.
var hexLength = map[string]int{
	"sha256": 64, "sha384": 96, "sha512": 128, "sha3_256": 64, "sha3_384": 96, "sha3_512": 128,
	"sha1": 40, "gitCommit": 40, "gitTag": 40, "gitTree": 40, "gitBlob": 40,
}

// Validate reports the first digest, by name of its algorithm, that is of an
// unknown one, of the wrong length, or not lower-case hex. An empty set is an
// error.
func (s DigestSet) Validate() error {
	if len(s) == 0 {
		return errors.New("the digest is empty")
	}
	var first string
	var err error
	for alg, v := range s {
		if e := checkHex(alg, v); e != nil && (err == nil || alg < first) {
			first, err = alg, e
		}
	}
	return err
}

// SHA256 returns the sha256 member, if it is there and well formed.
func (s DigestSet) SHA256() (Digest, bool) {
	v, ok := s["sha256"]
	if !ok {
		return Digest{}, false
	}
	d, err := ParseDigest(v)
	return d, err == nil && len(v) == 64
}

// Equal reports whether both sets hold the same algorithms and values.
// Digests of different algorithms never match each other.
func (s DigestSet) Equal(t DigestSet) bool { return maps.Equal(s, t) }

// String returns "alg:hex" pairs, sorted and joined by a space.
func (s DigestSet) String() string {
	if len(s) == 1 { // as most are
		for alg, v := range s {
			return alg + ":" + v
		}
	}
	var list []string
	for _, alg := range slices.Sorted(maps.Keys(s)) {
		list = append(list, alg+":"+s[alg])
	}
	return strings.Join(list, " ")
}

func checkHex(alg, v string) error {
	want, ok := hexLength[alg]
	if !ok {
		return fmt.Errorf("unknown digest algorithm %.20q", alg)
	}
	if len(v) != want {
		return fmt.Errorf("%s digest has %d characters, want %d lower-case hex digits", alg, len(v), want)
	}
	if !lowerHex(v) {
		return fmt.Errorf("%s digest is not lower-case hex", alg)
	}
	return nil
}

func lowerHex[T string | []byte](v T) bool {
	for i := range len(v) {
		if c := v[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}
