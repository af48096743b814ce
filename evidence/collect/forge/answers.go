package forge

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"io"
	"slices"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/internal/strictjson"
)

// MediaType is the media type of the material that holds a forge's answers.
const MediaType = "application/vnd.release-dossier.forge-answers.v1+jsonl"

// format stands in the head of the material.
const format = "release-dossier/forge-answers/v1"

// SaltSize is the number of random bytes in the head (rules of format, R2).
const SaltSize = 32

// Answers are what one collection got from one forge, sorted by address and
// attempt.
type Answers struct {
	Forge      string // "github" or "gitlab"
	BaseURL    string // of the REST interface
	Repository string // the repository's normal URI
	Salt       [SaltSize]byte
	List       []Answer
}

// head is the first line of the material.
type head struct {
	Format     string `json:"format"`
	Forge      string `json:"forge"`
	BaseURL    string `json:"baseUrl"`
	Repository string `json:"repository"`
	Salt       string `json:"salt"`
	Count      int    `json:"count"`
}

// Write writes the material. The same answers give the same bytes.
func (s *Answers) Write(w io.Writer) error {
	line, err := strictjson.Marshal(head{format, s.Forge, s.BaseURL, s.Repository, hex.EncodeToString(s.Salt[:]), len(s.List)})
	if err != nil {
		return err
	}
	if _, err := w.Write(append(line, '\n')); err != nil {
		return err
	}
	for i := range s.List {
		if line, err = appendAnswer(line[:0], s.List[i]); err != nil {
			return fmt.Errorf("answer %d: %w", i+1, err)
		}
		if _, err := w.Write(append(line, '\n')); err != nil {
			return err
		}
	}
	return nil
}

// appendAnswer puts the body in by hand: an encoder would write its strings
// and numbers anew.
func appendAnswer(dst []byte, a Answer) ([]byte, error) {
	body := a.Body
	a.Body = nil
	line, err := strictjson.Marshal(a)
	if err != nil || len(body) == 0 {
		return append(dst, line...), err
	}
	dst = append(dst, line[:len(line)-1]...)
	dst = append(dst, `,"body":`...)
	return append(append(dst, body...), '}'), nil
}

// Material returns the material's bytes and its entry for a statement.
func (s *Answers) Material() (evidence.Material, []byte, error) {
	var b bytes.Buffer
	if err := s.Write(&b); err != nil {
		return evidence.Material{}, nil, err
	}
	return evidence.Material{
		Name: "forge/" + s.Forge + ".jsonl", MediaType: MediaType,
		Digest: evidence.Sum(b.Bytes()), Size: int64(b.Len()),
	}, b.Bytes(), nil
}

// finish sorts the answers and says of each whether it is complete.
func (s *Answers) finish() {
	slices.SortFunc(s.List, compareAnswers)
	final := s.final()
	for i := range s.List {
		s.List[i].Complete = false
	}
	for _, start := range final {
		markComplete(start, final)
	}
}

// final returns the last attempt at each address.
func (s *Answers) final() map[string]*Answer {
	final := make(map[string]*Answer, len(s.List))
	for i := range s.List {
		a := &s.List[i]
		if have := final[a.URL]; have == nil || have.Attempt < a.Attempt {
			final[a.URL] = a
		}
	}
	return final
}

// markComplete follows the pages from start to the last one. If that was
// reached, all on the way are complete.
func markComplete(start *Answer, final map[string]*Answer) {
	var chain []*Answer
	seen := map[string]bool{}
	for a := start; ; a = final[a.Next] {
		if a == nil || seen[a.URL] || !a.good() {
			return
		}
		if a.Complete {
			break // the rest was followed before
		}
		seen[a.URL] = true
		chain = append(chain, a)
		if a.Next == "" {
			break
		}
	}
	for _, a := range chain {
		a.Complete = true
	}
}
