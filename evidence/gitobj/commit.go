package gitobj

import (
	"fmt"
	"strings"
)

// Commit is a commit.
type Commit struct {
	Tree      ID
	Parents   []ID
	Author    Person
	Committer Person
	// Message is the whole message, in the encoding the author chose.
	Message string
	// Trailers are those of the message: co-authors, sign-offs.
	Trailers []Trailer
	// Signature is the armored signature over Payload; nil if there is none.
	Signature []byte
	// Payload is what the signature covers: the commit without its signature
	// headers, as "git verify-commit" computes it. It may share memory with
	// the object's bytes.
	Payload []byte
}

// ParseCommit reads the content of a commit object. The length of the tree's
// id tells the object format. Headers that are missing, repeated or out of
// order are errors; other headers ("encoding", "mergetag", tools' own) are
// kept in Payload and not read.
func ParseCommit(body []byte) (Commit, error) {
	if len(body) > MaxText {
		return Commit{}, fmt.Errorf("commit: %d bytes, at most %d are allowed", len(body), MaxText)
	}
	c, err := parseCommit(body)
	if err != nil {
		return Commit{}, fmt.Errorf("commit: %w", err)
	}
	return c, nil
}

func parseCommit(body []byte) (Commit, error) {
	var few [8]field
	fields, message, err := splitHeader(few[:0], body)
	if err != nil {
		return Commit{}, err
	}
	r := &fieldReader{fields}
	c, err := commitHeader(r)
	if err != nil {
		return Commit{}, err
	}
	for _, f := range r.fields {
		switch {
		case f.key == signatureKey(c.Tree.Format()):
			c.Signature = f.unfold()
		case strings.HasPrefix(f.key, "gpgsig") && f.key != "gpgsig" && f.key != "gpgsig-sha256":
			// Git leaves every such header out of what is signed: an unknown
			// one would be text that no signature covers.
			return Commit{}, fmt.Errorf("header %.40q is not a signature header git knows", f.key)
		}
	}
	c.Message = string(body[message:])
	c.Trailers = ParseTrailers(c.Message)
	c.Payload = without(body, len(body), fields)
	return c, nil
}

func commitHeader(r *fieldReader) (c Commit, err error) {
	if c.Tree, err = r.nextID("tree", ""); err != nil {
		return Commit{}, err
	}
	for r.has("parent") {
		if len(c.Parents) == maxParents {
			return Commit{}, fmt.Errorf("more than %d parents", maxParents)
		}
		parent, err := r.nextID("parent", c.Tree.Format())
		if err != nil {
			return Commit{}, err
		}
		c.Parents = append(c.Parents, parent)
	}
	if c.Author, err = r.nextPerson("author"); err != nil {
		return Commit{}, err
	}
	if c.Committer, err = r.nextPerson("committer"); err != nil {
		return Commit{}, err
	}
	return c, r.refuse("tree", "parent", "author", "committer")
}
