package redact

import (
	"bufio"
	"bytes"
	"compress/flate"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/internal/strictjson"
)

// Guess says how well a digest hides its document.
type Guess string

// The answers of [Material.Guessable].
const (
	// Salted: nobody can make the document again without its random salt.
	Salted Guess = "salted"
	// Long: it has no salt, and so much in it that it cannot be guessed as a
	// whole. Who can get or make the same document can confirm it.
	Long Guess = "long"
	// Short: it has no salt, and its content can be found by trying.
	Short Guess = "short"
)

const (
	// saltSize is the fewest bytes of a salt (rules of format, R2).
	saltSize = 32
	// maxHead is the most bytes of the first line, or document, in which a salt
	// is looked for.
	maxHead = 64 << 10
	// fewBytes is how small a document may become by compression before it
	// counts as short. A name, a date and a sum of money in a known form are
	// far below; a page of free text is above.
	fewBytes = 512
)

// Guessable tells how well the digest of m, which stays in the copy, hides m.
// It is an estimate: of a long document with but one unknown number in it,
// nobody can tell that from outside.
func (m Material) Guessable() (Guess, error) {
	g, err := Guessable(m.blob)
	if err != nil {
		return "", fmt.Errorf("%s: %w", m.Name, err)
	}
	return g, nil
}

// Guessable tells the same of a document that is in no dossier yet.
func Guessable(b bundle.Blob) (Guess, error) {
	r, err := b.Open()
	if err != nil {
		return "", err
	}
	defer r.Close()
	return guess(r)
}

func guess(r io.Reader) (Guess, error) {
	in := bufio.NewReaderSize(r, maxHead)
	head, err := in.Peek(maxHead)
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	line, _, _ := bytes.Cut(head, []byte("\n"))
	if salted(line) || salted(head) {
		return Salted, nil
	}
	long, err := compressesTo(in, fewBytes)
	if err != nil {
		return "", err
	}
	if long {
		return Long, nil
	}
	return Short, nil
}

// salted reports whether a JSON object, such as the first line of a collector's
// answers, has a member "salt" that nobody guesses.
func salted(object []byte) bool {
	var head struct {
		Salt string `json:"salt"`
	}
	if strictjson.Unmarshal(object, &head) != nil {
		return false
	}
	for _, decode := range []func(string) ([]byte, error){hex.DecodeString, base64.StdEncoding.DecodeString, base64.RawURLEncoding.DecodeString} {
		if salt, err := decode(head.Salt); err == nil && len(salt) >= saltSize {
			return distinct(salt) >= saltSize/2
		}
	}
	return false
}

// distinct counts the different bytes, of which random ones have nearly as many
// as there are.
func distinct(salt []byte) int {
	seen := map[byte]bool{}
	for _, b := range salt {
		seen[b] = true
	}
	return len(seen)
}

// errEnough stops the compression of what is long already.
var errEnough = errors.New("enough")

// counter counts what is written and stops at most bytes.
type counter struct{ n, most int }

func (c *counter) Write(p []byte) (int, error) {
	if c.n += len(p); c.n > c.most {
		return 0, errEnough
	}
	return len(p), nil
}

// compressesTo reports whether r has more than n bytes when compressed.
func compressesTo(r io.Reader, n int) (bool, error) {
	w, err := flate.NewWriter(&counter{most: n}, flate.BestCompression)
	if err != nil {
		return false, err
	}
	_, err = io.Copy(w, r)
	if err == nil {
		err = w.Close()
	}
	if errors.Is(err, errEnough) {
		return true, nil
	}
	return false, err
}
